# The release build sets PYTHON_IMAGE to a digest.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
COPY requirements.txt /tmp/requirements.txt
RUN python -m pip install --no-cache-dir --no-compile --require-hashes --only-binary :all: \
      --prefix=/install -r /tmp/requirements.txt

FROM ${PYTHON_IMAGE}
# procps: Jenkins runs `ps` and `top` in the containers that it keeps alive.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends procps && rm -rf /var/lib/apt/lists/*
COPY --from=build /install /usr/local
COPY docker/test-runner-cleanup /usr/local/bin/test-runner-cleanup
COPY entrypoint.py /app/entrypoint.py
COPY core /app/core
# The last step: bytecode that is valid whatever a copy does to the files' times, so that no start compiles anything.
# Left out are the files that are wrong on purpose, for the standard library's own tests.
RUN python -m compileall -q -x '/(test|tests|lib2to3)/' --invalidation-mode unchecked-hash /usr/local/lib /app
# No USER: GitHub's workspace belongs to root in the container. No shell: signals must reach Python as PID 1.
ENTRYPOINT ["/usr/local/bin/python3", "/app/entrypoint.py"]
