# What people and CI call. Everything is made inside this folder: .venv and .demo.

VENV := .venv
BIN := $(VENV)/bin
PIP_QUIET := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_INPUT=1
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11 python
NEW_ENOUGH := import sys; raise SystemExit(sys.version_info < (3, 11))
RULES := tests/test_architecture.py tests/test_house_rules.py tests/test_docs.py

.PHONY: help demo test lint check clean

help:
	@echo "make demo    build a practice of invented people and open the kiosk"
	@echo "make test    run every test"
	@echo "make lint    lint, format, types"
	@echo "make check   lint, format, types and the rules of the house"
	@echo "make clean   remove what make has made: .venv, .demo, caches"

demo: $(VENV)/.installed
	@CHAIRSIDE_DATA="$${CHAIRSIDE_DATA:-$(CURDIR)/.demo}" $(BIN)/chairside demo

test: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --config 'format.exclude = ["*.md"]' .
	@$(BIN)/mypy --strict

check: lint
	@$(BIN)/python -m pytest $(RULES)

clean:
	rm -rf $(VENV) .demo build chairside.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find store exporter tui tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(call install,.)

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	$(call install,.[dev])

# Some systems ship venv without pip; then the system's own pip fills it.
define install
	@echo "Installing Chairside into $(VENV); this takes a minute, once."
	@if $(BIN)/python -m pip --version >/dev/null 2>&1; then \
		$(PIP_QUIET) $(BIN)/python -m pip install -q -c constraints.txt -e '$(1)'; \
	else \
		$(PIP_QUIET) python3 -m pip --python $(BIN)/python install -q -c constraints.txt -e '$(1)'; \
	fi
	@touch $@
endef

$(BIN)/python:
	@for candidate in $(CANDIDATES); do \
		if $$candidate -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then \
			$$candidate -m venv $(VENV) >/dev/null 2>&1 && exit 0; \
			rm -rf $(VENV); \
			$$candidate -m venv --without-pip $(VENV) && exit 0; \
		fi; \
	done; \
	echo "Chairside needs Python 3.11 or newer, with its venv module." >&2; exit 1
