# Everything here needs python3 (3.11 or newer) and make; `.venv` is made on first use.
# Arguments go through ARGS: make run ARGS="--headless"

# The Python to make .venv with; name another one with: make run PYTHON=python3.12
PYTHON3 := $(or $(PYTHON),python3)
PY := .venv/bin/python
ARGS ?=
# Two test processes where the machine is small; more only make them wait for each other's clocks.
# Each begins with its half, so that what tests of one file share is started once, and takes from the other at the end.
TEST_PROCESSES ?= 2
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
# Hundreds of processes are started here by tests; without files of byte code each would compile the same source.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run distil test check full-check docs notebook docs-serve bench pins clean for-use for-distil for-work

help: ## Show what can be asked for
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

run: for-use ## Start the demo house (Ctrl-C ends it)
	@.venv/bin/sumika run $(ARGS)

test: for-work ## Run every test
	@$(PY) -m pytest -n $(TEST_PROCESSES) --dist worksteal $(ARGS)

check: for-work ## Format, lint, types, layers, house rules and tests of what has changed
	@./check $(ARGS)

full-check: for-work ## The same with every test and coverage
	@./check --full $(ARGS)

docs: for-work ## Build the documentation into site/
	@$(PY) tools/reference.py
	@NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict --quiet --site-dir site
	@echo "Built site/index.html"

notebook: for-work ## Execute the radar notebook anew: notebook, page and pictures in docs/radar
	@$(PY) tools/notebook.py

docs-serve: for-work ## Read the documentation at http://127.0.0.1:8000
	@NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs serve

distil: for-distil ## Teach a tiny student in five minutes, offline; make distil ARGS="--seed 2"
	@.venv/bin/sumika distil demo $(ARGS)

bench: for-distil ## Measure every published figure (quick); make bench ARGS="radar --json" for one area
	@if [ -n "$(ARGS)" ]; then .venv/bin/sumika bench $(ARGS); else \
	  for area in spine radar world control people assistant distil seed; do .venv/bin/sumika bench $$area || exit; done; fi

pins: for-work ## Renew constraints.txt from the newest versions that pyproject.toml allows
	@$(PY) tools/pins.py

clean: ## Remove everything that was built here, .venv too
	rm -rf .venv build dist site .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.* htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf src/*.egg-info

for-use:
	@$(PYTHON3) tools/setup_venv.py run

for-distil:
	@$(PYTHON3) tools/setup_venv.py distil

for-work:
	@$(PYTHON3) tools/setup_venv.py dev
