# Two commands do everything on a fresh Debian 12 or 13 machine: `make demo` and `make test`.
# They install what they need (as root or with sudo) and say so.
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help install build demo test test-rust test-python test-node test-nodes test-php test-jvm test-ruby test-e2e
.PHONY: build-jvm dist-check test-dist gate conformance mutants lint codegen fuzz dist release test-versions test-platforms
.PHONY: docs docs-test screenshots shops
.PHONY: bench bench-smoke bench-sandbox bench-rust bench-python bench-node bench-php bench-ruby bench-jvm bench-reconcile soak soak-python soak-node soak-php soak-ruby soak-jvm

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install: ## install what building and testing needs
	@.ci/install

build: install ## build every language
	@.ci/build

demo: build-jvm ## a checkout session's life in every language, against the local sandbox
	@python3 examples/demo.py

shops: build-jvm ## the example shops in a browser, against the local sandbox, until Ctrl-C
	@python3 examples/shops.py

test: lint test-rust test-python test-node test-nodes test-php test-jvm test-ruby conformance docs-test bench-smoke test-e2e test-dist gate ## every test

lint: build ## formatting, lints, circles of imports, and whether generated files are up to date
	cargo fmt --all --check
	cargo clippy --quiet --workspace --all-targets -- -D warnings
	cargo clippy --quiet -p lomi --all-targets --all-features -- -D warnings
	cargo clippy --quiet -p lomi --no-default-features -- -D warnings
	.ci/check-targets x86_64-pc-windows-msvc aarch64-apple-darwin x86_64-unknown-freebsd
	cargo codegen --check
	python3 tests/runners/mutants.py --check
	python3 tests/instructions/test.py
	python3 .ci/structure/test.py
	.ci/check-structure
	.ci/check-paths
	python3 .ci/promises/test.py
	.ci/check-promises
	python3 .ci/unsafe/test.py
	.ci/check-unsafe
	.venv/bin/hadolint examples/docker/*.Dockerfile
	.venv/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec examples/docker/compose.yaml
	.venv/bin/zizmor --offline --quiet .github/workflows
	node .ci/workflows/test.js
	node .ci/workflows/lint.js
	.venv/bin/python .ci/platforms/test.py
	.venv/bin/python .ci/check-platforms
	python3 .ci/shipped/test.py
	python3 .ci/central/test.py
	python3 .ci/native-image/test.py

test-rust: build ## core, generator, sandbox; the crate's docs, package and effect on its host program
	cargo test --quiet --features lomi/blocking,lomi/inbox-rusqlite,lomi/reqwest,lomi/tracing
	RUSTDOCFLAGS='-D warnings' cargo doc --quiet -p lomi --no-deps --all-features
	.ci/test-host-program
	.ci/check-package

test-python: build ## the Python package
	.venv/bin/pytest -q bindings-python/tests

test-node: build ## the npm package
	npm test --prefix bindings-node

test-nodes: build ## the same on the oldest and the newest Node
	.ci/test-nodes

test-php: build ## the PHP extension
	php -d extension=$(CURDIR)/target/debug/liblomi_php.so $$(command -v phpunit) -c bindings-php/phpunit.xml

test-ruby: build ## the Ruby gem
	cd bindings-uniffi/ruby && rake test
	cd bindings-uniffi/ruby && rubocop -c .rubocop.yml --format quiet . ../../tests/runners/ruby.rb ../../examples/ruby ../../examples/shop-ruby

build-jvm: build
	.ci/build-jvm

test-jvm: build-jvm ## the jar for Kotlin and Java
	.ci/test-jvm

conformance: build-jvm ## whether every language does what the scenarios say, and the same for every operation
	target/debug/lomi-conformance run
	target/debug/lomi-conformance sweep

mutants: build ## whether a rule that goes missing turns a scenario red
	python3 tests/runners/mutants.py

test-e2e: build-jvm ## a buyer in a browser, paying what each language's SDK and each example shop sells
	npm test --silent --prefix tests/e2e

dist-check: install
	.ci/dist target/dist-check release lomi-instructions

# The inbox is PHP, so another build of the extension does not change it: its 400 kills are in `make test-php`.
shipped = --filter '^(?!.*InboxCrashTest)'

test-dist: export LOMI_PHP_EXTENSION = $(CURDIR)/target/dist-check/lomi.so
test-dist: build dist-check ## what is shipped, optimised: installed where nothing was; PHPUnit over it too
	.ci/check-dist target/dist-check
	.ci/check-spring target/dist-check
	php -d extension=$$LOMI_PHP_EXTENSION $$(command -v phpunit) -c bindings-php/phpunit.xml $(shipped)

gate: dist-check ## instructions per call, at most 3 % from those recorded; BLESS=1 records them
	@.venv/bin/python tests/instructions/run.py $(if $(BLESS),--bless)

docs: ## the site of the documentation, in target/site
	@cmp -s docs/requirements.txt target/docs-venv/installed || { \
	    python3 -m venv target/docs-venv && \
	    target/docs-venv/bin/pip install -q --disable-pip-version-check -r docs/requirements.txt && \
	    cp docs/requirements.txt target/docs-venv/installed; }
	@NO_MKDOCS_2_WARNING=1 target/docs-venv/bin/mkdocs build --strict --quiet
	@python3 docs/site/check.py target/site

docs-test: build-jvm ## the code blocks, links, translations and reference of the documentation
	@.venv/bin/pytest -q docs/test
	@.venv/bin/python docs/test/run.py

screenshots: build ## the pictures of the sandbox and the shops, those of the documentation too
	@node tests/e2e/screenshots.js

dist: install ## what is shipped: wheel, npm tarballs, PHP extension, sandbox
	.ci/dist dist dist

release: install ## what a release has for Linux, in dist/: x86-64 and arm64, glibc and musl, with sums and licences
	.ci/release

test-versions: ## a call from what `make release` built, on each version of each language to be had; as root
	.ci/test-versions

test-platforms: ## the same on arm64 under qemu, and with musl, on both machines; as root
	.ci/test-platforms

bench: install ## what calls cost and buyers wait for, ours and the peers; writes docs/performance.md
	@status=0; python3 bench/run.py || status=$$?; \
	    target/bench/venv/bin/python bench/write.py && exit $$status

bench-smoke: build-jvm ## whether the bench still works: everything once
	@.venv/bin/python bench/test.py
	cargo check --quiet --locked --manifest-path core/bench/Cargo.toml --target-dir target
	@python3 bench/smoke.py

bench-sandbox: install ## the sandbox against its bars: requests a second, p99, memory, start
	.ci/bench-sandbox

fuzz: ## a minute of hostile input for each reader
	BOLERO_RANDOM_TEST_TIME_MS=60000 cargo test --package lomi --test fuzz -- --test-threads 2
	PROPTEST_CASES=50000 cargo test --package lomi --lib equal_values

codegen: ## write everything that follows from core/spec
	cargo codegen

bench-rust: install ## what a call costs in Rust, ours and the peers
	@python3 bench/run.py rust

bench-python: install ## what a call costs in Python, ours and the peers
	@python3 bench/run.py python

bench-reconcile: install ## what reconciling 100,000 rows costs in Python: CPU and memory
	cargo build --quiet --profile dist -p lomi-python
	.venv/bin/python bindings-python/bench/reconcile.py

soak: soak-python soak-node soak-php soak-ruby soak-jvm ## what takes many minutes: nothing may grow, leak or be mixed up

soak-python: build
	LOMI_SOAK=10 LOMI_TRIALS=1000 LOMI_SERVER_CALLS=5000 .venv/bin/pytest -q -s --durations=0 \
	    $(addprefix bindings-python/tests/test_,flat.py forks.py lifecycle.py servers.py)

bench-node: install ## what a call costs in Node, ours and the peers
	@python3 bench/run.py node

soak-node: build ## the long tests of the Node package: aborts, workers, memory, exits
	node --expose-gc --test bindings-node/test/soak.js

bench-php: install ## what a call costs in PHP, ours and the peers
	@python3 bench/run.py php

bench-jvm: build ## what a call costs on the JVM, ours and the JDK's client with Jackson
	@python3 bench/run.py jvm

bench-ruby: install ## what a call costs in Ruby, ours and Net::HTTP
	@python3 bench/run.py ruby

soak-php: export LOMI_PHP_EXTENSION = $(CURDIR)/target/release/liblomi_php.so
soak-php: export LOMI_TRIALS = 200
soak-php: export LOMI_FPM_REQUESTS = 10000
soak-php: build ## the long tests of the PHP extension, optimised: php-fpm, forks, memory, valgrind
	cargo build --quiet --release -p lomi-php
	cargo build --quiet --release -p lomi-bench-server
	php -d extension=$$LOMI_PHP_EXTENSION $$(command -v phpunit) -c bindings-php/phpunit.xml $(shipped)
	php bindings-php/bench/growth.php $$LOMI_PHP_EXTENSION 100000
	php bindings-php/tests/soak/valgrind.php

soak-ruby: export LOMI_TEST_CALLS = 100000
soak-ruby: build ## the long test of the gem: 100,000 calls, memory
	ruby bindings-uniffi/ruby/test/test_threads.rb

soak-jvm: export LOMI_TEST_CALLS = 100000
soak-jvm: build-jvm ## the long test of the jar: 100,000 calls, memory
	mvn --batch-mode --quiet --file bindings-uniffi/kotlin surefire:test -Dtest=MemoryTest
