#!/usr/bin/env python3
"""Measures what a venue does with ten times the orders that it can take.

    .venv/bin/python Scripts/measure-overload.py [--durable] [--seconds 60] [--connections 640]

Starts `plimsoll up` with its market. One account cancels all its orders fifty times a second, whatever
the answers take: first alone, then while ten times as many connections as reach the venue's capacity
send orders ahead of their answers as fast as the system takes them, then alone again. So there is
always more to read than the venue reads, whatever it manages; each connection keeps as much ready as
its sockets hold. The flood shares the machine, so it runs at a lower priority, as if it came from
another one; what it takes of the processor is told. Prints one JSON document, and ends with 1 where
a promise is broken.
"""

import argparse
import json
import multiprocessing
import os
import select
import socket
import sys
import threading
import time

from measured import MACHINE, http_request, percentiles, price_below, processor_seconds
from measured import resident_megabytes, running_venue, stamp, traders

SYMBOL = "ETHUSDT"
CANCELS_PER_SECOND = 50
# Requests that are sent ahead of their answers at a time.
AHEAD = 32
# Signatures are good for a minute.
SIGNED_ANEW_SECONDS = 20


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
        ready = multiprocessing.Event()
        self.stop = multiprocessing.Event()
        self.results = multiprocessing.Queue()
        share = connections // processes
        self.processes = [
            multiprocessing.Process(
                target=flood, args=(settings, account, share, ready, self.stop, self.results)
            )
            for _ in range(processes)
        ]
        self.ready = ready

    def __enter__(self):
        for process in self.processes:
            process.start()
        self.ready.set()
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
        accounts = traders(venue, 2)
        settings = {"port": venue.port, "price": price_below(venue, SYMBOL, 0.1)}
        cancels = Cancels(venue, accounts[0])
        idle = percentiles(cancels.measure(min(20, arguments.seconds)))
        before = resident_megabytes(pid)
        load = Flood(settings, accounts[1], arguments.connections, arguments.processes)
        with Peak(pid) as peak, load:
            processor, began = processor_seconds(pid), time.monotonic()
            flooded = percentiles(cancels.measure(arguments.seconds))
            elapsed = time.monotonic() - began
            processor = (processor_seconds(pid) - processor) / elapsed
            stages = venue.control("metrics")["stages"]
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
