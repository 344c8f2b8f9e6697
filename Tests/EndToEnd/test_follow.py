"""A venue follows the market of another one."""

from venue import Venue, eventually


def tops(venue):
    book = venue.get("/fapi/v1/depth", symbol="BTCUSDT", limit=100)
    return book["bids"][:20], book["asks"][:20]


def test_the_other_venues_market_stands_here_and_orders_trade_against_it(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "here").mkdir()
    there = Venue(tmp_path / "there", "--in-memory", "--seed", "42")
    there.start()
    try:
        with Venue(
            tmp_path / "here", "--follow", there.base, "--symbol", "BTCUSDT", "--in-memory"
        ) as here:
            symbols = [row["symbol"] for row in here.get("/fapi/v1/exchangeInfo")["symbols"]]
            assert symbols == ["BTCUSDT"]
            eventually(lambda: len(tops(here)[0]) >= 5)
            # Standing still, the two books are the same to the level.
            there.control("clock", {"paused": True})
            eventually(lambda: tops(here) == tops(there))
            there.control("clock", {"paused": False})
            before = len(here.get("/fapi/v1/trades", symbol="BTCUSDT", limit=1000))
            eventually(
                lambda: len(here.get("/fapi/v1/trades", symbol="BTCUSDT", limit=1000)) > before
            )
            mine = here.signed(
                "POST", "/fapi/v1/order", symbol="BTCUSDT", side="BUY", type="MARKET",
                quantity="0.010", newOrderRespType="RESULT",
            )
            assert mine["status"] == "FILLED"
            asks = tops(there)[1]
            assert abs(float(mine["avgPrice"]) / float(asks[0][0]) - 1) < 0.01
            index = float(here.get("/fapi/v1/premiumIndex", symbol="BTCUSDT")["indexPrice"])
            other = float(there.get("/fapi/v1/premiumIndex", symbol="BTCUSDT")["indexPrice"])
            assert abs(index / other - 1) < 0.01
            # What the order took comes back: the recording's market is not ours to move.
            there.control("clock", {"paused": True})
            eventually(lambda: tops(here) == tops(there))
            # With the other venue gone, nobody trades with a book that may not be there.
            there.stop()
            eventually(lambda: tops(here) == ([], []))
            assert here.is_alive
    finally:
        there.stop()


def test_what_cannot_be_followed_is_said(plimsoll):
    plimsoll("up", "--follow", "http://127.0.0.1:9", check=2)
    plimsoll("up", "--follow", "nowhere", "--symbol", "BTCUSDT", check=2)
    plimsoll("up", "--follow", "http://h", "--symbol", "BTCUSDT", "--speed", "2", check=2)
    result = plimsoll("up", "--follow", "http://h", "--symbol", "NOSUCH", "--in-memory", check=3)
    assert "NOSUCH" in result.stderr
