"""What existing clients rely on and no documentation says; each of these cost a client once."""

import asyncio
import hashlib
import hmac
import json
import time
from urllib.parse import quote_plus, urlencode, urlparse

import ccxt
import pytest
import websockets

from venue import PATIENCE, Refused

ID = "ETHUSDT"
SYMBOL = "ETH/USDT:USDT"


def redirected(venue, base, **options):
    """A ccxt whose addresses are all changed, and nothing else."""
    client = ccxt.binanceusdm(
        {"apiKey": venue.key, "secret": venue.secret, "enableRateLimit": False, **options}
    )
    client.urls["api"] = {
        name: base + urlparse(address).path
        for name, address in client.urls["api"].items()
        if isinstance(address, str)
    }
    return client


@pytest.mark.filterwarnings("ignore:Unverified HTTPS")
def test_the_error_table_follows_the_address(market):
    """Surprise: 1, and the credentials before the `@` are no credentials of the venue."""
    port = urlparse(market.ready["tlsBase"]).port
    known = redirected(market, f"https://demo-fapi@127.0.0.1:{port}", verify=False)
    with pytest.raises(ccxt.InsufficientFunds, match="-2019"):
        known.create_order(SYMBOL, "market", "buy", 900)
    with pytest.raises(ccxt.InvalidOrder, match="-2022"):
        known.create_order(SYMBOL, "market", "sell", 0.1, None, {"reduceOnly": True})
    plain = redirected(market, market.base)
    with pytest.raises(ccxt.ExchangeError, match="-2019") as caught:
        plain.create_order(SYMBOL, "market", "buy", 900)
    assert not isinstance(caught.value, ccxt.InsufficientFunds)


def test_default_options_load(market):
    """Surprise: 2, currencies and markets of other kinds are asked for, and are none."""
    client = redirected(market, market.base)
    assert client.load_markets()[SYMBOL]["id"] == ID
    several = ccxt.binance({"apiKey": market.key, "secret": market.secret})
    several.urls["api"] = client.urls["api"]
    assert SYMBOL in several.load_markets()
    for path in ("/sapi/v1/margin/allPairs", "/sapi/v1/margin/isolated/allPairs"):
        assert market.get(path) == []


def test_conditional_types_have_a_door_of_their_own(market):
    """Surprise: 6, -4120 wherever an ordinary order is taken."""
    kinds = ["STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"]
    for kind in kinds:
        order = {"symbol": ID, "side": "SELL", "type": kind, "quantity": "0.1", "stopPrice": "1000"}
        with pytest.raises(Refused) as refused:
            market.signed("POST", "/fapi/v1/order", **order)
        assert refused.value.code == -4120
        (leg,) = market.signed("POST", "/fapi/v1/batchOrders", batchOrders=json.dumps([order]))
        assert leg["code"] == -4120


def test_every_symbol_lists_the_conditional_types(market):
    """Surprise: 7, ccxt looks here before it sends one."""
    for symbol in market.get("/fapi/v1/exchangeInfo")["symbols"]:
        assert {
            "LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET",
            "TRAILING_STOP_MARKET",
        } == set(symbol["orderTypes"])  # fmt: skip
        # freqtrade takes any other date as the end of the contract.
        assert symbol["deliveryDate"] == 4133404800000


def test_an_undocumented_speed_chains_with_a_deep_snapshot(market):
    """Surprise: 9, as nautilus_trader subscribes."""

    async def listen():
        names = f"{ID.lower()}@depth@0ms"
        async with websockets.connect(f"{market.ws}/stream?streams={names}") as socket:
            async def event():
                message = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
                assert message["stream"] == names
                return message["data"]

            first = await event()
            book = await asyncio.to_thread(market.get, "/fapi/v1/depth", symbol=ID, limit=1000)
            events = [first]
            while events[-1]["u"] <= book["lastUpdateId"] or len(events) < 10:
                events.append(await event())
            for earlier, later in zip(events, events[1:]):
                assert later["pu"] == earlier["u"] and later["U"] <= later["u"]
            joined = [one for one in events if one["u"] >= book["lastUpdateId"]][0]
            assert joined["U"] <= book["lastUpdateId"] + 1

    asyncio.run(asyncio.wait_for(listen(), PATIENCE))


