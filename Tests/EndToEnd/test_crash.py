"""Killed in the middle of its work, the venue comes back with everything it has acknowledged."""

import json
import shutil
import sqlite3
import threading
import time

import pytest

from venue import Refused, Venue

ID = "ETHUSDT"
THREADS = 8


def place_until_it_dies(venue, index, price, acknowledged, unanswered):
    """Places orders one after the other and writes down what was acknowledged."""
    number = 0
    while True:
        name = f"w{index}-{number}"
        number += 1
        try:
            order = venue.signed(
                "POST", "/fapi/v1/order", symbol=ID, side="BUY", type="LIMIT",
                timeInForce="GTC", price=price, quantity="0.01", newClientOrderId=name,
            )
            acknowledged[name] = order["orderId"]
        except Refused:
            # The open-order limit, perhaps: make room and go on.
            try:
                venue.signed("DELETE", "/fapi/v1/allOpenOrders", symbol=ID)
            except (OSError, Refused, ValueError):
                return
        except (OSError, ValueError, AssertionError):
            # No answer: the order may be in the journal or not, but never half.
            unanswered.add(name)
            return


def resting_price(venue):
    bid = float(venue.get("/fapi/v1/ticker/bookTicker", symbol=ID)["bidPrice"])
    return f"{bid * 0.96:.2f}"


def all_orders(venue):
    """Every order of the account, oldest first, page by page."""
    rows = []
    following = 1
    while True:
        page = venue.signed("GET", "/fapi/v1/allOrders", symbol=ID, orderId=following, limit=500)
        if not page:
            return rows
        rows += page
        following = page[-1]["orderId"] + 1


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.mark.parametrize("round_number", range(3))
def test_killed_under_load(tmp_path, data, plimsoll, round_number):
    with Venue(tmp_path, "--data", data, "--seed", "11") as venue:
        time.sleep(1)
        acknowledged, unanswered = {}, set()
        workers = [
            threading.Thread(
                target=place_until_it_dies,
                args=(venue, index, resting_price(venue), acknowledged, unanswered),
            )
            for index in range(THREADS)
        ]
        for worker in workers:
            worker.start()
        time.sleep(1.5 + 0.37 * round_number)
        venue.kill()
        for worker in workers:
            worker.join(timeout=60)
        assert len(acknowledged) > 50, venue.log()

        result = plimsoll("verify", data)
        assert result.returncode == 0, result.stdout + result.stderr

        venue.start()
        orders = all_orders(venue)
        kept = {}
        for order in orders:
            assert order["clientOrderId"] not in kept, "an order exists twice"
            kept[order["clientOrderId"]] = order
        # Histories hold the newest thousand orders; everything acknowledged among them is there.
        oldest = min((order["orderId"] for order in orders), default=0) if len(orders) > 999 else 0
        for name, number in acknowledged.items():
            if number >= oldest:
                assert kept[name]["orderId"] == number
                assert float(kept[name]["origQty"]) == 0.01
        ours = {name for name in kept if name.startswith("w")}
        assert ours <= set(acknowledged) | unanswered, "an order that nobody placed"

        # Life goes on: the market trades and takes orders.
        venue.signed("DELETE", "/fapi/v1/allOpenOrders", symbol=ID)
        order = venue.signed(
            "POST", "/fapi/v1/order", symbol=ID, side="BUY", type="MARKET", quantity="0.01",
            newOrderRespType="RESULT",
        )
        assert order["status"] == "FILLED"
        assert order["orderId"] > max(acknowledged.values())
    result = plimsoll("verify", data)
    assert result.returncode == 0, result.stdout + result.stderr


