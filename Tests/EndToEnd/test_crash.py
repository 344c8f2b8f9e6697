"""Killed in the middle of its work, the venue comes back with everything it has acknowledged."""

import json
import os
import random
import shutil
import sqlite3
import threading
import time

import pytest

from venue import PATIENCE, Refused, Venue, eventually

ID = "ETHUSDT"
THREADS = 8


def place_until_it_dies(venue, index, price, acknowledged, unanswered):
    """Places orders one after the other and writes down what was acknowledged."""
    # An account's history holds its newest thousand orders.
    for number in range(120):
        name = f"w{index}-{number}"
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


def check(venue, told):
    """Every order that was acknowledged is there once, every other one whole or not at all."""
    venue.key, venue.secret = told.credential
    kept = {}
    for order in all_orders(venue):
        assert order["clientOrderId"] not in kept, "an order exists twice"
        kept[order["clientOrderId"]] = order
    for name, number in told.acknowledged.items():
        assert kept[name]["orderId"] == number
        assert float(kept[name]["origQty"]) == 0.01
    assert set(kept) <= set(told.acknowledged) | told.unanswered, "an order that nobody placed"


class Told:
    """What the clients of one round were told, on an account of their own."""

    def __init__(self, venue):
        account = venue.control("accounts", {"deposit": "100000"})
        self.credential = venue.key, venue.secret = account["key"], account["secret"]
        self.acknowledged, self.unanswered = {}, set()


def test_killed_under_load(tmp_path, data, plimsoll):
    # The market asks for the disk all the time: a kill meets it at every moment of a commit.
    rounds = int(os.environ.get("PLIMSOLL_KILL_ROUNDS", "20"))
    chance = random.Random(11)
    told = None
    # A journal this small loses its beginning on the way.
    venue = Venue(tmp_path, "--data", data, "--seed", "11", "--keep", "1MB")
    try:
        for number in range(rounds):
            venue.start()
            if told:
                check(venue, told)
            told = Told(venue)
            price = resting_price(venue)
            workers = [
                threading.Thread(
                    target=place_until_it_dies,
                    args=(venue, index, price, told.acknowledged, told.unanswered),
                )
                for index in range(THREADS)
            ]
            for worker in workers:
                worker.start()
            eventually(lambda told=told: len(told.acknowledged) > 5)
            time.sleep(chance.uniform(0.1, 0.6))
            # Now and then an orderly stop, which leaves a snapshot.
            venue.stop() if number % 5 == 4 else venue.kill()
            for worker in workers:
                worker.join(timeout=PATIENCE)
            result = plimsoll("verify", data, "--json")
            assert result.returncode == 0, result.stdout + result.stderr
        # Life goes on: the market trades and takes orders.
        venue.start()
        check(venue, told)
        venue.signed("DELETE", "/fapi/v1/allOpenOrders", symbol=ID)
        order = venue.signed(
            "POST", "/fapi/v1/order", symbol=ID, side="BUY", type="MARKET", quantity="0.01",
            newOrderRespType="RESULT",
        )
        assert order["status"] == "FILLED"
        assert order["orderId"] > max(told.acknowledged.values())
    finally:
        venue.stop()
    assert json.loads(plimsoll("verify", data, "--json", check=0).stdout)["origin"] > 0


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
        venue.start()
        assert venue.cpu_seconds() < 5
        assert (venue.key, venue.secret) == (key, secret), "the key of the account is kept"
        again = venue.digest()
        assert again["sequence"] >= digest["sequence"]
        found = venue.signed("GET", "/fapi/v1/order", symbol=ID, origClientOrderId="kept")
        assert found["orderId"] == order["orderId"] and found["status"] == "NEW"
        after = venue.signed("GET", "/fapi/v3/account")
        assert after["totalWalletBalance"] == account["totalWalletBalance"]
        if again == digest:
            assert venue.get("/fapi/v1/depth", symbol=ID, limit=1000)["bids"] == depth["bids"]


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    """A data directory with a short history, closed in good order."""
    folder = tmp_path_factory.mktemp("history")
    data = folder / "data"
    with Venue(folder, "--data", data, "--seed", "5") as venue:
        time.sleep(2)
        for number in range(20):
            venue.signed(
                "POST", "/fapi/v1/order", symbol=ID, side="BUY", type="LIMIT", timeInForce="GTC",
                price=resting_price(venue), quantity="0.01", newClientOrderId=f"j{number}",
            )
    return data


@pytest.fixture
def journal(history, data):
    """A copy of the history, for a test that damages it."""
    shutil.copytree(history, data)
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
    result = plimsoll("up", "--data", journal, "--port", "0")
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
        result = plimsoll("up", "--data", journal, "--port", "0")
        assert result.returncode != 0
        assert "in use" in result.stderr and "0x" not in result.stderr


def at_rest(venue):
    """Holds the venue's time and says where it stands."""
    venue.control("clock", {"paused": True})
    return venue.digest()


