"""Whatever comes through the door: a clear refusal, no change of state, a process that lives on."""

import json
import time
from urllib.parse import quote, urlencode

import pytest

from hostile import NAMES, NUMBERS, refused, refused_order
from venue import Refused

ID = "ETHUSDT"
ORDER = {"symbol": ID, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}


@pytest.fixture
def venue(still, unchanged):
    return still


@pytest.fixture
def price(still):
    return still.resting_price


def orders_refused(venue, path, name, accepted, **good):
    """Every bad number in the place of a parameter."""
    for what, text in NUMBERS.items():
        error = refused_order(venue, path, **{**good, name: text})
        assert error.code in accepted, (what, error)


MALFORMED = (-1100, -1102, -1111, -1130)


def test_bad_numbers_of_an_order(venue, price):
    good = {**ORDER, "price": price, "quantity": "0.1"}
    order = "/fapi/v1/order"
    orders_refused(venue, order, "quantity", (*MALFORMED, -4003, -4005), **good)
    orders_refused(venue, order, "price", (*MALFORMED, -4001, -4002), **good)
    late = {**good, "timeInForce": "GTD"}
    orders_refused(venue, order, "goodTillDate", (*MALFORMED, -1128), **late)
    batch = ["quantity", "price"]
    for name in batch:
        for what, text in NUMBERS.items():
            legs = json.dumps([{**good, name: text}])
            (leg,) = venue.signed("POST", "/fapi/v1/batchOrders", batchOrders=legs)
            assert leg["code"] in (*MALFORMED, -4001, -4002, -4003, -4005), (what, leg)


WAITING = {
    "STOP_MARKET": {"quantity": "0.1", "triggerPrice": "1000"},
    "STOP": {"quantity": "0.1", "triggerPrice": "1000", "price": "1000"},
    "TRAILING_STOP_MARKET": {"quantity": "0.1", "callbackRate": "1"},
}


@pytest.mark.parametrize("kind", WAITING)
def test_bad_numbers_of_a_conditional_order(venue, kind):
    common = {"algoType": "CONDITIONAL", "symbol": ID, "side": "SELL", "type": kind}
    codes = (*MALFORMED, -2007, -4001, -4002, -4003, -4005)
    for name in WAITING[kind]:
        orders_refused(venue, "/fapi/v1/algoOrder", name, codes, **common, **WAITING[kind])


def test_bad_numbers_of_settings(venue):
    orders_refused(venue, "/fapi/v1/leverage", "leverage", (*MALFORMED, -4028), symbol=ID)
    margin = {"symbol": ID, "type": 1}
    orders_refused(venue, "/fapi/v1/positionMargin", "amount", (*MALFORMED, -4055), **margin)
    orders_refused(venue, "/fapi/v1/countdownCancelAll", "countdownTime", MALFORMED, symbol=ID)


READS = [
    ("/fapi/v1/income", "limit"), ("/fapi/v1/income", "startTime"),
    ("/fapi/v1/allOrders", "orderId"), ("/fapi/v1/allOrders", "endTime"),
    ("/fapi/v1/userTrades", "fromId"), ("/fapi/v1/order", "orderId"),
]  # fmt: skip


@pytest.mark.parametrize("path, name", READS)
def test_bad_numbers_of_a_query(venue, path, name):
    for what, text in NUMBERS.items():
        if not text and path != "/fapi/v1/order":
            continue  # An empty optional parameter is one that was not sent.
        error = refused_order(venue, path, "GET", symbol=ID, **{name: text})
        assert error.code in MALFORMED, (what, error)


def test_zero_off_step_off_tick_and_too_large(venue, price):
    cases = [
        (dict(price=price, quantity="0"), (-4003,)),
        (dict(price=price, quantity="0.0001"), (-1111, -4023, -4004)),
        (dict(price=price, quantity="0.1005"), (-1111, -4023)),
        (dict(price=price, quantity="1000000000"), (-4005,)),
        (dict(price="0", quantity="0.1"), (-4001, -4013)),
        (dict(price=price + "1", quantity="0.1"), (-1111, -4014)),
        (dict(price="90000000", quantity="0.1"), (-4002,)),
        (dict(price=f"{float(price) * 1.5:.2f}", quantity="0.1"), (-4016,)),
        (dict(price=price, quantity="0.001"), (-4164,)),
        (dict(price=price, quantity="1000"), (-2019, -2027)),
    ]
    for parameters, codes in cases:
        assert refused_order(venue, **ORDER, **parameters).code in codes, parameters


