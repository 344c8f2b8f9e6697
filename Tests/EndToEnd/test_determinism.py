"""The same commands give the same digest, whatever built the program and whatever seeds its hashes."""

import os

import pytest

from venue import ROOT, Venue, ccxt_client

START = 1_735_689_600_000
MINUTES = 40
HEADER = "open_time_ms,open,high,low,close,volume_base"


def row(minute):
    """A market that swings and then falls by a third within ten minutes."""
    fall = max(0, minute - 25) * 10
    opened = 300 + minute % 5 - fall
    close = 300 + (minute + 1) % 5 - max(0, minute - 24) * 10
    high, low = max(opened, close) + 2, min(opened, close) - 3
    return f"{START + minute * 60_000},{opened}.1,{high}.5,{low}.3,{close}.1,{900 + minute}.7"


class Build(Venue):
    """A venue of a chosen build."""

    def __init__(self, binary, *arguments, **options):
        super().__init__(*arguments, **options)
        self.chosen = binary

    def binary(self):
        return self.chosen


@pytest.fixture(scope="module")
def tape(tmp_path_factory):
    path = tmp_path_factory.mktemp("tape") / "BNBUSDT_synthetic_1m.csv"
    path.write_text("\n".join([HEADER, *map(row, range(MINUTES))]) + "\n")
    return path


def history(binary, folder, tape, env=None):
    """A long that dies in the fall, and an order that rests; digests along the way."""
    folder.mkdir()
    digests = []
    with Build(
        binary, folder, "--in-memory", "--tape", tape, "--paused", "--seed", "5", env=env
    ) as venue:
        venue.run_until(START + 10 * 60_000)
        digests.append(venue.digest())
        client = ccxt_client(venue)
        client.load_markets()
        symbol = "BNB/USDT:USDT"
        client.set_margin_mode("isolated", symbol)
        client.set_leverage(10, symbol)
        client.create_order(symbol, "market", "buy", 2, params={"newClientOrderId": "open"})
        client.create_order(symbol, "limit", "buy", 1, 290, {"newClientOrderId": "rest"})
        digests.append(venue.digest())
        venue.run_until(START + (MINUTES - 1) * 60_000)
        assert venue.control("receipts"), "the long is liquidated on the way"
        digests.append(venue.digest())
    return digests


def test_debug_and_release_agree_to_the_digest(tmp_path, tape):
    debug = ROOT / ".build/debug/plimsoll"
    if not debug.exists():
        pytest.skip("no debug build: `swift build` makes one")
    release = history(Venue.binary(), tmp_path / "release", tape)
    assert history(debug, tmp_path / "debug", tape) == release


def test_the_seed_of_the_hash_tables_changes_nothing(tmp_path, tape):
    drawn = history(Venue.binary(), tmp_path / "drawn", tape)
    fixed = {**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1"}
    assert history(Venue.binary(), tmp_path / "fixed", tape, env=fixed) == drawn
