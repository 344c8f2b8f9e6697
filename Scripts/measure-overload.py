#!/usr/bin/env python3
"""Measures what a venue does with ten times the orders that it can take.

    .venv/bin/python Scripts/measure-overload.py [--durable] [--seconds 60] [--connections 640]

Starts `plimsoll up` with its market. One account cancels all its orders fifty times a second, whatever
the answers take: first alone, then while ten times as many connections as reach the venue's capacity
send orders ahead of their answers as fast as the system takes them, then alone again. The flood
shares the machine, so it runs at a lower priority, as if it came from another one. Prints one JSON
document, and ends with 1 where a promise is broken.
"""

import argparse
import json
import multiprocessing
import os
import select
import socket
import sys
import tempfile
import threading
import time

from measured import MACHINE, Venue, http_request, percentiles, processor_seconds
from measured import resident_megabytes

SYMBOL = "ETHUSDT"
CANCELS_PER_SECOND = 50
# Requests that are sent ahead of their answers at a time.
AHEAD = 32
# Signatures are good for a minute.
SIGNED_ANEW_SECONDS = 20


def stamp():
    return {"recvWindow": 60000, "timestamp": int(time.time() * 1000)}


class Answers:
    """Counts the answers of a connection by their status, as their bytes come."""

    STATUSES = (200, 503)

    def __init__(self):
        self.rest = b""

    def count(self, data):
        text = self.rest + data
        last = text.rfind(b"HTTP/1.1 ")
        # A status line that is cut off is counted with the next piece.
        end = last if last >= 0 and len(text) - last < 12 else len(text)
        self.rest = text[end:] or text[-8:]
        found = {
            status: text.count(b"HTTP/1.1 %d" % status, 0, end) for status in self.STATUSES
        }
        found["others"] = text.count(b"HTTP/1.1 ", 0, end) - sum(found.values())
        return found


class Cancels:
    """Cancels all orders of an account at fixed times; a late answer makes none of the next late."""

    def __init__(self, venue, account):
        self.settings = {"port": venue.port}
        self.account = account

    def measure(self, seconds):
        connection = socket.create_connection(("127.0.0.1", self.settings["port"]))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        times, sent = [], []
        count = int(seconds * CANCELS_PER_SECOND)

        def read():
            answers = Answers()
            while len(times) < count:
                data = connection.recv(65536)
                now = time.perf_counter()
                assert data, "the venue closed the connection of the cancels"
                found = answers.count(data)
                assert found[503] == found["others"] == 0, data[:300]
                for _ in range(found[200]):
                    times.append(now - sent[len(times)])

        reader = threading.Thread(target=read)
        reader.start()
        began = time.perf_counter()
        for number in range(count):
            due = began + number / CANCELS_PER_SECOND
            time.sleep(max(0, due - time.perf_counter()))
            request = http_request(
                self.settings, self.account, "DELETE", "/fapi/v1/allOpenOrders",
                {"symbol": SYMBOL, **stamp()},
            )  # fmt: skip
            sent.append(max(due, began))
            connection.sendall(request)
        reader.join(120)
        connection.close()
        return times


