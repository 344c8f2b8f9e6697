"""What may come through a door from somebody who means no good, and how it is to be answered."""

import json
import socket
from contextlib import contextmanager, suppress

from venue import PATIENCE, Refused

# The rule for all of it: an answer within two seconds, an error in the dialect, nothing changed.
SECONDS_MAX = 2


@contextmanager
def at_once(venue):
    """Holds what the venue does to the rule, in its own time: that of a busy machine says nothing."""
    before = venue.cpu_seconds()
    try:
        yield
    finally:
        took = venue.cpu_seconds() - before
        assert took < SECONDS_MAX, f"{took:.1f} s"


def said_no(status, headers, body):
    """Holds an answer against the rule and returns its code."""
    assert status != 408, "the venue waited for more"
    assert 400 <= status < 500, (status, body[:300])
    assert headers.get_content_type() == "application/json", (status, body[:300])
    answer = json.loads(body)
    assert set(answer) == {"code", "msg"} and answer["msg"], answer
    assert "Sources/" not in answer["msg"] and ".swift" not in answer["msg"], answer
    return answer["code"]


def refused(venue, method, path, body=None, headers=None):
    """One request, as it is, that has to be refused."""
    with at_once(venue):
        return said_no(*venue.raw(method, path, body, headers))


def refused_order(venue, path="/fapi/v1/order", method="POST", **parameters):
    """A signed request that has to be refused."""
    try:
        with at_once(venue):
            answer = venue.signed(method, path, **parameters)
    except Refused as refusal:
        assert 400 <= refusal.status < 500, refusal
        assert set(refusal.body) == {"code", "msg"} and refusal.body["msg"], refusal
        return refusal
    raise AssertionError(f"{parameters} was taken: {answer}")


def exchange(venue, data, timeout=PATIENCE):
    """Sends bytes and returns all that comes back until the venue ends the connection."""
    received = b""
    with socket.create_connection((venue.address.hostname, venue.port), timeout) as connection:
        # The venue may end the connection before all is sent, with or without an answer.
        with suppress(OSError):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            while piece := connection.recv(65536):
                received += piece
    return received


NUMBERS = {
    "empty": "",
    "blank": " ",
    "a leading blank": " 1",
    "NaN": "NaN",
    "infinity": "Infinity",
    "1e400": "1e400",
    "1e-400": "1e-400",
    "an exponent": "1e2",
    "hexadecimal": "0x10",
    "octal": "0o7",
    "underscores": "1_000",
    "thousands": "1,000",
    "a comma": "1,5",
    "a plus": "+1",
    "negative": "-1",
    "minus zero": "-0",
    "two minuses": "--1",
    "a point": ".",
    "no whole part": ".5",
    "no decimals": "1.",
    "two points": "1.2.3",
    "a fraction": "1/3",
    "a half": "½",
    "full-width digits": "１２",
    "Arabic digits": "٣",
    "a NUL": "1\0",
    "CR LF": "1\r\n",
    "a format string": "%s%n%x",
    "19 decimals": "0.0000000000000000001",
    "2^63": str(2**63),
    "2^64": str(2**64),
    "2^127": str(2**127),
    "30 digits": "9" * 30,
    "400 digits": "9" * 400,
    "10,000 digits": "9" * 10_000,
    "null": "null",
    "a list": "[1]",
    "markup": "<script>1</script>",
    "SQL": "1; DROP TABLE batches",
    "a colour": "\x1b[31m1",
}

NAMES = {
    "empty": "",
    "blank": " ",
    "lower case and a blank": "ethusdt ",
    "unknown": "NOPE",
    "a letter that only looks so": "ЕTHUSDT",
    "an invisible letter": "ETH\u200bUSDT",
    "right to left": "\u202eTDSUHTE",
    "an emoji": "\U0001f4a5",
    "a decomposed letter": "E\u0301THUSDT",
    "a path": "../../etc/passwd",
    "an escaped path": "..%2f..%2fetc/passwd",
    "a NUL": "ETHUSDT\0",
    "a line of a log": "ETHUSDT\r\nINFO all is well",
    "a colour": "\x1b[31mETHUSDT",
    "markup": "<img src=x onerror=alert(1)>",
    "SQL": "' OR 1=1 --",
    "a template": "{{7*7}}${7*7}",
    "a format string": "%s%n%x",
    "long": "E" * 5000,
}

JSON_BODIES = {
    "empty": b"",
    "blank": b"  ",
    "half an object": b"{",
    "half a member": b'{"a":',
    "a list": b"[]",
    "null": b"null",
    "a number": b"7",
    "a text": b'"x"',
    "NaN": b'{"a":NaN}',
    "infinity": b'{"a":Infinity}',
    "a comma too many": b'{"a":1,}',
    "a comma too few": b'{"a":1 "b":2}',
    "single quotes": b"{'a':1}",
    "no quotes": b"{a:1}",
    "a comment": b"{/* */}",
    "two values": b"{}{}",
    "a name twice": b'{"a":1,"a":2}',
    "half a surrogate": b'{"a":"\\ud800"}',
    "an unknown escape": b'{"a":"\\x41"}',
    "a control character": b'{"a":"\x01"}',
    "invalid UTF-8": b'{"a":"\xff\xfe"}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a NUL": b"{}\0",
    "100,000 lists": b"[" * 100_000,
    "100,000 objects": b'{"a":' * 100_000,
    "800,000 digits": b'{"a":' + b"9" * 800_000 + b"}",
    "a long text": b'{"a":"' + b"x" * 1_000_000 + b'"}',
    "50,000 members": b"{" + b",".join(b'"m%d":1' % number for number in range(50_000)) + b"}",
    "members that are null": b'{"deposit":null,"amount":null,"speed":null,"account":null}',
    "an unknown member": b'{"balance":"1000000","isAdmin":true}',
}

HOSTS = [
    "evil.example", "evil.example:{port}", "127.0.0.1.evil.example", "localhost.evil.example",
    "localhost.", "localhost.:{port}", "evil.localhost", "127.0.0.1:1", "127.0.0.1:99999",
    "127.0.0.1:{port}:80", "127.0.0.1:{port}.evil.example", "127.0.0.1:{port}@evil.example",
    "user@127.0.0.1:{port}", "127.1", "127.0.0.2", "0.0.0.0", "2130706433", "0x7f.0.0.1",
    "[::ffff:127.0.0.1]", "[::1]:x", "[::1", "localhost:0x1", "", "*",
]  # fmt: skip

ORIGINS = [
    "null", "http://evil.example", "https://evil.example", "http://evil.example:{port}",
    "http://127.0.0.1", "http://127.0.0.1:1", "http://localhost:1", "https://localhost",
    "http://127.0.0.1.evil.example:{port}", "http://127.0.0.1:{port}.evil.example",
    "http://127.0.0.1:{port}@evil.example", "http://evil.example#127.0.0.1:{port}",
    "http://user@127.0.0.1:{port}", "file://", "chrome-extension://abcdef", "127.0.0.1:{port}",
    "ftp://127.0.0.1:{port}", "http://127.0.0.1:{port}/", "http://localhost.:{port}", "http://",
]  # fmt: skip
