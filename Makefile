# make demo   the main job on real input
# make test   every check; make test-all adds the other runtimes and the bundlers; make pack builds the npm tarball, make bench measures
# make fuzz, fuzz-sdk, fuzz-js, fuzz-header, hostile, miri   for longer than make test does; make audit, reproducible, release
# make playground serves examples/browser on this machine; make api renews docs/api
# make site makes the site, of docs, in site/dist; make site-dev serves it while pages change
# Each target first installs what it needs, at pinned versions, into ignored folders of the project.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
TARBALL = $(shell ls -t pkg/*.tgz 2>/dev/null | head -n 1)
SOURCES := Cargo.toml Cargo.lock README.md CHANGELOG.md $(shell find src pkg-template -type f)

.PHONY: demo test test-all pack bench playground api site site-dev fuzz fuzz-sdk fuzz-js fuzz-header hostile miri audit reproducible release clean setup

setup:
	@tools/setup.sh tools

pkg/.packed: $(SOURCES) tools/package-lock.json
	@tools/setup.sh tools
	@node pkg-template/build.mjs
	@rm -f pkg/*.tgz
	@npm pack ./pkg/npm --pack-destination pkg --loglevel=error >/dev/null
	@touch $@

# The tarball's path is the last line.
pack: pkg/.packed
	@echo "$(CURDIR)/$$(ls pkg/*.tgz)"

demo: pkg/.packed
	@tests/demo.sh

test:
	@tests/run.sh

# The tarball installed by every package manager; the suite in every runtime, and a small app through every bundler, of
# README's table; the SDK in its own CLI's bundler, in Jest and in Vitest; the playground in both browsers; the site in Chromium.
test-all: test
	@tools/setup.sh tests/npm/runtimes/bundlers tests/npm/sdk/cli tests/npm/sdk/runners tests/npm/installers
	@node --test --test-timeout=300000 tests/npm/installers/all.mjs
	@node --test --test-timeout=300000 tests/npm/sdk/cli/*.test.mjs tests/npm/sdk/runners/*.test.mjs
	@node --test --test-timeout=600000 tests/wasm-pack/bundlers.mjs
	@tools/browsers.sh firefox-esr
	@node tests/npm/runtimes/runtimes.mjs --all
	@node --test --test-timeout=1800000 tests/npm/playground/all.mjs
	@$(MAKE) --no-print-directory site
	@node --test --test-timeout=600000 tests/npm/site/all.mjs

bench: pkg/.packed
	@benches/run.sh

playground: pkg/.packed
	@node tests/npm/playground/stage.mjs

# From the doc comments of what the package exports. A test fails where the pages are not up to date.
api:
	@tools/setup.sh tools
	@tools/node_modules/.bin/typedoc --options tools/typedoc.config.mjs

site site-dev: pkg/.packed
	@tools/setup.sh site
	@site/node_modules/.bin/vitepress $(if $(filter site,$@),build,dev) site

# An hour, or SECONDS=... in all. A finding ends it with an error.
fuzz:
	@tools/setup.sh cargo-fuzz
	@fuzz/run.sh $(or $(SECONDS),3600)

# Ten minutes, or SECONDS=..., beside the real SDK, the bare wasm-pack build, another parser of the header; SEED=... repeats a run.
fuzz-sdk fuzz-js fuzz-header: pkg/.packed
	@tools/setup.sh tests/npm tests/npm/http
	@node tests/npm/fuzz.mjs $@ $(or $(SECONDS),600) $(SEED)

# The hostile tests at full length: 50 million keys, strings of 512 MiB. Takes 4 GiB.
hostile: pkg/.packed
	@CREATES=$(or $(CREATES),50000000) LONGEST=1 node --test --test-timeout=3600000 tests/npm/hostile/*.test.mjs

# The crate's unit tests under Miri: rustup +nightly component add miri rust-src
miri:
	@cargo +nightly miri test --lib

# Fails with 3 if not everything could be looked up: RustSec's and npm's advisories take the network.
audit:
	@tools/audit.sh

reproducible:
	@tests/reproducible.sh

# All that comes before publishing, make test included, and nothing published; PUBLISH=1 publishes.
release:
	@PUBLISH=$(PUBLISH) tools/release.sh

clean:
	rm -rf target pkg .tools/scratch
