# Quietzone. `make` lists what can be done; every target makes its own environment on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DISTRIBUTIONS := libs/common libs/render services/redirect services/api services/analytics
PROJECTS := $(DISTRIBUTIONS:%=%/pyproject.toml)
CODE := libs services deploy tests
T ?= tests
WORKERS ?= 2
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -q
.DEFAULT_GOAL := help
# every start would compile all it imports, some 10 s of work, where this is set
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help install run clean fmt docs geo check test test-kafka bench faults pins
.DELETE_ON_ERROR:

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/run.stamp ## make .venv with what `make run` needs

run: $(VENV)/run.stamp ## start everything here; Ctrl-C stops it in order
	@exec $(BIN)/python -m deploy.embedded.run

clean: $(VENV)/run.stamp ## remove the data of `make run`; asks first, or YES=1
	@$(BIN)/python -m deploy.embedded.clean $(if $(YES),--yes)

fmt: $(VENV)/dev.stamp ## format, and mend what ruff can mend
	$(BIN)/ruff check --fix-only -q .
	$(BIN)/ruff format .

docs: $(VENV)/dev.stamp ## write the pages that are made from the code
	$(BIN)/python -m deploy.reference
	$(BIN)/python -m qz_api openapi > docs/openapi.json

geo: $(VENV)/run.stamp ## fetch a current geo database into data/geo, which `make run` uses
	@$(BIN)/python -m deploy.geo data/geo

check: $(VENV)/dev.stamp ## style, types, who imports whom, docs against code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/arch

test: $(VENV)/dev.stamp ## the tests on real embedded parts; T=tests/api for some of them
	$(BIN)/pytest -q -n $(WORKERS) --dist loadgroup -m "not slow and not kafka" $(T)

test-kafka: $(VENV)/dev.stamp ## what talks to a broker, on a real Apache Kafka (Java 17, Maven)
	@for tool in java mvn; do command -v $$tool >/dev/null || { \
	  echo "make test-kafka needs $$tool: install Java 17 and Maven"; exit 2; }; done
	$(BIN)/pytest -q --broker=kafka -m "not slow" $(T)

bench: $(VENV)/dev.stamp ## speed, side by side with nginx, a bare ASGI server and bare inserts
	$(BIN)/python -m tests.bench

faults: $(VENV)/dev.stamp ## kills, outages and pauses, long
	$(BIN)/python -m tests.faults

pins: ## renew requirements/*.txt from *.in and the five pyprojects (needs uv)
	requirements/pin

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Quietzone needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) -V 2>&1). Say make PYTHON=…"; exit 2; }
	@echo "  making $(VENV), once"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.txt $(PROJECTS) | $(VENV)/bin/python
	@echo "  installing what it needs to run"
	@$(PIP) install --no-deps --no-compile -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation $(DISTRIBUTIONS:%=-e %)
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	@echo "  installing what checks and tests need"
	@$(PIP) install --no-deps --no-compile -r requirements/dev.txt
	@touch $@
