"""The exchange's own Python libraries: the SDK of 2026 and the connector before it."""

import json

import pytest
from binance_common.errors import BadRequestError, UnauthorizedError
from conftest import CONNECTOR, PYTHON, connect, load, open_account, run_block, with_account

SYMBOL = "ETHUSDT"


@pytest.fixture
def client(venue):
    block = with_account(connect(venue, "binance-sdk"), venue, open_account(venue))
    return load(block)["client"]


def test_the_sdk_trades(client, caplog):
    api = client.rest_api
    assert api.change_initial_leverage(symbol=SYMBOL, leverage=6).data().leverage == 6
    answer = api.new_order(
        symbol=SYMBOL, side="BUY", type="MARKET", quantity=0.2, new_order_resp_type="RESULT"
    )
    bought = answer.data()
    assert bought.status == "FILLED" and float(bought.executed_qty) == 0.2
    assert answer.rate_limits
    held = api.position_information_v3(symbol=SYMBOL).data()
    assert [float(row.position_amt) for row in held] == [0.2]
    mark = float(api.mark_price(symbol=SYMBOL).data().actual_instance.mark_price)
    stop = api.new_algo_order(
        algo_type="CONDITIONAL", symbol=SYMBOL, side="SELL", type="STOP_MARKET", quantity=0.2,
        trigger_price=round(mark * 0.9, 2),
    ).data()  # fmt: skip
    assert stop.algo_status == "NEW"
    assert api.cancel_algo_order(algo_id=stop.algo_id).data().code == "200"
    sold = api.new_order(
        symbol=SYMBOL, side="SELL", type="MARKET", quantity=0.2, new_order_resp_type="RESULT"
    ).data()
    assert sold.status == "FILLED"
    assert len(api.account_trade_list(symbol=SYMBOL).data()) >= 2
    # The models are strict: an answer with a member of the wrong type is complained about.
    assert not [line for line in caplog.messages if "validation error" in line.lower()]


def test_the_sdk_tells_errors_apart(client):
    with pytest.raises(BadRequestError, match="Margin is insufficient"):
        client.rest_api.new_order(symbol=SYMBOL, side="BUY", type="MARKET", quantity=900)


def test_the_sdk_is_told_of_an_unknown_key(venue):
    nobody = {"key": "k" * 64, "secret": "s" * 64}
    with pytest.raises(UnauthorizedError):
        load(with_account(connect(venue, "binance-sdk"), venue, nobody))


CONNECTOR_PROGRAM = """
import json, sys, threading, time

heard = []
socket = streams(lambda _, text: heard.append(json.loads(text)))
socket.agg_trade(symbol="ethusdt")
key = client.new_listen_key()["listenKey"]
socket.user_data(listen_key=key)
time.sleep(1)
bought = client.new_order(
    symbol="ETHUSDT", side="BUY", type="MARKET", quantity="0.1", newOrderRespType="RESULT"
)
end = time.monotonic() + 20
while time.monotonic() < end:
    kinds = {message.get("e") for message in heard}
    if {"aggTrade", "ORDER_TRADE_UPDATE", "ACCOUNT_UPDATE"} <= kinds:
        break
    time.sleep(0.1)
socket.stop()
held = client.get_position_risk(symbol="ETHUSDT")
from binance.error import ClientError

try:
    client.new_order(symbol="ETHUSDT", side="BUY", type="MARKET", quantity="900")
    code = 0
except ClientError as error:
    code = error.error_code
print(json.dumps({
    "status": bought["status"], "kinds": sorted(str(kind) for kind in kinds),
    "held": [row["positionAmt"] for row in held], "code": code,
}))
"""


def test_the_connector_trades_and_listens(venue, tmp_path):
    if not CONNECTOR.is_dir():
        pytest.skip("binance-futures-connector is not installed")
    block = with_account(connect(venue, "binance-futures-connector"), venue, open_account(venue))
    environment = {"PYTHONPATH": str(CONNECTOR)}
    out = run_block(
        tmp_path, block + CONNECTOR_PROGRAM, "program.py", [PYTHON], env=environment
    )
    result = json.loads(out.strip().splitlines()[-1])
    assert result["status"] == "FILLED" and result["code"] == -2019
    assert {"aggTrade", "ORDER_TRADE_UPDATE", "ACCOUNT_UPDATE"} <= set(result["kinds"])
    assert [float(amount) for amount in result["held"]] == [0.1]
