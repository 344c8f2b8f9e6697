"""freqtrade in live futures mode: from RUNNING to a closed trade, and to a forced liquidation."""

import json
import os
import signal
import sqlite3
import subprocess
import time

import pytest
from conftest import HERE, PYTHON, connect, position
from market import FallingMarket

STRATEGIES = HERE / "strategies"


class Freqtrade:
    """`freqtrade trade` with the printed block, ended by its process id."""

    def __init__(self, folder, block, strategy, trusting=None, **overrides):
        self.folder = folder
        self.environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
        (folder / "plimsoll.json").write_text(block)
        more = {
            "initial_state": "running",
            "internals": {"process_throttle_secs": 1},
            "exchange": {"pair_whitelist": ["ETH/USDT:USDT"]},
            "max_open_trades": 1,
            **overrides,
        }
        if trusting:
            # ccxt's synchronous half takes the certificate from the environment, if it is let; its
            # asynchronous half has an option.
            (folder / "venue.pem").write_text(trusting)
            self.environment["REQUESTS_CA_BUNDLE"] = "venue.pem"
            more["exchange"]["ccxt_config"] = {
                "verify": True,
                "requests_trust_env": True,
                "cafile": "venue.pem",
            }
        (folder / "more.json").write_text(json.dumps(more))
        self.database = folder / "trades.sqlite"
        self.log_path = folder / "freqtrade.log"
        self.command = [
            PYTHON, "-m", "freqtrade", "trade",
            "-c", "plimsoll.json", "-c", "more.json",
            "--userdir", str(folder), "--db-url", f"sqlite:///{self.database}",
            "--strategy-path", str(STRATEGIES), "--strategy", strategy,
        ]  # fmt: skip

    def __enter__(self):
        (self.folder / "data").mkdir(exist_ok=True)
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=self.environment,
            )
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout=10)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def rows(self, query):
        if not self.database.exists():
            return []
        try:
            with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5) as base:
                base.row_factory = sqlite3.Row
                return [dict(row) for row in base.execute(query)]
        except sqlite3.OperationalError:
            return []

    def wait(self, what, found, seconds=120):
        """Waits until `found` gives something; a freqtrade that ends meanwhile is a failure."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = found()
            if value:
                return value
            assert self.process.poll() is None, f"freqtrade ended:\n{self.log()[-6000:]}"
            time.sleep(0.25)
        pytest.fail(f"no {what} within {seconds} s:\n{self.log()[-6000:]}")

    def opened(self):
        return self.wait(
            "open trade",
            lambda: self.rows("select * from trades where is_open and amount > 0")
            if self.rows(
                "select * from orders where ft_order_side = 'stoploss' and ft_is_open = 1"
            )
            else None,
        )[0]

    def closed(self):
        query = "select * from trades where not is_open"
        return self.wait("closed trade", lambda: self.rows(query))[0]

    def complaints(self):
        return [line for line in self.log().splitlines() if " - ERROR - " in line]


@pytest.mark.parametrize("margin_mode, verifies", [("isolated", True), ("cross", False)])
def test_a_trade_from_running_to_closed(tmp_path, margin_mode, verifies):
    # Little enough that the cross position has a liquidation price as well.
    with FallingMarket(tmp_path, "--deposit", "600") as market:
        block = connect(market.venue, "freqtrade")
        assert "https://demo-fapi@127.0.0.1" in block and "binance.com" not in block
        trusting = market.venue.ready["tlsCertificate"] if verifies else None
        with Freqtrade(
            tmp_path, block, "EnterAndLeave", trusting, margin_mode=margin_mode
        ) as bot:
            bot.wait("RUNNING", lambda: "RUNNING" in bot.log())
            trade = bot.opened()
            assert trade["leverage"] == 5 and trade["trading_mode"] == "FUTURES"
            assert 0 < trade["liquidation_price"] < trade["open_rate"]
            assert position(market.venue) == trade["amount"]
            stops = market.venue.signed("GET", "/fapi/v1/openAlgoOrders")
            assert [stop["orderType"] for stop in stops] == ["STOP_MARKET"]
            (market.venue.folder / "leave").touch()
            done = bot.closed()
            complaints = bot.complaints()
        assert done["exit_reason"] == "leave" and done["close_rate"] > 0
        assert done["fee_open_cost"] > 0 and done["fee_close_cost"] > 0
        assert position(market.venue) == 0
        assert market.venue.signed("GET", "/fapi/v1/openAlgoOrders") == []
        assert complaints == []


@pytest.mark.parametrize("margin_mode", ["isolated", "cross"])
def test_a_trade_that_is_liquidated(tmp_path, margin_mode):
    with FallingMarket(tmp_path, "--deposit", "300") as market:
        block = connect(market.venue, "freqtrade")
        overrides = {"margin_mode": margin_mode, "stake_amount": 250}
        with Freqtrade(tmp_path, block, "EnterAndStay", **overrides) as bot:
            trade = bot.opened()
            # The venue closes the position before anybody's stop can: the bot does not look for a
            # moment, and its stop is gone.
            bot.process.send_signal(signal.SIGSTOP)
            for stop in market.venue.signed("GET", "/fapi/v1/openAlgoOrders"):
                market.venue.signed("DELETE", "/fapi/v1/algoOrder", algoId=stop["algoId"])
            market.fall()
            forced = market.venue.signed("GET", "/fapi/v1/allOrders", symbol="ETHUSDT")[-1]
            assert forced["clientOrderId"].startswith("autoclose-")
            bot.process.send_signal(signal.SIGCONT)
            done = bot.closed()
        # What freqtrade calls every position that the exchange closed without being asked.
        assert done["exit_reason"] == "sold_on_exchange"
        assert done["close_profit"] < 0 and done["id"] == trade["id"]
        assert position(market.venue) == 0
