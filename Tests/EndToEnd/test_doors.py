"""The doors of a venue: TLS beside the plain port, limits of rate, and keys from the shell."""

import http.client
import json
import ssl
import stat
import subprocess
from urllib.parse import urlparse

import pytest

from venue import PATIENCE, Venue


def over_tls(venue, path, context=None):
    """One request to the TLS port, which has to prove itself with the ready file's certificate."""
    if context is None:
        context = ssl.create_default_context(cadata=venue.ready["tlsCertificate"])
    address = urlparse(venue.ready["tlsBase"])
    connection = http.client.HTTPSConnection(
        address.hostname, address.port, timeout=PATIENCE, context=context
    )
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_tls_serves_the_same_and_keeps_its_certificate(tmp_path):
    with Venue(tmp_path, "--data", "data", "--paused", "--seed", "3") as venue:
        first = venue.ready["tlsCertificate"]
        assert over_tls(venue, "/fapi/v1/exchangeInfo")[1]["symbols"]
        assert over_tls(venue, "/v1/digest")[1] == venue.digest()
        with pytest.raises(ssl.SSLError):
            over_tls(venue, "/fapi/v1/ping", ssl.create_default_context())
        for name in ("tls-key.pem", "tls-certificate.pem", "keys.json", "keys.secret"):
            mode = (tmp_path / "data" / name).stat().st_mode
            assert stat.S_IMODE(mode) == 0o600, name
    with Venue(tmp_path, "--data", "data", "--paused") as venue:
        assert venue.ready["tlsCertificate"] == first


def test_streams_over_tls(market):
    """Surprise: 16."""
    import asyncio

    import websockets

    context = ssl.create_default_context(cadata=market.ready["tlsCertificate"])
    address = market.ready["tlsBase"].replace("https:", "wss:")

    async def listen():
        url = f"{address}/stream?streams=btcusdt@markPrice@1s/btcusdt@depth@100ms"
        async with websockets.connect(url, ssl=context) as socket:
            seen = set()
            while len(seen) < 2:
                seen.add(json.loads(await socket.recv())["stream"])

    asyncio.run(asyncio.wait_for(listen(), PATIENCE))


def test_a_certificate_of_the_user(tmp_path, plimsoll):
    with Venue(tmp_path, "--data", "one", "--paused") as venue:
        mine = venue.ready["tlsCertificate"]
    with Venue(tmp_path, "--data", "two", "--paused"):
        pass
    files = [str(tmp_path / "one" / f"tls-{name}.pem") for name in ("certificate", "key")]
    options = ["--tls-certificate", files[0], "--tls-key", files[1]]
    with Venue(tmp_path, "--in-memory", "--paused", *options) as venue:
        assert venue.ready["tlsCertificate"] == mine
        assert over_tls(venue, "/fapi/v1/ping") == (200, {})
    up = ["up", "--in-memory", "--port", "0"]
    other = str(tmp_path / "two/tls-key.pem")
    for key in (other, str(tmp_path / "none.pem"), files[0]):
        refused = plimsoll(*up, "--tls-certificate", files[0], "--tls-key", key, check=3)
        assert "PRIVATE" not in refused.stderr and ".pem" in refused.stderr
    plimsoll(*up, "--tls-certificate", files[0], check=2)
    plimsoll(*up, "--no-tls", "--tls-port", "0", check=2)


def test_tls_can_be_left_out(tmp_path, plimsoll):
    with Venue(tmp_path, "--in-memory", "--paused", "--no-tls") as venue:
        assert venue.ready["tlsBase"] is None and venue.ready["tlsCertificate"] is None
        refused = plimsoll(
            "connect", "ccxt", "--tls", "--ready-file", venue.folder / "ready-1.json"
        )
        assert refused.returncode == 3 and "TLS" in refused.stderr


def test_a_taken_port_is_told(market, plimsoll):
    port = urlparse(market.ready["tlsBase"]).port
    refused = plimsoll("up", "--in-memory", "--port", "0", "--tls-port", port, check=1)
    assert "--tls-port" in refused.stderr
    checks = json.loads(plimsoll("doctor", "--tls-port", port, "--json").stdout)["checks"]
    found = {check["name"]: check["status"] for check in checks}
    assert found["TLS port"] == "warning" and "TLS certificate" in found


