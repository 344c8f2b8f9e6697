"""The gallery with numbers in it that nobody would write: refused by name or played, never more than that."""

import os
import random
import re
import subprocess

import pytest

from venue import PATIENCE, ROOT, Venue

ROUNDS = int(os.environ.get("PLIMSOLL_EXTREMES", 100))
DECIMALS = ["-1", "-0.5", "0", "0.00000001", "0.99999999", "1", "100", "1000000", "99999999999",
            "92233720368.54775807", "9223372036854775807", "184467440737095516"]  # fmt: skip
INTEGERS = [-1, 0, 1, 2, 125, 256, 2**31 - 1, 2**32 - 1, 2**63 - 1]
SPANS = ["0ms", "1ms", "1s", "1d", "366d", "999999999ms", "999999999d"]
# A text with a decimal, a text with a span of time, a whole number.
NUMBER = re.compile(r'"(?P<decimal>-?\d[\d.]*)"|"(?P<span>\d+(?:ms|s|m|h|d))"|(?<== )(?P<whole>\d+)\b')
# Beside what the gallery says, since it says little of most participants.
MARKET = {
    "makers": ("halfSpread", "inventoryScale", "deposit", "depth"),
    "noise": ("orderSize", "deposit"),
    "trendFollowers": ("orderSize", "threshold"),
    "meanReverters": ("orderSize", "threshold"),
    "arbitrageurs": ("positionMax", "threshold"),
    "leveragedCrowd": ("notionalMax", "stopShare", "herding"),
    "predator": ("budget", "gainPerCost"),
    "course": ("dailyVolatility", "dailyDrift", "follow"),
}


def gallery():
    """The scenarios that need no recording."""
    texts = [path.read_text() for path in sorted((ROOT / "Scenarios").glob("*.toml"))]
    return [text for text in texts if "[tape]" not in text]


def extreme(number, chance):
    if number["decimal"]:
        return f'"{chance.choice(DECIMALS)}"'
    return f'"{chance.choice(SPANS)}"' if number["span"] else str(chance.choice(INTEGERS))


def scenario(chance):
    """A scenario of three minutes with one to three numbers that are otherwise."""
    head, rest = re.split(r"^duration = .*\n", chance.choice(gallery()), flags=re.MULTILINE)
    for _ in range(chance.randint(1, 3)):
        number = chance.choice([*NUMBER.finditer(rest)])
        rest = rest[: number.start()] + extreme(number, chance) + rest[number.end() :]
    if "[market]" not in rest and chance.random() < 0.5:
        whose, names = chance.choice([*MARKET.items()])
        terms = f'{whose} = {{ {chance.choice(names)} = "{chance.choice(DECIMALS)}" }}'
        rest = rest.replace("\n[", f"\n[market]\n{terms}\n\n[", 1)
    return f'{head}duration = "3m"\n{rest}'


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_number_that_nobody_would_write_ends_no_process(tmp_path, seed):
    path = tmp_path / "extreme.toml"
    path.write_text(scenario(random.Random(seed)))
    done = subprocess.run(
        [Venue.binary(), "run", path], capture_output=True, text=True, timeout=PATIENCE
    )
    # Played, refused with file and place, or played with thresholds that do not hold.
    assert done.returncode in (0, 3, 10), f"{path.read_text()}\n{done.stderr}"
    assert done.returncode != 3 or str(path) in done.stderr, done.stderr
