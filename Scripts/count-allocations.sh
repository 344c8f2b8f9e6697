#!/usr/bin/env bash
# Heap allocations per command of the engine, from the difference between one round of
# `plimsoll bench venue` and three: what is allocated before and around the rounds falls out.
#
#     Scripts/count-allocations.sh FLOW
set -euo pipefail
flow=${1:?a flow file, see plimsoll bench venue --help}
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cc -O2 -shared -fPIC -o "$folder/count.so" Scripts/count-allocations.c

allocations() {
    LD_PRELOAD="$folder/count.so" .build/release/plimsoll bench venue --flow "$flow" --rounds "$1" \
        2>&1 >"$folder/result.json" | sed -n 's/^allocations //p'
}

one=$(allocations 1)
three=$(allocations 3)
python3 - "$one" "$three" "$folder/result.json" <<'PYTHON'
import json, sys

one, three = int(sys.argv[1]), int(sys.argv[2])
commands = json.load(open(sys.argv[3]))["commands"]
print(f"{(three - one) / 2:.0f} allocations a round of {commands} commands and its set-up,")
print(f"{(three - one) / 2 / commands:.6f} a command")
PYTHON