def test_limits_are_enforced_where_they_are_asked_for(tmp_path):
    with Venue(tmp_path, "--in-memory", "--paused", "--rate-limits") as venue:
        statuses, waits = [], []
        connection = venue.connection()
        for _ in range(90):
            connection.request("GET", "/fapi/v1/ticker/24hr")
            answer = connection.getresponse()
            body = json.loads(answer.read())
            statuses.append(answer.status)
            if answer.status != 200:
                assert body["code"] == -1003
                waits.append((answer.status, int(answer.headers["Retry-After"])))
        connection.close()
        # Sixty times 40 is the limit of a minute; a minute may end in between.
        assert statuses[:59] == [200] * 59
        assert 429 in statuses
        assert all(0 < wait <= 60 for status, wait in waits if status == 429)
        assert all(60 < wait <= 120 for status, wait in waits if status == 418)
        if statuses[-1] == 418:
            # Who is banned is an address, and the operator's own door stays open.
            assert venue.digest()["digest"]
            other = http.client.HTTPConnection(
                venue.address.hostname, venue.port, timeout=PATIENCE, source_address=("127.0.0.2", 0)
            )
            other.request("GET", "/fapi/v1/ping")
            assert other.getresponse().status == 200
            other.close()


def test_keys_from_the_shell(market, plimsoll, tmp_path):
    ready = ["--ready-file", market.folder / "ready-1.json"]
    made = json.loads(
        plimsoll("keys", "add", "--account", "16", "--permissions", "read", "--json", *ready,
                 check=0).stdout
    )  # fmt: skip
    assert made["algorithm"] == "HMAC-SHA256" and made["permissions"] == ["read"]
    listed = plimsoll("keys", *ready, check=0).stdout
    assert made["key"] in listed and made["secret"] not in listed
    key, secret = market.key, market.secret
    try:
        market.key, market.secret = made["key"], made["secret"]
        assert market.signed("GET", "/fapi/v3/balance")
        plimsoll("keys", "revoke", made["key"], *ready, check=0)
        with pytest.raises(Exception, match="-2015"):
            market.signed("GET", "/fapi/v3/balance")
    finally:
        market.key, market.secret = key, secret
    assert plimsoll("keys", "revoke", made["key"], *ready).returncode == 4
    pair = tmp_path / "mine.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", pair], check=True)
    add = ["keys", "add", "--account", "16", "--public-key"]
    refused = plimsoll(*add, pair, *ready)
    assert refused.returncode == 2 and "private key" in refused.stderr
    public = tmp_path / "mine.pub"
    subprocess.run(["openssl", "pkey", "-in", pair, "-pubout", "-out", public], check=True)
    assert "Ed25519" in plimsoll(*add, public, *ready, check=0).stdout
    assert plimsoll("keys", "--port", "1").returncode == 5


def test_the_doctor_looks_at_files_and_doors(tmp_path, plimsoll):
    def found(*arguments, check=0, env=None):
        options = ["doctor", "--security", "--json", "--data", tmp_path / "data", *arguments]
        document = json.loads(plimsoll(*options, check=check, env=env).stdout)
        assert document["ok"] == (check == 0)
        return {one["name"]: one["status"] for one in document["checks"]}

    assert found("--port", "1") == {
        "data directory": "ok", "secret files": "ok", "secrets at rest": "ok", "environment": "ok",
        "doors": "warning",
    }  # fmt: skip
    with Venue(tmp_path, "--data", "data", "--paused", "--seed", "3") as venue:
        before = venue.digest()
        checks = found("--port", venue.port, env={"PLIMSOLL_SECRET": "s"})
        assert checks["environment"] == "warning" and checks["control API"] == "warning"
        doors = ("keys", "secrets at rest", "listeners", "foreign host", "foreign page", "foreign socket", "web form")
        assert {checks[name] for name in doors} == {"ok"}
        assert venue.digest() == before
    (tmp_path / "data/keys.json").chmod(0o644)
    assert found("--port", "1", check=1)["secret files"] == "failed"
    (tmp_path / "data/keys.json").chmod(0o600)
    (tmp_path / "data").chmod(0o777)
    assert found("--port", "1", check=1)["data directory"] == "failed"
    with Venue(tmp_path, "--in-memory", "--paused", "--control-needs-key") as venue:
        assert found("--port", venue.port, check=1)["control API"] == "ok"
