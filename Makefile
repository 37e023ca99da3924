# Each target does all of its own set-up. See README.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= 2

.PHONY: run test test-long bench check screenshots clean browser pins

run: $(STAMP) browser
	@exec $(BIN)/riskscan demo

test: $(STAMP) browser
	@mkdir -p build/coverage
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --cov --cov-report=term:skip-covered --cov-fail-under=0 tests

test-long: $(STAMP) browser
	@mkdir -p build/coverage
	$(BIN)/python -m pytest --long tests

bench: $(STAMP) browser
	$(BIN)/python -m pytest --bench -s tests/bench
	$(BIN)/python -m tests.bench.figures docs/benchmarks.md

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -p no:cacheprovider tests/house

screenshots: $(STAMP) browser
	$(BIN)/python -m tests.screenshots docs/img

clean:
	rm -rf build .venv .riskscan .riskscan-keys .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Hash-checked pins, then the project itself, which has no hash to check.
$(STAMP): constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "riskscan needs Python 3.11 or newer")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "make: python venv is missing (Debian: apt-get install python3-venv)"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Debian's Chromium is installed where we may; without a browser everything but the browser sources works.
browser: $(STAMP)
	@$(BIN)/python -c 'import sys; from crawlers.browser import find_chromium; sys.exit(find_chromium() is None)' \
	  || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	       && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-core fonts-noto-color-emoji >/dev/null; } \
	  || echo "make: no Chromium found and none could be installed; browser sources will be skipped"

pins:
	uv pip compile --universal --python-version 3.11 --extra dev --generate-hashes --no-emit-index-url --no-header pyproject.toml -o constraints.txt
