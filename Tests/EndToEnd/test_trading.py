"""A stock ccxt trades on the simulated market, and every figure adds up."""

from decimal import Decimal

import ccxt
import pytest

from venue import eventually

SYMBOL = "ETH/USDT:USDT"
ID = "ETHUSDT"


def wallet(venue):
    """The wallet balance to the last digit, as text."""
    rows = venue.signed("GET", "/fapi/v3/balance")
    return Decimal(next(row["balance"] for row in rows if row["asset"] == "USDT"))


def test_markets_are_those_of_the_venue(market, exchange):
    info = market.get("/fapi/v1/exchangeInfo")
    ids = {symbol["symbol"] for symbol in info["symbols"]}
    assert ID in ids
    assert {exchange.markets[name]["id"] for name in exchange.symbols} == ids
    eth = exchange.market(SYMBOL)
    assert eth["swap"] and eth["linear"] and eth["settle"] == "USDT"
    filters = {
        row["filterType"]: row
        for row in next(row for row in info["symbols"] if row["symbol"] == ID)["filters"]
    }
    assert Decimal(str(eth["precision"]["price"])) == Decimal(filters["PRICE_FILTER"]["tickSize"])
    assert Decimal(str(eth["precision"]["amount"])) == Decimal(filters["LOT_SIZE"]["stepSize"])


def test_the_account_begins_with_its_deposit(market, exchange):
    balance = exchange.fetch_balance()
    assert balance["USDT"]["total"] == 10_000
    assert balance["USDT"]["free"] == 10_000
    assert wallet(market) == Decimal("10000")


def test_the_market_moves(exchange):
    first = {trade["id"] for trade in exchange.fetch_trades(SYMBOL, limit=1000)}
    assert first, "the first trade falls within the first second"
    eventually(lambda: exchange.fetch_trades(SYMBOL, limit=1000)[-1]["id"] not in first)


def test_the_order_book_is_sorted_and_not_crossed(exchange):
    book = exchange.fetch_order_book(SYMBOL, limit=20)
    bids = [price for price, _ in book["bids"]]
    asks = [price for price, _ in book["asks"]]
    assert bids and asks
    assert bids == sorted(bids, reverse=True) and asks == sorted(asks)
    assert bids[0] < asks[0]
    assert all(quantity > 0 for _, quantity in book["bids"] + book["asks"])


def test_ticker_and_candles_agree_with_the_trades(exchange):
    ticker = exchange.fetch_ticker(SYMBOL)
    assert ticker["low"] <= ticker["last"] <= ticker["high"]
    candles = exchange.fetch_ohlcv(SYMBOL, "1m")
    assert candles
    for _, opened, high, low, closed, volume in candles:
        assert low <= min(opened, closed) <= max(opened, closed) <= high
        assert volume >= 0
    opens = [candle[0] for candle in candles]
    assert all(time % 60_000 == 0 for time in opens) and opens == sorted(set(opens))
    for interval in ["3m", "5m", "15m", "1h", "4h", "1d", "1w", "1M"]:
        assert exchange.fetch_ohlcv(SYMBOL, interval)


def test_funding_rate_and_mark(exchange):
    funding = exchange.fetch_funding_rate(SYMBOL)
    assert funding["markPrice"] > 0 and funding["indexPrice"] > 0
    assert abs(funding["markPrice"] / funding["indexPrice"] - 1) < 0.05
    assert funding["fundingTimestamp"] > exchange.milliseconds() - 1_000


def test_leverage_tiers_are_the_published_ones(exchange, shared):
    import json

    published = json.loads((shared / "vectors/leverage_brackets_binance_usdm.json").read_text())
    tiers = exchange.fetch_leverage_tiers()
    for symbol in exchange.symbols:
        rows = published["brackets"][exchange.market(symbol)["id"]]
        assert len(tiers[symbol]) == len(rows)
        for tier, row in zip(tiers[symbol], rows):
            assert tier["minNotional"] == float(row["notional_floor"])
            assert tier["maxNotional"] == float(row["notional_cap"])
            assert tier["maxLeverage"] == float(row["max_leverage"])
            assert tier["maintenanceMarginRate"] == float(row["mmr"])


def test_margin_mode_and_leverage(market, exchange):
    exchange.set_margin_mode("isolated", SYMBOL)
    with pytest.raises(ccxt.MarginModeAlreadySet):
        exchange.set_margin_mode("isolated", SYMBOL)
    answer = exchange.set_leverage(10, SYMBOL)
    assert int(answer["leverage"]) == 10
    row = next(
        row for row in market.signed("GET", "/fapi/v1/symbolConfig") if row["symbol"] == ID
    )
    assert row["marginType"] == "ISOLATED" and row["leverage"] == 10
    with pytest.raises(ccxt.ExchangeError, match="-4028"):
        exchange.set_leverage(100, SYMBOL, {"leverage": 226})


