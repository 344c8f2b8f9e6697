#!/usr/bin/env python3
"""Measures what a venue does with ten times the orders that it can take.

    .venv/bin/python Scripts/measure-overload.py [--durable] [--seconds 60] [--connections 640]

Starts `plimsoll up` with its market. One account cancels all its orders fifty times a second, whatever
the answers take: first alone, then while ten times as many connections as reach the venue's capacity
send orders of another account ahead of their answers, then alone again. At the end of the flood a third
account sends orders at the same pace. Each connection keeps as much ready as its sockets hold, so that
there is always more to read than the venue reads, whatever it manages. The flood shares the machine, so
it runs at a lower priority and does little at a time, as if it came from another one; what it takes of
the processor is told. Prints one JSON document, and ends with 1 where a promise is broken.
"""

import argparse
import json
import multiprocessing
import os
import socket
import sys
import threading
import time

from measured import MACHINE, http_request, percentiles, price_below, processor_seconds
from measured import resident_megabytes, running_venue, stamp, traders

SYMBOL = "ETHUSDT"
REQUESTS_PER_SECOND = 50
# Requests that are sent ahead of their answers at a time.
AHEAD = 32
# Signatures are good for a minute.
SIGNED_ANEW_SECONDS = 20
# What a connection keeps ready to be sent: enough to keep the venue busy for seconds, and so little
# that no request grows stale in it.
SEND_BUFFER_BYTES = 16 * 1024
# Each connection is looked after so often, a few at a time: what they hold lasts for longer.
ROUND_SECONDS = 0.25
TURNS_AT_ONCE = 8


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


class Client:
    """Asks the same at fixed times; a late answer makes none of the next late."""

    def __init__(self, settings, account, method, path, parameters):
        self.settings = settings
        self.account = account
        self.request = (method, path, parameters)

    def measure(self, seconds):
        connection = socket.create_connection(("127.0.0.1", self.settings["port"]))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        times, sent = [], []
        count = int(seconds * REQUESTS_PER_SECOND)
        method, path, parameters = self.request

        def read():
            answers = Answers()
            while len(times) < count:
                data = connection.recv(65536)
                now = time.perf_counter()
                assert data, f"the venue closed the connection of {method} {path}"
                found = answers.count(data)
                assert found[503] == found["others"] == 0, data[:300]
                for _ in range(found[200]):
                    times.append(now - sent[len(times)])

        reader = threading.Thread(target=read)
        reader.start()
        began = time.perf_counter()
        for number in range(count):
            due = began + number / REQUESTS_PER_SECOND
            time.sleep(max(0, due - time.perf_counter()))
            request = http_request(
                self.settings, self.account, method, path, {**parameters, **stamp()}
            )
            sent.append(max(due, began))
            connection.sendall(request)
        reader.join(120)
        connection.close()
        return times


class Sender:
    """A connection that always has orders ready, and counts their answers."""

    def __init__(self, port):
        self.connection = socket.socket()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self.connection.connect(("127.0.0.1", port))
        self.connection.setblocking(False)
        self.answers = Answers()
        self.rest = b""

    def read(self):
        try:
            data = self.connection.recv(1 << 18)
        except BlockingIOError:
            return {}
        if not data:
            raise ConnectionResetError
        return self.answers.count(data)

    def send(self, requests):
        """As much as the system takes; returns how many bytes that was."""
        sent = 0
        while True:
            rest = self.rest or requests
            try:
                done = self.connection.send(rest)
            except BlockingIOError:
                return sent
            sent += done
            self.rest = rest[done:]


def order_terms(settings):
    return {"symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "timeInForce": "IOC",
            "quantity": "0.01", "price": settings["price"]}  # fmt: skip


def flood(settings, account, count, ready, stop, results):
    os.nice(10)
    order = order_terms(settings)
    senders = [Sender(settings["port"]) for _ in range(count)]
    answers = {200: 0, 503: 0, "others": 0}
    sent = lost = signed = turn = 0
    ready.wait()
    began = time.monotonic()
    while senders and not stop.is_set():
        if time.monotonic() - signed > SIGNED_ANEW_SECONDS:
            signed = time.monotonic()
            one = http_request(settings, account, "POST", "/fapi/v1/order", {**order, **stamp()})
            ahead = one * AHEAD
        sender = senders[turn % len(senders)]
        try:
            for status, number in sender.read().items():
                answers[status] += number
            sent += sender.send(ahead)
        except ConnectionError:
            lost += 1
            senders.remove(sender)
        turn += 1
        if turn % TURNS_AT_ONCE == 0:
            due = began + turn / count * ROUND_SECONDS
            time.sleep(max(0, due - time.monotonic()))
    results.put(
        {
            "answers": answers,
            "sentRequests": sent // len(one),
            "lost": lost,
            "processor": time.process_time(),
        }
    )


