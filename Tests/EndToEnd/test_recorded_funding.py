"""A tape with its recorded funding settles what the market settled, when it did."""

import csv

from venue import Venue

SYMBOL = "LAYERUSDT"
BEGIN = 1_746_372_780_000
# 2025-05-06 10:30 UTC: the collapse, in which the interval went from four hours to one.
END = 1_746_527_400_000


def test_the_recorded_rates_are_settled(tmp_path, shared):
    funding = shared / "data/funding" / f"{SYMBOL}_binance_funding_2025.csv"
    tape = shared / "data/klines_1m" / f"{SYMBOL}_binance_perp_1m.csv.gz"
    with Venue(tmp_path, "--tape", tape, "--funding", funding, "--paused", "--in-memory") as venue:
        begin = venue.get("/fapi/v1/time")["serverTime"]
        venue.run_until(END)
        settled = venue.get("/fapi/v1/fundingRate", symbol=SYMBOL, limit=1000)
    with open(funding, newline="") as file:
        recorded = [
            (round(int(row["funding_time_ms"]) / 60_000) * 60_000, float(row["funding_rate"]))
            for row in csv.DictReader(file)
        ]
    expected = [(at, rate) for at, rate in recorded if BEGIN < at <= END]
    assert [(row["fundingTime"], float(row["fundingRate"])) for row in settled] == expected
    hours = {(later[0] - at[0]) // 3_600_000 for at, later in zip(expected, expected[1:])}
    assert hours == {1, 4}, "both intervals are in the recording"
    assert min(rate for _, rate in expected) == -0.02


def test_a_damaged_recording_of_funding_is_refused(plimsoll, tmp_path, shared):
    tape = shared / "data/klines_1m" / f"{SYMBOL}_binance_perp_1m.csv.gz"
    damaged = tmp_path / "funding.csv"
    damaged.write_text("funding_time_ms,funding_rate\n1746527400000,1e-4\n")
    ended = plimsoll("up", "--tape", tape, "--funding", damaged, "--in-memory", check=3)
    assert f"{damaged}:2: funding_rate: '1e-4' is not a decimal number" in ended.stderr
    ended = plimsoll("up", "--tape", tape, "--funding", tmp_path / "none.csv", check=4)
    assert "none.csv" in ended.stderr
    plimsoll("up", "--funding", damaged, check=2)