def test_a_limit_order_rests_is_found_and_cancelled(exchange):
    bid = exchange.fetch_order_book(SYMBOL, 5)["bids"][0][0]
    price = float(exchange.price_to_precision(SYMBOL, bid * 0.97))
    order = exchange.create_order(SYMBOL, "limit", "buy", 0.1, price, {"newClientOrderId": "rest-1"})
    assert order["status"] == "open" and order["clientOrderId"] == "rest-1"
    assert [row["id"] for row in exchange.fetch_open_orders(SYMBOL)] == [order["id"]]
    found = exchange.fetch_order(order["id"], SYMBOL)
    assert found["price"] == price and found["remaining"] == 0.1
    assert exchange.fetch_balance()["USDT"]["used"] > 0, "an open order needs margin"
    with pytest.raises(ccxt.InvalidOrder, match="-4116"):
        exchange.create_order(SYMBOL, "limit", "buy", 0.1, price, {"newClientOrderId": "rest-1"})
    cancelled = exchange.cancel_order(order["id"], SYMBOL)
    assert cancelled["status"] == "canceled"
    assert exchange.fetch_order(order["id"], SYMBOL)["status"] == "canceled"
    assert exchange.fetch_open_orders(SYMBOL) == []
    with pytest.raises(ccxt.OrderNotFound):
        exchange.cancel_order(order["id"], SYMBOL)
    assert exchange.fetch_balance()["USDT"]["used"] == 0


def test_an_amended_order_keeps_its_number(exchange):
    bid = exchange.fetch_order_book(SYMBOL, 5)["bids"][0][0]
    price = float(exchange.price_to_precision(SYMBOL, bid * 0.97))
    lower = float(exchange.price_to_precision(SYMBOL, bid * 0.965))
    order = exchange.create_order(SYMBOL, "limit", "buy", 0.1, price)
    amended = exchange.edit_order(order["id"], SYMBOL, "limit", "buy", 0.2, lower)
    assert amended["id"] == order["id"]
    found = exchange.fetch_order(order["id"], SYMBOL)
    assert found["price"] == lower and found["amount"] == 0.2
    exchange.cancel_all_orders(SYMBOL)
    assert exchange.fetch_open_orders(SYMBOL) == []


def test_a_round_trip_costs_exactly_its_fees_and_its_loss(market, exchange):
    before = wallet(market)
    opened = exchange.create_order(SYMBOL, "market", "buy", 0.5)
    assert opened["status"] == "closed" and opened["filled"] == 0.5
    position = exchange.fetch_positions([SYMBOL])[0]
    assert position["side"] == "long" and position["contracts"] == 0.5
    assert position["marginMode"] == "isolated"
    assert 0 < position["liquidationPrice"] < position["entryPrice"]
    closed = exchange.create_order(SYMBOL, "market", "sell", 0.5, None, {"reduceOnly": True})
    assert closed["status"] == "closed" and closed["filled"] == 0.5
    assert not [row for row in exchange.fetch_positions([SYMBOL]) if row["contracts"]]

    fills = market.signed("GET", "/fapi/v1/userTrades", symbol=ID)
    own = [fill for fill in fills if str(fill["orderId"]) in (opened["id"], closed["id"])]
    fees = sum(Decimal(fill["commission"]) for fill in own)
    pnl = sum(Decimal(fill["realizedPnl"]) for fill in own)
    assert fees > 0
    for fill in own:
        value = Decimal(fill["price"]) * Decimal(fill["qty"])
        rate = Decimal("0.0002") if fill["maker"] else Decimal("0.0005")
        assert abs(Decimal(fill["commission"]) - value * rate) <= Decimal("0.000000005")
    signed = sum(
        (1 if fill["buyer"] else -1) * Decimal(fill["price"]) * Decimal(fill["qty"]) for fill in own
    )
    assert pnl == -signed, "what was sold for more than it was bought for"
    assert wallet(market) == before - fees + pnl
    trades = exchange.fetch_my_trades(SYMBOL)
    assert {trade["id"] for trade in trades} >= {str(fill["id"]) for fill in own}


def test_reduce_only_never_opens(exchange):
    assert not [row for row in exchange.fetch_positions([SYMBOL]) if row["contracts"]]
    with pytest.raises(ccxt.InvalidOrder, match="-2022"):
        exchange.create_order(SYMBOL, "market", "sell", 0.1, None, {"reduceOnly": True})