def test_an_orderly_stop_and_a_start_keep_everything(tmp_path, data):
    with Venue(tmp_path, "--data", data, "--seed", "3", "--paused") as venue:
        key, secret = venue.key, venue.secret
        venue.run_until(venue.control("clock")["venueTime"] + 3_000)
        order = venue.signed(
            "POST", "/fapi/v1/order", symbol=ID, side="BUY", type="LIMIT", timeInForce="GTC",
            price=resting_price(venue), quantity="0.5", newClientOrderId="kept",
        )
        account = venue.signed("GET", "/fapi/v3/account")
        depth = venue.get("/fapi/v1/depth", symbol=ID, limit=1000)
        digest = venue.digest()
        assert venue.stop() == 0
        started = venue.start()
        assert started < 5
        assert (venue.key, venue.secret) == (key, secret), "the key of the account is kept"
        again = venue.digest()
        assert again["sequence"] >= digest["sequence"]
        found = venue.signed("GET", "/fapi/v1/order", symbol=ID, origClientOrderId="kept")
        assert found["orderId"] == order["orderId"] and found["status"] == "NEW"
        after = venue.signed("GET", "/fapi/v3/account")
        assert after["totalWalletBalance"] == account["totalWalletBalance"]
        if again == digest:
            assert venue.get("/fapi/v1/depth", symbol=ID, limit=1000)["bids"] == depth["bids"]


@pytest.fixture
def journal(tmp_path, data):
    """A data directory with a short history, closed in good order."""
    with Venue(tmp_path, "--data", data, "--seed", "5") as venue:
        time.sleep(2)
        for number in range(20):
            venue.signed(
                "POST", "/fapi/v1/order", symbol=ID, side="BUY", type="LIMIT", timeInForce="GTC",
                price=resting_price(venue), quantity="0.01", newClientOrderId=f"j{number}",
            )
    return data


def batches(path):
    with sqlite3.connect(path / "journal.sqlite") as database:
        return database.execute("SELECT rowid, body FROM batches ORDER BY rowid").fetchall()


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_flipped_bit_is_refused_with_its_position(journal, plimsoll, place):
    rows = batches(journal)
    number, body = rows[{"first": 0, "middle": len(rows) // 2, "last": -1}[place]]
    damaged = bytearray(body)
    damaged[len(damaged) // 2] ^= 0x10
    with sqlite3.connect(journal / "journal.sqlite") as database:
        database.execute("UPDATE batches SET body = ? WHERE rowid = ?", (bytes(damaged), number))
    result = plimsoll("verify", journal)
    assert result.returncode != 0
    assert str(number) in result.stdout + result.stderr, "the position is named"


def test_a_missing_batch_is_refused(journal, plimsoll):
    rows = batches(journal)
    number, _ = rows[len(rows) // 2]
    with sqlite3.connect(journal / "journal.sqlite") as database:
        database.execute("DELETE FROM batches WHERE rowid = ?", (number,))
    result = plimsoll("verify", journal)
    assert result.returncode != 0
    assert any(character.isdigit() for character in result.stdout + result.stderr)


def test_a_damaged_end_is_not_started_from(journal, tmp_path, plimsoll):
    number, body = batches(journal)[-1]
    with sqlite3.connect(journal / "journal.sqlite") as database:
        database.execute(
            "UPDATE batches SET body = ? WHERE rowid = ?", (b"\0" * len(body), number)
        )
    before = batches(journal)
    result = plimsoll("up", "--data", journal, "--port", "0", timeout=30)
    assert result.returncode != 0
    assert str(number) in result.stdout + result.stderr
    assert batches(journal) == before, "never silently cut"


def test_a_torn_database_file_is_an_error_and_not_a_crash(journal, plimsoll):
    path = journal / "journal.sqlite"
    for suffix in ("-wal", "-shm"):
        (journal / ("journal.sqlite" + suffix)).unlink(missing_ok=True)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    result = plimsoll("verify", journal)
    assert result.returncode in (1, 3, 6), result
    assert result.stderr.strip() or result.stdout.strip()


def test_one_journal_one_venue(journal, tmp_path, plimsoll):
    with Venue(tmp_path, "--data", journal):
        result = plimsoll("up", "--data", journal, "--port", "0", timeout=30)
        assert result.returncode != 0
        assert "in use" in result.stderr and "0x" not in result.stderr


def test_verify_says_what_it_checked(journal, plimsoll):
    result = plimsoll("verify", journal, "--json", check=0)
    answer = json.loads(result.stdout)
    assert answer
    copy = journal.parent / "copy"
    shutil.copytree(journal, copy)
    assert json.loads(plimsoll("verify", copy, "--json", check=0).stdout) == answer


def test_verify_of_nothing(tmp_path, plimsoll):
    assert plimsoll("verify", tmp_path / "nowhere").returncode == 4
