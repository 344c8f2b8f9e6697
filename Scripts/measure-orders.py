#!/usr/bin/env python3
"""Measures order entry through the doors of a venue: orders per second, their time, what they cost.

    .venv/bin/python Scripts/measure-orders.py [--socket] [--durable] [--connections 64]

Starts `plimsoll up` with its market and opens an account for each connection. A connection sends its
next signed limit order when the last one is answered: over keep-alive HTTP, or over the WebSocket
API. Requests are signed beforehand, so that the generator, which shares the machine, takes little
of it. Prints one JSON document; the processor time is that of the whole venue, market included.
"""

import argparse
import json
import multiprocessing
import select
import socket
import time

from measured import MACHINE, handshake, http_request, percentiles, price_below
from measured import processor_seconds, resident_megabytes, running_venue, signed, stamp
from measured import text_frame, traders

SYMBOL = "ETHUSDT"
# An account may have 200 open orders of a symbol: after so many, all are cancelled.
ORDERS_BETWEEN_CANCELS = 150


def socket_request(account, parameters, number):
    parameters = {**parameters, "apiKey": account["key"]}
    payload = "&".join(f"{name}={value}" for name, value in sorted(parameters.items()))
    parameters["signature"] = signed(account, payload)
    return text_frame(json.dumps({"id": number, "method": "order.place", "params": parameters}))


class Trader:
    """One account's connection and the requests that it sends over it, one after the other."""

    def __init__(self, settings, account):
        address = ("127.0.0.1", settings["port"])
        self.http = socket.create_connection(address)
        self.entry = self.http
        if settings["over_socket"]:
            self.entry = socket.create_connection(address)
            handshake(self.entry, "/ws-fapi/v1", settings["port"])
        for connection in {self.http, self.entry}:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        order = {"symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC",
                 "quantity": "0.01", "price": settings["price"], **stamp()}  # fmt: skip
        cancel = http_request(
            settings, account, "DELETE", "/fapi/v1/allOpenOrders", {"symbol": SYMBOL, **stamp()}
        )
        self.requests = []
        for number in range(settings["requests"]):
            named = {**order, "newClientOrderId": f"m{number}"}
            if number % ORDERS_BETWEEN_CANCELS == ORDERS_BETWEEN_CANCELS - 1:
                self.requests.append((self.http, cancel, False))
            elif settings["over_socket"]:
                self.requests.append((self.entry, socket_request(account, named, number), True))
            else:
                one = http_request(settings, account, "POST", "/fapi/v1/order", named)
                self.requests.append((self.http, one, True))
        self.requests.reverse()
        self.times = []
        self.refusal = None
        self.refused = 0

    def send(self):
        if not self.requests:
            return False
        connection, data, self.is_order = self.requests.pop()
        self.answer = b""
        self.sent = time.perf_counter()
        connection.send(data)
        return True

    def receive(self, connection):
        """Whether the answer is there."""
        data = connection.recv(65536)
        assert data, f"the venue closed a connection after {len(self.times)} orders"
        self.answer += data
        body = self.body(connection)
        if body is None:
            return False
        if self.is_order:
            self.times.append(time.perf_counter() - self.sent)
            if b'"status":"NEW"' not in body:
                self.refused += 1
                self.refusal = body[:200].decode(errors="replace")
        return True

    def body(self, connection):
        if connection is self.http:
            head, separator, body = self.answer.partition(b"\r\n\r\n")
            at = head.lower().find(b"content-length: ")
            length = int(head[at + 16 :].partition(b"\r")[0]) if separator else 0
            return body if separator and len(body) >= length else None
        assert self.answer[0] != 0x88, f"the venue took leave: {self.answer}"
        if len(self.answer) < 4 or len(self.answer) - 4 < int.from_bytes(self.answer[2:4]):
            return None
        return self.answer


def work(settings, accounts, barrier, results):
    traders = [Trader(settings, account) for account in accounts]
    poll = select.epoll()
    waiting = {}
    for trader in traders:
        for connection in {trader.http, trader.entry}:
            poll.register(connection, select.EPOLLIN)
            waiting[connection.fileno()] = (trader, connection)
    barrier.wait()
    began = time.perf_counter()
    end = began + settings["seconds"]
    active = sum(trader.send() for trader in traders)
    while active:
        for number, _ in poll.poll():
            trader, connection = waiting[number]
            if trader.receive(connection) and (time.perf_counter() > end or not trader.send()):
                active -= 1
    results.put(
        {
            "began": began,
            "ended": time.perf_counter(),
            "times": [one for trader in traders for one in trader.times],
            "refused": sum(trader.refused for trader in traders),
            "refusal": next((trader.refusal for trader in traders if trader.refusal), None),
        }
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--socket", action="store_true", help="over the WebSocket API")
    parser.add_argument("--durable", action="store_true", help="with a journal on the disk")
    arguments = parser.parse_args()

    with running_venue(arguments.durable) as venue:
        pid = venue.process.pid
        idle = {"megabytes": resident_megabytes(pid)}
        began = processor_seconds(pid)
        time.sleep(2)
        idle["cores"] = round((processor_seconds(pid) - began) / 2, 3)
        accounts = traders(venue, arguments.connections)
        settings = {
            "port": venue.port,
            "price": price_below(venue, SYMBOL, 0.03),
            "seconds": arguments.seconds,
            "over_socket": arguments.socket,
            # Enough that time ends first, as far as it goes at 50,000 a second.
            "requests": int(arguments.seconds * 50_000 / arguments.connections),
        }
        barrier = multiprocessing.Barrier(arguments.processes + 1)
        results = multiprocessing.Queue()
        processes = [
            multiprocessing.Process(
                target=work,
                args=(settings, accounts[index :: arguments.processes], barrier, results),
            )
            for index in range(arguments.processes)
        ]
        for one in processes:
            one.start()
        barrier.wait()
        before = processor_seconds(pid)
        shares = [results.get() for _ in processes]
        after = processor_seconds(pid)
        for one in processes:
            one.join()
        loaded = resident_megabytes(pid)

    times = [one for share in shares for one in share["times"]]
    elapsed = max(share["ended"] for share in shares) - min(share["began"] for share in shares)
    document = {
        "door": "WebSocket API" if arguments.socket else "HTTP",
        "durable": arguments.durable,
        "connections": arguments.connections,
        "orders": len(times),
        "refused": sum(share["refused"] for share in shares),
        "refusal": next((share["refusal"] for share in shares if share["refusal"]), None),
        "ordersPerSecond": round(len(times) / elapsed),
        "processorMicrosecondsPerOrder": round((after - before) / len(times) * 1e6, 1),
        "milliseconds": percentiles(times),
        "idle": idle,
        "loadedMegabytes": loaded,
        "machine": MACHINE,
    }
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    main()
