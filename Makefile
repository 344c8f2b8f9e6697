# make up      prepare what is missing, build, run the venue with a living market
#              (options: make up ARGS='--port 9880 --seed 7')
# make test    prepare, then run every test
# make clients the tests with stock clients from PyPI: ccxt, freqtrade and others (minutes)
# make soak    what takes longer than a test run may (make soak STAGES='twin kills'; how long each
#              takes: Scripts/soak.sh)
# make fuzz    libFuzzer on the readers of foreign bytes (FUZZ=60 seconds each)
# make sanitize every Swift test under the address sanitizer, those with threads under the thread one
#              (half an hour and more on two cores with the builds, which are kept; Scripts/sanitize.sh)
# make reference writes Documentation/API.md from the routes and the tests that use them
# make build   the release binary, .build/release/plimsoll

ARGS ?=
STAGES ?=
FUZZ ?= 60

# Swift's package manager plans a build anew when its environment changes, which costs a start several
# seconds: it is not shown what make adds.
SWIFT = env -u ARGS -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES swift

.PHONY: up build test clients soak fuzz sanitize reference format lint clean

up: build
	.build/release/plimsoll up $(ARGS)

build:
	Scripts/prepare.sh
	Scripts/web-assets.sh
	$(SWIFT) build -c release --product plimsoll

test:
	Scripts/test.sh

clients: build
	Scripts/clients.sh

soak:
	Scripts/soak.sh $(STAGES)

fuzz:
	FUZZ=$(FUZZ) Scripts/fuzz.sh

sanitize:
	Scripts/sanitize.sh

reference:
	$(SWIFT) build --product plimsoll
	.build/debug/plimsoll reference >Documentation/API.md.new
	mv Documentation/API.md.new Documentation/API.md

format:
	swift format --in-place --recursive Sources Tests Package.swift

lint:
	swift format lint --strict --recursive Sources Tests Package.swift

clean:
	rm -rf .build .venv .venv-clients .venv-nautilus .venv-web
