"""What the end-to-end tests share: a running venue, and the clients pointed at it."""

import os
import time

import pytest

from venue import PATIENCE, ROOT, Venue, ccxt_client, shared_folder


def pytest_configure(config):
    binary = Venue.binary()
    if not binary.exists():
        pytest.exit(f"{binary} is missing: run `make build` first", returncode=2)


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    """A venue with the simulated market, in memory, for the tests of one module."""
    with Venue(tmp_path_factory.mktemp("market"), "--in-memory", "--seed", "42") as venue:
        yield venue


@pytest.fixture(scope="session")
def still(tmp_path_factory):
    """A venue whose market has stopped, so that only requests could change its digest."""
    with Venue(tmp_path_factory.mktemp("still"), "--in-memory", "--seed", "7") as venue:
        time.sleep(2)
        venue.control("clock", {"paused": True})
        bid = float(venue.get("/fapi/v1/ticker/bookTicker", symbol="ETHUSDT")["bidPrice"])
        # A price that rests: in the band, on the tick.
        venue.resting_price = f"{bid * 0.98:.2f}"
        yield venue


@pytest.fixture
def unchanged(still, request):
    """Whatever the test sends: the state is as before, the process lives, others are served."""
    before = still.digest()["digest"]
    yield
    assert still.is_alive
    if request.node.get_closest_marker("changes_state") is None:
        assert still.digest()["digest"] == before, "a refusal changed the state"
    assert still.get("/fapi/v1/ping") == {}


@pytest.fixture(scope="module")
def exchange(market):
    """An unmodified ccxt, its base addresses changed and nothing else."""
    client = ccxt_client(market)
    client.load_markets()
    return client


@pytest.fixture(scope="session")
def shared():
    """The folder of recorded markets beside the checkout."""
    folder = shared_folder()
    if folder is None:
        pytest.skip(f"no recorded markets: neither $PLIMSOLL_SHARED nor {ROOT.name}/../shared")
    return folder


@pytest.fixture
def plimsoll(tmp_path):
    """Runs the command line and returns its result."""
    import subprocess

    def run(*arguments, timeout=PATIENCE, env=None, check=None, input=None):
        result = subprocess.run(
            [str(Venue.binary()), *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd=tmp_path,
            env={**os.environ, "NO_COLOR": "1", **(env or {})},
            input=input,
        )
        if check is not None:
            assert result.returncode == check, result.stdout + result.stderr
        return result

    return run


def pytest_terminal_summary(terminalreporter):
    if shared_folder() is None:
        terminalreporter.write_line("no recorded markets: the tests that need them were skipped")