def test_a_backup_is_made_while_the_venue_runs_and_restored_to_any_command(
    tmp_path, data, plimsoll
):
    copy = tmp_path / "copy"
    with Venue(tmp_path, "--data", data, "--seed", "5") as venue:
        time.sleep(1)
        marked = at_rest(venue)
        moment = venue.control("clock")["venueTime"]
        venue.run_until(moment + 2_000)
        venue.signed(
            "POST", "/fapi/v1/order", symbol=ID, side="BUY", type="LIMIT", timeInForce="GTC",
            price=resting_price(venue), quantity="0.01", newClientOrderId="later",
        )
        venue.control("clock", {"paused": False})
        made = json.loads(plimsoll("backup", data, copy, "--json", check=0).stdout)
        assert made["lastSequence"] > marked["sequence"] and "damage" not in made
        assert venue.is_alive
        again = plimsoll("backup", data, copy)
        assert again.returncode == 3 and "not empty" in again.stderr
    assert sorted(path.name for path in copy.iterdir()) == ["journal.sqlite"], "no keys"
    assert copy.joinpath("journal.sqlite").stat().st_mode & 0o777 == 0o600
    plimsoll("verify", copy, check=0)

    def restored(name, *options):
        plimsoll("restore", copy, tmp_path / name, *options, check=0)
        return json.loads(plimsoll("verify", tmp_path / name, "--json", check=0).stdout)

    by_command = restored("by-command", "--command", marked["sequence"])
    assert by_command["sequence"] == marked["sequence"]
    assert by_command["digest"] == marked["digest"]
    assert restored("by-time", "--time", moment)["sequence"] >= marked["sequence"]
    assert restored("whole")["sequence"] == made["lastSequence"]
    late = plimsoll("restore", copy, tmp_path / "late", "--command", made["lastSequence"] + 1)
    assert late.returncode == 3 and str(made["lastSequence"]) in late.stderr
    with Venue(tmp_path, "--data", tmp_path / "by-command") as venue:
        assert venue.digest()["sequence"] >= marked["sequence"]
        orders = venue.signed("GET", "/fapi/v1/allOrders", symbol=ID, limit=500)
        assert "later" not in {order["clientOrderId"] for order in orders}


def test_a_damaged_journal_is_cut_only_when_asked_and_only_in_a_copy(journal, tmp_path, plimsoll):
    rows = batches(journal)
    number, body = rows[len(rows) // 2]
    with sqlite3.connect(journal / "journal.sqlite") as database:
        database.execute(
            "UPDATE batches SET body = ? WHERE rowid = ?", (b"\0" * len(body), number)
        )
    refused = plimsoll("up", "--data", journal, "--port", "0")
    assert refused.returncode == 6
    assert "--last-good" in refused.stderr and f" {number}" in refused.stderr
    before = (journal / "journal.sqlite").read_bytes()
    whole = plimsoll("restore", journal, tmp_path / "whole")
    assert whole.returncode == 6 and f" {number}" in whole.stderr
    cut = plimsoll("restore", journal, tmp_path / "cut", "--last-good", "--json", check=0)
    cut = json.loads(cut.stdout)
    assert cut["lastSequence"] == number - 1 and str(number) in cut["damage"]
    assert (journal / "journal.sqlite").read_bytes() == before, "never silently cut"
    plimsoll("verify", tmp_path / "cut", check=0)
    with Venue(tmp_path, "--data", tmp_path / "cut") as venue:
        assert venue.digest()["sequence"] >= number - 1


def test_a_place_that_cannot_be_written_is_told_in_one_sentence(tmp_path, plimsoll):
    (tmp_path / "file").write_text("")
    for place in ("/proc/plimsoll", tmp_path / "file", tmp_path / "file" / "below"):
        result = plimsoll("up", "--data", place, "--port", "0")
        assert result.returncode == 1
        first = result.stderr.splitlines()[0]
        assert first.startswith("plimsoll: ") and str(place) in first, result.stderr


@pytest.mark.parametrize("size", ["5", "0GB", "-1GB", "99999999999GB", "4 GB", "GB", "4gb"])
def test_a_size_that_is_none_is_refused(plimsoll, size):
    result = plimsoll("up", "--in-memory", "--port", "0", f"--keep={size}")
    assert result.returncode == 2 and "is no size" in result.stderr


def test_a_journal_of_a_later_format_is_refused_in_words(journal, plimsoll):
    with sqlite3.connect(journal / "journal.sqlite") as database:
        database.execute("PRAGMA user_version = 99")
    for arguments in (("verify", journal), ("up", "--data", journal, "--port", "0")):
        result = plimsoll(*arguments)
        assert result.returncode == 1
        assert "unknown format" in result.stderr and "99" in result.stderr


def test_verify_says_what_it_checked(journal, plimsoll):
    result = plimsoll("verify", journal, "--json", check=0)
    answer = json.loads(result.stdout)
    assert answer
    copy = journal.parent / "copy"
    shutil.copytree(journal, copy)
    assert json.loads(plimsoll("verify", copy, "--json", check=0).stdout) == answer


def test_verify_of_nothing(tmp_path, plimsoll):
    assert plimsoll("verify", tmp_path / "nowhere").returncode == 4
