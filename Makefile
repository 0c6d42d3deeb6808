# `make help` lists what can be done. Everything heavier than a line lives in bin/.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON := .venv/bin/python

.PHONY: help run test proof bench behaviours lint format messages tour lock setup clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

run: ## Install what is needed, load demo data on first start, serve on http://127.0.0.1:8000 (PORT, DATABASE_URL, DEMO_PASSWORD)
	@bin/setup run
	@exec $(PYTHON) bin/run.py

test: ## Everything CI runs: lint, types, migrations, tests on PostgreSQL and SQLite, browser journeys
	@bin/setup test
	@exec $(PYTHON) bin/checks.py

proof: ## The long searches, in parts (PART=name for one); writes docs/proof.md
	@bin/setup test
	@exec $(PYTHON) bin/proof.py $(PART)

bench: ## Measure the figures of the product on PostgreSQL
	@bin/setup bench
	@exec $(PYTHON) bin/bench.py

behaviours: ## How many rows of docs/behaviours.tsv and docs/asvs.csv the last test run proved, and which are open
	@exec python3 bin/behaviours.py

lint: ## Style, imports between packages, types
	@bin/setup test
	@exec $(PYTHON) bin/checks.py --static

format: ## Put the code in the common form
	@bin/setup test
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet .

messages: ## Collect texts for translation, keep what is translated, compile
	@bin/setup test
	@exec $(PYTHON) bin/messages.py collect

tour: ## Take the pictures of the README from a running demo (make run)
	@bin/setup test
	@exec $(PYTHON) bin/tour.py

lock: ## Resolve requirements*.in and package.json again, with hashes
	@bin/setup test
	@exec bin/lock

setup: ## Only install
	@bin/setup test

clean: ## Remove what was installed or built; keeps var/ (data and keys)
	rm -rf .venv node_modules static_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