def signed_parts(venue, query, body):
    """The signature covers both parts as they are sent, with nothing between them."""
    text = urlencode(query) + urlencode(body)
    return hmac.new(venue.secret.encode(), text.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize("place", ["query", "body", "both", "both, other way"])
def test_parameters_come_in_either_part(market, place):
    """Surprise: 14, of every method; DELETE brings a body in python-binance."""
    price = f"{float(market.get('/fapi/v1/ticker/price', symbol=ID)['price']) * 0.9:.2f}"

    def send(method, path, parameters):
        stamped = {**parameters, "timestamp": int(time.time() * 1000)}
        names = list(stamped)
        cut = {"query": len(names), "body": 0, "both": 2, "both, other way": 1}[place]
        query = {name: stamped[name] for name in names[:cut]}
        body = {name: stamped[name] for name in names[cut:]}
        signature = signed_parts(market, query, body)
        # The signature closes whichever part is last; clients do either.
        if body and place != "both":
            body["signature"] = signature
        else:
            query["signature"] = signature
        headers = {"X-MBX-APIKEY": market.key, "Content-Type": "application/x-www-form-urlencoded"}
        return market.call(
            method, path + "?" + urlencode(query) if query else path, urlencode(body), headers
        )

    order = send("POST", "/fapi/v1/order", {
        "symbol": ID, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.1",
        "price": price,
    })  # fmt: skip
    target = {"symbol": ID, "orderId": order["orderId"]}
    changed = send("PUT", "/fapi/v1/order", {**target, "side": "BUY", "quantity": "0.2", "price": price})
    assert changed["origQty"] == "0.200"
    assert send("DELETE", "/fapi/v1/order", target)["status"] == "CANCELED"


def test_the_signature_is_over_what_is_sent(market):
    """Names with `:` and `/` are signed as they stand in the request, encoded or not."""
    price = f"{float(market.get('/fapi/v1/ticker/price', symbol=ID)['price']) * 0.9:.2f}"

    def place(name, signed_name):
        def text(name):
            stamp = int(time.time() * 1000)
            return (
                f"symbol={ID}&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price={price}"
                f"&newClientOrderId={name}&timestamp={stamp}"
            )

        sent, signed = text(name), text(signed_name)
        stamp = sent.rsplit("=", 1)[1]
        signed = signed.rsplit("=", 1)[0] + "=" + stamp
        query = sent + "&signature=" + market.signature(signed)
        return market.call("POST", f"/fapi/v1/order?{query}", headers={"X-MBX-APIKEY": market.key})

    raw, encoded = "desk:1/a", quote_plus("desk:1/b")
    for name, shown in ((raw, "desk:1/a"), (encoded, "desk:1/b")):
        assert place(name, name)["clientOrderId"] == shown
        market.signed("DELETE", "/fapi/v1/order", symbol=ID, origClientOrderId=shown)
    for name, signed_name in ((encoded, "desk:1/b"), (raw, quote_plus(raw))):
        with pytest.raises(Refused) as refused:
            place(name, signed_name)
        assert refused.value.code == -1022


@pytest.mark.parametrize("encode", [str, quote_plus], ids=["as they are", "encoded"])
def test_a_socket_takes_both_ways_of_signing(market, encode):
    """ccxt signs values as they are, the official SDK and python-binance as a query has them."""
    price = f"{float(market.get('/fapi/v1/ticker/price', symbol=ID)['price']) * 0.9:.2f}"
    name = "desk:2/" + encode.__name__
    params = {
        "apiKey": market.key, "symbol": ID, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC",
        "quantity": "0.1", "price": price, "newClientOrderId": name,
        "timestamp": int(time.time() * 1000),
    }  # fmt: skip
    text = "&".join(f"{key}={encode(str(params[key]))}" for key in sorted(params))

    async def trade():
        async with websockets.connect(market.ws + "/ws-fapi/v1") as socket:
            request = {"id": "1", "method": "order.place"}
            request["params"] = {**params, "signature": market.signature(text)}
            await socket.send(json.dumps(request))
            placed = json.loads(await socket.recv())
            assert placed["status"] == 200, placed
            assert placed["result"]["clientOrderId"] == name
            request["params"] = {**params, "signature": market.signature(text + "x")}
            await socket.send(json.dumps(request))
            assert json.loads(await socket.recv())["error"]["code"] == -1022

    asyncio.run(asyncio.wait_for(trade(), PATIENCE))
    market.signed("DELETE", "/fapi/v1/order", symbol=ID, origClientOrderId=name)


def test_versions_list_different_positions(market):
    """Surprise: 15, of which ccxt reads the newer and hummingbot the older."""
    opened = market.control("accounts", {"deposit": "10000"})
    key, secret = market.key, market.secret
    market.key, market.secret = opened["key"], opened["secret"]
    try:
        symbols = {row["symbol"] for row in market.get("/fapi/v1/exchangeInfo")["symbols"]}

        def listed(path):
            answer = market.signed("GET", path)
            rows = answer["positions"] if isinstance(answer, dict) else answer
            return {row["symbol"] for row in rows}

        assert listed("/fapi/v3/positionRisk") == listed("/fapi/v3/account") == set()
        market.signed("POST", "/fapi/v1/order", symbol=ID, side="BUY", type="MARKET", quantity="0.1")
        assert listed("/fapi/v3/positionRisk") == listed("/fapi/v3/account") == {ID}
        assert listed("/fapi/v2/positionRisk") == listed("/fapi/v2/account") == symbols
    finally:
        market.key, market.secret = key, secret


def test_time_is_that_of_the_wall(market):
    """Surprise: 17, clients sign with their own clock and look away from old candles."""
    before = time.time() * 1000
    told = market.get("/fapi/v1/time")["serverTime"], market.control("clock")["venueTime"]
    now = time.time() * 1000
    assert before - 1 <= told[0] <= now
    assert before - 5000 <= told[1] <= now + 5000
    trade = market.get("/fapi/v1/trades", symbol=ID, limit=1)[0]
    assert abs(trade["time"] - now) < 30_000
    candle = market.get("/fapi/v1/klines", symbol=ID, interval="1m", limit=1)[0]
    assert candle[0] <= now + 2000 and candle[6] >= now - 60_000
    funding = market.get("/fapi/v1/premiumIndex", symbol=ID)["nextFundingTime"]
    assert now < funding < now + 8 * 3_600_000 + 5000
