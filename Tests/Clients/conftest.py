"""What the tests of the clients share: a venue, and the blocks that `plimsoll connect` prints."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "EndToEnd"))

from venue import ROOT, Venue  # noqa: E402

PYTHON = sys.executable
CONNECTOR = ROOT / ".venv-clients/connector"
NAUTILUS = ROOT / ".venv-nautilus/bin/python"


def pytest_configure(config):
    binary = Venue.binary()
    if not binary.exists():
        pytest.exit(f"{binary} is missing: run `make build` first", returncode=2)


@pytest.fixture(scope="module")
def venue(tmp_path_factory):
    """A venue with the simulated market, in memory, for the tests of one module."""
    with Venue(tmp_path_factory.mktemp("venue"), "--in-memory", "--seed", "7") as running:
        running.ready_file = running.folder / f"ready-{running.starts}.json"
        yield running


def connect(venue, client, *options):
    """What `plimsoll connect` prints for a client."""
    ready = venue.folder / f"ready-{venue.starts}.json"
    result = subprocess.run(
        [str(Venue.binary()), "connect", client, "--ready-file", str(ready), *options],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return result.stdout


def load(block):
    """Runs a block of Python as it is printed, and returns its names."""
    names = {"__name__": "block"}
    exec(compile(block, "plimsoll connect", "exec"), names)
    return names


def run_block(folder, block, name, command, timeout=60, env=None):
    """Runs a block as a program of its own; returns what it printed."""
    path = folder / name
    path.write_text(block)
    result = subprocess.run(
        [*map(str, command), str(path)],
        capture_output=True,
        text=True,
        timeout=timeout,
        cwd=folder,
        env={**os.environ, **(env or {})},
    )
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-4000:]
    return result.stdout


def open_account(venue, deposit="10000", **more):
    """An account of its own for one test, so that tests do not meet in one position."""
    return venue.control("accounts", {"deposit": deposit, **more})


def with_account(block, venue, account):
    """The block with another account's key in place of the demo account's."""
    return block.replace(venue.key, account["key"]).replace(venue.secret, account["secret"])


def position(venue, symbol="ETHUSDT"):
    rows = venue.signed("GET", "/fapi/v3/positionRisk", symbol=symbol)
    return float(rows[0]["positionAmt"]) if rows else 0.0


def as_json(text):
    return json.loads(text)
