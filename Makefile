# Any target works on a fresh clone: the virtual environment makes itself.
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTHON ?= python3
T ?= tests
REPORT ?= nhiscan-report
WORKERS ?= auto

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format check bench report clean

help: ## Show this help.
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make the virtual environment.

$(STAMP): setup.cfg pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(STAMP) ## Scan the embedded sample estate.
	@$(BIN)/nhiscan demo -o $(REPORT)

test: $(STAMP) ## Run the tests; T=path for some of them.
	@$(BIN)/python -m pytest -n $(WORKERS) $(T)

lint: $(STAMP) ## Check form and types.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(STAMP) ## Mend form.
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

check: lint test ## What CI runs.

bench: $(STAMP) ## Measure calls, seconds and memory.
	@$(BIN)/python -m tests.bench $(BENCH)

report: $(STAMP) ## Render the last result again as HTML.
	@$(BIN)/nhiscan report $(REPORT) -f html -o $(REPORT)/report.html

clean: ## Remove everything that can be made again.
	@rm -rf $(VENV) build dist *.egg-info nhiscan-report .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
