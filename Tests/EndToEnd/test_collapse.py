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
        assert SYMBOL in exchange.symbols
        clock = venue.run_until(OPENING)
        assert clock["venueTime"] == OPENING and clock["paused"]
        exchange.set_margin_mode("isolated", SYMBOL)
        exchange.set_leverage(10, SYMBOL)
        seen["untouched"] = account(venue)
        seen["order"] = exchange.create_order(
            # Named, since ccxt would draw a name at random and the second run would differ.
            SYMBOL, "market", "buy", float(QUANTITY), None, {"newClientOrderId": "the-long"}
        )
        seen["fills"] = venue.signed("GET", "/fapi/v1/userTrades", symbol=ID)
        seen["position"] = position(venue)
        seen["opened"] = account(venue)
        # A take-profit far above: the forced close cancels it first.
        high = exchange.price_to_precision(SYMBOL, exchange.fetch_ticker(SYMBOL)["last"] * 1.3)
        seen["resting"] = exchange.create_order(
            SYMBOL, "limit", "sell", float(QUANTITY), float(high),
            {"newClientOrderId": "take-profit", "reduceOnly": True},
        )
        venue.run_until(BEFORE)
        seen["before"] = position(venue)
        seen["candles"] = exchange.fetch_ohlcv(SYMBOL, "1m", since=OPENING + 60_000, limit=479)
        venue.run_until(AFTER)
        seen["after"] = position(venue)
        seen["left"] = account(venue)
        seen["income"] = venue.signed("GET", "/fapi/v1/income", limit=1000)
        seen["resting"] = exchange.fetch_order(seen["resting"]["id"], SYMBOL)
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
    assert len(receipts) == 1, "one forced close, of the one trader"
    return receipts[0]


def test_the_long_opens_against_a_real_book(run):
    assert run["order"]["status"] == "closed"
    assert sum(Decimal(fill["qty"]) for fill in run["fills"]) == QUANTITY
    recorded = Decimal("2.97")
    for fill in run["fills"]:
        assert abs(Decimal(fill["price"]) / recorded - 1) < Decimal("0.02")
    assert run["position"]["positionAmt"] == "1000.0"
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
    assert len(run["candles"]) == 479
    for opened, first, high, low, last, _ in run["candles"]:
        row = recorded[opened]
        assert high == float(row["high"]) and low == float(row["low"]), opened
        assert last == float(row["close"])


def test_it_survives_until_the_collapse_and_not_through_it(run):
    assert run["before"]["positionAmt"] == "1000.0"
    assert run["after"] is None
    assert run["alive"]


def test_the_forced_close_cancels_the_open_order_first(run, receipt):
    assert run["resting"]["status"] in ("canceled", "expired")
    assert receipt["closing"]["cancelledOrders"] == [int(run["resting"]["id"])]


def test_the_receipt_tells_when_and_at_which_prices(run, receipt):
    assert receipt["symbol"] == ID and receipt["asset"] == "USDT"
    position = receipt["position"]
    assert position["side"] == "long" and position["marginMode"] == "isolated"
    assert position["leverage"] == 10 and Decimal(position["quantity"]) == QUANTITY
    assert BEFORE < receipt["startTime"] <= receipt["finishTime"] < AFTER
    assert receipt["startTime"] % 60_000 != 0, "inside a bar"
    prices = {name: Decimal(text) for name, text in receipt["prices"].items() if text is not None}
    assert prices["entry"] == Decimal(run["position"]["entryPrice"])
    assert prices["bankruptcy"] < prices["liquidation"] < prices["entry"]
    assert Decimal(receipt["trigger"]["markPrice"]) <= prices["liquidation"]
    shown = Decimal(run["before"]["liquidationPrice"])
    assert abs(prices["liquidation"] / shown - 1) < Decimal("0.01"), "only funding moved it since"


def test_the_mark_price_that_did_it_is_the_median_of_three(receipt):
    trigger = receipt["trigger"]
    names = ("fundingBasisPrice", "averageBasisPrice", "lastPrice")
    assert Decimal(trigger["markPrice"]) == sorted(Decimal(trigger[name]) for name in names)[1]


def test_the_trigger_adds_up(run, receipt):
    told = receipt["trigger"]
    assert (told["cause"], told["generation"], told["parent"]) == ("markPrice", 0, None)
    trigger = {
        name: Decimal(text) for name, text in told.items()
        if name not in ("cause", "generation", "parent")
    }  # fmt: skip
    assert trigger["undisturbedMarkPrice"] == trigger["markPrice"], "nobody pushed it"
    entry_value = Decimal(receipt["position"]["entryValue"])
    assert entry_value == sum(Decimal(row["price"]) * Decimal(row["qty"]) for row in run["fills"])
    balance = trigger["walletBalance"] + QUANTITY * trigger["markPrice"] - entry_value
    assert trigger["marginBalance"] == balance
    notional = QUANTITY * trigger["markPrice"]
    maintenance = notional * trigger["maintenanceRate"] - trigger["deduction"]
    assert 0 <= maintenance - trigger["maintenanceMargin"] < Decimal("1e-8"), "cut at eight"
    assert balance <= maintenance, "that is why it was closed"
    bankruptcy = (entry_value - trigger["walletBalance"]) / QUANTITY
    assert 0 <= Decimal(receipt["prices"]["bankruptcy"]) - bankruptcy <= Decimal("1e-8")
    rate, deduction = trigger["maintenanceRate"], trigger["deduction"]
    liquidation = (trigger["walletBalance"] + deduction - entry_value) / (
        QUANTITY * rate - QUANTITY
    )
    assert abs(Decimal(receipt["prices"]["liquidation"]) - liquidation) <= Decimal("1e-8")


