"""Scenarios on the command line and behind the API."""

import json
import time
from decimal import Decimal

from venue import ROOT, Venue

GALLERY = ROOT / "Scenarios"


def test_a_record_is_played_again(plimsoll, tmp_path):
    out = tmp_path / "run.json"
    plimsoll("run", "calm", "--seed", "5", "--out", out, check=0)
    assert "comes out as it was recorded" in plimsoll("verify", out, check=0).stdout
    record = json.loads(out.read_text())
    agreed, changed = (row["sequence"] for row in record["checkpoints"][2:4])
    record["checkpoints"][3]["digest"] = "0123456789abcdef"
    out.write_text(json.dumps(record))
    result = plimsoll("verify", out, check=6)
    assert f"sequence {agreed + 1}" in result.stderr
    document = json.loads(plimsoll("verify", out, "--json", check=6).stdout)
    assert document["mismatch"]["first"] == agreed + 1
    assert document["mismatch"]["last"] == changed
    out.write_text("{}")
    assert plimsoll("verify", out).returncode == 3
    assert plimsoll("verify", tmp_path / "nothing.json").returncode == 4


def test_a_failed_threshold_ends_with_ten_and_shows_which(plimsoll, tmp_path):
    text = (GALLERY / "calm.toml").read_text()
    changed = tmp_path / "quiet.toml"
    changed.write_text(text.replace('trades = ">= 500"', 'trades = "== 1"'))
    result = plimsoll("run", changed, check=10)
    assert "✗ trades == 1" in result.stdout and "✓ deficit == 0" in result.stdout


def test_an_unknown_key_is_an_error_with_a_place_and_a_suggestion(plimsoll, tmp_path):
    changed = tmp_path / "wrong.toml"
    changed.write_text("titel = 'x'\n" + (GALLERY / "calm.toml").read_text())
    result = plimsoll("run", changed, check=3)
    assert "line 1: titel: no such key, did you mean title?" in result.stderr
    result = plimsoll("run", "flash-crahs", check=4)
    assert "did you mean flash-crash?" in result.stderr


def test_a_fair_mark_price_takes_the_prey_from_the_predator(plimsoll, tmp_path):
    text = (GALLERY / "stop-hunt.toml").read_text()
    mark = 'mark = { method = "lastTrade" }\n'
    assert mark in text
    scenario, out = tmp_path / "fair.toml", tmp_path / "run.json"
    scenario.write_text(text.replace(mark, ""))
    plimsoll("run", scenario, "--out", out, check=10)
    metrics = json.loads(out.read_text())["metrics"]
    assert Decimal(metrics["predator.volume"]) > 1_000_000, "it hunts all the same"
    assert Decimal(metrics["predator.profit"]) < 0
    assert Decimal(metrics["bot.prey.profit"]) > -10


def test_a_scenario_goes_on_after_a_restart(tmp_path):
    arguments = ("--data", tmp_path / "data", "--scenario", "withdrawal-halt", "--paused")
    with Venue(tmp_path, *arguments) as venue:
        venue.control("clock", {"step": 90_000})
        before = venue.control("scenarios")["running"]
        faults = venue.control("faults")["faults"]
        orders = venue.control("status")["sequence"]
        assert orders > 1_000
    with Venue(tmp_path, *arguments) as venue:
        after = venue.control("scenarios")["running"]
        assert after["startTime"] == before["startTime"] < after["countedSince"]
        assert [row["start"] for row in venue.control("faults")["faults"]] == [
            row["start"] for row in faults
        ]
        assert faults, "the scenario has a fault to keep"
        metrics = {row["name"]: row["value"] for row in after["metrics"]}
        wanted = {row["name"]: row["value"] for row in before["metrics"]}
        bots = [name for name in wanted if name.startswith("bot.") and name.endswith(".equity")]
        assert bots and all(Decimal(metrics[name]) > 0 for name in bots)
        venue.control("clock", {"step": 60_000})


def test_a_scenario_behind_the_api(tmp_path):
    with Venue(tmp_path, "--in-memory", "--scenario", "outage-in-the-crash", "--paused") as venue:
        page = venue.control("scenarios")
        assert page["running"]["name"] == "outage-in-the-crash"
        assert page["home"], "it was started with it"
        rows = {row["metric"]: row for row in page["running"]["thresholds"]}
        assert rows["bot.watcher.outageCost"]["met"] is None, "only two whole runs can tell"
        assert rows["deficit"] == {
            "metric": "deficit", "comparison": "==", "bound": "0", "value": "0", "met": True,
        }
        assert {row["name"] for row in page["scenarios"]} == {path.stem for path in GALLERY.glob("*.toml")}
    with Venue(tmp_path, "--in-memory", "--paused") as venue:
        assert venue.control("scenarios")["running"] is None


def test_a_new_venue_opens_with_the_history_that_was_asked_for(plimsoll, tmp_path):
    arguments = ("--data", tmp_path / "data", "--history", "4m", "--seed", "3")
    minute = 60_000
    earliest = time.time_ns() // 1_000_000 // minute * minute
    with Venue(tmp_path, *arguments) as venue:
        latest = time.time_ns() // 1_000_000 // minute * minute
        candles = venue.get("/fapi/v1/klines", symbol="BTCUSDT", interval="1m")
        opened = candles[0][0]
        assert earliest <= opened + 4 * minute <= latest
        assert len(candles) >= 4 and all(float(candle[5]) > 0 for candle in candles[:4])
        assert venue.control("clock")["venueTime"] >= opened + 4 * minute
        venue.stop()
        # It is in the journal like everything else, and is not traded twice.
        plimsoll("verify", tmp_path / "data", check=0)
        venue.start()
        again = venue.get("/fapi/v1/klines", symbol="BTCUSDT", interval="1m")
        assert again[: len(candles) - 1] == candles[:-1]
    for wrong in (("--history", "2d"), ("--history", "1h", "--scenario", "calm")):
        assert "--history" in plimsoll("up", "--in-memory", *wrong, check=2).stderr
