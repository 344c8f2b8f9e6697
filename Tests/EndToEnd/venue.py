"""A venue as a test sees it: a process, its addresses, and ways to talk to it."""

import hashlib
import hmac
import http.client
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import urlencode, urlparse

ROOT = Path(__file__).resolve().parents[2]

# Only what never comes takes that long, however busy the machine is: a test waits for what has to
# happen, not for a time in which it should have.
PATIENCE = 180


def shared_folder():
    """The folder of recorded markets, or nothing where there is none."""
    folder = Path(os.environ.get("PLIMSOLL_SHARED", ROOT.parent / "shared"))
    return folder if (folder / "data").is_dir() else None


def eventually(condition, patience=PATIENCE):
    """Waits until a condition holds, and returns what it said."""
    end = time.monotonic() + patience
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return found


def free_port():
    """A port that is free at the moment of asking."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Refused(Exception):
    """An answer of the venue that is not a success."""

    def __init__(self, status, body):
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.code = body.get("code") if isinstance(body, dict) else None


class Venue:
    """`plimsoll up`, started on a port that it finds free and ended by its process id."""

    @staticmethod
    def binary():
        return Path(os.environ.get("PLIMSOLL_BINARY", ROOT / ".build/release/plimsoll"))

    def __init__(self, folder, *arguments, env=None, ready_timeout=PATIENCE, port=0):
        self.folder = Path(folder)
        # A market that begins with the test, and at once, unless a test wants to see its past.
        past = [] if "--history" in arguments else ["--history", "0"]
        self.arguments = [str(argument) for argument in arguments] + past
        self.environment = {**os.environ, "NO_COLOR": "1", **(env or {})}
        self.ready_timeout = ready_timeout
        self.wanted_port = port
        self.process = None
        self.starts = 0

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Starts the process and waits until it takes orders; returns how long that took."""
        self.starts += 1
        ready_file = self.folder / f"ready-{self.starts}.json"
        self.log_path = self.folder / f"log-{self.starts}.txt"
        began = time.monotonic()
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [self.binary(), "up", *self.arguments, "--port", str(self.wanted_port)]
                + ["--ready-file", str(ready_file)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                cwd=self.folder,
            )
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"the venue ended with {self.process.returncode}:\n{self.log()}")
            if ready_file.exists():
                try:
                    self.ready = json.loads(ready_file.read_text())
                    break
                except json.JSONDecodeError:
                    pass
            if time.monotonic() - began > self.ready_timeout:
                self.stop()
                raise RuntimeError(f"not ready after {self.ready_timeout} s:\n{self.log()}")
            time.sleep(0.01)
        self.key, self.secret = self.ready["key"], self.ready["secret"]
        self.base = self.ready["restBase"].rstrip("/")
        self.ws = self.ready["wsBase"].rstrip("/")
        self.address = urlparse(self.base)
        self.port = self.address.port
        self.took = time.monotonic() - began
        return self.took

    def stop(self):
        """Ends the process as a user would, and harder if that takes too long."""
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else None
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def kill(self):
        """The process is gone at once, as after a power cut."""
        self.process.kill()
        self.process.wait(timeout=PATIENCE)

    def log(self):
        return self.log_path.read_text(errors="replace")

    @property
    def is_alive(self):
        return self.process.poll() is None

    def socket_inodes(self):
        """Of the sockets that the process holds; one that it closes meanwhile is none of them."""
        inodes = set()
        for name in os.listdir(f"/proc/{self.process.pid}/fd"):
            try:
                target = os.readlink(f"/proc/{self.process.pid}/fd/{name}")
            except FileNotFoundError:
                continue
            if target.startswith("socket:"):
                inodes.add(target[8:-1])
        return inodes

    def cpu_seconds(self):
        """What the process has computed so far, which a busy machine does not lengthen."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    # Talking to it.

    def connection(self):
        return http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=PATIENCE)

    def raw(self, method, path, body=None, headers=None):
        """One request, as it is; returns status, headers and body bytes."""
        connection = self.connection()
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def call(self, method, path, body=None, headers=None):
        """One request whose answer is JSON; raises `Refused` unless it is a success."""
        status, answer_headers, data = self.raw(method, path, body, headers)
        assert answer_headers.get_content_type() == "application/json", (status, data[:300])
        value = json.loads(data)
        if status != 200:
            raise Refused(status, value)
        return value

    def get(self, path, **parameters):
        return self.call("GET", path + ("?" + urlencode(parameters) if parameters else ""))

    def signature(self, text):
        return hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    def signed(self, method, path, **parameters):
        """A request signed as the clients sign it."""
        # The widest window there is: a slow machine is no reason for a refusal.
        stamp = {"recvWindow": 60_000, "timestamp": int(time.time() * 1000)}
        query = urlencode({**stamp, **parameters})
        query += "&signature=" + self.signature(query)
        return self.call(method, f"{path}?{query}", headers={"X-MBX-APIKEY": self.key})

    def control(self, path, body=None):
        """The venue's own control API."""
        if body is None:
            return self.call("GET", "/v1/" + path)
        return self.call(
            "POST", "/v1/" + path, json.dumps(body), {"Content-Type": "application/json"}
        )

    def digest(self):
        return self.control("digest")

    def run_until(self, milliseconds):
        return self.control("clock", {"runUntil": milliseconds})


def ccxt_client(venue, **options):
    """An unmodified ccxt that knows other addresses."""
    import ccxt

    client = ccxt.binanceusdm(
        {
            "apiKey": venue.key,
            "secret": venue.secret,
            "enableRateLimit": False,
            "options": {"fetchCurrencies": False},
            **options,
        }
    )
    client.urls["api"] = {
        name: venue.base + urlparse(address).path
        for name, address in client.urls["api"].items()
        if isinstance(address, str)
    }
    # ccxt chooses its table of futures errors by the address; with another one it is named.
    client.exceptions["exact"].update(client.exceptions["linear"]["exact"])
    return client
