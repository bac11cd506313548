# Two commands matter: `make run` (set up and run the hub here) and `make test` (everything CI runs).
.PHONY: run setup test check docs bench detection eval pictures sim

SHELL := /bin/sh
# Tests and `hub up` start the hub's processes by the dozen: each would compile all of it, a tenth of its start.
unexport PYTHONDONTWRITEBYTECODE
PIP := .venv/bin/pip --disable-pip-version-check install -q -c constraints.txt
STAMPS := var/setup
PACKAGES := $(STAMPS)/packages
TEST_PACKAGES := $(STAMPS)/test-packages
BASE := $(STAMPS)/base
JARS := $(STAMPS)/jars
NODE := $(STAMPS)/node
ASSETS := $(STAMPS)/assets
DEV := $(STAMPS)/dev
SEEDS ?= 1000

run: setup
	@exec .venv/bin/hub up

setup: $(PACKAGES)
	@$(MAKE) -s -j2 $(BASE) $(JARS) $(ASSETS)

test: $(TEST_PACKAGES) check
	@$(MAKE) -s $(JARS) $(ASSETS)
	.venv/bin/pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(DEV)
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	.venv/bin/lint-imports

docs: $(DEV)
	.venv/bin/python -m hub.tools.documents

bench: $(DEV) $(JARS)
	.venv/bin/hub bench

# The share scan on real cities beside published detectors; writes docs/detection.md. HUB_EVAL_DATA names the folder.
detection: $(DEV)
	.venv/bin/python -m benchmarks.detection

# Checks on real outside data: HUB_EVAL_DATA names the folder.
eval: $(TEST_PACKAGES) $(DEV) $(JARS)
	@test -d "$(HUB_EVAL_DATA)" || { echo "HUB_EVAL_DATA 须指向数据目录 / HUB_EVAL_DATA must name the data folder" >&2; exit 1; }
	.venv/bin/pytest evaluation
	.venv/bin/python -m benchmarks.detection --short

# A picture of each page of the console, of a simulated Sanming, into docs/console.
pictures: $(TEST_PACKAGES) $(DEV) $(ASSETS)
	HUB_PICTURES=docs/console .venv/bin/pytest tests/console/test_layout.py

# The deterministic simulation over many more seeds than CI has time for.
sim: $(DEV)
	SEEDS=$(SEEDS) .venv/bin/pytest tests/simulation

$(PACKAGES): deploy/setup/packages.sh
	@mkdir -p $(STAMPS)
	@deploy/setup/packages.sh run
	@touch $@

$(TEST_PACKAGES): deploy/setup/packages.sh
	@mkdir -p $(STAMPS)
	@deploy/setup/packages.sh test
	@touch $(PACKAGES) $@

.venv/bin/pip: | $(PACKAGES)
	@"$$(deploy/setup/find-python)" -m venv .venv

$(BASE): pyproject.toml constraints.txt | .venv/bin/pip
	@echo "安装 Python 软件包 / installing Python packages …"
	@$(PIP) -e .
	@touch $@

# Everything at once: the base stamp is made true by the same command.
$(DEV): pyproject.toml constraints.txt | .venv/bin/pip
	@echo "安装开发用 Python 软件包 / installing Python packages for development …"
	@$(PIP) -e '.[dev,postgres,bench,otel]'
	@touch $(BASE) $@

$(NODE): package.json package-lock.json .npmrc | $(PACKAGES)
	@echo "下载控制台的浏览器部件 / fetching the console's parts for the browser …"
	@npm ci --silent
	@touch $@

# The standard library alone: any Python of the machine will do.
$(ASSETS): $(NODE) hub/console/assets.py hub/console/static/icons.txt | $(PACKAGES)
	@"$$(deploy/setup/find-python)" -m hub.console.assets node_modules
	@touch $@

# Copied aside and renamed, so that an interrupted download never looks complete.
$(JARS): deploy/broker/pom.xml | $(PACKAGES)
	@echo "下载 Apache Kafka / fetching Apache Kafka …"
	@rm -rf var/broker/jars var/broker/jars.new
	@mvn -q -B -Dstyle.color=never -f deploy/broker/pom.xml dependency:copy-dependencies \
		-DoutputDirectory="$(CURDIR)/var/broker/jars.new" -DincludeScope=runtime
	@mv var/broker/jars.new var/broker/jars
	@touch $@
