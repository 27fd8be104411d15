# Two commands do everything on a machine that has only Python 3.11+ and git:
#   make demo   sets up, runs the demo school and serves it (ONCE=1: only the table)
#   make test   sets up and passes the tests
SHELL := bash
.SHELLFLAGS := -o pipefail -c
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/pip --disable-pip-version-check --no-input
ONCE   ?=
ARGS   ?=

.DEFAULT_GOAL := help
.PHONY: help demo test floors check lint types contracts migrations docs screenshots lock bench peers accuracy any-request clean

help:           ## what there is to make
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

# The stamps hold the lock file they were made from, so that a new lock sets up again.
$(VENV)/demo.stamp: requirements/demo.txt requirements/build.txt
	@$(MAKE) --no-print-directory install LOCK=demo

$(VENV)/dev.stamp: requirements/dev.txt requirements/build.txt
	@$(MAKE) --no-print-directory install LOCK=dev

# Every package is locked with its hashes. --no-deps, because the lock is complete and
# leaves out on purpose what some packages ask for and nothing here uses (dlib from source).
.PHONY: install
install:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (PYTHON=…)"; exit 1; }
	@test -x $(BIN)/python || { echo "• making the virtual environment $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "• installing locked packages ($(LOCK)): about 300 MB, one to three minutes"
	@$(PIP) install --quiet --require-hashes -r requirements/build.txt
	@$(PIP) install --progress-bar off --no-deps --no-build-isolation --require-hashes -r requirements/$(LOCK).txt \
		| sed -u -n 's/^Collecting \([^ ]*\).*/  \1/p; s/^Building wheels.*/• unpacking the face models/p; s/^Installing collected.*/• installing/p'
	@$(BIN)/python -c 'import fastapi, cv2, onnxruntime' || { echo "the installation failed; run: $(PIP) install --no-deps --no-build-isolation --require-hashes -r requirements/$(LOCK).txt"; exit 1; }
	@touch $(VENV)/$(LOCK).stamp

demo: $(VENV)/demo.stamp ## set up, vet the demo's drafts, serve web and API on http://127.0.0.1:8000
	@$(BIN)/python -m app demo $(if $(ONCE),--once)

test: $(VENV)/dev.stamp ## set up and pass the tests (ARGS="-k names" for some)
	@$(BIN)/python -m pytest -n auto $(ARGS)

# Counting branches triples the time of what is counted, so the tests of these rooms run once more for it.
FLOORS := tests/text tests/rules tests/policy tests/test_domain.py tests/test_reach.py tests/test_vetting.py tests/test_desk.py
floors: $(VENV)/dev.stamp ## rules, domain, policy and text are covered to the last branch
	@$(BIN)/python -m pytest -q -n auto $(FLOORS) --deselect tests/text/test_properties.py::test_no_text_is_slow --cov --cov-report= --cov-report=json:.coverage.json
	@$(BIN)/python .ci/floors.py .coverage.json

check: lint types contracts migrations ## everything else that must hold

lint: $(VENV)/dev.stamp
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/dev.stamp
	@$(BIN)/mypy

contracts: $(VENV)/dev.stamp
	@$(BIN)/lint-imports

migrations: $(VENV)/dev.stamp ## down, up and no difference, on both databases
	@$(BIN)/python -m pytest -q tests/test_migrations.py

docs: $(VENV)/dev.stamp ## write again what is generated: openapi.json, rules.md
	@$(BIN)/python -m app docs

screenshots: $(VENV)/dev.stamp ## pictures of every page, light and dark, phone and desktop (OUT=folder)
	@$(BIN)/python -m tests.browser.screenshots $(or $(OUT),screenshots)

bench: $(VENV)/dev.stamp ## the benchmarks, each against its peer in the same run
	@$(BIN)/python -m benchmarks.text
	@$(BIN)/python -m benchmarks.http
	@$(BIN)/python -m benchmarks.photo
	@$(BIN)/python -m benchmarks.pages

$(VENV)/peers.stamp: $(VENV)/dev.stamp requirements/peers.txt
	@echo "• installing what is measured against: about 250 MB"
	@$(PIP) install --quiet --no-deps --require-hashes -r requirements/peers.txt
	@touch $@

peers: $(VENV)/peers.stamp ## the benchmark whose peer must be installed first
	@$(BIN)/python -m benchmarks.presidio

accuracy: $(VENV)/peers.stamp ## measure accuracy and speed again and write docs/accuracy.md
	@$(BIN)/python -m tests.accuracy

any-request: $(VENV)/dev.stamp ## many requests of any kind to every operation of the API (EXAMPLES=200)
	@FLEDGLING_ANY_REQUEST_EXAMPLES=$(or $(EXAMPLES),200) $(BIN)/python -m pytest -q tests/web/api/test_any_request.py

lock: $(VENV)/dev.stamp ## resolve the requirements anew
	@sh requirements/lock.sh $(BIN)/uv

clean:          ## remove what was set up
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
