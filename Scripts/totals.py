#!/usr/bin/env python3
"""Adds up the result files of one test run and prints `N passed, N failed, N skipped`.

A stage that failed without saying which test did (a build, the lint, a crash) counts as one
failure, so that a red run is never all zeros.
"""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def counts(path):
    """The passed, failed and skipped tests of one xUnit file; a broken file is a failure."""
    passed = failed = skipped = 0
    try:
        cases = list(ElementTree.parse(path).iter("testcase"))
    except ElementTree.ParseError:
        return 0, 1, 0
    for case in cases:
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def main():
    folder = Path(sys.argv[1])
    totals = [0, 0, 0]
    for path in sorted(folder.glob("*.xml")):
        row = counts(path)
        print(f"{path.stem}: {row[0]} passed, {row[1]} failed, {row[2]} skipped")
        totals = [total + count for total, count in zip(totals, row)]
    stages = folder / "failed-stages"
    names = stages.read_text().splitlines() if stages.exists() else []
    if names:
        print("failed stages: " + ", ".join(names))
    if names and totals[1] == 0:
        totals[1] = len(names)
    print(f"{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped")


if __name__ == "__main__":
    main()
