"""The fault board and the clock from the command line, with a living market behind the door."""

import json
import time
from decimal import Decimal

import pytest

from venue import ROOT, Refused, Venue, ccxt_client

SYMBOL = "ETH/USDT:USDT"
ID = "ETHUSDT"


@pytest.fixture(scope="module")
def venue(tmp_path_factory):
    arguments = ("--in-memory", "--seed", "7", "--paused")
    with Venue(tmp_path_factory.mktemp("faults"), *arguments) as venue:
        venue.control("clock", {"step": 10_000})
        yield venue


@pytest.fixture
def board(venue, plimsoll):
    """`plimsoll fault` at the venue; mended at the end."""

    def run(*arguments, check=0):
        result = plimsoll("fault", *arguments, "--port", venue.port, "--json", check=check)
        return json.loads(result.stdout) if check == 0 else result.stderr

    yield run
    run("clear")


@pytest.fixture
def clock(venue, plimsoll):
    """`plimsoll clock` at the venue."""

    def run(*arguments, check=0):
        result = plimsoll("clock", *arguments, "--port", venue.port, "--json", check=check)
        return json.loads(result.stdout) if check == 0 else result.stderr

    return run


def buy(venue, quantity="0.1"):
    return venue.signed(
        "POST", "/fapi/v1/order", symbol=ID, side="BUY", type="MARKET", quantity=quantity
    )


def test_the_market_goes_on_while_the_door_is_shut(venue, board, clock):
    buy(venue)
    before = venue.control("status")
    posted = board("add", "maintenance")
    assert posted["state"] == "holds"
    for method, path in [("GET", "/fapi/v3/account"), ("DELETE", "/fapi/v1/allOpenOrders")]:
        with pytest.raises(Refused) as refusal:
            venue.signed(method, path, symbol=ID)
        assert refusal.value.status == 503
    with pytest.raises(Refused):
        venue.get("/fapi/v1/time")
    clock("step", "2m")
    behind = venue.control("status")
    assert behind["sequence"] > before["sequence"] + 400, "the market trades on"
    assert board("ls")["faults"][0]["strikes"] == 3
    board("clear")
    trades = venue.get("/fapi/v1/trades", symbol=ID, limit=1)
    assert trades[0]["time"] > before["clock"]["venueTime"] + 60_000


def test_ccxt_meets_the_errors_it_knows(venue, board):
    import ccxt

    exchange = ccxt_client(venue)
    exchange.load_markets()
    price = exchange.price_to_precision(SYMBOL, exchange.fetch_ticker(SYMBOL)["last"] * 0.9)
    for kind, error in [
        ("unknownStatus", ccxt.ExchangeNotAvailable),
        ("timeout", ccxt.RequestTimeout),
        ("rateLimited", ccxt.RateLimitExceeded),
        ("banned", ccxt.DDoSProtection),
        ("overloaded", ccxt.ExchangeNotAvailable),
        ("lostAck", ccxt.NetworkError),
    ]:
        measure = ("--milliseconds", "50") if kind == "timeout" else ()
        board("add", kind, "--request", "orders", *measure)
        # Each of ccxt's classes is a network error: one that may be tried again.
        with pytest.raises((error, ccxt.NetworkError, ccxt.OperationFailed)):
            exchange.create_order(
                SYMBOL, "limit", "buy", 0.1, float(price), {"newClientOrderId": kind}
            )
        assert board("ls")["faults"][0]["strikes"] == 1
        board("clear")
    names = {order["clientOrderId"] for order in exchange.fetch_open_orders(SYMBOL)}
    assert "lostAck" in names, "taken, although nobody was told"
    assert not names & {"rateLimited", "banned", "overloaded"}
    exchange.cancel_all_orders(SYMBOL)


def test_orders_of_unknown_status_are_found_by_their_names(venue, board):
    """What a careful bot does after a 503: it asks, and both answers happen."""
    board("add", "unknownStatus", "--request", "orders")
    price = Decimal(venue.get("/fapi/v1/ticker/price", symbol=ID)["price"]) * Decimal("0.9")
    found = 0
    for number in range(20):
        name = f"unknown-{number}"
        with pytest.raises(Refused) as refusal:
            venue.signed(
                "POST", "/fapi/v1/order", symbol=ID, side="BUY", type="LIMIT",
                timeInForce="GTC", quantity="0.1", price=f"{price:.0f}", newClientOrderId=name,
            )
        assert refusal.value.status == 503
        try:
            order = venue.signed("GET", "/fapi/v1/order", symbol=ID, origClientOrderId=name)
            assert order["status"] == "NEW"
            found += 1
        except Refused as unknown:
            assert unknown.code == -2013
    assert 2 <= found <= 18, "half of them, by the seed"
    venue.signed("DELETE", "/fapi/v1/allOpenOrders", symbol=ID)


def test_a_fault_coupled_to_the_market_is_told_with_its_odds(venue, board):
    row = board(
        "add", "overloaded", "--per-volatility", "0.2", "--per-liquidation", "0.5",
        "--episode", "30s", "--after", "1m", "--lasts", "10m", "--way", "rest",
    )
    assert row["state"] == "waits" and row["episode"] == 30_000
    assert (row["chance"], row["perVolatility"]) == ("0.00000000", "0.20000000")
    assert row["end"] - row["start"] == 600_000 and row["ways"] == ["rest"]
    told = board("ls")
    assert told["seed"] == "7" and Decimal(told["range"]) >= 0
    assert board("clear", str(row["id"]))[0]["id"] == row["id"]


