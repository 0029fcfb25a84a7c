# The release build sets PYTHON_IMAGE to a digest.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
# The hash seed decides the order of sets in bytecode, and two builds must be the same.
ENV PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1
COPY docker/pack.py /build/pack.py
RUN python /build/pack.py library /library
COPY requirements.txt /build/requirements.txt
# Into /app, not into site-packages: those belong to the user's tests in an image FROM ours, and neither sees the other's.
RUN python -m pip install --no-cache-dir --no-compile --disable-pip-version-check --root-user-action=ignore \
      --no-deps --require-hashes --only-binary :all: --target /packages/app -r /build/requirements.txt \
 && python /build/pack.py packages /packages
COPY docker/test-runner-cleanup /program/usr/local/bin/test-runner-cleanup
COPY entrypoint.py /program/app/entrypoint.py
COPY core /program/app/core
RUN python /build/pack.py program /program

FROM ${PYTHON_IMAGE}
# procps: Jenkins runs `ps` and `top` in the containers that it keeps alive. What is removed holds times or can be had again.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends procps \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/cache/ldconfig/* /var/lib/dpkg/*-old \
      /var/log/apt /var/log/dpkg.log /var/log/alternatives.log
# One layer for each pace of change: Python's bytecode, our packages, our program.
COPY --from=build /library/ /
COPY --from=build /packages/ /
COPY --from=build /program/ /
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="test-runner-action" \
      org.opencontainers.image.source="https://github.com/org/test-runner-action" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
ENV LANG=C.UTF-8
# No USER: GitHub's workspace belongs to root in the container. No shell: signals must reach Python as PID 1.
# -E -s: a PYTHONPATH of the job is for the user's tests, and what it names must not stand in for our modules.
ENTRYPOINT ["/usr/local/bin/python3", "-E", "-s", "/app/entrypoint.py"]
