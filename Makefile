# `make dist` synthesizes dist/, `make test` passes the tests; both set up everything they need below this folder.

PYTHON ?= python3
VENV := .venv
SETUP := $(VENV)/.complete
SITE := build/site-environment/.complete
RELEASE := build/release-environment/.complete
PIP := $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help dist test tools lint format dashboards schema docs detection generated fresh imports diffs bench lock site release release-tools demo pictures try try-down soak clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*##/\1\t/p' $(MAKEFILE_LIST)

dist: $(SETUP)  ## synthesize observability.yaml into dist/
	python main.py

# Four processes, also on two cores: those with a control plane and with a node mostly wait; the others compute.
test: $(SETUP) tools  ## run all tests
	python -m pytest -n 4 --no-loadscope-reorder

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
	python docs/generate_log_pipelines.py
	python docs/generate_log_alerts.py
	python docs/generate_commands.py

detection: $(SETUP) tools  ## simulate failures and write docs/detection.md
	PYTHONPATH=tests python -m simulation.report

generated: dashboards docs dist  ## write everything that is generated

fresh: generated  ## fail when something committed is not what the code generates
	git diff --exit-code --stat -- dist dashboards docs observability.schema.json
	test -z "$$(git status --porcelain -- dist dashboards)"

imports: $(SETUP) tools  ## write imports/ from the definitions of other projects (needs Go)
	python imports/generate.py
	python imports/generate_native.py

diffs: $(SETUP)  ## show how long the diffs of typical changes are
	PYTHONPATH=. python tests/diffs.py

bench: $(SETUP) tools  ## measure what synthesis, dashboards and rules cost, and what Prometheus needs
	python tests/bench.py
	python tests/bench_dashboards.py
	python tests/bench_rules.py
	python tests/bench_sizing.py

lock:  ## write requirements.lock: the files of the packages in requirements.txt (needs the package index)
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	grep --invert-match '^-e' requirements.txt | build/lock/bin/uv pip compile --quiet --generate-hashes --no-deps --no-annotate --no-header \
		--universal --python-version 3.11 --output-file requirements.lock -
	grep == docs/requirements.txt | build/lock/bin/uv pip compile --quiet --generate-hashes --no-deps --no-annotate --no-header \
		--universal --python-version 3.11.5 --output-file docs/requirements.lock -
	grep == .ci/requirements.txt | build/lock/bin/uv pip compile --quiet --generate-hashes --no-deps --no-annotate --no-header \
		--universal --python-version 3.11 --output-file .ci/requirements.lock -

site: $(SITE)  ## build the documentation as a site into build/site
	NO_MKDOCS_2_WARNING=1 build/site-environment/bin/mkdocs build --quiet --strict

release-tools: $(RELEASE)  ## install what a release writes its bills of materials with

release: $(SETUP) $(RELEASE)  ## write the files of a release into build/release: make release VERSION=v0.1.0
	.ci/release "$$VERSION"

demo: $(SETUP)  ## run Prometheus, and Alertmanager, of dist/ here, before simulated routers; PROMETHEUS=PROGRAM and ALERTMANAGER=PROGRAM name others than those of make tools
	PYTHONPATH=tests python -m simulator.demo --prometheus $(or $(PROMETHEUS),tests/tools/bin/prometheus) \
	  --alertmanager $(or $(ALERTMANAGER),tests/tools/bin/alertmanager)

pictures: $(SETUP)  ## draw dashboards/ as pictures into build/pictures, from simulated traffic (needs Chromium); ARGUMENTS=--docs draws docs/images
	python tests/tools/build.py prometheus promtool pictures
	PYTHONPATH=tests python -m pictures $(ARGUMENTS)

try:  ## run dist/ on a local cluster, before recorded routers (needs kubectl and a kind, k3d or minikube cluster, or CONTEXT=NAME)
	examples/try/try.sh up
	examples/try/try.sh open

try-down:  ## remove what make try made
	examples/try/try.sh down

soak: $(SETUP) tools  ## run the stack on a node for half an hour while things fail (needs root on Linux)
	PYTHONPATH=.:tests python -m node.soak $(or $(MINUTES),30)

clean:  ## remove what was set up and built
	rm -rf $(VENV) .checkov build tests/tools/bin tests/tools/*/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Only files whose hashes are committed are installed; dependencies of dependencies stand in the list too.
$(SETUP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes --requirement requirements.lock
	$(PIP) --no-build-isolation --editable .
	touch $@

$(SITE): docs/requirements.lock
	$(PYTHON) -m venv build/site-environment
	build/site-environment/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement docs/requirements.lock
	touch $@

$(RELEASE): .ci/requirements.lock
	$(PYTHON) -m venv build/release-environment
	build/release-environment/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement .ci/requirements.lock
	touch $@