def test_bad_faults_are_refused_with_their_reason(board):
    assert "there is no fault 'meteor'" in board("add", "meteor", check=1)
    assert "does not belong to lostAck" in board("add", "lostAck", "--milliseconds", "5", check=1)
    assert "there is no fault 99" in board("clear", "99", check=4)
    assert "250ms" in board("add", "lostAck", "--lasts", "soon", check=2)


def test_the_clock_obeys(venue, clock):
    began = clock()
    assert began["paused"]
    assert clock("step", "90s")["venueTime"] == began["venueTime"] + 90_000
    end = (began["venueTime"] // 60_000 + 3) * 60_000
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end / 1000))
    reached = clock("run-until", moment)
    assert reached["venueTime"] == end and reached["paused"] and reached.get("runUntil") is None
    assert "does not run back" in clock("run-until", str(began["venueTime"]), check=1)
    assert clock("speed", "60x")["speed"] == "60"
    assert clock("resume")["paused"] is False
    time.sleep(0.3)
    paused = clock("pause")
    assert paused["paused"] and paused["venueTime"] > end
    time.sleep(0.1)
    assert clock("status")["venueTime"] == paused["venueTime"]
    assert "no duration" in clock("step", "soon", check=2)
    assert "is greater than 0" in clock("speed", "2000000", check=1)
    clock("speed", "1")


def test_a_spike_of_the_index_is_told_and_over(venue, board, clock):
    def index():
        return Decimal(venue.get("/fapi/v1/premiumIndex", symbol=ID)["indexPrice"])

    before = index()
    posted = board("add", "indexSpike", "--factor", "1.1", "--symbol", ID, "--lasts", "2s")
    assert posted["factor"] == "1.10000000"
    clock("step", "1500ms")
    assert before * Decimal("1.05") < index() < before * Decimal("1.15")
    other = venue.get("/fapi/v1/premiumIndex", symbol="BTCUSDT")
    assert Decimal(other["indexPrice"]) > 0
    clock("step", "4s")
    assert abs(index() / before - 1) < Decimal("0.03")


def told(venue):
    """What the venue knows of the symbol's index, and of the other one's."""
    markets = {row["symbol"]: row for row in venue.control("status")["markets"]}
    return markets[ID], markets["BTCUSDT"]


def test_a_frozen_index_stands_until_the_fault_is_over(venue, board, clock):
    def index(symbol):
        return venue.get("/fapi/v1/premiumIndex", symbol=symbol)["indexPrice"]

    clock("step", "1s")
    before, other = index(ID), index("BTCUSDT")
    board("add", "indexFreeze", "--symbol", ID, "--lasts", "30s")
    clock("step", "25s")
    assert index(ID) == before and index("BTCUSDT") != other
    assert told(venue)[0]["indexStale"] is False, "it is told, only wrongly"
    clock("step", "10s")
    assert index(ID) != before


def test_a_silent_index_is_stale_until_it_is_told_again(venue, board, clock):
    clock("step", "1s")
    before = told(venue)[0]["indexSources"][0]["price"]
    posted = board("add", "indexSilence", "--symbol", ID)
    clock("step", "30s")
    silent, other = told(venue)
    assert silent["indexStale"] is True and other["indexStale"] is False
    assert silent["indexSources"][0]["price"] == before, "nothing is told"
    board("clear", str(posted["id"]))
    clock("step", "5s")
    assert told(venue)[0]["indexStale"] is False


def test_one_wrong_source_of_three_does_not_count(tmp_path):
    text = (ROOT / "Scenarios/one-bad-source.toml").read_text()
    scenario = tmp_path / "three-sources.toml"
    scenario.write_text(text.split("[[faults]]")[0] + "[thresholds]\ntrades = '>= 0'\n")
    with Venue(tmp_path, "--in-memory", "--scenario", scenario, "--paused") as venue:
        def prices():
            told = venue.control("status")["markets"][0]["indexSources"]
            return [Decimal(row["price"]) for row in sorted(told, key=lambda row: row["source"])]

        def index():
            return Decimal(venue.get("/fapi/v1/premiumIndex", symbol="BTCUSDT")["indexPrice"])

        venue.control("clock", {"step": 10_000})
        assert len(set(prices())) == 1
        venue.control("faults", {"kind": "indexSpike", "factor": "1.5", "source": 2})
        venue.control("clock", {"step": 10_000})
        right, also_right, wrong = prices()
        assert right == also_right and wrong > right * Decimal("1.4")
        assert index() == right
        venue.control("faults", {"kind": "indexSpike", "factor": "1.5", "source": 1})
        venue.control("clock", {"step": 10_000})
        assert index() > right * Decimal("1.4"), "two of three decide"


def test_without_a_venue_both_say_so(plimsoll):
    for command in ("fault", "clock"):
        result = plimsoll(command, "--port", 1)
        assert result.returncode == 5 and "no venue answers" in result.stderr
