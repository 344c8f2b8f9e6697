#!/usr/bin/env python3
"""A simulated market for long: HOURS of venue time as fast as possible, watched from outside.

Holds that the books balance, that no touch was ever missing or crossed, that nobody waited a minute for a
trade, and that memory does not grow once the market has its size: what a survey keeps of each minute is
some 3 kB. Prints one JSON document; ends with 1 where something does not hold.
"""

import argparse
import json
import subprocess
import sys
import time

from measured import MACHINE, Venue, resident_megabytes

# Of the survey itself, with room for arrays that double.
MEGABYTES_PER_DAY = 12
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
    resident = []
    while process.poll() is None:
        try:
            process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            resident.append(resident_megabytes(process.pid))
    seconds = time.monotonic() - began
    check = json.loads(process.stdout.read())
    resident = [megabytes for megabytes in resident if megabytes]
    quarter = resident[len(resident) // 4] if resident else 0
    grown = (max(resident) if resident else 0) - quarter
    faults = [
        f"{row['instrument']}: {row['property']} {row['measured']}"
        for row in check["findings"]
        if row["basis"] == OPEN_MARKET and not row["holds"]
    ] + check["brokenInvariants"]
    if grown > max(30, MEGABYTES_PER_DAY * arguments.hours / 24):
        faults.append(f"memory grew by {grown:.1f} MB after the first quarter")
    print(
        json.dumps(
            {
                "soak": "market",
                "machine": MACHINE,
                "hours": arguments.hours,
                "seed": arguments.seed,
                "seconds": round(seconds, 1),
                "timesRealTime": round(arguments.hours * 3600 / seconds),
                "commands": check["commands"],
                "digest": check["digest"],
                "residentMegabytes": {"quarter": quarter, "largest": quarter + grown},
                "propertiesOutside": sum(
                    not row["holds"] for row in check["findings"] if row["basis"] != OPEN_MARKET
                ),
                "faults": faults,
            },
            indent=2,
        )
    )
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
