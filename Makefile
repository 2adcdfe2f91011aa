# Clawback: everything a person does here, one word each. `make` alone lists the words.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
RUN    := $(VENV)/.installed-run
DEV    := $(VENV)/.installed-dev
PEERS  := .venv-bench
BENCH  := $(PEERS)/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo up test unit integration check format lint types contracts golden mutants chaos released docs bench lock compose-check clean

help: ## List what can be done
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Clawback needs Python 3.11 or newer; PYTHON=... names another one" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(RUN): requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing what Clawback runs with (once; about a minute)" >&2
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing what Clawback runs and is tested with (once; about a minute)" >&2
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(RUN)

$(BENCH): requirements-bench.lock | $(VENV)/bin/python
	@echo "installing the peers that Clawback is compared with (once; about a minute)" >&2
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

install: $(RUN) ## Set up .venv with the command `clawback`

demo: $(RUN) ## Real events, real chains, verdicts and revocations, on this machine alone
	@$(BIN)/clawback demo $(ARGS)

up: $(RUN) ## Start broker, ClickHouse, worker and ledger here, until Ctrl-C
	@$(BIN)/clawback up $(ARGS)

test: $(DEV) ## The whole suite, on a real Apache Kafka and a real ClickHouse (Java 17, Maven and npm, or Docker, or addresses)
	REQUIRE_BACKENDS=1 HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-ci} $(BIN)/pytest $(ARGS)

unit: $(DEV) ## The part of the suite that needs nothing but Python
	$(BIN)/pytest -m "not integration and not slow" $(ARGS)

integration: $(DEV) ## The part of the suite that needs Kafka and ClickHouse
	REQUIRE_BACKENDS=1 $(BIN)/pytest -m integration $(ARGS)

check: format-check lint types contracts ## Format, lint, types, import contracts

format: $(DEV) ## Format the code
	$(BIN)/ruff format .

format-check: $(DEV)
	$(BIN)/ruff format --check .

lint: $(DEV) ## Lint
	$(BIN)/ruff check .

types: $(DEV) ## Check types, strictly
	$(BIN)/mypy

contracts: $(DEV) ## Check who imports whom
	$(BIN)/lint-imports

chaos: $(DEV) ## Kill, pause and starve real workers, 200 times and more, and compare with calm (about half an hour; ARGS="--storm NAME --seed N")
	$(BIN)/python -m tests.chaos $(ARGS)

golden: $(DEV) ## Write the goldens again; read the diff as a reviewer would
	$(BIN)/python -m tests.golden.write
	$(BIN)/python -m tests.unit.ledger.examples

mutants: $(DEV) ## Plant every known bug in a copy and see it caught
	$(BIN)/python -m tests.simulation.mutants

bench: $(DEV) $(BENCH) ## Measure us beside other engines on a real Kafka (Java 17 and Maven; QUICK=1: five minutes; ONLY=part,part)
	@$(BIN)/python -m tests.bench $(if $(filter-out 0,$(QUICK)),--quick) $(if $(ONLY),--only $(ONLY))

released: $(DEV) ## Append changed schemas to schemas/released.json
	$(BIN)/python -m streams.ops.schemas release

lock: ## Resolve the dependencies again (needs uv)
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --extra embedded --extra registry --group build pyproject.toml -o requirements.lock
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --extra embedded --extra registry --group dev pyproject.toml -o requirements-dev.lock
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 pyproject.toml requirements-bench.in -o requirements-bench.lock

clean: ## Remove what was built and installed here
	rm -rf $(VENV) $(PEERS) build dist .clawback infra/kafka/target .mypy_cache .ruff_cache .pytest_cache .hypothesis
