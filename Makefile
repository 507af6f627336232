# Sparkroom's commands. Each one first sets up what it needs and is still missing; CONTRIBUTING.md says more.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && exit; done; echo python3)
SETUP := $(PYTHON) -m ide.launcher.setup
VENV := .venv/bin/python
# Ends with make, however that ends.
SERVE := exec $(VENV) -IS ide/launcher/tied.py TERM $$PPID $(VENV) manage.py serve
PARTS := $(MAKE) --no-print-directory --keep-going
LOCK := $(VENV) -m uv pip compile --quiet --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	--universal --python-version 3.11

.PHONY: help
help:
	@echo "make run      set up what is missing, then serve on http://localhost:8000 (PORT=8123 make run: elsewhere)"
	@echo "make dev      the same, and whatever changes is loaded again"
	@echo "make check    formatting, lint, types, layers, templates, the frontend, generated files, sizes"
	@echo "make test     every test"
	@echo "make soak     every test, the random and fault suites at full counts"
	@echo "make bench    the side-by-side figures, also in build/bench.json"
	@echo "make lock     the lock files anew, after a change of requirements*.in"

.PHONY: run dev
run:
	@$(SETUP) run
	@$(SERVE)
dev:
	@$(SETUP) run
	@$(SERVE) --reload

.PHONY: check check-format check-lint check-types check-layers check-templates check-frontend check-migrations check-tree
check:
	@$(SETUP) check
	@$(PARTS) check-format check-lint check-types check-layers check-templates check-migrations check-tree check-frontend
check-format:
	$(VENV) -m ruff format --check .
check-lint:
	$(VENV) -m ruff check .
check-types:
	$(VENV) -m mypy ide workers tests manage.py
check-layers:
	$(VENV) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()' --no-logo
check-templates:
	$(VENV) -m djlint --check --lint ide/templates
check-migrations:
	$(VENV) manage.py makemigrations --check --dry-run
check-tree:
	$(VENV) -m ide.launcher.tree
check-frontend:
	$(SETUP) npm run check

.PHONY: test soak bench test-frontend test-python soak-python
test:
	@$(SETUP) test
	@$(PARTS) test-frontend test-python
soak:
	@$(SETUP) test
	@$(PARTS) test-frontend soak-python
bench:
	@$(SETUP) test
	$(VENV) -m tests.benchmarks
test-frontend:
	$(SETUP) npm test
test-python:
	$(VENV) -m pytest
soak-python:
	$(VENV) -m pytest --soak

.PHONY: lock
lock:
	@$(SETUP) lock
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --constraint requirements.txt --output-file requirements-dev.txt
	$(LOCK) requirements-node.in --output-file requirements-node.txt
	$(LOCK) workers/sandboxes/requirements.in --output-file workers/sandboxes/requirements.txt
