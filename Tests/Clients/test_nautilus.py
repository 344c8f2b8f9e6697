"""nautilus_trader's live node: connects, trades, and reconciles its position."""

import json

import pytest
from conftest import NAUTILUS, connect, open_account, run_block, with_account

PROGRAM = """
import asyncio
import json
import threading

from nautilus_trader.config import StrategyConfig
from nautilus_trader.model.enums import OrderSide, TimeInForce
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.trading.strategy import Strategy


class BuyAndLeave(Strategy):
    def on_start(self):
        self.seen = []
        self.instrument = self.cache.instrument(InstrumentId.from_str("ETHUSDT-PERP.BINANCE"))
        self.subscribe_quote_ticks(self.instrument.id)
        self.begun = False

    def on_quote_tick(self, tick):
        if self.begun:
            return
        self.begun = True
        self.buy(OrderSide.BUY)

    def buy(self, side):
        self.submit_order(
            self.order_factory.market(
                self.instrument.id, side, self.instrument.make_qty(0.05)
            )
        )

    def on_event(self, event):
        self.seen.append(type(event).__name__)

    def on_position_opened(self, event):
        self.buy(OrderSide.SELL)

    def on_position_closed(self, event):
        # Not on stdout, where the node's logger writes from a thread of its own.
        with open("events.json", "w") as file:
            json.dump(self.seen, file)
        node.stop()


node.trader.add_strategy(BuyAndLeave(StrategyConfig()))
threading.Timer(75, node.stop).start()
node.run()
import os
os._exit(0)
"""


def test_a_live_node_trades(venue, tmp_path):
    if not NAUTILUS.exists():
        pytest.skip("nautilus_trader needs Python 3.12, which is not here")
    block = with_account(connect(venue, "nautilus_trader"), venue, open_account(venue))
    out = run_block(tmp_path, block + PROGRAM, "program.py", [NAUTILUS], timeout=120)
    told = tmp_path / "events.json"
    assert told.exists(), out[-6000:]
    events = json.loads(told.read_text())
    assert events.count("OrderFilled") == 2 and "PositionOpened" in events
    assert "binance.com" not in out
