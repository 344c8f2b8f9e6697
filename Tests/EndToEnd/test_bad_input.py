"""Whatever comes through the door: a clear refusal, no change of state, a process that lives on."""

import json
import socket
import time
from urllib.parse import quote, urlencode

import pytest

from venue import Refused, Venue

ID = "ETHUSDT"
ORDER = {"symbol": ID, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}


@pytest.fixture(scope="module")
def venue(tmp_path_factory):
    """Paused, so that only requests could change its digest."""
    with Venue(tmp_path_factory.mktemp("door"), "--in-memory", "--seed", "7") as venue:
        time.sleep(2)
        venue.control("clock", {"paused": True})
        yield venue


@pytest.fixture(scope="module")
def price(venue):
    """A price that rests: in the band, on the tick."""
    bid = float(venue.get("/fapi/v1/ticker/bookTicker", symbol=ID)["bidPrice"])
    return f"{bid * 0.98:.2f}"


@pytest.fixture(autouse=True)
def nothing_changes(venue, request):
    before = venue.digest()["digest"]
    yield
    assert venue.is_alive
    if request.node.get_closest_marker("changes_state") is None:
        assert venue.digest()["digest"] == before, "a refusal changed the state"
    assert venue.get("/fapi/v1/ping") == {}


def refused(venue, path="/fapi/v1/order", **parameters):
    with pytest.raises(Refused) as error:
        venue.signed("POST", path, **parameters)
    assert 400 <= error.value.status < 500, error.value
    assert set(error.value.body) == {"code", "msg"} and error.value.body["msg"]
    return error.value


BAD_NUMBERS = {
    "empty": "",
    "blank": " ",
    "a leading blank": " 1",
    "NaN": "NaN",
    "infinity": "Infinity",
    "1e400": "1e400",
    "1e-400": "1e-400",
    "an exponent": "1e2",
    "hexadecimal": "0x10",
    "underscores": "1_000",
    "thousands": "1,000",
    "a plus": "+1",
    "negative": "-1",
    "minus zero": "-0",
    "two minuses": "--1",
    "a point": ".",
    "no whole part": ".5",
    "no decimals": "1.",
    "two points": "1.2.3",
    "a fraction": "1/3",
    "full-width digits": "１２",
    "Arabic digits": "٣",
    "a NUL": "1\0",
    "CR LF": "1\r\n",
    "a format string": "%s%n%x",
    "19 decimals": "0.0000000000000000001",
    "2^63": str(2**63),
    "2^64": str(2**64),
    "2^127": str(2**127),
    "30 digits": "9" * 30,
    "400 digits": "9" * 400,
    "null": "null",
    "a list": "[1]",
    "markup": "<script>1</script>",
    "SQL": "1; DROP TABLE batches",
}


@pytest.mark.parametrize("text", BAD_NUMBERS.values(), ids=BAD_NUMBERS.keys())
def test_a_bad_quantity(venue, price, text):
    error = refused(venue, **ORDER, price=price, quantity=text)
    assert error.code in (-1100, -1102, -1111, -1130, -4003, -4005), error


@pytest.mark.parametrize("text", BAD_NUMBERS.values(), ids=BAD_NUMBERS.keys())
def test_a_bad_price(venue, text):
    error = refused(venue, **ORDER, price=text, quantity="0.1")
    assert error.code in (-1100, -1102, -1111, -1130, -4001, -4002), error


WAITING = {
    "STOP_MARKET": {"quantity": "0.1", "triggerPrice": "1000"},
    "STOP": {"quantity": "0.1", "triggerPrice": "1000", "price": "1000"},
    "TRAILING_STOP_MARKET": {"quantity": "0.1", "callbackRate": "1"},
}


@pytest.mark.parametrize("text", BAD_NUMBERS.values(), ids=BAD_NUMBERS.keys())
def test_a_bad_number_of_a_conditional_order(venue, text):
    common = {"algoType": "CONDITIONAL", "symbol": ID, "side": "SELL"}
    for kind, numbers in WAITING.items():
        for name in numbers:
            parameters = {**common, "type": kind, **numbers, name: text}
            error = refused(venue, "/fapi/v1/algoOrder", **parameters)
            codes = (-1100, -1102, -1111, -1130, -2007, -4001, -4002, -4003, -4005)
            assert error.code in codes, (kind, name, error)


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
        assert refused(venue, **ORDER, **parameters).code in codes, parameters


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
        error = refused(venue, **{**good, **change})
        accepted = (code, -1100, -1130) if code == -1121 else (code,)
        assert error.code in accepted, (change, error)


def test_missing_parameters(venue, price):
    good = {**ORDER, "price": price, "quantity": "0.1"}
    for name in ("symbol", "side", "type", "timeInForce", "price", "quantity"):
        error = refused(venue, **{key: value for key, value in good.items() if key != name})
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
    assert refused(venue, **good).code == -4116
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


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"runUntil":', b'{"runUntil": 1e400}', b'{"runUntil": "x"}']
    + [b'{"runUntil": -5}', b"\xff\xfe", b"[" * 100_000, b'{"speed": "NaN"}', b'{"speed": -1}']
    + [b'{"speed": 0}', b'{"paused": 3}', b'{"fly": true}', b'{"a":' * 5_000],
    ids=lambda body: body[:16].decode("latin-1"),
)
def test_bad_clock_orders(venue, body):
    status, headers, data = venue.raw(
        "POST", "/v1/clock", body, {"Content-Type": "application/json"}
    )
    assert 400 <= status < 500, data
    assert headers.get_content_type() == "application/json"
    json.loads(data)


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


def test_bodies_and_headers_are_bounded(venue):
    status, _, _ = venue.raw(
        "POST",
        "/fapi/v1/order",
        b"a=" + b"x" * (3 << 20),
        {"X-MBX-APIKEY": venue.key, "Content-Type": "application/x-www-form-urlencoded"},
    )
    assert status in (400, 413)
    status, _, _ = venue.raw("GET", "/fapi/v1/ping", headers={"X-Long": "x" * 100_000})
    assert 400 <= status < 500


def test_other_hosts_and_origins_are_turned_away(venue):
    for headers in (
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": f"localhost.:{venue.port}"},
    ):
        status, _, _ = venue.raw("GET", "/fapi/v1/ping", headers=headers)
        assert status in (400, 403, 421), headers
    for origin in ("http://evil.example", "null", "https://127.0.0.1.evil.example"):
        status, _, _ = venue.raw(
            "POST", "/v1/clock", b'{"paused": true}',
            {"Origin": origin, "Content-Type": "application/json"},
        )
        assert status == 403, origin


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /fapi/v1/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"\0" * 1000,
        b"GET /fapi/v1/ping HTTP/9.9\r\n\r\n",
        b"A" * 200_000,
    ],
    ids=["tls", "http2", "no host", "smuggling", "zeros", "version", "no end"],
)
def test_bytes_that_are_no_request(venue, data):
    with socket.create_connection((venue.address.hostname, venue.port), timeout=5) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
        except (ConnectionError, TimeoutError):
            pass
    assert venue.get("/fapi/v1/time")["serverTime"] > 0


def test_a_secret_is_never_told(venue):
    for path in ("/", "/v1/clock", "/v1/digest", "/fapi/v1/exchangeInfo", "/metrics"):
        _, _, body = venue.raw("GET", path)
        assert venue.secret.encode() not in body
