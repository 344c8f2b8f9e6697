"""Bodies that are none: of the control API and of signed requests."""

import gzip
import json
from urllib.parse import quote

import pytest

from hostile import JSON_BODIES, NUMBERS, at_once, refused, refused_order

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def venue(still, unchanged):
    return still


@pytest.mark.parametrize("path", ["clock", "accounts", "faucet", "transfers", "keys"])
def test_what_is_no_order_to_the_control_api(venue, path):
    for what, body in JSON_BODIES.items():
        code = refused(venue, "POST", f"/v1/{path}", body, JSON)
        assert code in (-1102, -1104, -1130), (what, code)


NUMBER_MEMBERS = [
    ("clock", "runUntil", {}), ("clock", "step", {}), ("clock", "speed", {}),
    ("accounts", "deposit", {}), ("faucet", "amount", {"account": 16}),
    ("faucet", "account", {"amount": "1"}), ("transfers", "amount", {"from": 16, "to": 17}),
    ("keys", "account", {}),
]  # fmt: skip


@pytest.mark.parametrize("path, name, others", NUMBER_MEMBERS)
def test_bad_numbers_of_the_control_api(venue, path, name, others):
    for what, text in NUMBERS.items():
        if (name, what) in {("speed", "19 decimals"), ("speed", "no decimals")}:
            continue
        code = refused(venue, "POST", f"/v1/{path}", json.dumps({**others, name: text}), JSON)
        assert code in (-1000, -1102, -1130), (what, code)
    for literal in ("1e400", "-1", "-0", "1e2", "9" * 400, "1.5.2", "--1", "true", "[]", "{}"):
        body = json.dumps({**others, name: "?"}).replace('"?"', literal)
        refused(venue, "POST", f"/v1/{path}", body, JSON)


def test_content_types(venue):
    body = b'{"paused":true}'
    for kind in (
        None, "", "text/plain", "text/json", "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x", "application/jsonp", "application/xml", "*/*",
        "application/json, text/plain",
    ):  # fmt: skip
        headers = {} if kind is None else {"Content-Type": kind}
        with at_once(venue):
            status, _, answer = venue.raw("POST", "/v1/clock", body, headers)
        assert status == 415, (kind, answer)


def test_packed_bodies(venue):
    bomb = gzip.compress(b'{"speed":"' + b"0" * (64 << 20) + b'"}')
    for body in (bomb, gzip.compress(b'{"paused":true}'), b'{"paused":true}'):
        for encoding in ("gzip", "deflate", "br", "gzip, identity", "x"):
            headers = {**JSON, "Content-Encoding": encoding}
            assert refused(venue, "POST", "/v1/clock", body, headers) == -1000
    assert refused(venue, "POST", "/v1/clock", bomb, JSON) in (-1000, -1102)


def test_large_bodies(venue):
    key = {"X-MBX-APIKEY": venue.key}
    for headers, path in (({**FORM, **key}, "/fapi/v1/order"), (JSON, "/v1/clock")):
        for size in (1 << 21, 20 << 20):
            status, _, _ = venue.raw("POST", path, b"a=" + b"x" * size, headers)
            assert status == 413
    fields = b"&".join(b"f%d=1" % number for number in range(100_000))
    assert refused(venue, "POST", "/fapi/v1/order", fields, {**FORM, **key}) == -1101
    assert refused(venue, "POST", "/fapi/v1/order", b"a=1&" * 250_000, {**FORM, **key}) == -1101


FORMS = {
    "half an escape": b"symbol=%",
    "no escape": b"symbol=%zz",
    "invalid UTF-8": b"symbol=%ff%fe",
    "a NUL": b"symbol=ETHUSDT%00",
    "only signs": b"=&&=",
    "bytes": bytes(range(256)),
    "JSON": b'{"symbol":"ETHUSDT"}',
    "a name twice": b"symbol=ETHUSDT&symbol=BTCUSDT",
    "multipart": b'--x\r\nContent-Disposition: form-data; name="symbol"\r\n\r\nETHUSDT\r\n--x--',
}


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS.keys())
def test_forms_that_are_none(venue, body):
    headers = {**FORM, "X-MBX-APIKEY": venue.key}
    assert refused(venue, "POST", "/fapi/v1/order", body, headers) in (-1100, -1101, -1102, -1022)


def test_batches_that_are_none(venue, still):
    leg = {"symbol": "ETHUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC",
           "price": still.resting_price, "quantity": "0"}  # fmt: skip
    codes = (-1100, -1102, -1130, -4082)
    for what, body in JSON_BODIES.items():
        if len(body) > 8_000:
            continue  # Longer than a request's head.
        text = body.decode("latin-1")
        error = None
        try:
            answer = venue.signed("POST", "/fapi/v1/batchOrders", batchOrders=text)
        except Exception as refusal:
            error = refusal
        assert error is not None and error.code in codes, (what, error or answer)
    for legs in ([], [leg] * 6, {}, "x", 1, None):
        error = refused_order(venue, "/fapi/v1/batchOrders", batchOrders=json.dumps(legs))
        assert error.code in codes, legs
    for part in (1, "x", None, [], [leg], {}, {**leg, "price": {}}, {**leg, "symbol": [1]}):
        # Each order of a batch is refused by itself.
        answer = venue.signed("POST", "/fapi/v1/batchOrders", batchOrders=json.dumps([leg, part]))
        assert [one["code"] < 0 for one in answer] == [True, True], part


def test_paths(venue):
    for path in (
        "/v1/receipts/999999", "/v1/receipts/x", "/v1/receipts/-1", "/v1/receipts/%00",
        "/v1/receipts/" + "9" * 400, "/v1/receipts/../clock", "/v1/receipts/%2e%2e%2fclock",
        "/v1/deleveragings/x", "/v1//clock", "/v1/clock/", "/V1/CLOCK", "/v1/clock%00",
        "/" + "a/" * 4000, "//evil.example/", "/\\evil.example", "/..%2f..%2fetc/passwd",
        "/fapi/v1/" + quote("\U0001f4a5"), "*", "/fapi/v1/order;x=1", "/fapi/v1/ping#x",
    ):  # fmt: skip
        if path.startswith("/fapi/v1/order"):
            refused(venue, "GET", path, headers={"X-MBX-APIKEY": venue.key})
        elif path == "/v1//clock" or "#" not in path:
            refused(venue, "GET", path)
    for key in ("nope", "%00", "x" * 4000, "..%2f..%2fkeys.json", "<script>"):
        assert refused(venue, "DELETE", f"/v1/keys/{key}", headers=JSON) == -2015