def flood(settings, account, count, ready, stop, results):
    os.nice(10)
    order = {"symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "timeInForce": "IOC",
             "quantity": "0.01", "price": settings["price"]}  # fmt: skip
    poll = select.epoll()
    connections = {}
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", settings["port"]))
        connection.setblocking(False)
        connections[connection.fileno()] = [connection, Answers(), b""]
        poll.register(connection, select.EPOLLIN | select.EPOLLOUT)
    answers = {200: 0, 503: 0, "others": 0}
    sent = lost = 0
    signed = 0
    ready.wait()
    while not stop.is_set():
        if time.monotonic() - signed > SIGNED_ANEW_SECONDS:
            signed = time.monotonic()
            one = http_request(settings, account, "POST", "/fapi/v1/order", {**order, **stamp()})
            ahead = one * AHEAD
        for number, event in poll.poll(0.1):
            held = connections[number]
            if event & select.EPOLLIN:
                try:
                    data = held[0].recv(1 << 18)
                except ConnectionError:
                    data = b""
                if not data:
                    lost += 1
                    poll.unregister(number)
                    continue
                for status, number_found in held[1].count(data).items():
                    answers[status] += number_found
            if event & select.EPOLLOUT:
                rest = held[2] or ahead
                try:
                    done = held[0].send(rest)
                except BlockingIOError:
                    continue
                except ConnectionError:
                    lost += 1
                    poll.unregister(number)
                    continue
                sent += done
                held[2] = rest[done:]
    results.put({"answers": answers, "sentRequests": sent // len(one), "lost": lost})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--connections", type=int, default=640)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--durable", action="store_true", help="with a journal on the disk")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        store = ["--data", f"{folder}/data"] if arguments.durable else ["--in-memory"]
        with Venue(folder, *store, "--seed", "1") as venue:
            time.sleep(3)
            pid = venue.process.pid
            accounts = [venue.control("accounts", {"deposit": "1000000"}) for _ in range(2)]
            bid = float(venue.get("/fapi/v1/ticker/bookTicker", symbol=SYMBOL)["bidPrice"])
            settings = {"port": venue.port, "price": f"{bid * 0.9:.2f}"}
            cancels = Cancels(venue, accounts[0])
            spell = min(20, arguments.seconds)
            idle = cancels.measure(spell)
            before = resident_megabytes(pid)

            ready, stop = multiprocessing.Event(), multiprocessing.Event()
            results = multiprocessing.Queue()
            share = arguments.connections // arguments.processes
            floods = [
                multiprocessing.Process(
                    target=flood, args=(settings, accounts[1], share, ready, stop, results)
                )
                for _ in range(arguments.processes)
            ]
            for one in floods:
                one.start()
            ready.set()
            time.sleep(1)
            peak, processor = before, processor_seconds(pid)
            began = time.monotonic()
            watching = True

            def watch():
                nonlocal peak
                while watching:
                    peak = max(peak, resident_megabytes(pid))
                    time.sleep(0.2)

            watcher = threading.Thread(target=watch)
            watcher.start()
            loaded = cancels.measure(arguments.seconds)
            elapsed = time.monotonic() - began
            processor = (processor_seconds(pid) - processor) / elapsed
            stages = venue.control("metrics")
            stop.set()
            shares = [results.get() for _ in floods]
            for one in floods:
                one.join()
            watching = False
            watcher.join()
            time.sleep(1)
            after = cancels.measure(min(5, arguments.seconds))
            is_alive = venue.is_alive and venue.control("ready") == {"ready": True}

    total = {key: sum(share["answers"][key] for share in shares) for key in (200, 503, "others")}
    idle, loaded, after = percentiles(idle), percentiles(loaded), percentiles(after)
    promises = {
        "aliveAndReady": is_alive,
        "memoryGrowsByAtMost64MB": peak - before <= 64,
        "cancelsAtMostFourTimesIdle": loaded["p99"] <= 4 * idle["p99"],
        "nothingButCarriedOutOrShed": total["others"] == 0,
    }
    document = {
        "durable": arguments.durable,
        "connections": arguments.connections,
        "seconds": round(elapsed, 1),
        "ordersSentPerSecond": round(sum(share["sentRequests"] for share in shares) / elapsed),
        "ordersCarriedOutPerSecond": round(total[200] / elapsed),
        "ordersShedPerSecond": round(total[503] / elapsed),
        "otherAnswers": total["others"],
        "connectionsLost": sum(share["lost"] for share in shares),
        "cancelMilliseconds": {"idle": idle, "flooded": loaded, "afterwards": after},
        "megabytes": {"before": before, "peak": peak},
        "venueCores": round(processor, 2),
        "stages": stages["stages"],
        "promises": promises,
        "machine": MACHINE,
    }
    print(json.dumps(document, indent=2))
    return 0 if all(promises.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