def test_the_close_adds_up(run, receipt):
    closing = receipt["closing"]
    filled = Decimal(closing["filledQuantity"])
    value = Decimal(closing["filledValue"])
    taken = closing["takenOver"] or {"quantity": "0", "price": "0", "realizedPnL": "0"}
    assert filled + Decimal(taken["quantity"]) == QUANTITY
    fills = closing["fills"]
    assert sum(Decimal(row["quantity"]) for row in fills) == filled
    assert sum(Decimal(row["price"]) * Decimal(row["quantity"]) for row in fills) == value
    assert sum(Decimal(row["fee"]) for row in fills) == Decimal(receipt["lost"]["closingFees"])
    for row in fills:
        assert Decimal(row["price"]) >= Decimal(receipt["prices"]["bankruptcy"])
        fee = Decimal(row["price"]) * Decimal(row["quantity"]) * Decimal("0.0005")
        # Trades at one price in a row are told as one; each was rounded by itself.
        trades = row["lastTrade"] - row["firstTrade"] + 1
        assert abs(Decimal(row["fee"]) - fee) <= Decimal("0.5e-8") * trades
    if filled:
        average = (value / filled).quantize(Decimal("1e-8"), ROUND_HALF_UP)
        assert Decimal(receipt["prices"]["averageFill"]) == average
    proceeds = value + Decimal(taken["quantity"]) * Decimal(taken["price"])
    realized = proceeds - Decimal(receipt["position"]["entryValue"])
    assert Decimal(closing["realizedPnL"]) == realized
    assert Decimal(receipt["lost"]["price"]) == -realized
    fee = min(
        (value * Decimal("0.0125")).quantize(Decimal("1e-8"), ROUND_HALF_UP),
        Decimal(receipt["trigger"]["walletBalance"])
        + realized
        - Decimal(receipt["lost"]["closingFees"]),
    )
    assert abs(Decimal(receipt["lost"]["liquidationFee"]) - max(fee, 0)) <= Decimal("1e-8")


def test_every_unit_of_the_margin_is_accounted_for(run, receipt):
    lost = {name: Decimal(text) for name, text in receipt["lost"].items()}
    left = (
        Decimal(receipt["trigger"]["walletBalance"])
        - lost["price"]
        - lost["closingFees"]
        - lost["liquidationFee"]
        - lost["keptByInsuranceFund"]
        + lost["paidByInsuranceFund"]
    )
    assert left == Decimal(receipt["returned"]), "nothing stays behind, nothing is invented"
    assert lost["tradingFees"] == lost["openingFees"] + lost["closingFees"]
    causes = ("price", "tradingFees", "funding", "liquidationFee", "keptByInsuranceFund")
    assert lost["total"] == sum(lost[name] for name in causes) - lost["paidByInsuranceFund"]
    opening = sum(Decimal(row["commission"]) for row in run["fills"])
    assert lost["openingFees"] == opening
    funding = sum(
        Decimal(row["income"]) for row in run["income"] if row["incomeType"] == "FUNDING_FEE"
    )
    assert lost["funding"] == -funding
    # What was put up and what came back, through the door: the same loss.
    before = Decimal(run["untouched"]["balance"])
    assert before - Decimal(run["left"]["balance"]) == lost["total"]


def test_the_rest_of_the_account_is_untouched_to_the_last_digit(run, receipt):
    rest = receipt["restOfAccount"]
    assert rest["untouched"] is True
    opened = Decimal(run["opened"]["crossWalletBalance"])
    left = Decimal(run["left"]["crossWalletBalance"])
    assert Decimal(rest["crossWalletBefore"]) == opened
    assert Decimal(rest["crossWalletAfter"]) == left
    assert left == opened + Decimal(receipt["returned"])
    assert Decimal(run["left"]["balance"]) == left, "nothing isolated is left"
    rows = [Decimal(row["income"]) for row in run["income"] if row["incomeType"] != "TRANSFER"]
    told = Decimal(run["untouched"]["balance"]) + sum(rows)
    # A part's share of what the position cost has more than the eight digits that are told.
    assert abs(Decimal(run["left"]["balance"]) - told) <= Decimal("1e-8") * len(rows)


def test_the_receipt_frames_itself_with_digests(run, receipt):
    frame = receipt["recompute"]
    assert frame["fromSequence"] < frame["toSequence"]
    for name in ("digestBefore", "digestAfter"):
        assert len(frame[name]) == 16 and int(frame[name], 16) >= 0
    for step in receipt["steps"]:
        assert step["title"] and step["formula"] and step["result"]


def test_the_same_run_twice_is_the_same_to_the_digest(tmp_path, tape, run):
    again = play(tmp_path, tape)
    assert again["digest"] == run["digest"]
    assert again["receipts"] == run["receipts"]
    assert again["fills"] == run["fills"]
