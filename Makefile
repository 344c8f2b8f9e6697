# make up      prepare what is missing, build, run the venue with a living market
#              (options: make up ARGS='--port 9871 --seed 7')
# make test    prepare, then run every test
# make build   the release binary, .build/release/plimsoll

ARGS ?=

.PHONY: up build test format lint clean

up: build
	.build/release/plimsoll up $(ARGS)

build:
	Scripts/prepare.sh
	swift build -c release --product plimsoll

test:
	Scripts/test.sh

format:
	swift format --in-place --recursive Sources Tests Package.swift

lint:
	swift format lint --strict --recursive Sources Tests Package.swift

clean:
	rm -rf .build .venv
