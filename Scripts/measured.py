"""What the measurements share: a venue to measure, what it takes of the machine, and frames."""

import hashlib
import hmac
import os
import platform
import struct
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))

from venue import Venue  # noqa: E402, F401

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
MACHINE = f"{os.cpu_count()} cores, {platform.machine()}"


@contextmanager
def running_venue(durable):
    """A venue with its market, a few seconds after its start."""
    with tempfile.TemporaryDirectory() as folder:
        store = ["--data", f"{folder}/data"] if durable else ["--in-memory"]
        with Venue(folder, *store, "--seed", "1") as venue:
            time.sleep(3)
            yield venue


def traders(venue, count):
    """Accounts with money."""
    with ThreadPoolExecutor(8) as pool:
        return list(
            pool.map(lambda _: venue.control("accounts", {"deposit": "1000000"}), range(count))
        )


def price_below(venue, symbol, share):
    """A price at which nobody sells."""
    bid = float(venue.get("/fapi/v1/ticker/bookTicker", symbol=symbol)["bidPrice"])
    return f"{bid * (1 - share):.2f}"


def stamp():
    return {"recvWindow": 60000, "timestamp": int(time.time() * 1000)}


def processor_seconds(pid):
    """User and system time of a process, from /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def resident_megabytes(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return round(int(line.split()[1]) / 1024, 1)
    return None


def percentiles(times):
    """Milliseconds at the middle, the hundredth and the thousandth from the top."""
    times = sorted(times)
    if not times:
        return {}
    return {
        name: round(times[min(len(times) - 1, int(len(times) * share))] * 1000, 2)
        for name, share in (("p50", 0.5), ("p99", 0.99), ("p999", 0.999))
    }


def text_frame(text):
    """A masked frame; under a key of zeros its payload stays as it is."""
    payload = text.encode()
    if len(payload) < 126:
        return struct.pack("!BB4x", 0x81, 0x80 | len(payload)) + payload
    return struct.pack("!BBH4x", 0x81, 0x80 | 126, len(payload)) + payload


def handshake(connection, path, port):
    """Turns a connected socket into a WebSocket; returns the bytes behind the answer's head."""
    connection.sendall(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, rest = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 "), head
    return rest


def signed(account, text):
    return hmac.new(account["secret"].encode(), text.encode(), hashlib.sha256).hexdigest()


def http_request(settings, account, method, path, parameters):
    query = urlencode(parameters)
    return (
        f"{method} {path}?{query}&signature={signed(account, query)} HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{settings['port']}\r\nX-MBX-APIKEY: {account['key']}\r\n"
        "Content-Length: 0\r\n\r\n"
    ).encode()
