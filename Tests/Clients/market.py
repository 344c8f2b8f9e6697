"""A market of a test's own making: quiet candles up to now, and a fall whose hour the test chooses."""

import json
import time

from conftest import Venue

MINUTE = 60_000
PRICE = 2000.0
HISTORY = 60
QUIET = 30


class FallingMarket:
    """A venue on a tape that is quiet for half an hour from now and then falls by a third."""

    def __init__(self, folder, *arguments):
        self.begin = int(time.time() * 1000) // MINUTE * MINUTE - HISTORY * MINUTE
        tape = folder / "ETHUSDT_1m.csv"
        tape.write_text("\n".join(self.rows()) + "\n")
        self.venue = Venue(
            folder, "--in-memory", "--seed", "5", "--paused", "--tape", tape, *arguments
        )

    def rows(self):
        yield "open_time_ms,open,high,low,close,volume_base"
        last = PRICE
        for index in range(HISTORY + QUIET + 20):
            move = 0.5 if index % 2 else -0.5
            if index == HISTORY + QUIET:
                move = -PRICE / 3
            close = last + move
            high, low = max(last, close) + 0.25, min(last, close) - 0.25
            opened = self.begin + index * MINUTE
            yield f"{opened},{last:.2f},{high:.2f},{low:.2f},{close:.2f},5000"
            last = close

    def __enter__(self):
        self.venue.start()
        now = int(time.time() * 1000)
        self.venue.run_until(now)
        self.venue.control("clock", {"speed": 1, "paused": False})
        return self

    def __exit__(self, *_):
        self.venue.stop()

    def fall(self):
        """Runs through the fall, and on at the pace of the wall."""
        self.venue.run_until(self.begin + (HISTORY + QUIET + 2) * MINUTE)
        self.venue.control("clock", {"speed": 1, "paused": False})
