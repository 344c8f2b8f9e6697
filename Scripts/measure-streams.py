#!/usr/bin/env python3
"""Measures the streams of a venue: gaps, what they cost, and what clients do that do not read.

    .venv/bin/python Scripts/measure-streams.py [--clients 100] [--stuck 100] [--seconds 10]

Starts `plimsoll up` with its market and one trader who takes from the books of five symbols as fast
as its orders are answered. In three spells of equal length the trader is alone; then 100 clients
watch depth@100ms and aggTrade of all five and look for gaps; then others join that watch and never
read. Prints one JSON document; the processor time is that of the whole venue.
"""

import argparse
import json
import multiprocessing
import re
import select
import socket
import tempfile
import time

from measured import MACHINE, Venue, handshake, percentiles, processor_seconds
from measured import resident_megabytes

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT", "DOGEUSDT")
QUANTITIES = ("0.002", "0.02", "1", "10", "100")
DEPTH = re.compile(rb'"s":"(\w+)","U":\d+,"u":(\d+),"pu":(\d+)')
TRADE = re.compile(rb'"s":"(\w+)","a":(\d+)')


class Listener:
    """One client: takes frames apart and follows the numbers in them."""

    def __init__(self, port, path):
        self.connection = socket.create_connection(("127.0.0.1", port))
        self.buffer = handshake(self.connection, path, port)
        self.last = {}
        self.events = 0
        self.gaps = 0
        self.closed = None

    def receive(self):
        data = self.connection.recv(1 << 20)
        if not data:
            self.closed = self.closed or "without a word"
            return False
        self.buffer += data
        start = 0
        while len(self.buffer) - start >= 2:
            length, header = self.buffer[start + 1], 2
            if length == 126:
                length, header = int.from_bytes(self.buffer[start + 2 : start + 4]), 4
            elif length == 127:
                length, header = int.from_bytes(self.buffer[start + 2 : start + 10]), 10
            end = start + header + length
            if len(self.buffer) < end:
                break
            self.read(self.buffer[start], self.buffer[start + header : end])
            start = end
        self.buffer = self.buffer[start:]
        return True

    def read(self, first, payload):
        if first == 0x88:
            self.closed = f"{int.from_bytes(payload[:2])} {payload[2:].decode()}"
        elif depth := DEPTH.search(payload):
            self.follow(b"depth" + depth[1], int(depth[3]), int(depth[2]))
        elif trade := TRADE.search(payload):
            self.follow(b"trade" + trade[1], int(trade[2]) - 1, int(trade[2]))

    def follow(self, name, previous, number):
        self.events += 1
        if self.last.get(name, previous) != previous:
            self.gaps += 1
        self.last[name] = number


def listen(port, path, count, is_over, results):
    listeners = {}
    poll = select.epoll()
    for _ in range(count):
        listener = Listener(port, path)
        listeners[listener.connection.fileno()] = listener
        poll.register(listener.connection, select.EPOLLIN)
    results.put(None)
    while not is_over.is_set():
        for number, _ in poll.poll(0.2):
            if not listeners[number].receive():
                poll.unregister(number)
    results.put(
        {
            "events": sum(one.events for one in listeners.values()),
            "gaps": sum(one.gaps for one in listeners.values()),
            "closed": sum(one.closed is not None for one in listeners.values()),
        }
    )


class Trader:
    """Buys and sells in turn, and notes how long each answer takes."""

    def __init__(self, venue):
        self.venue = venue
        self.connection = venue.connection()
        self.count = 0

    def trade(self, seconds):
        times = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.count += 1
            index = self.count // 2 % len(SYMBOLS)
            side = "BUY" if self.count % 2 else "SELL"
            query = (
                f"symbol={SYMBOLS[index]}&side={side}&type=MARKET&quantity={QUANTITIES[index]}"
                f"&timestamp={int(time.time() * 1000)}"
            )
            path = f"/fapi/v1/order?{query}&signature={self.venue.signature(query)}"
            began = time.perf_counter()
            self.connection.request("POST", path, headers={"X-MBX-APIKEY": self.venue.key})
            answer = self.connection.getresponse()
            body = answer.read()
            times.append(time.perf_counter() - began)
            # Faster than the market makers: sometimes there is nothing left to take.
            assert answer.status == 200 or b"-2020" in body, body
        return times


def dropped(venue):
    text = venue.raw("GET", "/metrics")[2].decode()
    return int(re.search(r"plimsoll_slow_connections_dropped_total (\d+)", text)[1])


def spell(venue, trader, seconds):
    pid = venue.process.pid
    before = processor_seconds(pid)
    began = time.monotonic()
    times = trader.trade(seconds)
    return {
        "orders": len(times),
        "cores": round((processor_seconds(pid) - before) / (time.monotonic() - began), 2),
        "orderMilliseconds": percentiles(times),
        "megabytes": resident_megabytes(pid),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--stuck", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10)
    arguments = parser.parse_args()
    names = [f"{symbol.lower()}@{kind}" for symbol in SYMBOLS for kind in ("depth@100ms", "aggTrade")]
    path = "/stream?streams=" + "/".join(names)

    with tempfile.TemporaryDirectory() as folder:
        with Venue(folder, "--in-memory", "--seed", "1", "--deposit", "10000000") as venue:
            time.sleep(3)
            trader = Trader(venue)
            document = {"clients": arguments.clients, "machine": MACHINE}
            document["alone"] = spell(venue, trader, arguments.seconds)
            is_over, results = multiprocessing.Event(), multiprocessing.Queue()
            reader = multiprocessing.Process(
                target=listen, args=(venue.port, path, arguments.clients, is_over, results)
            )
            reader.start()
            results.get()
            document["watched"] = spell(venue, trader, arguments.seconds)
            # All that there is, so that what does not read is found out soon.
            kinds = ("depth@0ms", "bookTicker", "trade", "aggTrade")
            all_names = [f"{symbol.lower()}@{kind}" for symbol in SYMBOLS for kind in kinds]
            stuck = []
            for _ in range(arguments.stuck):
                one = socket.socket()
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                one.connect(("127.0.0.1", venue.port))
                handshake(one, "/stream?streams=" + "/".join(all_names), venue.port)
                stuck.append(one)
            document["besideStuck"] = spell(venue, trader, arguments.seconds)
            document["stuck"] = {"clients": arguments.stuck, "dropped": dropped(venue)}
            is_over.set()
            document["read"] = results.get()
            reader.join()
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    main()
