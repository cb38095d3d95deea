# withhold: every target sets up what it needs; a second run of the same target starts at once.

SHELL := /bin/sh
BIN := .venv/bin
WORKERS ?= 2
ARGS ?=
# The browser that set-up found to answer is the one that is used.
WITHHOLD_BROWSER ?= $(shell cat .venv/.withhold-browser 2>/dev/null)
export WITHHOLD_BROWSER
# Tests start Python many hundred times: compiled code is kept, also where the environment says otherwise.
unexport PYTHONDONTWRITEBYTECODE

# The tests of a file with a browser share one worker and that browser (tests/sharing.py); taking longest, they begin.
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder $(ARGS)
SEEDED = -m "hypothesis or seeded"
LOCK = $(BIN)/uv pip compile --quiet --system-certs --universal --generate-hashes --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help setup setup-runtime demo demo-local check check-all test soak lint format docs bench lock upgrade clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 20

demo: setup-runtime ## the main job, from the opt-out to the proof, on the provider that comes with withhold
	$(BIN)/withhold demo $(ARGS)

demo-local: setup ## the same, with a small model that answers behind a seal, and the proof of the seal
	$(BIN)/withhold demo --local $(ARGS)

setup: ## everything that working on withhold needs
	@python=$$(sh scripts/find-python) && "$$python" scripts/setup.py dev

setup-runtime:
	@python=$$(sh scripts/find-python) && "$$python" scripts/setup.py runtime

check: setup ## quick tests all, slow ones drawn anew each day, small sizes, fixed seeds (aim: 2 minutes)
	WITHHOLD_TIER=check WITHHOLD_DRAW=$${WITHHOLD_DRAW:-today} $(PYTEST)

check-all: setup ## every test at small sizes, fixed seeds
	WITHHOLD_TIER=check $(PYTEST)

test: setup ## every kind of test, fixed seeds and then a fresh one: under 30 minutes on 2 cores
	WITHHOLD_TIER=test $(PYTEST)
	WITHHOLD_TIER=test WITHHOLD_SEED=$${WITHHOLD_SEED:-fresh} $(PYTEST) $(SEEDED)

soak: setup ## every kind of test at full sizes; the summary goes to docs/soak/
	WITHHOLD_SOAK_DIR=docs/soak WITHHOLD_TIER=soak $(PYTEST)
	WITHHOLD_SOAK_DIR=docs/soak WITHHOLD_TIER=soak WITHHOLD_SEED=$${WITHHOLD_SEED:-fresh} $(PYTEST) $(SEEDED)

lint: setup ## ruff, mypy and the import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## brings the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup ## docs/reference, read off the code and the packs
	$(BIN)/python docs/generate.py

bench: setup ## measures, each figure beside a named peer from the same run
	$(BIN)/python bench/run.py $(ARGS)

# The runtime lock is held to the pins of the dev lock: what was tested is what people run.
lock: setup ## rewrites requirements/*.txt from pyproject.toml, keeping pins that still fit
	$(LOCK) $(UPGRADE) pyproject.toml --extra all --group dev --output-file requirements/dev.txt
	$(LOCK) pyproject.toml --extra browser --group build --constraints requirements/dev.txt --output-file requirements/runtime.txt
	$(LOCK) --group build --constraints requirements/dev.txt --output-file requirements/build.txt
	$(LOCK) $(UPGRADE) --group oracles --constraints requirements/dev.txt --output-file requirements/oracles.txt
	$(LOCK) $(UPGRADE) --group spark --constraints requirements/dev.txt --output-file requirements/spark.txt
	$(LOCK) $(UPGRADE) --group model --output-file requirements/model.txt

upgrade: ## like lock, with the newest versions
	$(MAKE) lock UPGRADE=--upgrade

clean: ## removes all that make and the tools have made
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build demo-result
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
