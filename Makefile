# The whole vocabulary; CONTRIBUTING.md says when to use which.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test test-all check fix features docs bench bench-gate lock

demo: $(VENV)/ready-run
	$(BIN)/riskaid demo riskaid-demo --replace

test: $(VENV)/ready-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-all: $(VENV)/ready-dev
	RISKAID_GENERATED=20000 $(BIN)/python -m pytest -n 2 --dist loadfile
	$(BIN)/python tests/mutation/mutate.py

check: $(VENV)/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(VENV)/ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

features: $(VENV)/ready-dev
	$(BIN)/python -m riskaid.indicators.catalogue features

docs: $(VENV)/ready-dev
	$(BIN)/python docs/generate.py

bench: $(VENV)/ready-dev
	$(BIN)/python benchmarks/features/run.py
	$(BIN)/python benchmarks/features/council.py --children 20000
	$(BIN)/python benchmarks/one_child.py --children 2000 20000
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/ingest.py --rows 500000 1000000 --census-mb 50

bench-gate: $(VENV)/ready-dev
	OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/gate.py --write

# Pins every dependency with hashes and without any index's address.
lock: $(VENV)/bin/python
	$(PIP) install uv
	$(BIN)/uv pip compile pyproject.toml --extra train --extra serve --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header --quiet --upgrade -o requirements/run.txt requirements/build.in
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header --quiet --upgrade -c requirements/run.txt -o requirements/dev.txt requirements/build.in

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/ready-run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes --only-binary :all: -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/ready-dev: requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes --only-binary :all: --no-binary pyspark -r requirements/dev.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
