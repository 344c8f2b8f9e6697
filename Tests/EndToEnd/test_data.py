"""Recorded markets are fetched from an archive, imported, listed, verified and replayed."""

import gzip
import hashlib
import io
import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from venue import Venue

DAY = 86_400_000
FIRST = 1_722_816_000_000  # 2024-08-05


def candles(day, minutes=30, header=False, gap=None):
    """A day of klines as the archive has it, its first minutes only."""
    head = "open_time,open,high,low,close,volume,close_time,quote_volume,count,"
    rows = [head + "taker_buy_volume,taker_buy_quote_volume,ignore"] if header else []
    for minute in range(minutes):
        if minute == gap:
            continue
        at = FIRST + day * DAY + minute * 60_000
        price = 50_000 + day * 100 + minute
        rows.append(
            f"{at},{price},{price + 20},{price - 20},{price + 5},120.5,{at + 59_999},1,9,1,1,0"
        )
    return "\n".join(rows) + "\n"


def packed(name, text):
    """A zip archive of one member, as large as one that does not arrive at once."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(name, text)
    return buffer.getvalue()


class Archive:
    """A server with the layout of the public archive, and its bad days."""

    def __init__(self):
        self.files, self.requests, self.cut, self.ignores_ranges = {}, [], {}, False
        archive = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                path, asked = self.path, self.headers.get("Range")
                archive.requests.append((path, asked))
                body = archive.files.get(path)
                if body is None:
                    self.send_response(404)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                start = 0
                if asked and not archive.ignores_ranges:
                    start = int(asked.removeprefix("bytes=").removesuffix("-"))
                if start >= len(body):
                    self.send_response(416)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                self.send_response(206 if start else 200)
                self.send_header("Content-Length", str(len(body) - start))
                self.end_headers()
                end = archive.cut.pop(path, None)
                self.wfile.write(body[start:end])
                if end is not None:
                    self.wfile.flush()
                    self.connection.close()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def add(self, date, text, checksum=None):
        name = f"BTCUSDT-1m-{date}"
        path = f"/data/futures/um/daily/klines/BTCUSDT/1m/{name}.zip"
        body = packed(name + ".csv", text)
        self.files[path] = body
        digest = checksum or hashlib.sha256(body).hexdigest()
        self.files[path + ".CHECKSUM"] = f"{digest}  {name}.zip\n".encode()
        return path

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def archive():
    server = Archive()
    yield server
    server.close()


def fetch(plimsoll, archive, *arguments, check=0):
    return plimsoll(
        "data", "fetch", "binance", "BTCUSDT", *arguments, "--base-url", archive.base, check=check
    )


def test_days_are_fetched_verified_and_kept_as_one_tape(plimsoll, archive, tmp_path):
    archive.add("2024-08-05", candles(0))
    archive.add("2024-08-06", candles(1, header=True, gap=7))
    result = fetch(plimsoll, archive, "2024-08-05..2024-08-06", "--json")
    entry = json.loads(result.stdout)
    assert entry["symbol"] == "BTCUSDT" and entry["kind"] == "candles"
    assert entry["rows"] == 59 and entry["interval"] == 60_000
    assert [source["isVerified"] for source in entry["sources"]] == [True, True]
    assert entry["findings"]["gap"] >= 1
    assert "1 candles are missing" in result.stderr
    listed = json.loads(plimsoll("data", "ls", "--json", check=0).stdout)
    assert listed == [entry]
    assert "✓" in plimsoll("data", "verify", check=0).stdout
    # Nothing is fetched twice.
    before = len(archive.requests)
    fetch(plimsoll, archive, "2024-08-05..2024-08-06")
    assert len(archive.requests) == before
    # The tape's name is enough to replay it.
    with Venue(tmp_path, "--tape", entry["name"], "--in-memory", "--paused") as venue:
        venue.run_until(FIRST + 20 * 60_000)
        rows = venue.get("/fapi/v1/klines", symbol="BTCUSDT", interval="1m", limit=5)
    last = rows[-1] if rows[-1][6] < FIRST + 20 * 60_000 else rows[-2]
    minute = (last[0] - FIRST) // 60_000
    assert float(last[1]) == 50_000 + minute and float(last[4]) == 50_005 + minute


def test_a_download_that_breaks_goes_on_where_it_stopped(plimsoll, archive):
    path = archive.add("2024-08-05", candles(0, minutes=1000))
    archive.cut[path] = 30_000
    result = fetch(plimsoll, archive, "2024-08-05")
    assert "going on from there" in result.stderr
    assert [asked for file, asked in archive.requests if file == path] == [None, "bytes=30000-"]


def test_a_server_that_knows_no_parts_sends_all_again(plimsoll, archive):
    path = archive.add("2024-08-05", candles(0, minutes=1000))
    archive.cut[path], archive.ignores_ranges = 30_000, True
    result = fetch(plimsoll, archive, "2024-08-05", "--json")
    assert json.loads(result.stdout)["rows"] == 1000


def test_a_file_with_another_sum_is_thrown_away(plimsoll, archive, tmp_path):
    archive.add("2024-08-05", candles(0), checksum="0" * 64)
    result = fetch(plimsoll, archive, "2024-08-05", check=1)
    assert "another SHA-256" in result.stderr
    left = [path.name for path in (tmp_path / "plimsoll-data").rglob("*") if path.is_file()]
    assert left == ["BTCUSDT-1m-2024-08-05.zip.CHECKSUM"]


def test_what_is_not_published_is_named(plimsoll, archive):
    result = fetch(plimsoll, archive, "2024-08-05", check=4)
    assert "BTCUSDT-1m-2024-08-05.zip does not exist" in result.stderr
    plimsoll("data", "fetch", "binance", "BTCUSDT", "2024-13", check=2)
    plimsoll("data", "fetch", "binance", "../x", "2024-08", check=2)
    result = plimsoll(
        *("data", "fetch", "binance", "BTCUSDT", "2024-08-05"),
        *("--base-url", "http://127.0.0.1:1"),
        check=5,
    )
    assert "cannot be reached" in result.stderr


def test_faults_are_told_with_file_and_line_and_mended_or_refused(plimsoll, tmp_path):
    rows = candles(0, minutes=6).splitlines()
    rows[3], rows[4] = rows[4], rows[3]
    rows.append(rows[1])
    rows.append("1722816420000,1,2,3,4,5,1722816479999,1,9,1,1,0")
    file = tmp_path / "BTCUSDT-1m-2024-08-05.csv"
    file.write_text("\n".join(rows) + "\n")
    result = plimsoll("data", "verify", file, check=0)
    assert f"{file}:5: disorder: open_time" in result.stderr
    assert f"{file}:7: duplicate: open_time: repeats line 2" in result.stderr
    assert f"{file}:8: bad value: " in result.stderr
    assert json.loads(plimsoll("data", "import", file, "--json", check=0).stdout)["rows"] == 6
    result = plimsoll("data", "import", file, "--policy", "strict", check=3)
    assert f"{file}:5: open_time: " in result.stderr
    result = plimsoll("up", "--tape", file, "--in-memory", check=3)
    assert f"{file}:5: " in result.stderr and "plimsoll data import" in result.stderr


def test_a_damaged_tape_is_noticed(plimsoll, tmp_path):
    file = tmp_path / "BTCUSDT-1m.csv"
    file.write_text(candles(0))
    name = json.loads(plimsoll("data", "import", file, "--json", check=0).stdout)["name"]
    tape = tmp_path / "plimsoll-data/tapes" / f"{name}.csv.gz"
    rows = gzip.decompress(tape.read_bytes()).replace(b"50005", b"50006", 1)
    tape.write_bytes(gzip.compress(rows))
    result = plimsoll("data", "verify", name, check=6)
    assert "✗" in result.stdout and name in result.stdout
    plimsoll("up", "--tape", name, "--in-memory", check=3)
    plimsoll("data", "verify", "nothing", check=4)
    plimsoll("up", "--tape", "nothing", "--in-memory", check=4)


def test_a_premium_and_a_depth_shape_a_market_of_candles(plimsoll, tmp_path):
    recording = tmp_path / "BTCUSDT-1m-2024-08-05.csv"
    recording.write_text(candles(0))
    premium = tmp_path / "BTCUSDT-premiumIndexKlines-1m-2024-08-05.csv"
    premium.write_text(f"{FIRST},0.001,0.001,0.001,0.001,0,{FIRST + 59_999},0,12,0,0,0\n")
    depth = tmp_path / "BTCUSDT-bookDepth-2024-08-05.csv"
    depth.write_text(
        "timestamp,percentage,depth,notional\n"
        + "".join(
            f"2024-08-05 00:00:05,{percent},{quantity},1\n"
            for percent, quantity in ((-2, 9000), (-1, 1000), (1, 500), (2, 9000))
        )
    )
    kept = json.loads(plimsoll("data", "import", depth, "--json", check=0).stdout)["name"]
    with Venue(
        tmp_path,
        *("--tape", recording, "--index", premium, "--depth", kept),
        *("--paused", "--in-memory", "--seed", "1"),
    ) as venue:
        venue.run_until(FIRST + 90_000)
        book = venue.get("/fapi/v1/depth", symbol="BTCUSDT", limit=20)
        prices = venue.get("/fapi/v1/premiumIndex", symbol="BTCUSDT")
        last = float(venue.get("/fapi/v1/ticker/price", symbol="BTCUSDT")["price"])
        assert abs(float(prices["indexPrice"]) - last / 1.001) < 0.01
        # A level is a thirtieth of a percent wide, and so holds a thirtieth of what stood in one.
        for side, quantity in (("bids", 1000 / 30), ("asks", 500 / 30)):
            for _, found in book[side][1:]:
                assert abs(float(found) / quantity - 1) < 0.02
    result = plimsoll("up", "--tape", recording, "--depth", recording, "--in-memory", check=3)
    assert "depth by percent" in result.stderr
    plimsoll("up", "--depth", depth, "--in-memory", check=2)


def test_the_recorded_book_is_the_market(shared, tmp_path):
    """The first half minute of full depth with trades, and the spot market as the index."""
    folder = tmp_path / "recorded"
    folder.mkdir()
    name = "BTCUSDT_binance_{}.csv.gz"
    for part, rows in (("perp_depth", 60_000), ("perp_trades", 5_000), ("spot_trades", 3_000)):
        file = name.format(part)
        with gzip.open(shared / "data/l2_2024-08-08" / file, "rt") as whole:
            head = [line for _, line in zip(range(rows + 1), whole)]
        (folder / file).write_bytes(gzip.compress("".join(head).encode()))
    # Ends on the venue's own ticks, where a run adds no command of its own.
    begin, seconds = 1_723_161_256_500, 24
    digests = []
    for pieces in (1, 6):
        home = tmp_path / str(pieces)
        home.mkdir()
        with Venue(
            home,
            *("--tape", folder / name.format("perp_depth")),
            *("--trades", folder / name.format("perp_trades")),
            *("--index", folder / name.format("spot_trades")),
            *("--paused", "--in-memory", "--seed", "1"),
        ) as venue:
            for piece in range(pieces):
                venue.run_until(begin + seconds * 1000 * (piece + 1) // pieces)
            digests.append(venue.digest()["digest"])
            if pieces > 1:
                continue
            book = venue.get("/fapi/v1/depth", symbol="BTCUSDT", limit=1000)
            assert len(book["bids"]) == 1000 and len(book["asks"]) == 1000
            prices = venue.get("/fapi/v1/premiumIndex", symbol="BTCUSDT")
            # The spot market stood some forty dollars above.
            assert 5 < float(prices["indexPrice"]) - float(book["bids"][0][0]) < 80
            trades = venue.get("/fapi/v1/trades", symbol="BTCUSDT", limit=1000)
            recorded = set()
            with gzip.open(folder / name.format("perp_trades"), "rt") as file:
                next(file)
                for line in file:
                    cells = line.split(",")
                    recorded.add((int(cells[2]), float(cells[4]), float(cells[5])))
            told = {(row["time"], float(row["price"]), float(row["qty"])) for row in trades}
            assert len(told & recorded) >= 0.98 * len(told)
    assert digests[0] == digests[1], "the same however it is driven"