class Peak:
    """The most memory that a process has while this is open."""

    def __init__(self, pid):
        self.pid = pid
        self.megabytes = resident_megabytes(pid)
        self.is_over = threading.Event()
        self.watcher = threading.Thread(target=self.watch)

    def watch(self):
        while not self.is_over.wait(0.2):
            self.megabytes = max(self.megabytes, resident_megabytes(self.pid))

    def __enter__(self):
        self.watcher.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.watcher.join()


class Flood:
    """Processes that send orders over many connections while this is open."""

    def __init__(self, settings, account, connections, processes):
        # All connect before any of them sends.
        self.ready = multiprocessing.Barrier(processes + 1)
        self.stop = multiprocessing.Event()
        self.results = multiprocessing.Queue()
        share = connections // processes
        self.processes = [
            multiprocessing.Process(
                target=flood, args=(settings, account, share, self.ready, self.stop, self.results)
            )
            for _ in range(processes)
        ]

    def __enter__(self):
        for process in self.processes:
            process.start()
        self.ready.wait()
        time.sleep(1)
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.shares = [self.results.get() for _ in self.processes]
        for process in self.processes:
            process.join()

    def sum(self, name):
        return sum(share[name] for share in self.shares)

    def answers(self, kind):
        return sum(share["answers"][kind] for share in self.shares)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--connections", type=int, default=640)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--durable", action="store_true", help="with a journal on the disk")
    arguments = parser.parse_args()

    with running_venue(arguments.durable) as venue:
        pid = venue.process.pid
        accounts = traders(venue, 3)
        settings = {"port": venue.port, "price": price_below(venue, SYMBOL, 0.1)}
        cancels = Client(
            settings, accounts[0], "DELETE", "/fapi/v1/allOpenOrders", {"symbol": SYMBOL}
        )
        neighbour = Client(settings, accounts[2], "POST", "/fapi/v1/order", order_terms(settings))
        idle = percentiles(cancels.measure(min(20, arguments.seconds)))
        idle_order = percentiles(neighbour.measure(min(10, arguments.seconds)))
        before = resident_megabytes(pid)
        load = Flood(settings, accounts[1], arguments.connections, arguments.processes)
        with Peak(pid) as peak:
            with load:
                processor, began = processor_seconds(pid), time.monotonic()
                flooded = percentiles(cancels.measure(arguments.seconds))
                flooded_order = percentiles(neighbour.measure(min(10, arguments.seconds)))
                elapsed = time.monotonic() - began
                processor = (processor_seconds(pid) - processor) / elapsed
                stages = venue.control("metrics")["stages"]
            # The end is part of it: all connections go at once, with all that they had ready.
            time.sleep(1)
            after = percentiles(cancels.measure(min(5, arguments.seconds)))
        is_alive = venue.is_alive and venue.control("ready") == {"ready": True}

    promises = {
        "aliveAndReady": is_alive,
        "memoryGrowsByAtMost64MB": peak.megabytes - before <= 64,
        "cancelsAtMostFourTimesIdle": flooded["p99"] <= 4 * idle["p99"],
        "nothingButCarriedOutOrShed": load.answers("others") == load.sum("lost") == 0,
    }
    # From the first order to the last, which is a second longer than the cancels are measured.
    flood_seconds = elapsed + 1
    document = {
        "durable": arguments.durable,
        "connections": arguments.connections,
        "seconds": round(elapsed, 1),
        "ordersSentPerSecond": round(load.sum("sentRequests") / flood_seconds),
        "ordersCarriedOutPerSecond": round(load.answers(200) / flood_seconds),
        "ordersShedPerSecond": round(load.answers(503) / flood_seconds),
        "otherAnswers": load.answers("others"),
        "connectionsLost": load.sum("lost"),
        "cancelMilliseconds": {"idle": idle, "flooded": flooded, "afterwards": after},
        "neighboursOrderMilliseconds": {"idle": idle_order, "flooded": flooded_order},
        "megabytes": {"before": before, "peak": peak.megabytes},
        "venueCores": round(processor, 2),
        "floodCores": round(load.sum("processor") / flood_seconds, 2),
        "stages": stages,
        "promises": promises,
        "machine": MACHINE,
    }
    print(json.dumps(document, indent=2))
    return 0 if all(promises.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
