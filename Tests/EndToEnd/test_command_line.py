"""The command line: what it prints, what it accepts, how it ends."""

import gzip
import json
import re
import zipfile
from decimal import Decimal

import pytest

from venue import Venue

COMMANDS = ["up", "run", "demo", "calc", "conform", "verify", "connect", "keys", "doctor"]


def test_help_and_version(plimsoll):
    top = plimsoll("--help", check=0).stdout
    for command in COMMANDS:
        assert command in top
        assert plimsoll(command, "--help", check=0).stdout.strip()
    assert re.search(r"\d+\.\d+", plimsoll("--version", check=0).stdout)


def test_usage_errors_end_with_two(plimsoll):
    for arguments in (["fly"], ["up", "--wings"], ["calc", "liq", "--leverage", "x"], ["connect"]):
        assert plimsoll(*arguments).returncode == 2, arguments


def test_the_demo_tells_the_classic_story(plimsoll):
    result = plimsoll("demo", check=0)
    page = result.stdout.replace(",", "").replace("\u2212", "-")
    for figure in ("200", "10x", "4000", "0.5", "100", "3636.36", "3600"):
        assert figure in page, figure
    assert re.search(r"\+\s*\$?100", page) and re.search(r"-\s*\$?100", page)
    assert len(result.stdout.splitlines()) <= 60, "one terminal page"
    assert plimsoll("demo", check=0).stdout == result.stdout, "the same every time"
    assert "\x1b[" not in result.stdout


def test_calc_liq(plimsoll):
    arguments = ["--side", "long", "--entry", "4000", "--quantity", "0.5"]
    result = plimsoll(
        "calc", "liq", *arguments, "--leverage", "10", "--maintenance-rate", "0.01", "--json",
        check=0,
    )
    assert json.loads(result.stdout)["liquidationPrice"].startswith("3636.36")
    assert json.loads(result.stdout)["bankruptcyPrice"] == "3600"
    # The same position under the published brackets, by the formula itself.
    result = plimsoll(
        "calc", "liq", *arguments, "--leverage", "10", "--symbol", "ETHUSDT", "--json", check=0
    )
    price = (Decimal(200) - Decimal(2000)) / (Decimal("0.5") * Decimal("0.004") - Decimal("0.5"))
    answer = json.loads(result.stdout)
    assert abs(Decimal(answer["liquidationPrice"]) - price) <= Decimal("1e-8")


def test_conform_ends_with_the_totals(plimsoll, shared):
    result = plimsoll("conform", shared / "vectors", timeout=600)
    last = result.stdout.strip().splitlines()[-1]
    totals = re.fullmatch(r"(\d+) passed, (\d+) failed, (\d+) skipped", last)
    assert totals, last
    passed, failed, skipped = map(int, totals.groups())
    assert failed == 0 and skipped == 0 and passed > 300, result.stdout[-2000:]
    assert result.returncode == 0


def test_conform_plays_scenarios_beside_vectors(plimsoll, shared):
    from venue import ROOT

    scenarios = ROOT / "Vectors/scenarios"
    count = len(list(scenarios.glob("*.json")))
    result = plimsoll("conform", shared / "vectors/adl.json", scenarios, check=0)
    passed = int(result.stdout.strip().splitlines()[-1].split(" ")[0])
    alone = plimsoll("conform", scenarios, check=0).stdout.strip().splitlines()[-1]
    assert alone == f"{count} passed, 0 failed, 0 skipped"
    assert passed > count > 30


def test_conform_names_the_step_of_a_scenario(plimsoll, tmp_path):
    from venue import ROOT

    text = (ROOT / "Vectors/scenarios/09-the-fund-pays-the-gap.json").read_text()
    assert '"fund": "9520"' in text
    spoiled = tmp_path / "spoiled.json"
    spoiled.write_text(text.replace('"fund": "9520"', '"fund": "9521"'))
    result = plimsoll("conform", spoiled)
    assert result.returncode == 1
    line = result.stdout.splitlines()[0]
    for word in ("spoiled.json", "steps[5]", "wallets.fund", "9521", "9520"):
        assert word in line


