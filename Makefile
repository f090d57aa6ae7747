# `make dist` synthesizes dist/, `make test` passes the tests; both set up everything they need below this folder.

PYTHON ?= python3
VENV := .venv
SETUP := $(VENV)/.complete
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help dist test tools lint format dashboards schema docs detection generated fresh imports diffs bench clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*##/\1\t/p' $(MAKEFILE_LIST)

dist: $(SETUP)  ## synthesize observability.yaml into dist/
	python main.py

test: $(SETUP) tools  ## run all tests
	python -m pytest

tools: $(SETUP)  ## build the real programs that tests run (needs Go; the first time takes minutes)
	python tests/tools/build.py

lint: $(SETUP)  ## check style and types
	ruff check .
	ruff format --check .
	mypy
	mypy main.py examples
	pyright --warnings

format: $(SETUP)  ## lay out the code
	ruff check --fix .
	ruff format .

dashboards: $(SETUP)  ## render dashboards/ from code
	python -m semantic_router_observability.dashboards dashboards

schema: $(SETUP)  ## write observability.schema.json
	python -m semantic_router_observability.schema > observability.schema.json.new
	mv observability.schema.json.new observability.schema.json

docs: schema  ## write the generated parts of docs/
	python docs/generate_settings.py
	python docs/generate_runbooks.py
	python docs/generate_alerts.py

detection: $(SETUP) tools  ## simulate failures and write docs/detection.md
	PYTHONPATH=tests python -m simulation.report

generated: dashboards docs dist  ## write everything that is generated

fresh: generated  ## fail when something committed is not what the code generates
	git diff --exit-code --stat -- dist dashboards docs observability.schema.json
	test -z "$$(git status --porcelain -- dist dashboards)"

imports: $(SETUP) tools  ## write imports/ from the definitions of other projects (needs Go)
	python imports/generate.py

diffs: $(SETUP)  ## show how long the diffs of typical changes are
	PYTHONPATH=. python tests/diffs.py

bench: $(SETUP) tools  ## measure what synthesis, dashboards and rules cost
	python tests/bench.py
	python tests/bench_dashboards.py
	python tests/bench_rules.py

clean:  ## remove what was set up and built
	rm -rf $(VENV) .checkov build tests/tools/bin tests/tools/*/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(SETUP): requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	touch $@
