#!/usr/bin/env python3
"""How long a start takes over a journal of many commands, from a snapshot and from the first command,
and what a backup, a restore and a check of it take. Prints one JSON document.

    Scripts/measure-recovery.py --commands 10000000 --folder /dev/shm
"""

import argparse
import json
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

from measured import MACHINE, Venue, processor_seconds, resident_megabytes


def clocked(action):
    began = time.monotonic()
    result = action()
    return round(time.monotonic() - began, 2), result


def run(*arguments):
    result = subprocess.run(
        [Venue.binary(), *map(str, arguments), "--json"], check=True, capture_output=True, text=True
    )
    return json.loads(result.stdout)


def place(folder):
    """A folder for one start: a venue that was killed left its ready file in another."""
    return Path(tempfile.mkdtemp(dir=folder))


def started(folder, data):
    """Starts the venue with its clock stopped; returns what that took."""
    with Venue(place(folder), "--data", data, "--paused", "--keep", "all", ready_timeout=600) as venue:
        answer = {
            "seconds": round(venue.took, 2),
            "processorSeconds": processor_seconds(venue.process.pid),
            "residentMegabytes": resident_megabytes(venue.process.pid),
            "sequence": venue.digest()["sequence"],
        }
        venue.kill()
    return answer


def snapshots(data, statement="SELECT sequence FROM snapshots"):
    with sqlite3.connect(data / "journal.sqlite") as database:
        return [row[0] for row in database.execute(statement)]


def growth(folder, seconds):
    """What a venue hour adds, at sixty times its speed."""
    data = folder / "growing"
    with Venue(place(folder), "--data", data, "--seed", "5", "--speed", "60") as venue:
        time.sleep(5)
        first, began = venue.digest()["sequence"], venue.control("clock")["venueTime"]
        time.sleep(seconds)
        last, ended = venue.digest()["sequence"], venue.control("clock")["venueTime"]
    hours = (ended - began) / 3_600_000
    return {"venueHours": round(hours, 2), "commandsAnHour": round((last - first) / hours)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commands", type=int, default=1_000_000)
    parser.add_argument("--folder", help="where the data lie; in memory no sync is waited for")
    parser.add_argument("--growth", type=int, default=60, help="seconds at sixty times the speed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        data = folder / "data"
        filling = ("--seed", "5", "--speed", "max", "--keep", "all")
        with Venue(place(folder), "--data", data, *filling) as venue:
            while venue.digest()["sequence"] < options.commands:
                time.sleep(0.1)
            venue.kill()
        report = {"machine": MACHINE, "fromSnapshot": started(folder, data)}
        report["fromSnapshot"]["snapshots"] = snapshots(data)
        commands = report["fromSnapshot"]["sequence"]
        size = sum(path.stat().st_size for path in data.glob("journal.sqlite*"))
        report |= {"commands": commands, "bytes": size, "bytesACommand": round(size / commands)}
        seconds, copy = clocked(lambda: run("backup", data, folder / "backup"))
        report["backup"] = {"seconds": seconds, "bytes": copy["bytes"]}
        seconds, _ = clocked(
            lambda: run("restore", folder / "backup", folder / "half", "--command", commands // 2)
        )
        report["restoreOfHalf"] = {"seconds": seconds}
        seconds, _ = clocked(lambda: run("verify", folder / "backup"))
        report["verify"] = {"seconds": seconds}
        snapshots(data, "DELETE FROM snapshots RETURNING sequence")
        report["fromCommandOne"] = started(folder, data)
        report["growth"] = growth(folder, options.growth)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
