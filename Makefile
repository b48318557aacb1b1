# make demo   the main job on real input
# make test   every check; make pack builds the npm tarball, make bench measures
# make playground serves examples/browser on this machine
# Each target first installs what it needs, at pinned versions, into ignored folders of the project.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
TARBALL = $(shell ls -t pkg/*.tgz 2>/dev/null | head -n 1)
SOURCES := Cargo.toml Cargo.lock README.md CHANGELOG.md $(shell find src pkg-template -type f)

.PHONY: demo test pack bench playground clean setup

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

bench: pkg/.packed
	@benches/run.sh

playground: pkg/.packed
	@node tests/js/playground/stage.mjs

clean:
	rm -rf target pkg .tools/scratch
