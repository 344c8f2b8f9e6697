"""Secrets are where they belong and nowhere else: looked for by name after a busy life."""

import asyncio
import json
import time
from pathlib import Path
from urllib.parse import urlencode

import websockets

from venue import PATIENCE, Refused, Venue

DEMO = ("CANARYKEY" + "k" * 55, "CANARYSECRET" + "s" * 52)
OTHER = ("CANARYOTHERKEY" + "k" * 50, "CANARYOTHERSECRET" + "s" * 47)


def provoke(call):
    try:
        call()
    except Refused as refused:
        return json.dumps(refused.body)
    return ""


async def listen(venue):
    listen_key = venue.call(
        "POST", "/fapi/v1/listenKey", headers={"X-MBX-APIKEY": venue.key}
    )["listenKey"]
    async with websockets.connect(f"{venue.ws}/ws/{listen_key}") as socket:
        await socket.send("not json")
        await socket.recv()


def test_canary_secrets_stay_where_they_are(tmp_path):
    environment = {"PLIMSOLL_KEY": DEMO[0], "PLIMSOLL_SECRET": DEMO[1]}
    options = ["--data", "data", "--seed", "11", "--log-level", "trace"]
    with Venue(tmp_path, *options, env=environment) as venue:
        said = []
        venue.control("accounts", {"deposit": "100", "key": OTHER[0], "secret": OTHER[1]})
        venue.signed("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=5)
        venue.signed(
            "POST", "/fapi/v1/order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.001"
        )
        asyncio.run(asyncio.wait_for(listen(venue), PATIENCE))
        stale = urlencode({"timestamp": int(time.time() * 1000) - 60_000})
        for query in (stale, "timestamp=x", f"timestamp={int(time.time() * 1000)}&signature=00"):
            path = f"/fapi/v3/balance?{query}&signature={venue.signature(query)}"
            header = {"X-MBX-APIKEY": venue.key}
            said.append(provoke(lambda: venue.call("GET", path, headers=header)))
        # Misspelt, given twice, and too short: what is refused is not repeated.
        for body in (
            {"secrte": OTHER[1]},
            {"key": OTHER[0], "secret": OTHER[1]},
            {"secret": OTHER[1] + "!"},
            {"deposit": OTHER[1]},
        ):
            said.append(provoke(lambda: venue.control("accounts", body)))
        said.append(
            provoke(lambda: venue.control("keys", {"account": 16, "publicKey": OTHER[1]}))
        )
        assert all(said), "each of them was refused"
        for path in ("/", "/metrics", "/openapi.json", "/v1/status", "/v1/keys", "/v1/receipts"):
            said.append(venue.raw("GET", path)[2].decode())
        said.append(Path(f"/proc/{venue.process.pid}/cmdline").read_text())
        for secret in (DEMO[1], OTHER[1]):
            assert not [text for text in said if secret in text]
        key = (tmp_path / "data/tls-key.pem").read_text().splitlines()[1]
        box = (tmp_path / "data/keys.secret").read_bytes()
    holders = {
        path.name
        for path in tmp_path.rglob("*")
        if path.is_file()
        and any(secret.encode() in path.read_bytes() for secret in (DEMO[1], OTHER[1]))
    }
    # The ready file is gone with the venue, and the file of the keys is encrypted.
    assert holders == set()
    assert [path.name for path in tmp_path.rglob("*") if path.is_file() and key.encode()
            in path.read_bytes()] == ["tls-key.pem"]  # fmt: skip
    assert [path.name for path in tmp_path.rglob("*") if path.is_file() and box
            in path.read_bytes()] == ["keys.secret"]  # fmt: skip
    assert "trace" in venue.log() or "debug" in venue.log()
