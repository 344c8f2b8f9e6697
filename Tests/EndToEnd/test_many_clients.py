"""What clients must not be able to do to a venue by being many, and what it keeps to itself."""

import os
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from venue import Refused, Venue, eventually

UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
# Whatever takes longest to answer.
READS = (
    "/metrics", "/v1/status", "/v1/liquidation-map?symbol=BTCUSDT&positions=true",
    "/v1/cascades?limit=1000", "/v1/receipts?limit=500", "/fapi/v1/depth?symbol=BTCUSDT&limit=1000",
    "/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=1500", "/fapi/v1/exchangeInfo",
)  # fmt: skip


def gauge(venue, name):
    page = venue.raw("GET", "/metrics")[2].decode()
    return sum(float(line.split()[-1]) for line in page.splitlines() if line.startswith(name))


def descriptors(venue):
    return len(os.listdir(f"/proc/{venue.process.pid}/fd"))


def test_readers_do_not_hold_orders_up_while_positions_are_closed_by_force(tmp_path):
    """The crash that took a venue down was a slow question: here orders go on, and so do closes."""
    with Venue(tmp_path, "--in-memory", "--seed", "5", "--history", "10m") as venue:
        over = Event()

        def read(number):
            answers = 0
            while not over.is_set():
                status = venue.raw("GET", READS[(number + answers) % len(READS)])[0]
                # One that waits for its turn in vain is told so.
                assert status in (200, 503)
                answers += 1
            return answers

        with ThreadPoolExecutor(8) as pool:
            readers = [pool.submit(read, number) for number in range(8)]
            try:
                shock = {"symbol": "BTCUSDT", "factor": "0.8", "over": 1000, "recovery": "0"}
                venue.control("shocks", shock)
                placed = 0
                end = time.monotonic() + 2
                while time.monotonic() < end or gauge(venue, "plimsoll_liquidations_total") == 0:
                    order = venue.signed(
                        "POST", "/fapi/v1/order", symbol="ETHUSDT", side="BUY", type="MARKET",
                        quantity="0.01",
                    )  # fmt: skip
                    assert order["status"] in ("NEW", "FILLED", "PARTIALLY_FILLED", "EXPIRED")
                    placed += 1
            finally:
                over.set()
            assert sum(reader.result() for reader in readers) > len(READS)
        assert placed > 0
        # An order waits for the engine's thread and for what it did to be seen, not for readers. A
        # busy machine makes single waits long, and hardly the median.
        stages = {row["name"]: row for row in venue.control("metrics")["stages"]}
        for stage in ("queue", "publish"):
            assert stages[stage]["count"] > 0
            assert float(stages[stage]["p50Microseconds"]) < 20_000, stages[stage]
        assert gauge(venue, "plimsoll_conservation_drift") == 0, stages


def test_no_descriptor_is_left_of_connections_that_are_gone(tmp_path):
    with Venue(tmp_path, "--in-memory", "--paused") as venue:
        host = f"Host: 127.0.0.1:{venue.port}\r\n"
        heads = [
            f"GET /fapi/v1/ping HTTP/1.1\r\n{host}\r\n", f"GET /ws HTTP/1.1\r\n{host}{UPGRADE}\r\n",
            f"GET /ws-fapi/v1 HTTP/1.1\r\n{host}{UPGRADE}\r\n", "no request\r\n\r\n", "GET / HT",
            f"POST /v1/clock HTTP/1.1\r\n{host}Content-Length: 900000\r\n\r\n{{",
        ]  # fmt: skip
        venue.get("/fapi/v1/ping")
        before = descriptors(venue)
        for _ in range(3):
            crowd = [socket.create_connection(("127.0.0.1", venue.port)) for _ in range(90)]
            for number, connection in enumerate(crowd):
                connection.sendall(heads[number % len(heads)].encode())
            eventually(lambda: descriptors(venue) > before + 30)
            for connection in crowd:
                connection.close()
            eventually(lambda: descriptors(venue) <= before + 2)


def test_no_client_writes_a_line_of_the_log(tmp_path):
    with Venue(tmp_path, "--in-memory", "--paused", "--log-level", "trace") as venue:
        forged = "2026-01-01T00:00:00Z critical forged: all is lost"
        for path in ("/x%0d%0a" + forged.replace(" ", "%20"), "/%1b[2J%1b]0;x%07"):
            venue.raw("GET", path, headers={"User-Agent": "\x1b[31mred"})
        for text in (f"x\n{forged}", "\x1b[2J"):
            with pytest.raises(Refused):
                venue.control("accounts", {text: "1"})
    lines = (tmp_path / "log-1.txt").read_bytes().split(b"\n")
    assert len(lines) > 1
    assert not [line for line in lines if re.search(rb"^2026-01-01|[\x00-\x1f]", line)]


def test_nothing_is_sent_out(tmp_path):
    """No update is looked for, nobody is told: every socket of the venue ends on this machine."""
    with Venue(tmp_path, "--in-memory", "--seed", "5") as venue:
        venue.control("clock", {"step": 60_000})
        inodes = venue.socket_inodes()
        found = set()
        for table in ("tcp", "tcp6", "udp", "udp6"):
            for line in open(f"/proc/{venue.process.pid}/net/{table}").readlines()[1:]:
                fields = line.split()
                if fields[9] in inodes:
                    found |= {field.split(":")[0] for field in fields[1:3]}
        ours = {"0100007F", "00000000000000000000000001000000", "0" * 8, "0" * 32}
        # A client of version 4 at the socket of version 6.
        assert found - {"0000000000000000FFFF00000100007F"} <= ours and found
