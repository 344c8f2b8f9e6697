"""Bytes that are no request, requests that never end, and pages that are not the venue's own."""

import json
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from hostile import HOSTS, ORIGINS, at_once, exchange, refused
from venue import PATIENCE

JSON = {"Content-Type": "application/json"}
UPGRADE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip


@pytest.fixture
def venue(still, unchanged):
    return still


def connected(venue):
    return socket.create_connection((venue.address.hostname, venue.port), timeout=PATIENCE)


def quick(venue):
    """Others are served meanwhile."""
    with at_once(venue):
        assert venue.get("/fapi/v1/time")["serverTime"] > 0
        assert venue.signed("GET", "/fapi/v3/balance")


BYTES = {
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two lengths of a body": b"POST /v1/clock HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "zeros": b"\0" * 1000,
    "a version to come": b"GET /fapi/v1/ping HTTP/9.9\r\n\r\n",
    "no version": b"GET /fapi/v1/ping\r\n\r\n",
    "no end": b"A" * 200_000,
    "a long address": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a long field": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    "10,000 fields": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: y\r\n" * 10_000 + b"\r\n",
    "a blank in a name": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX y: z\r\n\r\n",
    "blank lines for ever": b"\r\n" * 50_000 + b"x",
    "another method": b"BREW /pot HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.0\r\n",
    "SMTP": b"EHLO evil.example\r\n",
}


@pytest.mark.parametrize("data", BYTES.values(), ids=BYTES.keys())
def test_bytes_that_are_no_request(venue, data):
    with at_once(venue):
        answer = exchange(venue, data)
    assert not answer.startswith(b"HTTP/1.1 408"), "the venue waited for more"
    assert answer.startswith(b"HTTP/1.1 4") and b'{"code":-' in answer, answer[:200]
    assert b"HTTP/1.1 2" not in answer
    quick(venue)


def test_five_hundred_requests_that_never_end(venue):
    """The slow loris: each gives another byte now and then, and none of them gets an answer."""
    line = b"GET /fapi/v1/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
    crowd = [connected(venue) for _ in range(500)]
    try:
        for connection in crowd:
            connection.sendall(line)
        # Ten seconds, and as long as a busy machine takes to tell all of them.
        end = time.monotonic() + PATIENCE
        closed = 0
        while time.monotonic() < end and closed < len(crowd):
            quick(venue)
            closed = 0
            for connection in crowd:
                try:
                    connection.sendall(b"x")
                except OSError:
                    closed += 1
            time.sleep(1)
        assert closed == len(crowd), f"{closed} of {len(crowd)} given up"
    finally:
        for connection in crowd:
            connection.close()


def test_clients_that_do_not_read(venue):
    request = f"GET /fapi/v1/exchangeInfo HTTP/1.1\r\nHost: 127.0.0.1:{venue.port}\r\n\r\n"
    crowd = [connected(venue) for _ in range(20)]
    for connection in crowd:
        connection.setblocking(False)
        try:
            for _ in range(20):
                connection.send(request.encode() * 50)
        except BlockingIOError:
            pass
    quick(venue)
    for connection in crowd:
        connection.close()


def test_a_thousand_requests_at_once(venue):
    request = f"GET /fapi/v1/time HTTP/1.1\r\nHost: 127.0.0.1:{venue.port}\r\n\r\n".encode()
    answer = exchange(venue, request * 1000)
    assert answer.count(b"HTTP/1.1 200 OK") == 1000


def test_a_body_that_holds_another_request(venue):
    """Whatever stands in a body is never a request of its own."""
    inner = (
        f"POST /v1/clock HTTP/1.1\r\nHost: 127.0.0.1:{venue.port}\r\n"
        'Content-Type: application/json\r\nContent-Length: 15\r\n\r\n{"paused":false}'
    )
    outer = (
        f"POST /v1/digest HTTP/1.1\r\nHost: 127.0.0.1:{venue.port}\r\n"
        f"Content-Length: {len(inner)}\r\n\r\n{inner}"
    )
    answer = exchange(venue, outer.encode())
    assert answer.count(b"HTTP/1.1 ") == 1 and answer.startswith(b"HTTP/1.1 4")


