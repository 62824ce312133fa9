# make demo | test | check | up | bench | bench-ai | bench-models | bench-documents | clean    Each does its own set-up on a bare Debian or Ubuntu machine.
export DO_NOT_TRACK = 1
export PREFECT_SERVER_ANALYTICS_ENABLED = false
export DBT_SEND_ANONYMOUS_USAGE_STATS = false
export GX_ANALYTICS_ENABLED = false
BIN = .venv/bin

.PHONY: demo test check style types sql up bench bench-ai bench-warehouse bench-models bench-documents clean setup setup-test setup-bench

demo: setup          ## the whole way of an order, on a bundled sample, in under three minutes
	$(BIN)/fakturo demo

up: setup            ## everything on this machine: server, schedules, inbox, issuing
	$(BIN)/fakturo up

test: setup-test     ## all tests on two processes, with branch coverage
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-report= -q -rfE

check: setup-test style test  ## what continuous integration runs

style: setup-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(MAKE) --no-print-directory -j2 types sql

types:
	$(BIN)/mypy

sql:
	$(BIN)/sqlfluff lint -q transforms/models transforms/tests docs/queries

bench: setup-test    ## figures beside plain peers, as ratios; reads real data where it is there
	$(BIN)/python -m bench.main_job

bench-ai: setup-bench  ## Fakturo beside other AI clients, against the simulator; BENCH="--scenarios mix --seeds 5"
	.venv-bench/bin/python -m bench.ai $(BENCH)

bench-models: setup-test  ## rolling-origin backtests of the predictions on real data, beside baselines
	$(BIN)/python -m bench.models $(BENCH)

bench-warehouse: setup-test setup-bench  ## files of millions of lines to answered questions; BENCH="--lines 10000000"
	$(BIN)/python -m bench.warehouse $(BENCH)

bench-documents: setup-test setup-bench  ## PDF with its e-invoice beside plain WeasyPrint and other libraries; the official rules
	$(BIN)/python -m bench.documents $(BENCH)

setup:
	@.ci/setup

setup-test:
	@.ci/setup test

setup-bench:
	@.ci/setup bench

clean:               ## back to a fresh clone, but for your data/
	rm -rf .venv .venv-bench demo .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis transforms/target transforms/logs
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
