"""LAYERUSDT, May 2025: a recorded market collapses and takes a 10x long with it.

The account buys on the evening of 2025-05-05 and is run through the collapse of 2025-05-06 with the
clock under the test's control. What the venue says of the forced close is computed again here, in
decimal arithmetic that shares nothing with it.
"""

from datetime import datetime, timezone
from decimal import ROUND_HALF_UP, Decimal

import pytest

from venue import Venue, ccxt_client

SYMBOL = "LAYER/USDT:USDT"
ID = "LAYERUSDT"
QUANTITY = Decimal("1000")


def at(text):
    """Milliseconds of a time of day, UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp() * 1000)


OPENING = at("2025-05-05 18:00")
BEFORE = at("2025-05-06 02:00")
AFTER = at("2025-05-06 09:00")


def play(folder, tape):
    """One run through the collapse: everything that can be seen of it from outside."""
    seen = {}
    with Venue(folder, "--in-memory", "--seed", "1", "--paused", "--tape", tape) as venue:
        exchange = ccxt_client(venue)
        exchange.load_markets()
        assert exchange.symbols == [SYMBOL]
        clock = venue.run_until(OPENING)
        assert clock["venueTime"] == OPENING and clock["paused"]
        exchange.set_margin_mode("isolated", SYMBOL)
        exchange.set_leverage(10, SYMBOL)
        seen["untouched"] = account(venue)
        seen["order"] = exchange.create_order(SYMBOL, "market", "buy", float(QUANTITY))
        seen["fills"] = venue.signed("GET", "/fapi/v1/userTrades", symbol=ID)
        seen["position"] = position(venue)
        seen["opened"] = account(venue)
        # An order far below, to be cancelled by the forced close of the same scope.
        low = float(exchange.price_to_precision(SYMBOL, exchange.fetch_ticker(SYMBOL)["last"] * 0.96))
        seen["resting"] = exchange.create_order(SYMBOL, "limit", "buy", 10, low)
        exchange.cancel_order(seen["resting"]["id"], SYMBOL)
        venue.run_until(BEFORE)
        seen["before"] = position(venue)
        seen["candles"] = exchange.fetch_ohlcv(SYMBOL, "1m", since=OPENING, limit=480)
        venue.run_until(AFTER)
        seen["after"] = position(venue)
        seen["left"] = account(venue)
        seen["income"] = venue.signed("GET", "/fapi/v1/income", limit=1000)
        seen["receipts"] = venue.control("receipts")
        seen["digest"] = venue.digest()
        seen["alive"] = venue.is_alive
    return seen


def account(venue):
    rows = venue.signed("GET", "/fapi/v3/balance")
    return next(row for row in rows if row["asset"] == "USDT")


def position(venue):
    rows = venue.signed("GET", "/fapi/v3/positionRisk", symbol=ID)
    return next((row for row in rows if Decimal(row["positionAmt"]) != 0), None)


@pytest.fixture(scope="module")
def tape(shared):
    return shared / "data/klines_1m/LAYERUSDT_binance_perp_1m.csv.gz"


@pytest.fixture(scope="module")
def run(tmp_path_factory, tape):
    return play(tmp_path_factory.mktemp("collapse"), tape)


@pytest.fixture(scope="module")
def receipt(run):
    receipts = run["receipts"]
    receipts = receipts["receipts"] if isinstance(receipts, dict) else receipts
    assert len(receipts) == 1, "one forced close, of the one trader"
    return receipts[0]


def test_the_long_opens_against_a_real_book(run):
    assert run["order"]["status"] == "closed"
    assert sum(Decimal(fill["qty"]) for fill in run["fills"]) == QUANTITY
    recorded = Decimal("2.97")
    for fill in run["fills"]:
        assert abs(Decimal(fill["price"]) / recorded - 1) < Decimal("0.02")
    assert run["position"]["positionAmt"] == "1000"
    cost = sum(Decimal(fill["price"]) * Decimal(fill["qty"]) for fill in run["fills"])
    assert Decimal(run["position"]["entryPrice"]) == cost / QUANTITY


def test_the_liquidation_price_is_the_published_formula(run, shared):
    import json

    table = json.loads((shared / "vectors/leverage_brackets_binance_usdm.json").read_text())
    entry = Decimal(run["position"]["entryPrice"])
    wallet = Decimal(run["position"]["isolatedWallet"])
    for tier in table["brackets"][ID]:
        rate, deduction = Decimal(tier["mmr"]), Decimal(tier["maint_amount"])
        price = (wallet + deduction - QUANTITY * entry) / (QUANTITY * rate - QUANTITY)
        if Decimal(tier["notional_floor"]) <= price * QUANTITY <= Decimal(tier["notional_cap"]):
            break
    shown = Decimal(run["position"]["liquidationPrice"])
    assert abs(shown - price) <= Decimal("1e-8")


def test_the_candles_are_the_recorded_ones(run, tape):
    import csv
    import gzip

    with gzip.open(tape, "rt") as lines:
        recorded = {int(row["open_time_ms"]): row for row in csv.DictReader(lines)}
    assert len(run["candles"]) == 480
    for opened, first, high, low, last, _ in run["candles"]:
        row = recorded[opened]
        assert high == float(row["high"]) and low == float(row["low"]), opened
        assert last == float(row["close"])


def test_it_survives_until_the_collapse_and_not_through_it(run):
    assert run["before"]["positionAmt"] == "1000"
    assert run["after"] is None
    assert run["alive"]


def test_the_receipt_tells_when_and_at_which_prices(run, receipt):
    assert receipt["symbol"] == ID
    assert BEFORE < int(receipt["startTime"]) <= int(receipt["finishTime"]) < AFTER
    assert int(receipt["startTime"]) % 60_000 != 0, "inside a bar"
    liquidation = Decimal(receipt["liquidationPrice"])
    bankruptcy = Decimal(receipt["bankruptcyPrice"])
    mark = Decimal(receipt["markPrice"])
    assert bankruptcy < liquidation
    assert mark <= liquidation
    shown = Decimal(run["before"]["liquidationPrice"])
    assert abs(liquidation / shown - 1) < Decimal("0.01"), "only funding has moved it since"


def test_the_receipt_adds_up(run, receipt):
    entry_value = Decimal(receipt["entryValue"])
    assert entry_value == sum(Decimal(row["price"]) * Decimal(row["qty"]) for row in run["fills"])
    wallet = Decimal(receipt["walletBalance"])
    mark = Decimal(receipt["markPrice"])
    balance = wallet + QUANTITY * mark - entry_value
    assert Decimal(receipt["marginBalance"]) == balance
    maintenance = QUANTITY * mark * Decimal(receipt["maintenanceRate"]) - Decimal(
        receipt["deduction"]
    )
    assert abs(Decimal(receipt["maintenanceMargin"]) - maintenance) <= Decimal("1e-8")
    assert balance <= maintenance, "that is why it was closed"
    bankruptcy = (entry_value - wallet) / QUANTITY
    assert 0 <= Decimal(receipt["bankruptcyPrice"]) - bankruptcy <= Decimal("0.0001")
    filled = Decimal(receipt["filledQuantity"])
    taken = Decimal(receipt["takenOverQuantity"])
    assert filled + taken == QUANTITY
    value = Decimal(receipt["filledValue"]) + taken * Decimal(receipt["takenOverPrice"])
    assert Decimal(receipt["realizedPnL"]) == value - entry_value


def test_every_unit_of_the_margin_is_accounted_for(run, receipt):
    lost = receipt["lost"]
    before = Decimal(receipt["walletBalance"])
    after = (
        before
        + Decimal(receipt["realizedPnL"])
        - Decimal(lost["closingFees"])
        - Decimal(lost["liquidationFee"])
        - Decimal(lost["keptByFund"])
        + Decimal(receipt["insurancePaid"])
        - Decimal(receipt["returned"])
    )
    assert after == 0, "nothing is left behind in the isolated wallet"
    fee = (Decimal(receipt["filledValue"]) * Decimal("0.0005")).quantize(
        Decimal("1e-8"), ROUND_HALF_UP
    )
    assert abs(Decimal(lost["closingFees"]) - fee) <= Decimal("1e-6"), "rounded fill by fill"


def test_the_rest_of_the_account_is_untouched_to_the_last_digit(run, receipt):
    opened = Decimal(run["opened"]["crossWalletBalance"])
    left = Decimal(run["left"]["crossWalletBalance"])
    assert left == opened + Decimal(receipt["returned"])
    assert Decimal(run["left"]["balance"]) == left, "nothing isolated is left"
    assert Decimal(receipt["insurancePaid"]) >= 0
    total = sum(Decimal(row["income"]) for row in run["income"] if row["incomeType"] != "TRANSFER")
    assert Decimal(run["left"]["balance"]) == Decimal(run["untouched"]["balance"]) + total


def test_the_same_run_twice_is_the_same_to_the_digest(tmp_path, tape, run):
    again = play(tmp_path, tape)
    assert again["digest"] == run["digest"]
    assert again["receipts"] == run["receipts"]
    assert again["fills"] == run["fills"]