def test_a_liquidation_price_counts_the_closing_fee_where_the_profile_does(plimsoll):
    arguments = ("calc", "liq", "--side", "long", "--entry", "50000", "--leverage", "10")
    price = {}
    for profile in ("gate", "hyperliquid"):
        symbol = "BTCUSDT" if profile == "gate" else "BTCUSDC"
        document = plimsoll(
            *arguments, "--quantity", "1", "--profile", profile, "--symbol", symbol, "--json", check=0
        ).stdout
        price[profile] = Decimal(json.loads(document)["liquidationPrice"])
    # (50,000 - 5,000) / (1 - 0.4 % - 0.05 %) and / (1 - 1.25 %).
    assert abs(price["gate"] - Decimal("45203.41537")) < Decimal("0.001")
    assert abs(price["hyperliquid"] - Decimal("45569.62025")) < Decimal("0.001")


def test_conform_notices_a_wrong_number(plimsoll, shared, tmp_path):
    document = json.loads((shared / "vectors/tiers_maintenance.json").read_text())
    vector = next(row for row in document["vectors"] if row["formula"] == "MM_TIERED")
    name = next(iter(vector["expected"]))
    vector["expected"][name] = str(Decimal(vector["expected"][name]) + 1)
    spoiled = tmp_path / "spoiled.json"
    spoiled.write_text(json.dumps(document))
    result = plimsoll("conform", spoiled)
    assert result.returncode == 1
    assert re.search(r"\b1 failed", result.stdout.strip().splitlines()[-1])


def test_the_ccxt_block_works_as_it_is_printed(plimsoll, tmp_path):
    with Venue(tmp_path, "--in-memory", "--seed", "9") as venue:
        ready = venue.folder / "ready-1.json"
        block = plimsoll("connect", "ccxt", "--ready-file", ready, check=0).stdout
        names = {}
        exec(compile(block, "connect ccxt", "exec"), names)
        clients = [value for value in names.values() if hasattr(value, "fetch_balance")]
        clients = [value for value in clients if not isinstance(value, type)]
        assert len(clients) == 1
        clients[0].load_markets()
        assert clients[0].fetch_balance()["USDT"]["total"] > 0
        addresses = json.dumps(clients[0].urls["api"])
        assert "binance.com" not in addresses, "nothing may reach the real exchange"


def test_doctor(plimsoll):
    result = plimsoll("doctor")
    assert result.returncode in (0, 1) and result.stdout.strip()
    assert json.loads(plimsoll("doctor", "--json").stdout)


def test_the_market_is_checked_without_a_server(plimsoll):
    result = plimsoll("market", "check", "--hours", "2", "--seed", "3")
    assert result.returncode in (0, 1), result.stderr
    crossed = [line for line in result.stdout.splitlines() if "crossed touches" in line]
    assert len(crossed) == 6 and all(line.split()[0] == "✓" for line in crossed)
    assert result.stderr == "", "progress is for terminals"


def test_the_key_can_be_chosen(tmp_path):
    key, secret = "K" * 64, "S" * 64
    chosen = {"PLIMSOLL_KEY": key, "PLIMSOLL_SECRET": secret}
    with Venue(tmp_path, "--in-memory", env=chosen) as venue:
        assert (venue.key, venue.secret) == (key, secret)
        assert venue.signed("GET", "/fapi/v3/balance")
        assert secret not in venue.log() or "PLIMSOLL" not in venue.log()
        assert {"url", "restBase", "wsBase", "key", "secret", "seed", "pid"} <= set(venue.ready)
        assert venue.ready["pid"] == venue.process.pid


def test_the_same_seed_is_the_same_market(tmp_path):
    seen = []
    for run in ("one", "two"):
        (tmp_path / run).mkdir()
        with Venue(tmp_path / run, "--in-memory", "--seed", "21", "--paused") as venue:
            trades = venue.get("/fapi/v1/trades", symbol="ETHUSDT", limit=1000)
            start = venue.control("clock")["venueTime"]
            venue.run_until(start + 30_000)
            trades = venue.get("/fapi/v1/trades", symbol="ETHUSDT", limit=1000)
            seen.append([(row["id"], row["price"], row["qty"]) for row in trades])
    assert seen[0] and seen[0] == seen[1]


