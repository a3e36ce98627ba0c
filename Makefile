# The front door. Longer work is done by the scripts in .ci and in each benchmark's folder.

.DEFAULT_GOAL := help
SHELL := /bin/bash

# One release build serves tests, demo and benchmarks: tests import no internals.
BUILD_FLAGS := -c release --explicit-target-dependency-import-check error
TEST_FLAGS := $(BUILD_FLAGS) --disable-testable-imports --disable-xctest

# The file and the column to predict, for `make demo` on data of your own.
DATA ?=
LABEL ?=

# How long `make fuzz` searches and `make soak` loads.
SECONDS ?= 1800
MINUTES ?= 30

# How often `make kill` kills training runs on each device.
KILLS ?= 50

# The OpenCL part of the conformance tests, as one command.
OCLGRIND_COMMAND ?= .build/release/apus devices --self-check --device opencl:0

BENCHMARKS := $(patsubst Benchmarks/%/run.sh,%,$(wildcard Benchmarks/*/run.sh))

.PHONY: help setup build test demo lint bench oclgrind mutate fuzz soak kill clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "benchmarks: $(if $(BENCHMARKS),$(BENCHMARKS),none)"

setup: ## Install the missing Debian packages and check the Swift compiler
	@.ci/setup

build: setup ## Build everything for release
	swift build $(BUILD_FLAGS)

test: build ## Run all tests and say on which devices they ran
	@status=0; .ci/python || status=1; .ci/test $(TEST_FLAGS) || status=1; exit $$status

demo: build ## Simulate, train, serve and score; DATA=file.csv LABEL=column for your own
	.build/release/apus demo $(if $(DATA),--data '$(DATA)') $(if $(LABEL),--label '$(LABEL)')

lint: setup ## Check the form of the code, the kernels and the imports
	@.ci/lint
	@.ci/test $(TEST_FLAGS) --filter '^TidyTests\.'

bench: build ## Run every benchmark; fails in the end if any target is missed
	@status=0; for name in $(BENCHMARKS); do Benchmarks/$$name/run.sh || status=1; done; exit $$status

bench-%: build ## Run one benchmark by its name
	Benchmarks/$*/run.sh

oclgrind: build ## Search the kernels for races and stray reads on a simulated device
	@.ci/setup oclgrind
	@.ci/oclgrind $(OCLGRIND_COMMAND)

mutate: setup ## Change the code in one place at a time; a test must fail each time (slow)
	@.ci/mutate

fuzz: setup ## Search inputs that break the protocol's code, by libFuzzer; SECONDS=1800
	@.ci/fuzz $(SECONDS)

soak: build ## Load a server for long, with faults and swaps, and keep books; MINUTES=30
	Benchmarks/soak/soak.py --minutes $(MINUTES)

soak-%: setup ## The same under a sanitizer, memory aside: soak-thread, soak-address; MINUTES=30
	Benchmarks/soak/sanitized.sh $* $(MINUTES)

kill: build ## Kill training runs at random instants; they must end with the same bits; KILLS=50
	@APUS_KILLS=$(KILLS) .ci/test $(TEST_FLAGS) --filter 'EndToEndTests\.KillTests'

clean: ## Remove everything that was built
	rm -rf .build
