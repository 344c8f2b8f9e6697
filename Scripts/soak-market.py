#!/usr/bin/env python3
"""A simulated market for long: HOURS of venue time as fast as possible, watched from outside.

Holds that the books balance, that no touch was ever missing or crossed, that nobody waited a minute for a
trade, and that memory stands still. The venue keeps histories of a stated length, the longest of them
fourteen days of minutes: memory may grow until they are full, and no further. What the survey itself
needs it takes at its start. Prints one JSON document; ends with 1 where something does not hold.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

from measured import MACHINE, Venue, processor_seconds, resident_megabytes

# Of histories: candles of a minute are kept for so long.
FULL_AFTER_DAYS = 14
# What is full stands still, but for the allocator's own; and it is not large.
MEGABYTES_PER_DAY_MAX = 0.25
MEGABYTES_MAX = 512
OPEN_MARKET = "a market that is open"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=int, default=720)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    command = [Venue.binary(), "market", "check", "--json"]
    command += ["--hours", str(arguments.hours), "--seed", str(arguments.seed)]
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    # Processor time, which a market spends evenly whatever else the machine does, and memory.
    samples = []
    while process.poll() is None:
        try:
            process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            samples.append((processor_seconds(process.pid), resident_megabytes(process.pid)))
    seconds = time.monotonic() - began
    check = json.loads(process.stdout.read())
    # The last sample falls into the reckoning of the report, or behind its end.
    samples = [(spent, megabytes) for spent, megabytes in samples if megabytes][:-1]
    resident = [megabytes for _, megabytes in samples]
    faults = [
        f"{row['instrument']}: {row['property']} {row['measured']}"
        for row in check["findings"]
        if row["basis"] == OPEN_MARKET and not row["holds"]
    ] + check["brokenInvariants"]
    if resident and max(resident) > MEGABYTES_MAX:
        faults.append(f"memory reached {max(resident)} MB")
    growth = growth_when_full(samples, arguments.hours / 24)
    if growth is not None and growth > MEGABYTES_PER_DAY_MAX:
        faults.append(f"memory grew by {growth} MB a day after its histories were full")
    print(
        json.dumps(
            {
                "soak": "market",
                "machine": MACHINE,
                "hours": arguments.hours,
                "seed": arguments.seed,
                "seconds": round(seconds, 1),
                "processorSeconds": round(samples[-1][0], 1) if samples else None,
                "timesRealTime": round(arguments.hours * 3600 / seconds),
                "commands": check["commands"],
                "digest": check["digest"],
                "residentMegabytes": {
                    "byTenths": resident[:: max(1, len(resident) // 10)],
                    "largest": max(resident, default=None),
                    "aDayWhenFull": growth,
                },
                "properties": len(check["findings"]),
                "propertiesOutside": [
                    f"{row['instrument']}: {row['property']} {row['measured']:.4g}"
                    for row in check["findings"]
                    if row["basis"] != OPEN_MARKET and not row["holds"]
                ],
                "faults": faults,
            },
            indent=2,
        )
    )
    sys.exit(1 if faults else 0)


def growth_when_full(samples, days):
    """Megabytes a day, by a straight line through what is left when histories are full.

    Nothing where less than five days are left.
    """
    if days < FULL_AFTER_DAYS + 5 or len(samples) < 20:
        return None
    last = samples[-1][0]
    rows = [(spent * days / last, megabytes) for spent, megabytes in samples]
    full = [row for row in rows if row[0] > FULL_AFTER_DAYS]
    return round(statistics.linear_regression(*zip(*full)).slope, 3)


if __name__ == "__main__":
    main()