def test_words_that_are_none(venue, price):
    good = {**ORDER, "price": price, "quantity": "0.1"}
    cases = [
        ({"symbol": "NOPE"}, -1121),
        ({"symbol": ""}, -1102),
        ({"symbol": "ethusdt "}, -1121),
        ({"symbol": "../../etc/passwd"}, -1121),
        ({"symbol": "ЕTHUSDT"}, -1121),
        ({"symbol": "ETHUSDT\0"}, -1121),
        ({"symbol": "E" * 5000}, -1121),
        ({"side": "buy"}, -1117),
        ({"side": "BOTH"}, -1117),
        ({"type": "LIMITED"}, -1116),
        ({"type": ""}, -1102),
        ({"timeInForce": "gtc"}, -1115),
        ({"timeInForce": "FOREVER"}, -1115),
        ({"positionSide": "LONG"}, -4061),
        ({"newClientOrderId": "x" * 37}, -4015),
        ({"newClientOrderId": "sp ace"}, -1100),
        ({"newClientOrderId": "é"}, -1100),
        ({"reduceOnly": "maybe"}, -4062),
    ]
    for change, code in cases:
        error = refused_order(venue, **{**good, **change})
        accepted = (code, -1100, -1130) if code == -1121 else (code,)
        assert error.code in accepted, (change, error)


SYMBOL_CODES = (-1100, -1102, -1121, -1130)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_symbols_and_names_that_are_none(venue, price, name):
    good = {**ORDER, "price": price, "quantity": "0.1"}
    assert refused_order(venue, **{**good, "symbol": name}).code in SYMBOL_CODES
    for path in ("/fapi/v1/openOrders", "/fapi/v3/positionRisk"):
        if name:
            assert refused_order(venue, path, "GET", symbol=name).code in SYMBOL_CODES, path
    for path in ("/fapi/v1/depth", "/fapi/v1/trades", "/fapi/v1/premiumIndex"):
        if name or path != "/fapi/v1/premiumIndex":
            target = f"{path}?{urlencode({'symbol': name})}"
            assert refused(venue, "GET", target) in SYMBOL_CODES, path
    for word in ("side", "type", "timeInForce", "selfTradePreventionMode", "newOrderRespType"):
        if name:
            refused_order(venue, **{**good, word: name})
    # An identifier may have dots and slashes.
    if name and name not in ("NOPE", NAMES["a path"]):
        code = refused_order(venue, **{**good, "newClientOrderId": name}).code
        assert code in (-1100, -4015), code


def test_terms_that_do_not_go_together(venue, price):
    good = {**ORDER, "price": price, "quantity": "0.1"}
    market = {"symbol": ID, "side": "BUY", "type": "MARKET", "quantity": "0.1"}
    stop = {"algoType": "CONDITIONAL", "symbol": ID, "side": "SELL", "type": "STOP_MARKET",
            "triggerPrice": "1000"}  # fmt: skip
    order, algo = "/fapi/v1/order", "/fapi/v1/algoOrder"
    for path, terms, code in [
        (order, {**market, "price": price}, -1106),
        (order, {**market, "timeInForce": "GTC"}, -1106),
        (order, {**good, "timeInForce": "GTD"}, -1102),
        (order, {**good, "timeInForce": "GTD", "goodTillDate": 1}, -1128),
        (order, {**good, "goodTillDate": 2 * 10**12}, -1106),
        (order, {**good, "closePosition": "true"}, -1106),
        (order, {**good, "stopPrice": price}, -1106),
        (order, {**good, "priceMatch": "OPPONENT"}, -1106),
        (order, {**good, "reduceOnly": "true"}, -2022),
        (algo, {**stop, "closePosition": "true", "reduceOnly": "true"}, -1106),
        (algo, {**stop, "closePosition": "true", "quantity": "1"}, -4137),
        (algo, {**stop, "quantity": "1", "callbackRate": "1"}, -1106),
    ]:
        assert refused_order(venue, path, **terms).code == code, terms


