"""What whoever runs the venue sees and does: the stream of clock, faults and scenario, the scenarios
that are played one after the other at the same address, and the log of what a key asked."""

import asyncio
import json
import time
from contextlib import suppress

import pytest
import websockets

from venue import PATIENCE, Refused, Venue, eventually

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stage")
    with Venue(folder, "--data", folder / "home", "--seed", "42", "--no-tls") as venue:
        yield venue


def signed_post(venue, path, document):
    text = json.dumps(document)
    query = f"timestamp={int(time.time() * 1000)}"
    signature = venue.signature(query + text)
    headers = {**JSON, "X-MBX-APIKEY": venue.key}
    return venue.call("POST", f"{path}?{query}&signature={signature}", text, headers)


async def heard(socket, subject, wanted=lambda value: True, timeout=PATIENCE):
    """The next word of a subject that is wanted."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        event = json.loads(await asyncio.wait_for(socket.recv(), timeout))
        assert event["stream"] == "!control"
        data = event["data"]
        if data["e"] == subject and wanted(data["value"]):
            return data["value"]
    raise AssertionError(f"nothing was told of {subject}")


def listen(venue, body):
    async def run():
        async with websockets.connect(f"{venue.ws}/stream?streams=!control") as socket:
            await body(socket)

    asyncio.run(asyncio.wait_for(run(), PATIENCE))


def test_clock_and_faults_are_told_when_they_change(market):
    async def body(socket):
        first = await heard(socket, "clock")
        assert first["speed"] == "1" and first["paused"] is False
        assert await heard(socket, "faults") == []
        market.control("clock", {"speed": 3})
        assert (await heard(socket, "clock", lambda clock: clock["speed"] == "3"))["venueTime"] > 0
        market.control("clock", {"speed": 1})
        market.control("faults", {"kind": "overloaded", "lasts": 60_000})
        rows = await heard(socket, "faults", lambda rows: len(rows) == 1)
        assert rows[0]["kind"] == "overloaded" and rows[0]["state"] == "holds"
        market.call("DELETE", "/v1/faults", "{}", JSON)
        assert await heard(socket, "faults", lambda rows: rows == []) == []

    listen(market, body)


def test_who_joins_later_hears_how_the_venue_stands(market):
    """Spec: STRM-016."""

    async def body(first):
        assert await heard(first, "faults") == []
        async with websockets.connect(f"{market.ws}/stream?streams=!control") as second:
            assert await heard(second, "faults") == []
            assert await heard(second, "failure") is None

    listen(market, body)


def test_no_fault_silences_it(market):
    """Spec: STRM-016."""

    async def body(socket):
        try:
            for kind in ("streamDrop", "maintenance", "lostEvents"):
                market.control("faults", {"kind": kind})
            await heard(socket, "faults", lambda rows: len(rows) == 3)
            # Longer than it takes to hang up those that are struck.
            for _ in range(2):
                await heard(socket, "clock")
            async with websockets.connect(f"{market.ws}/stream?streams=!control") as another:
                await heard(another, "clock")
        finally:
            market.call("DELETE", "/v1/faults", "{}", JSON)
        await heard(socket, "faults", lambda rows: rows == [])

    listen(market, body)


def test_a_scenario_is_played_at_the_same_address_and_the_venue_waits(stage):
    stage.signed(
        "POST", "/fapi/v1/order", symbol="ETHUSDT", side="BUY", type="MARKET", quantity="0.1"
    )
    assert signed_post(stage, "/v1/scenarios", {"play": "flash-crash"}) == {
        "playing": "flash-crash"
    }
    assert playing(stage, "flash-crash")["title"]
    assert not stage.control("scenarios")["home"]
    # The same key, a fresh account.
    assert held(stage) == 0
    signed_post(stage, "/v1/scenarios", {"play": None})
    playing(stage, None)
    assert stage.control("scenarios")["home"]
    assert stage.control("status")["seed"] == "42"
    assert held(stage) == 0.1


def held(venue):
    rows = venue.signed("GET", "/fapi/v2/positionRisk")
    return sum(float(row["positionAmt"]) for row in rows)


def playing(venue, name):
    """What the venue plays, once it is what was asked for."""
    last = []

    def is_played():
        # For a moment nobody is at the door.
        with suppress(OSError):
            last[:] = [venue.control("scenarios")["running"]]
            return (last[0] or {}).get("name") == name

    eventually(is_played)
    return last[0]


def test_only_the_venues_user_plays_scenarios_and_only_those_there_are(stage):
    before = stage.control("status")["started"]
    with pytest.raises(Refused):
        stage.call("POST", "/v1/scenarios", '{"play":"flash-crash"}', JSON)
    with pytest.raises(Refused) as refused:
        signed_post(stage, "/v1/scenarios", {"play": "flash-crush"})
    assert "did you mean flash-crash" in refused.value.body["msg"]
    with pytest.raises(Refused):
        signed_post(stage, "/v1/scenarios", {})
    time.sleep(0.3)
    assert stage.control("status")["started"] == before


def test_requests_over_a_socket_are_in_the_log_of_their_key(market):
    async def ask():
        async with websockets.connect(f"{market.ws}/ws-fapi/v1") as socket:
            params = {"apiKey": market.key, "timestamp": int(time.time() * 1000)}
            text = "&".join(f"{name}={params[name]}" for name in sorted(params))
            params["signature"] = market.signature(text)
            await socket.send(json.dumps({"id": 1, "method": "account.balance", "params": params}))
            assert json.loads(await socket.recv())["status"] == 200
            params["signature"] = "0" * 64
            await socket.send(json.dumps({"id": 2, "method": "account.balance", "params": params}))
            assert json.loads(await socket.recv())["status"] == 400

    asyncio.run(asyncio.wait_for(ask(), PATIENCE))
    log = market.get("/v1/requests", key=market.key)["requests"]
    mine = [row for row in log if row["method"] == "WS"][:2]
    assert [row["path"] for row in mine] == ["account.balance", "account.balance"]
    assert [row["code"] for row in mine] == [-1022, None]
    # What each of them costs, not what the minute has come to.
    assert [row["weight"] for row in mine] == [5, 5]
    assert mine[0]["reason"]


def test_a_margin_call_leaves_a_document(market):
    assert market.get("/v1/margin-calls", account=market.ready["accounts"][0]["id"]) == []
    with pytest.raises(Refused) as refused:
        market.get("/v1/margin-calls/4000000000")
    assert refused.value.status == 404


def test_a_shock_moves_the_market_and_not_only_its_index(market):
    """The book goes with the price, and comes back with it."""

    def prices():
        book = market.get("/fapi/v1/depth", symbol="ETHUSDT", limit=5)
        index = market.get("/fapi/v1/premiumIndex", symbol="ETHUSDT")["indexPrice"]
        return float(book["bids"][0][0]), float(book["asks"][0][0]), float(index)

    # The book stands, and time passes only when it is told to.
    market.control("clock", {"step": 60_000})
    before = prices()
    posted = market.control(
        "shocks",
        {"symbol": "ETHUSDT", "factor": "0.9", "over": 5000, "recovery": "1", "recoveryOver": 5000},
    )
    assert posted["factor"] == "0.90000000" and posted["recoveryOver"] == 5000
    market.control("clock", {"step": 5_250})
    for now, then in zip(prices(), before):
        assert 0.88 < now / then < 0.92
    market.control("clock", {"step": 20_000})
    for now, then in zip(prices(), before):
        assert 0.98 < now / then < 1.02


@pytest.mark.parametrize(
    "document, said",
    [
        ({"factor": "0.9"}, "symbol"),
        ({"symbol": "ETHUSDT"}, "factor"),
        ({"symbol": "NOPEUSDT", "factor": "0.9"}, "Invalid symbol"),
        ({"symbol": "ETHUSDT", "factor": "0"}, "factor"),
        ({"symbol": "ETHUSDT", "factor": "-1"}, "factor"),
        ({"symbol": "ETHUSDT", "factor": "much"}, "factor"),
        ({"symbol": "ETHUSDT", "factor": "0.9", "over": -1}, "over"),
        ({"symbol": "ETHUSDT", "factor": "0.9", "recovery": "2"}, "recovery"),
        ({"symbol": "ETHUSDT", "factor": "0.9", "lasts": 5}, "lasts"),
    ],
)
def test_a_shock_that_is_none_is_refused(market, document, said):
    with pytest.raises(Refused) as refused:
        market.control("shocks", document)
    assert refused.value.status == 400
    assert said in refused.value.body["msg"]
