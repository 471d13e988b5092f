# Each target makes its own virtual environment; python3 (3.11 or newer) and make are enough.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: demo test lint types floors unit bench soak spark docs lowest clean

$(STAMP): pyproject.toml $(wildcard plugins/*/pyproject.toml)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kamcore needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]' $(foreach p,$(wildcard plugins/*/pyproject.toml),--editable $(dir $(p)))
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/kamcore demo --output demo-output --force

test: lint types floors unit

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

floors: $(STAMP)
	$(BIN)/lint-imports --no-cache

unit: $(STAMP)
	$(BIN)/pytest -n 2 -m 'not benchmark and not soak and not spark'

bench: $(STAMP)
	$(BIN)/pytest -m benchmark -s tests/benchmarks

soak: $(STAMP)
	$(BIN)/pytest -n 2 -m soak

spark: $(STAMP)
	$(BIN)/python -m pip install --quiet '.[spark]'
	$(BIN)/pytest -m spark tests/engines

docs: $(STAMP)
	$(BIN)/python docs/generate.py

lowest:
	$(MAKE) unit VENV=.venv-lowest STAMP=.venv-lowest/.installed-lowest
.venv-lowest/.installed-lowest: pyproject.toml
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/python -m pip install --quiet --constraint tests/lowest.txt --editable '.[dev]' $(foreach p,$(wildcard plugins/*/pyproject.toml),--editable $(dir $(p)))
	touch $@

clean:
	rm -rf $(VENV) .venv-lowest .mypy_cache .pytest_cache .ruff_cache demo-output
