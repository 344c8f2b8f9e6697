#!/usr/bin/env python3
"""Adds up the result files of one test run, names what failed, and prints
`N passed, N failed, N skipped` last.

A stage that failed without saying which test did (a build, the lint, a crash) counts as one
failure, so that a red run is never all zeros.
"""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

# Of a log often only the end is kept: what failed has to fit there.
NAMED_MAX = 40
MESSAGE_MAX = 200


def outcome(case):
    """What became of a test case: the index of its total."""
    if case.find("failure") is not None or case.find("error") is not None:
        return 1
    return 2 if case.find("skipped") is not None else 0


def named(case):
    """A failed case in one line: suite, name, and the first line of what it says."""
    fault = case.find("failure") if case.find("failure") is not None else case.find("error")
    said = (fault.get("message") or fault.text or "").strip()
    name = ": ".join(part for part in (case.get("classname"), case.get("name")) if part)
    line = f"FAILED {name}: {said.splitlines()[0]}" if said else f"FAILED {name}"
    return line if len(line) <= MESSAGE_MAX else line[: MESSAGE_MAX - 1] + "…"


def read(path):
    """The totals of one xUnit file, and its failures in words; a broken file is a failure."""
    try:
        cases = list(ElementTree.parse(path).iter("testcase"))
    except ElementTree.ParseError as error:
        return [0, 1, 0], [f"FAILED {path.name} cannot be read: {error}"]
    totals = [0, 0, 0]
    for case in cases:
        totals[outcome(case)] += 1
    return totals, [named(case) for case in cases if outcome(case) == 1]


def main():
    folder = Path(sys.argv[1])
    totals = [0, 0, 0]
    failures = []
    rows = []
    for path in sorted(folder.glob("*.xml")):
        row, words = read(path)
        rows.append(f"{path.stem}: {row[0]} passed, {row[1]} failed, {row[2]} skipped")
        failures += words
        totals = [total + count for total, count in zip(totals, row)]
    stages = folder / "failed-stages"
    names = stages.read_text().splitlines() if stages.exists() else []
    if names and totals[1] == 0:
        totals[1] = len(names)
    lines = failures[:NAMED_MAX]
    if len(failures) > NAMED_MAX:
        lines.append(f"and {len(failures) - NAMED_MAX} more")
    lines += rows
    if names:
        lines.append("failed stages: " + ", ".join(names))
    lines.append(f"{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