def test_the_query_counts_before_the_body(venue, price):
    """What is signed is both; where they differ nothing is guessed, and no second order is seen."""
    query = urlencode({**ORDER, "price": price, "quantity": "0"})
    body = f"quantity=0.1&timestamp={int(time.time() * 1000)}"
    signature = venue.signature(query + body)
    headers = {
        "X-MBX-APIKEY": venue.key,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    path = f"/fapi/v1/order?{query}&signature={signature}"
    assert refused(venue, "POST", path, body, headers) == -4003


@pytest.mark.changes_state
def test_orders_of_others(venue, price):
    order = venue.signed("POST", "/fapi/v1/order", **ORDER, price=price, quantity="0.1")
    other = venue.control("accounts", {"deposit": "1000"})
    mine = venue.key, venue.secret
    target = {"symbol": ID, "orderId": order["orderId"]}
    venue.key, venue.secret = other["key"], other["secret"]
    try:
        assert refused_order(venue, method="GET", **target).code == -2013
        assert refused_order(venue, method="DELETE", **target).code == -2011
        amend = {**target, "side": "BUY", "quantity": "0.2", "price": price}
        assert refused_order(venue, method="PUT", **amend).code in (-2011, -2013)
        for path in ("openOrders", "allOrders", "userTrades"):
            assert venue.signed("GET", f"/fapi/v1/{path}", symbol=ID) == [], path
        venue.signed("DELETE", "/fapi/v1/allOpenOrders", symbol=ID)
    finally:
        venue.key, venue.secret = mine
    assert venue.signed("GET", "/fapi/v1/order", **target)["status"] == "NEW"
    venue.signed("DELETE", "/fapi/v1/order", **target)


def test_missing_parameters(venue, price):
    good = {**ORDER, "price": price, "quantity": "0.1"}
    for name in ("symbol", "side", "type", "timeInForce", "price", "quantity"):
        error = refused_order(venue, **{key: value for key, value in good.items() if key != name})
        assert error.code == -1102, (name, error)
        assert name in error.body["msg"]


def test_the_same_name_twice(venue, price):
    query = urlencode({**ORDER, "price": price, "quantity": "0.1"}) + "&quantity=0.2"
    query += f"&timestamp={int(time.time() * 1000)}"
    query += "&signature=" + venue.signature(query)
    with pytest.raises(Refused) as error:
        venue.call("POST", "/fapi/v1/order?" + query, headers={"X-MBX-APIKEY": venue.key})
    assert error.value.status == 400 and error.value.code == -1101


def account_request(venue, query, key=None, sign=True):
    if sign:
        query += "&signature=" + venue.signature(query)
    headers = {} if key is None else {"X-MBX-APIKEY": key}
    with pytest.raises(Refused) as error:
        venue.call("GET", "/fapi/v3/account?" + query, headers=headers)
    return error.value


def test_keys_and_signatures(venue):
    now = int(time.time() * 1000)
    good = f"timestamp={now}"
    key = venue.key
    flipped = venue.signature(good)
    flipped = ("0" if flipped[0] != "0" else "1") + flipped[1:]
    cases = [
        (dict(query=good), 401, -2014),
        (dict(query=good, key=""), 401, -2014),
        (dict(query=good, key="short"), 401, -2014),
        (dict(query=good, key="k" * 64), 401, -2015),
        (dict(query=good, key="k" * 5000), 401, -2014),
        (dict(query="recvWindow=5000", key=key), 400, -1102),
        (dict(query=good, key=key, sign=False), 400, -1102),
        (dict(query=good + "&signature=", key=key, sign=False), 400, -1102),
        (dict(query=good + "&signature=00", key=key, sign=False), 400, -1022),
        (dict(query=good + "&signature=" + flipped, key=key, sign=False), 400, -1022),
        (dict(query=good + "&signature=" + "z" * 64, key=key, sign=False), 400, -1022),
        (
            dict(
                query=f"{good}&signature={venue.signature(good)}&recvWindow=6000",
                key=key,
                sign=False,
            ),
            400,
            -1022,
        ),
    ]
    for arguments, status, code in cases:
        error = account_request(venue, **arguments)
        assert (error.status, error.code) == (status, code), arguments


@pytest.mark.parametrize(
    "stamp, codes",
    [
        (lambda now: now - 60_000, (-1021,)),
        (lambda now: now + 60_000, (-1021,)),
        (lambda now: now // 1000, (-1021,)),
        (lambda now: 2**63, (-1021, -1100, -1102, -1130)),
        (lambda now: -1, (-1021, -1100, -1102, -1130)),
        (lambda now: "now", (-1100, -1102, -1130)),
        (lambda now: "", (-1102,)),
    ],
)
def test_timestamps(venue, stamp, codes):
    error = account_request(venue, f"timestamp={stamp(int(time.time() * 1000))}", venue.key)
    assert error.status == 400 and error.code in codes


def test_receive_windows(venue):
    for window in ("60001", "-1", "soon", "9" * 400):
        query = f"recvWindow={window}&timestamp={int(time.time() * 1000)}"
        error = account_request(venue, query, venue.key)
        assert error.status == 400 and error.code in (-1100, -1102, -1130, -1131), (window, error)


@pytest.mark.changes_state
def test_a_client_order_id_is_not_used_twice(venue, price):
    good = {**ORDER, "price": price, "quantity": "0.1", "newClientOrderId": "twice"}
    venue.signed("POST", "/fapi/v1/order", **good)
    before = venue.digest()["digest"]
    assert refused_order(venue, **good).code == -4116
    assert venue.digest()["digest"] == before
    venue.signed("DELETE", "/fapi/v1/order", symbol=ID, origClientOrderId="twice")
    with pytest.raises(Refused) as error:
        venue.signed("DELETE", "/fapi/v1/order", symbol=ID, origClientOrderId="twice")
    assert error.value.code == -2011


def test_unknown_paths_answer_json_that_names_them(venue):
    for method, path in [
        ("GET", "/fapi/v1/nothing"),
        ("POST", "/fapi/v9/order"),
        ("GET", "/nothing"),
        ("DELETE", "/v1/nothing"),
        ("GET", "/fapi/v1/" + "a" * 2000),
    ]:
        status, headers, body = venue.raw(method, path)
        assert 400 <= status < 500, (path, status)
        assert headers.get_content_type() == "application/json"
        answer = json.loads(body)
        assert path[:60] in answer["msg"], answer


def test_the_wrong_method(venue):
    status, headers, body = venue.raw("PATCH", "/fapi/v1/order")
    assert 400 <= status < 500
    assert headers.get_content_type() == "application/json"
    assert json.loads(body)["code"]


def test_a_malformed_query(venue):
    for query in ("symbol=%", "symbol=%zz", "symbol=%ff%fe", "=&&=", "&" * 3000, "symbol"):
        status, headers, body = venue.raw("GET", "/fapi/v1/depth?" + query)
        assert 400 <= status < 500, (query[:20], status)
        assert headers.get_content_type() == "application/json"
        assert json.loads(body)["code"] < 0


def test_public_endpoints_check_their_parameters(venue):
    cases = [
        ("/fapi/v1/depth", {"symbol": ID, "limit": "7"}, -4021),
        ("/fapi/v1/depth", {"symbol": ID, "limit": "9" * 400}, None),
        ("/fapi/v1/klines", {"symbol": ID, "interval": "7m"}, -1120),
        ("/fapi/v1/klines", {"symbol": ID}, -1102),
        ("/fapi/v1/klines", {"symbol": ID, "interval": "1m", "startTime": "yesterday"}, None),
        ("/fapi/v1/trades", {"symbol": "NOPE"}, -1121),
        ("/fapi/v1/trades", {"symbol": ID, "limit": "-1"}, None),
        ("/fapi/v1/ticker/24hr", {"symbol": quote("\U0001f4a5")}, -1121),
    ]
    for path, parameters, code in cases:
        with pytest.raises(Refused) as error:
            venue.get(path, **parameters)
        assert error.value.status == 400, (path, parameters)
        assert code is None or error.value.code in (code, -1100, -1130), (path, error.value)


def test_a_secret_is_never_told(venue):
    for path in ("/", "/v1/clock", "/v1/digest", "/fapi/v1/exchangeInfo", "/metrics"):
        _, _, body = venue.raw("GET", path)
        assert venue.secret.encode() not in body
