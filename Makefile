# Thin names for the usual commands. `make` alone lists them.
#
#   make run ARGS="--port 8080"     arguments for clasp
#   make test ARGS="a03"            only tests whose name has it
#   make bench ARGS="--quick"       arguments for the load run

ARGS ?=

# A rustup that sits in another home than this one.
ifndef RUSTUP_HOME
RUSTUP_HOME := $(shell build/rustup-home)
ifneq ($(RUSTUP_HOME),)
export RUSTUP_HOME
endif
endif

# Binaries and tests in one build, so that no dependency is built twice with other features.
BUILD_ALL = cargo build --workspace --bins --tests

.PHONY: help setup run test doctest bench plugins clients fmt lint deny ci

help:
	@echo "setup    installs what is missing, and says what"
	@echo "run      builds clasp and runs it with ARGS"
	@echo "test     all tests of the workspace"
	@echo "bench    instruction counts and the load run"
	@echo "plugins  all plugins as files: target/plugins/<id>.wasm"
	@echo "clients  the real clients against clasp"
	@echo "fmt      formats all code;  lint  formatting and clippy;  deny  licences and advisories"

setup:
	@build/setup rust wasm

run: setup
	cargo build --release
	@exec "$${CARGO_TARGET_DIR:-target}/release/clasp" $(ARGS)

test: setup
	@build/setup nextest redis
	$(BUILD_ALL)
	cargo nextest run --workspace $${CI:+--profile ci} $(ARGS)
	$(if $(ARGS),,cargo test --doc --workspace)

bench: setup
	@build/setup valgrind
	bench/run $(ARGS)

plugins: setup
	build/plugins

clients: setup
	@build/setup clients
	$(BUILD_ALL)
	CLASP_BIN="$${CARGO_TARGET_DIR:-target}/debug/clasp" tests/clients/run $(ARGS)

fmt:
	cargo fmt --all

lint: setup
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

deny:
	cargo deny check

ci:
	.ci/run
