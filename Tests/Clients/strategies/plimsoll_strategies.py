"""Two strategies that always buy; one leaves when a file tells it to, one never does."""

from pathlib import Path

from freqtrade.strategy import IStrategy


class EnterAndLeave(IStrategy):
    INTERFACE_VERSION = 3
    timeframe = "1m"
    stoploss = -0.5
    minimal_roi = {"0": 100}
    process_only_new_candles = False
    startup_candle_count = 1
    order_types = {
        "entry": "market",
        "exit": "market",
        "stoploss": "market",
        "stoploss_on_exchange": True,
        "stoploss_on_exchange_interval": 60,
    }
    times = 5.0

    def leverage(self, pair, current_time, current_rate, proposed_leverage, max_leverage, *_, **__):
        return min(self.times, max_leverage)

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        dataframe["enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        return dataframe

    def confirm_trade_entry(self, *_, **__):
        return not Path("leave").exists()

    def custom_exit(self, *_, **__):
        return "leave" if Path("leave").exists() else None


class EnterAndStay(EnterAndLeave):
    stoploss = -0.99
    times = 10.0

    def custom_exit(self, *_, **__):
        return None
