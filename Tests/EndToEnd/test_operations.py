"""What whoever runs a venue relies on: its end, its log, both loopback addresses, bounded keys."""

import http.client
import json
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress

import pytest

from venue import PATIENCE, Refused, Venue, eventually, free_port

ORDER = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC",
         "quantity": "0.001"}  # fmt: skip


def has_second_loopback():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def test_an_orderly_end_under_load_loses_nothing(tmp_path):
    with Venue(tmp_path, "--data", "data", "--seed", "5") as venue:
        price = f"{float(venue.get('/fapi/v1/ticker/price', symbol='BTCUSDT')['price']) * 0.9:.1f}"
        taken, unknown = [], []

        def trade(number):
            for count in range(100_000):
                name = f"o{number}-{count}"
                try:
                    venue.signed("POST", "/fapi/v1/order", price=price, newClientOrderId=name,
                                 **ORDER)  # fmt: skip
                    taken.append(name)
                    venue.signed("DELETE", "/fapi/v1/order", symbol="BTCUSDT",
                                 origClientOrderId=name)  # fmt: skip
                except Refused:
                    return
                except (OSError, http.client.HTTPException):
                    unknown.append(name)
                    return

        threads = [threading.Thread(target=trade, args=(number,)) for number in range(4)]
        for one in threads:
            one.start()
        eventually(lambda: len(taken) > 20)
        venue.process.send_signal(signal.SIGTERM)
        assert venue.process.wait(timeout=PATIENCE) == 0
        for one in threads:
            one.join()
        venue.start()
        for name in taken[-50:]:
            order = venue.signed("GET", "/fapi/v1/order", symbol="BTCUSDT", origClientOrderId=name)
            assert order["status"] in ("NEW", "CANCELED")


def test_a_signal_ends_a_start_wherever_it_comes(tmp_path):
    """At a moment of the start or soon after it, time after time, with one data directory."""
    with Venue(tmp_path, "--data", "data", "--seed", "5") as venue:
        took = venue.took
    command = [Venue.binary(), "up", *venue.arguments, "--port", "0"]
    ends = []
    for count in range(24):
        number = (signal.SIGTERM, signal.SIGINT)[count % 2]
        process = subprocess.Popen(
            command,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            # Whoever runs the tests in the background ignores SIGINT, and so would the start.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        try:
            time.sleep(took * count / 16)
            process.send_signal(number)
            ends.append(process.wait(timeout=PATIENCE))
        finally:
            process.kill()
        # Before the venue has anything to end, the signal ends the process itself.
        assert ends[-1] in (0, -number), count
    assert ends[-1] == 0
    checked = subprocess.run(
        [Venue.binary(), "verify", "data"], cwd=tmp_path, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr
    venue.start()
    venue.stop()


def test_the_log_is_one_json_document_a_line(tmp_path):
    options = ["--in-memory", "--paused", "--log-level", "debug", "--log-format", "json", "--json"]
    with Venue(tmp_path, *options) as venue:
        assert venue.get("/fapi/v1/ping") == {}
    lines = [line for line in venue.log().splitlines() if line.startswith('{"')]
    entries = [json.loads(line) for line in lines]
    assert any(entry["message"] == "listening" for entry in entries)
    assert all({"time", "level", "label", "message"} <= entry.keys() for entry in entries)


def test_both_loopback_addresses_and_no_other(tmp_path):
    """The second one only where the machine has it."""
    addresses = {"127.0.0.1": "0100007F"}
    if has_second_loopback():
        addresses["::1"] = "00000000000000000000000001000000"
    with Venue(tmp_path, "--in-memory", "--paused") as venue:
        connection = http.client.HTTPConnection([*addresses][-1], venue.port, timeout=PATIENCE)
        for host, status in (("localhost", 200), ("[::1]", 200), ("evil.example", 403)):
            connection.request("GET", "/fapi/v1/ping", headers={"Host": f"{host}:{venue.port}"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status, host
        connection.close()
        inodes = venue.socket_inodes()
        listened = set()
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            for line in open(table).readlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and fields[9] in inodes:
                    listened.add(fields[1].split(":")[0])
        assert listened == set(addresses.values())


def test_a_second_loopback_that_is_taken_keeps_nobody_from_the_first(tmp_path):
    if not has_second_loopback():
        pytest.skip("this machine has no ::1")
    port = free_port()
    with socket.socket(socket.AF_INET6) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("::1", port))
        other.listen()
        with Venue(tmp_path, "--in-memory", "--paused", port=port) as venue:
            assert venue.port == port
            assert venue.get("/fapi/v1/ping") == {}


def soon_over(key):
    """A key of a second; nothing where a busy machine needs longer than that to make it."""
    with suppress(Refused):
        return key(expiry=int(time.time() * 1000) + 1000)


def test_keys_are_bound_to_a_time_and_a_place(market):
    def key(**bounds):
        made = market.control("keys", {"account": 16, "permissions": ["read"], **bounds})
        return made["key"], made["secret"]

    now = int(time.time() * 1000)
    for bad in ({"expiry": now - 1}, {"addresses": []}, {"addresses": ["localhost"]}):
        with pytest.raises(Refused):
            key(**bad)
    own = market.key, market.secret
    try:
        market.key, market.secret = key(addresses=["127.0.0.1", "::1"])
        assert market.signed("GET", "/fapi/v3/balance")
        market.key, market.secret = key(addresses=["127.0.0.9"])
        with pytest.raises(Refused, match="-2015"):
            market.signed("GET", "/fapi/v3/balance")
        market.key, market.secret = key(expiry=now + 3_600_000)
        assert market.signed("GET", "/fapi/v3/balance")
        market.key, market.secret = eventually(lambda: soon_over(key))
        with pytest.raises(Refused, match="-2015"):
            eventually(lambda: not market.signed("GET", "/fapi/v3/balance"))
    finally:
        market.key, market.secret = own
