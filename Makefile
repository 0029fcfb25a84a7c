# The commands of this project. Everything they need goes into .venv, once.
PYTHON ?= python3
VENV := .venv
# One more than there are processors: tests at the real clock mostly wait.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
BIN := $(VENV)/bin
.DEFAULT_GOAL := help
.PHONY: help demo test verify lint audit bench render lock clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/run  ## Run the main job against the sandbox: passing and failing runs
	@$(BIN)/python entrypoint.py demo

test: $(VENV)/dev  ## Run all tests
	@TESTMO_CLI="$${TESTMO_CLI:-$$($(BIN)/python tools/testmo_cli.py)}" \
	  $(BIN)/python -m pytest --ignore=tests/verify --numprocesses=$(WORKERS) --dist=loadfile

verify: $(VENV)/dev  ## Run the real tools against what we ship: Docker and the CI systems' own libraries
	@tests/verify/setup.sh
	@$(BIN)/python -m pytest -rs --numprocesses=2 --dist=loadfile tests/verify

lint: $(VENV)/dev  ## Run all linters
	@$(BIN)/pip check --quiet
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tools/render.py --check
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml native/action.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/check-jsonschema --check-metaschema docs/report.schema.json
	@$(BIN)/yamllint -s .
	@$(BIN)/hadolint Dockerfile
	@$(BIN)/zizmor --offline --persona=auditor --quiet .

audit: $(VENV)/dev  ## Look for known vulnerabilities in what is locked; asks the package index
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements.txt
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements-dev.txt

bench: $(VENV)/dev  ## Measure start-up, pacing and delay, as ratios from one run
	@$(BIN)/python tools/bench.py

render: $(VENV)/dev  ## Write what is generated from the settings: action.yml, templates, help, tables
	@$(BIN)/python tools/render.py

lock: $(VENV)/dev  ## Renew the locked dependencies
	@$(BIN)/pip install --quiet uv
	@for name in requirements requirements-dev; do $(BIN)/uv pip compile --quiet --universal --upgrade \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate $$name.in -o $$name.txt; done
	@npm install --silent --no-audit --no-fund --ignore-scripts --package-lock-only --omit-lockfile-registry-resolved \
	  --prefix tests/verify

clean:  ## Remove what these commands made
	rm -rf $(VENV) test-results .test-runner

$(VENV)/made:
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	  { echo 'Python lacks its venv module. Install it: apt-get install python3-venv' >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# A stamp for each set of packages, newer than its lock: a second call installs nothing. --no-deps: a lock is whole, and
# older versions of pip refuse it as soon as a package that it names with an extra has a newer release.
$(VENV)/run: requirements.txt | $(VENV)/made
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r requirements.txt
	@touch $@

$(VENV)/dev: requirements-dev.txt | $(VENV)/made
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r requirements-dev.txt
	@touch $@ $(VENV)/run