def test_times_in_force(exchange):
    book = exchange.fetch_order_book(SYMBOL, 5)
    bid, ask = book["bids"][0][0], book["asks"][0][0]
    far = float(exchange.price_to_precision(SYMBOL, bid * 0.97))
    near = float(exchange.price_to_precision(SYMBOL, ask * 1.01))
    with pytest.raises(ccxt.OrderNotFillable, match="-5022"):
        exchange.create_order(SYMBOL, "limit", "buy", 0.1, near, {"timeInForce": "GTX"})
    expired = exchange.create_order(SYMBOL, "limit", "buy", 0.1, far, {"timeInForce": "IOC"})
    assert expired["status"] == "expired" and expired["filled"] == 0
    taken = exchange.create_order(SYMBOL, "limit", "buy", 0.1, near, {"timeInForce": "FOK"})
    assert taken["status"] == "closed" and taken["average"] <= near
    exchange.create_order(SYMBOL, "market", "sell", 0.1, None, {"reduceOnly": True})


def test_margin_goes_into_an_isolated_position_and_out_again(market, exchange):
    exchange.create_order(SYMBOL, "market", "buy", 0.5)

    def pockets():
        row = market.signed("GET", "/fapi/v3/positionRisk", symbol=ID)[0]
        rows = market.signed("GET", "/fapi/v3/balance")
        cross = next(line["crossWalletBalance"] for line in rows if line["asset"] == "USDT")
        return Decimal(row["isolatedWallet"]), Decimal(cross), Decimal(row["liquidationPrice"])

    isolated, cross, liquidation = pockets()
    exchange.add_margin(SYMBOL, 50)
    more, less, lower = pockets()
    assert more == isolated + 50 and less == cross - 50
    assert lower < liquidation, "more margin, further away"
    # All but what the spread has cost may come out again.
    exchange.reduce_margin(SYMBOL, 40)
    assert pockets()[:2] == (isolated + 10, cross - 10)
    with pytest.raises(ccxt.InsufficientFunds, match="-4050"):
        exchange.add_margin(SYMBOL, 1_000_000)
    with pytest.raises(ccxt.InsufficientFunds, match="-4051"):
        exchange.reduce_margin(SYMBOL, 199)
    exchange.create_order(SYMBOL, "market", "sell", 0.5, None, {"reduceOnly": True})


def test_orders_in_batches(exchange):
    bid = exchange.fetch_order_book(SYMBOL, 5)["bids"][0][0]
    legs = [
        {
            "symbol": SYMBOL,
            "type": "limit",
            "side": "buy",
            "amount": 0.1,
            "price": float(exchange.price_to_precision(SYMBOL, bid * share)),
        }
        for share in (0.97, 0.96)
    ]
    placed = exchange.create_orders(legs)
    assert [order["status"] for order in placed] == ["open", "open"]
    cancelled = exchange.cancel_orders([order["id"] for order in placed], SYMBOL)
    assert [order["status"] for order in cancelled] == ["canceled", "canceled"]
    assert exchange.fetch_open_orders(SYMBOL) == []


def test_more_than_the_margin_is_refused(exchange):
    # At 10x, 10,000 USDT carry 100,000.
    amount = exchange.amount_to_precision(SYMBOL, 120_000 / exchange.fetch_ticker(SYMBOL)["last"])
    with pytest.raises(ccxt.InsufficientFunds, match="-2019"):
        exchange.create_order(SYMBOL, "market", "buy", float(amount))


def test_conditional_orders_name_the_right_door(market):
    from venue import Refused

    with pytest.raises(Refused) as refused:
        market.signed(
            "POST", "/fapi/v1/order", symbol=ID, side="SELL", type="STOP_MARKET",
            stopPrice="100", quantity="0.1",
        )
    assert refused.value.code == -4120


def test_income_explains_the_wallet(market):
    rows = market.signed("GET", "/fapi/v1/income", limit=1000)
    total = sum(Decimal(row["income"]) for row in rows if row["asset"] == "USDT")
    begin = Decimal(0) if any(row["incomeType"] == "TRANSFER" for row in rows) else Decimal(10_000)
    assert begin + total == wallet(market)
    numbers = [(row["incomeType"], row["tranId"]) for row in rows]
    assert len(numbers) == len(set(numbers))


def test_an_account_sees_only_its_own(market, exchange):
    other = market.control("accounts", {"deposit": "500"})
    from venue import ccxt_client

    stranger = ccxt_client(market, apiKey=other["key"], secret=other["secret"])
    stranger.load_markets()
    assert stranger.fetch_balance()["USDT"]["total"] == 500
    assert stranger.fetch_my_trades(SYMBOL) == []
    order = exchange.create_order(
        SYMBOL, "limit", "buy", 0.1,
        float(exchange.price_to_precision(SYMBOL, exchange.fetch_ticker(SYMBOL)["last"] * 0.97)),
    )
    with pytest.raises(ccxt.OrderNotFound):
        stranger.cancel_order(order["id"], SYMBOL)
    with pytest.raises(ccxt.OrderNotFound):
        stranger.fetch_order(order["id"], SYMBOL)
    exchange.cancel_order(order["id"], SYMBOL)
