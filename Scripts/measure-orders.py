#!/usr/bin/env python3
"""Measures a venue through its front door: start-up, memory, durable orders per second.

    .venv/bin/python Scripts/measure-orders.py [--seconds 10] [--connections 32] [--processes 2]

Starts `plimsoll up` on a data directory of its own, opens keep-alive connections that place signed
limit orders one after the other (each answer means that the order is on the disk), and prints one
JSON document: orders per second, the percentiles of the time to the answer, seconds to the first
traded price, and the resident memory of the idle venue.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import multiprocessing
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))

from venue import Venue  # noqa: E402

SYMBOL = "ETHUSDT"


class Worker(asyncio.Protocol):
    """One connection: sends the next order as soon as the last is answered."""

    def __init__(self, share, number):
        self.share = share
        self.number = number
        self.count = 0
        self.buffer = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        self.send()

    def send(self):
        share = self.share
        if time.monotonic() >= share.end:
            self.transport.close()
            return
        self.count += 1
        # Every fifth request clears the account's open orders, of which there may be 200.
        self.is_order = self.count % 5 != 0
        stamp = int(time.time() * 1000)
        if self.is_order:
            query = (
                f"symbol={SYMBOL}&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01"
                f"&price={share.price}&newClientOrderId=m{self.number}-{self.count}"
                f"&timestamp={stamp}"
            )
            method, path = "POST", "/fapi/v1/order"
        else:
            query = f"symbol={SYMBOL}&timestamp={stamp}"
            method, path = "DELETE", "/fapi/v1/allOpenOrders"
        signature = hmac.new(share.secret, query.encode(), hashlib.sha256).hexdigest()
        self.sent = time.perf_counter()
        self.transport.write(
            f"{method} {path}?{query}&signature={signature} HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{share.port}\r\nX-MBX-APIKEY: {share.key}\r\n"
            "Content-Length: 0\r\n\r\n".encode()
        )

    def data_received(self, data):
        self.buffer += data
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if len(body) < length:
            return
        self.buffer = b""
        if self.is_order:
            self.share.times.append(time.perf_counter() - self.sent)
            if b" 200 " not in head[:16]:
                self.share.refused += 1
                self.share.example = body[:200].decode(errors="replace")
        self.send()

    def connection_lost(self, error):
        if not self.done.done():
            self.done.set_result(error)


class Share:
    """What the connections of one process have in common."""

    def __init__(self, settings):
        self.key, self.port, self.price = settings["key"], settings["port"], settings["price"]
        self.secret = settings["secret"].encode()
        self.end = time.monotonic() + settings["seconds"]
        self.times = []
        self.refused = 0
        self.example = None


async def work(settings, first, count):
    share = Share(settings)
    loop = asyncio.get_running_loop()
    workers = []
    for number in range(first, first + count):
        _, worker = await loop.create_connection(
            lambda number=number: Worker(share, number), "127.0.0.1", share.port
        )
        workers.append(worker)
    await asyncio.gather(*(worker.done for worker in workers))
    return share.times, share.refused, share.example


def process(settings, first, count, results):
    results.put(asyncio.run(work(settings, first, count)))


def resident_megabytes(pid):
    """From /proc where there is one."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return round(int(line.split()[1]) / 1024, 1)
    except OSError:
        return None


def first_trade(venue, began):
    while True:
        if venue.get("/fapi/v1/trades", symbol=SYMBOL, limit=1):
            return round(time.monotonic() - began, 2)
        time.sleep(0.02)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--in-memory", action="store_true", help="without a journal, to compare")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        store = ["--in-memory"] if arguments.in_memory else ["--data", Path(folder) / "data"]
        began = time.monotonic()
        with Venue(folder, *store, "--seed", "1") as venue:
            first = first_trade(venue, began)
            time.sleep(3)
            idle = resident_megabytes(venue.process.pid)
            bid = float(venue.get("/fapi/v1/ticker/bookTicker", symbol=SYMBOL)["bidPrice"])
            settings = {
                "key": venue.key,
                "secret": venue.secret,
                "port": venue.port,
                "price": f"{bid * 0.9:.2f}",
                "seconds": arguments.seconds,
            }
            results = multiprocessing.Queue()
            per_process = arguments.connections // arguments.processes
            began_load = time.monotonic()
            processes = [
                multiprocessing.Process(
                    target=process, args=(settings, index * per_process, per_process, results)
                )
                for index in range(arguments.processes)
            ]
            for one in processes:
                one.start()
            shares = [results.get() for _ in processes]
            for one in processes:
                one.join()
            elapsed = time.monotonic() - began_load
            loaded = resident_megabytes(venue.process.pid)
            began_again = time.monotonic()
            venue.stop()
            if not arguments.in_memory:
                venue.start()
                restart = round(time.monotonic() - began_again, 2)
            else:
                restart = None

    times = sorted(one for share in shares for one in share[0])
    refused = sum(share[1] for share in shares)
    cuts = statistics.quantiles(times, n=1000) if len(times) > 1 else [0] * 999
    document = {
        "workload": "signed LIMIT orders over keep-alive HTTP, one in five requests cancels all",
        "durable": not arguments.in_memory,
        "connections": arguments.connections,
        "orders": len(times),
        "refused": refused,
        "refusal": next((share[2] for share in shares if share[2]), None),
        "ordersPerSecond": round(len(times) / elapsed),
        "p50Milliseconds": round(cuts[499] * 1000, 2),
        "p99Milliseconds": round(cuts[989] * 1000, 2),
        "p999Milliseconds": round(cuts[998] * 1000, 2),
        "secondsToFirstTrade": first,
        "secondsToStopAndStartAgain": restart,
        "idleMegabytes": idle,
        "loadedMegabytes": loaded,
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
    }
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    main()
