# fob-mail from nothing: make demo, or make test. Both build .venv from hash-checked constraints, and only when these changed.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
BIN := .venv/bin
unexport PYTHONDONTWRITEBYTECODE # each of the many processes of the tests would compile all of it anew

.PHONY: help demo test faults packages lint audit docs phrases constraints wheel clean

help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: .venv/installed ## See all of it work, without a mail server
	@$(BIN)/fob-mail demo

# Programs are fetched while Python's packages are, and while lint reads; tests wait for servers and browsers, so six share two cores.
test: ## Install what tests need, and run every check and test
	@$(MAKE) --no-print-directory --jobs=2 packages lint
	$(BIN)/python -m pytest -n 6 --dist loadgroup

faults: packages .venv/installed-dev ## Break sending in every way we know of, and count: nobody twice, nobody missed
	$(BIN)/python -m bench faults

packages:
	@sh tests/packages.sh

lint: .venv/installed-dev ## Format, lint, types and bandit, without the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive fob_mail alembic docs

audit: $(BIN)/python ## Ask pypi.org for known faults of the packages we use (needs the network)
	$(BIN)/python -m venv build/audit
	build/audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints-audit.txt
	build/audit/bin/pip-audit --strict --disable-pip --require-hashes -r constraints-dev.txt

docs: .venv/installed-dev ## Write the generated pages of reference anew
	$(BIN)/python -m docs.generate

phrases: .venv/installed-dev ## Write what is new to say into the catalogues of the languages
	$(BIN)/python -m docs.phrases

site: docs ## Build the documentation as a site into build/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

man: .venv/installed-dev ## Write a man page for each command into build/man
	$(BIN)/python -m docs.man build/man

constraints: ## Choose the newest versions of all dependencies (needs uv)
	uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-header --upgrade --quiet -o constraints.txt
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --upgrade --quiet \
	    -c constraints.txt -o constraints-dev.txt
	printf 'pip-audit\n' | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-header --upgrade --quiet -o constraints-audit.txt

wheel: .venv/installed-dev ## Build dist/fob_mail-*.whl
	$(BIN)/python -m build --wheel --no-isolation

clean: ## Remove what these commands built
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis fob-mail-demo*

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.venv/installed: constraints.txt pyproject.toml $(BIN)/python
	$(INSTALL) --require-hashes -r constraints.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

# What tests need holds all that the demo needs.
.venv/installed-dev: constraints-dev.txt pyproject.toml $(BIN)/python
	$(INSTALL) --require-hashes -r constraints-dev.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch .venv/installed $@

# Each candidate is tried by running it: a pyenv shim may be there and name no Python.
$(BIN)/python:
	@for python in python3.13 python3.12 python3.11 python3; do \
	    version=$$("$$python" -c 'import sys; v = sys.version_info; print("%d.%d" % v[:2]) if v >= (3, 11) else sys.exit(1)' 2>/dev/null) \
	        || continue; \
	    if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	        echo "Making .venv with Python $$version" && exec "$$python" -m venv --clear .venv; \
	    fi; \
	    bare=$$version; \
	done; \
	if [ -n "$$bare" ]; then \
	    echo "Python $$bare is here without its venv module. Install it: sudo apt-get install python$$bare-venv" >&2; \
	else \
	    echo "fob-mail needs Python 3.11 or newer, and none was found. Install it: sudo apt-get install python3 python3-venv" >&2; \
	fi; \
	exit 1