ROWS = [
    "1746373020000,3.2183,3.2324,3.2183,3.2285,95610.8",
    "1746373080000,3.2285,3.2333,3.2261,3.2309,63137.2",
    "1746373140000,3.2310,3.2396,3.2300,3.2372,73440.8",
]
HEADER = "open_time_ms,open,high,low,close,volume_base"


def with_row(index, row):
    rows = list(ROWS)
    rows[index] = row
    return rows


DAMAGED = {
    "a duplicate row": (with_row(2, ROWS[1]), 4),
    "a row out of order": (with_row(2, ROWS[0]), 4),
    "a missing column": (with_row(1, "1746373080000,3.2285,3.2333,3.2261,3.2309"), 3),
    "a word": (with_row(1, "1746373080000,3.2285,high,3.2261,3.2309,63137.2"), 3),
    "an exponent": (with_row(1, "1746373080000,3.2285,1e400,3.2261,3.2309,63137.2"), 3),
    "NaN": (with_row(1, "1746373080000,NaN,3.2333,3.2261,3.2309,63137.2"), 3),
    "a negative price": (with_row(1, "1746373080000,-3.2285,3.2333,3.2261,3.2309,63137.2"), 3),
    "a low above the open": (with_row(1, "1746373080000,3.2285,3.2333,3.2300,3.2309,1"), 3),
    "a high below the close": (with_row(1, "1746373080000,3.2285,3.2290,3.2261,3.2309,1"), 3),
    "an empty cell": (with_row(1, "1746373080000,3.2285,3.2333,,3.2309,63137.2"), 3),
    "no time": (with_row(1, "yesterday,3.2285,3.2333,3.2261,3.2309,63137.2"), 3),
}


def try_tape(plimsoll, path):
    result = plimsoll("up", "--in-memory", "--port", "0", "--tape", path)
    assert result.returncode in (1, 3), result
    text = result.stdout + result.stderr
    assert path.name in text, "the file is named"
    assert "Fatal" not in text
    return text


@pytest.mark.parametrize("case", DAMAGED, ids=DAMAGED.keys())
def test_a_damaged_tape_is_refused_with_line_and_column(plimsoll, tmp_path, case):
    rows, line = DAMAGED[case]
    path = tmp_path / "LAYERUSDT_1m.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    assert re.search(rf"\b{line}\b", try_tape(plimsoll, path))


def test_an_archive_cut_short_is_refused(plimsoll, tmp_path):
    text = ("\n".join([HEADER, *ROWS]) + "\n").encode()
    path = tmp_path / "LAYERUSDT_1m.csv.gz"
    path.write_bytes(gzip.compress(text)[:-12])
    try_tape(plimsoll, path)
    broken = bytearray(gzip.compress(text))
    broken[-6] ^= 0xFF
    path.write_bytes(bytes(broken))
    try_tape(plimsoll, path)
    archive = tmp_path / "LAYERUSDT_1m.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        writer.writestr("LAYERUSDT_1m.csv", text)
    archive.write_bytes(archive.read_bytes()[:80])
    try_tape(plimsoll, archive)


def test_a_tape_that_is_not_there(plimsoll, tmp_path):
    result = plimsoll("up", "--in-memory", "--port", "0", "--tape", tmp_path / "no.csv")
    assert result.returncode in (3, 4)
    assert "no.csv" in result.stdout + result.stderr


def test_an_unknown_profile_names_those_there_are(plimsoll):
    result = plimsoll("up", "--in-memory", "--port", "0", "--profile", "atlantis")
    assert result.returncode in (3, 4)
    assert "atlantis" in result.stderr and "binance-usdm" in result.stderr


@pytest.mark.parametrize(
    "change, word",
    [
        (lambda rules: rules["instruments"].clear(), None),
        (lambda rules: rules.pop("instruments"), "instruments"),
        (lambda rules: rules["instruments"][0].update(symbol="not a symbol"), "symbol"),
    ],
)
def test_an_impossible_profile_is_refused(plimsoll, tmp_path, change, word):
    from venue import ROOT

    rules = json.loads((ROOT / "Profiles/seed-simple.json").read_text())
    change(rules)
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(rules))
    result = plimsoll("up", "--in-memory", "--port", "0", "--profile", path)
    assert result.returncode == 3, result
    assert "mine.json" in result.stderr and (word is None or word in result.stderr)