@pytest.mark.changes_state
def test_a_client_that_is_gone_after_its_order(venue, still):
    """The order is there or it is not; the venue does not mind whom it cannot tell."""
    for number in range(20):
        query = (
            f"symbol=ETHUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price="
            f"{still.resting_price}&newClientOrderId=gone{number}&timestamp={int(time.time()*1000)}"
        )
        connection = connected(venue)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(
            f"POST /fapi/v1/order?{query}&signature={venue.signature(query)} HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{venue.port}\r\nX-MBX-APIKEY: {venue.key}\r\n"
            "Content-Length: 0\r\n\r\n".encode()
        )
        time.sleep(0.002 * (number % 5))
        connection.close()  # With a reset.
    time.sleep(0.2)
    orders = venue.signed("GET", "/fapi/v1/openOrders", symbol="ETHUSDT")
    names = [order["clientOrderId"] for order in orders if order["clientOrderId"][:4] == "gone"]
    assert len(names) == len(set(names))
    venue.signed("DELETE", "/fapi/v1/allOpenOrders", symbol="ETHUSDT")
    quick(venue)


# Browsers.


@pytest.mark.parametrize("host", HOSTS)
def test_foreign_hosts(venue, host):
    headers = {"Host": host.format(port=venue.port)}
    for method, path in (
        ("GET", "/"), ("GET", "/fapi/v1/ping"), ("GET", "/openapi.json"), ("GET", "/nowhere"),
    ):  # fmt: skip
        refused(venue, method, path, headers=headers)
    refused(venue, "POST", "/v1/clock", b'{"paused":true}', {**headers, **JSON})
    refused(venue, "GET", "/ws/ethusdt@trade", headers={**headers, **UPGRADE})


@pytest.mark.parametrize("origin", ORIGINS)
def test_foreign_origins(venue, origin):
    headers = {"Origin": origin.format(port=venue.port)}
    refused(venue, "POST", "/v1/clock", b'{"paused":true}', {**headers, **JSON})
    refused(venue, "DELETE", "/v1/keys/x", headers={**headers, **JSON})
    refused(venue, "POST", "/fapi/v1/order", b"", {**headers, "X-MBX-APIKEY": venue.key})
    for path in ("/ws/ethusdt@trade", "/stream", "/ws-fapi/v1"):
        refused(venue, "GET", path, headers={**headers, **UPGRADE})


def test_what_a_page_may_send_without_asking(venue):
    """Forms and plain texts go out with no question asked first; the control API takes neither."""
    body = json.dumps({"paused": True})
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        for site in ("cross-site", "same-site"):
            headers = {"Content-Type": kind, "Sec-Fetch-Site": site}
            refused(venue, "POST", "/v1/clock", body, headers)
    for site in ("cross-site", "same-site"):
        refused(venue, "POST", "/v1/clock", body, {**JSON, "Sec-Fetch-Site": site})
        refused(venue, "GET", "/ws", headers={**UPGRADE, "Sec-Fetch-Site": site})


def test_the_question_asked_first(venue):
    for origin in ("http://evil.example", f"http://127.0.0.1:{venue.port}"):
        for path in ("/v1/clock", "/fapi/v1/order", "/ws"):
            status, headers, _ = venue.raw(
                "OPTIONS", path,
                headers={
                    "Origin": origin, "Access-Control-Request-Method": "POST",
                    "Access-Control-Request-Headers": "content-type",
                },
            )  # fmt: skip
            assert status in (403, 404, 405)
            assert not [name for name in headers if name.lower().startswith("access-control")]


def test_nothing_changes_by_reading(venue):
    for path in ("/v1/clock?paused=false", "/v1/clock?step=1000", "/v1/accounts", "/v1/faucet"):
        venue.raw("GET", path)
        venue.raw("HEAD", path)


def test_headers_that_pages_live_by(venue):
    for path in ("/", "/metrics", "/openapi.json", "/fapi/v1/ping", "/nowhere"):
        _, headers, _ = venue.raw("GET", path)
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert "Access-Control-Allow-Origin" not in headers
    _, headers, _ = venue.raw("GET", "/")
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy and "default-src 'none'" in policy
    assert headers["Referrer-Policy"] == "no-referrer"


def test_a_listener_is_for_this_machine_only(venue):
    loopback = {"0100007F", "00000000000000000000000001000000"}
    with open("/proc/net/tcp") as four, open("/proc/net/tcp6") as six:
        rows = [line.split() for line in [*four, *six] if ":" in line]
    ports = {venue.port, int(venue.ready["tlsBase"].rsplit(":", 1)[1])}
    listening = [row[1].split(":") for row in rows if row[3] == "0A"]
    ours = {(address, int(port, 16)) for address, port in listening if int(port, 16) in ports}
    assert {port for _, port in ours} == ports
    assert {address for address, _ in ours} <= loopback


def test_many_at_once(venue):
    """Two hundred clients with bad requests do not keep one good client waiting."""
    def bad(number):
        return refused(venue, "GET", f"/fapi/v1/depth?symbol=NOPE&limit={number}")

    with ThreadPoolExecutor(50) as pool:
        results = pool.map(bad, range(200))
        quick(venue)
        assert set(results) <= {-1121, -1130, -4021}
