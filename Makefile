# Fengsui. `make help` lists what can be done here.
PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

.PHONY: help
help: ## this list
	@echo "烽燧 Fengsui: make <target>"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

# --- set-up: each stamp is as old as the lock that it stands for ---

.venv/.runtime: requirements/runtime.txt requirements/build.txt pyproject.toml
	@$(PYTHON) -m tools.install runtime

.venv/.dev: requirements/dev.txt .venv/.runtime
	@$(PYTHON) -m tools.install dev

.PHONY: setup
setup: .venv/.dev ## make .venv with everything for work and tests

.PHONY: servers
servers: .venv/.dev ## fetch the Temporal servers and what else the tests use
	@$(PY) -m tools.servers temporal
	@$(PY) -m tools.servers test-server
	@$(PY) -m tools.debian

# --- use ---

.PHONY: run
run: .venv/.runtime ## start everything here; Ctrl-C ends it (FENGSUI_HOME, FENGSUI_API_PORT, ...)
	@$(PY) -m tools.launcher

.PHONY: demo
demo: .venv/.runtime ## play a major incident from report to closure, two minutes (ARGS="--language en")
	@$(PY) -m tools.demo $(ARGS)

.PHONY: alertmanager
alertmanager: .venv/.runtime ## let a real Alertmanager report into `make run`
	@$(PY) -m tools.alertmanager

# --- proof ---

.PHONY: check
check: setup ## style, types, layers, translations
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(PY) -m tools.translations check

.PHONY: test
test: check servers ## everything: `check`, then all tests (ARGS="-k name" picks some)
	@$(BIN)/pytest --numprocesses auto --maxprocesses 4 --no-loadscope-reorder $(ARGS)

.PHONY: replay
replay: setup ## replay the stored histories (ARGS="--address HOST:PORT" replays a server's)
	@$(PY) -m tools.replay $(ARGS)

.PHONY: bench
bench: setup ## measure, as ratios to a bare workflow
	@$(PY) -m tools.servers temporal
	@$(PY) -m tools.bench $(ARGS)

# --- care ---

.PHONY: translations
translations: setup ## collect the texts into the catalogue, to be translated there
	@$(PY) -m tools.translations update

COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url

.PHONY: lock
lock: ## renew requirements/ from pyproject.toml (needs uv)
	$(COMPILE) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) pyproject.toml --group dev -c requirements/runtime.txt -o requirements/dev.txt
	$(COMPILE) --group build -o requirements/build.txt

.PHONY: clean
clean: ## remove what was built here; the data in FENGSUI_HOME stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
