#!/usr/bin/env python3
"""Twenty thousand leveraged accounts live: a venue behind its door, with a fall of the price in it.

Asks for a book, trades and the market's state four times a second while the crowd trades in ten instruments
at the wall clock's speed, and prints what the venue took and how fast it answered, before the fall and in
it, as one JSON document.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

from measured import MACHINE, Venue, percentiles, processor_seconds, resident_megabytes

FALL_AFTER = 180
SCENARIO = """
title = "A crowd"
about = "Leveraged accounts in every instrument, and a fall of four per cent."
duration = "1h"

[rules]
profile = "binance-usdm"

[market]
makers = {{ depth = "600000", deposit = "20000000" }}
leveragedCrowd = {{ count = {accounts} }}

[[shocks]]
after = "{fall}s"
factor = "0.96"
over = "30s"

[thresholds]
liquidations = ">= 100"
"""


def spell(venue, seconds):
    """What the venue took, and how fast it answered, for so long."""
    symbols = [row["symbol"] for row in venue.control("status")["markets"]]
    began, processor = time.monotonic(), processor_seconds(venue.process.pid)
    before = {row["name"]: row["value"] for row in venue.control("scenarios")["running"]["metrics"]}
    times, asked = [], 0
    while time.monotonic() - began < seconds:
        symbol = symbols[asked % len(symbols)]
        paths = [
            f"/fapi/v1/depth?symbol={symbol}&limit=100",
            f"/fapi/v1/trades?symbol={symbol}&limit=100",
            f"/v1/market/{symbol}",
        ]
        start = time.monotonic()
        venue.call("GET", paths[asked % 3])
        times.append(time.monotonic() - start)
        asked += 1
        time.sleep(max(0, 0.08 - times[-1]))
    after = {row["name"]: row["value"] for row in venue.control("scenarios")["running"]["metrics"]}
    taken = time.monotonic() - began

    def counted(name):
        return int(after[name]) - int(before[name])

    return {
        "seconds": round(taken),
        "cores": round((processor_seconds(venue.process.pid) - processor) / taken, 2),
        "residentMegabytes": resident_megabytes(venue.process.pid),
        "commandsASecond": round(counted("commands") / taken),
        "trades": counted("trades"),
        "liquidations": counted("liquidations"),
        "refusals": counted("refusals"),
        "answers": {"asked": len(times), **percentiles(times)},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--durable", action="store_true", help="with a journal on the disk")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "crowd.toml"
        scenario.write_text(SCENARIO.format(accounts=arguments.accounts, fall=FALL_AFTER))
        where = ("--data", Path(folder) / "data") if arguments.durable else ("--in-memory",)
        with Venue(folder, *where, "--seed", "1", "--scenario", scenario) as venue:
            started = time.monotonic()
            status = venue.control("status")
            calm = spell(venue, FALL_AFTER - 5)
            time.sleep(max(0, FALL_AFTER - (time.monotonic() - started)))
            fall = spell(venue, 60)
            cascades = venue.control("cascades?limit=1000")["cascades"]
            document = {
                "measure": "crowd",
                "machine": MACHINE,
                "accounts": status["accounts"],
                "instruments": len(status["markets"]),
                "durable": arguments.durable,
                "calm": calm,
                "fall": fall,
                "cascades": len(cascades),
                "largestCascade": max((row["closeCount"] for row in cascades), default=0),
                "alive": venue.control("status")["takesCommands"],
            }
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    main()
