"""Every block that `plimsoll connect` prints runs as it is printed, and leaves no address out."""

import json
import shutil

import pytest
from conftest import CONNECTOR, NAUTILUS, PYTHON, as_json, connect, load, run_block


def leaks(urls):
    """Every address in a nest of them that is not this machine's."""
    if isinstance(urls, str):
        return [] if "127.0.0.1" in urls else [urls]
    return [leak for value in urls.values() for leak in leaks(value)]


@pytest.mark.parametrize("options", [[], ["--tls"]], ids=["plain", "tls"])
@pytest.mark.parametrize("client", ["ccxt", "ccxt-async", "ccxt-pro"])
def test_ccxt(venue, tmp_path, client, options):
    block = connect(venue, client, *options)
    assert "still point at the real exchange" in block
    exchange = load(block + "\n")["exchange"] if client != "ccxt" else None
    out = run_block(tmp_path, block, "block.py", [PYTHON, "-W", "ignore"])
    assert "10000" in out or "ETH" in out or "BTC" in out
    if exchange is not None:
        assert leaks(exchange.urls["api"]) == []
        stock = type(exchange)().urls["api"]
        assert set(stock) <= set(exchange.urls["api"])
        if "ws" in stock:
            assert set(stock["ws"]) == set(exchange.urls["api"]["ws"])


STAND_IN = """
class Exchange {
    constructor(config) {
        this.exceptions = { exact: {}, linear: { exact: { "-2019": "InsufficientFunds" } } };
        this.urls = config.urls;
        this.config = config;
    }
    fetchBalance() { return { USDT: { ...this.config, exact: this.exceptions.exact } }; }
    watchTicker() { return this.fetchBalance().USDT; }
    close() {}
}
export default { binanceusdm: Exchange, pro: { binanceusdm: Exchange } };
"""


@pytest.mark.parametrize("client", ["ccxt-js", "ccxt-pro-js"])
def test_ccxt_for_node(venue, tmp_path, client):
    """Node reads the block; a stand-in takes ccxt's place, whose package is not on PyPI."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node here")
    package = tmp_path / "node_modules/ccxt"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"name": "ccxt", "type": "module", "main": "ccxt.js"}')
    (package / "ccxt.js").write_text(STAND_IN)
    block = connect(venue, client).replace("console.log(", "console.log(JSON.stringify(", 1)
    block = block.replace(";\nawait exchange.close", ");\nawait exchange.close", 1)
    config = as_json(run_block(tmp_path, block, "block.mjs", [node]))
    import ccxt.pro

    stock = ccxt.pro.binanceusdm().urls["api"]
    assert leaks(config["urls"]["api"]) == []
    assert set(stock) == set(config["urls"]["api"])
    assert set(stock["ws"]) == set(config["urls"]["api"]["ws"])
    assert config["apiKey"] == venue.key and config["exact"] == {"-2019": "InsufficientFunds"}


def test_python_binance(venue, tmp_path):
    out = run_block(tmp_path, connect(venue, "python-binance"), "block.py", [PYTHON])
    assert "10000" in out


def test_official_connector(venue, tmp_path):
    if not CONNECTOR.is_dir():
        pytest.skip("binance-futures-connector is not installed")
    block = connect(venue, "binance-futures-connector")
    out = run_block(tmp_path, block, "block.py", [PYTHON], env={"PYTHONPATH": str(CONNECTOR)})
    assert "10000" in out


def test_official_sdk(venue, tmp_path):
    out = run_block(tmp_path, connect(venue, "binance-sdk"), "block.py", [PYTHON])
    assert "10000" in out


def test_freqtrade(venue):
    block = as_json(connect(venue, "freqtrade"))
    api = block["exchange"]["ccxt_config"]["urls"]["api"]
    assert leaks(api) == []
    import ccxt.pro

    stock = ccxt.pro.binanceusdm().urls["api"]
    assert set(stock) == set(api) and set(stock["ws"]) == set(api["ws"])
    assert set(stock["ws"]["ws-api"]) == set(api["ws"]["ws-api"])
    assert block["dry_run"] is False and block["trading_mode"] == "futures"


def test_nautilus(venue, tmp_path):
    if not NAUTILUS.exists():
        pytest.skip("nautilus_trader needs Python 3.12, which is not here")
    out = run_block(tmp_path, connect(venue, "nautilus_trader"), "block.py", [NAUTILUS])
    assert venue.base in out and "binance.com" not in out


def test_hummingbot(venue):
    """Its 2026 release needs Python 3.12 and minutes of compiling: the block is held against the
    constants that the release has."""
    import sys
    import types

    constants = types.SimpleNamespace(
        PERPETUAL_BASE_URL="https://fapi.binance.com/fapi/",
        TESTNET_BASE_URL="https://testnet.binancefuture.com/fapi/",
        PERPETUAL_WS_URL="wss://fstream.binance.com/",
        TESTNET_WS_URL="wss://stream.binancefuture.com/",
        ORDER_URL="v1/order",
    )
    names = "hummingbot.connector.derivative.binance_perpetual".split(".")
    fakes = {".".join(names[: end + 1]): types.ModuleType(name) for end, name in enumerate(names)}
    fakes[".".join(names)].binance_perpetual_constants = constants
    saved = dict(sys.modules)
    sys.modules.update(fakes)
    try:
        load(connect(venue, "hummingbot"))
    finally:
        for name in fakes:
            sys.modules.pop(name, None)
        sys.modules.update({name: saved[name] for name in fakes if name in saved})
    assert constants.PERPETUAL_BASE_URL == venue.base + "/fapi/"
    assert constants.PERPETUAL_WS_URL == venue.ws + "/"
    assert "binance" not in str(constants.TESTNET_BASE_URL) + str(constants.TESTNET_WS_URL)


def test_curl(venue, tmp_path):
    out = run_block(tmp_path, connect(venue, "curl"), "block.sh", ["bash"])
    assert '"FILLED"' in out or '"orderId"' in out
    assert json.loads(out[: out.index("}") + 1])["symbol"] == "BTCUSDT"
