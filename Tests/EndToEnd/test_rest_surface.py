"""Every request of the Binance dialect: what it answers, what it costs, who may make it, and the
same over the WebSocket API.

The table is transcribed from the models of the official SDK and from recorded sessions of the stock
clients, not from what the venue answers. A field without a suffix is a text; `:i` is a whole number,
`:b` a flag, `:n` a number, `:a` any list, `:Name` an object and `:[Name]` a list of objects of a shape
below.
"""

import asyncio
import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import pytest
import websockets

from venue import PATIENCE, Refused, Venue

ID = "ETHUSDT"
OPEN, KEY, READ, TRADE = "NONE", "MARKET_DATA", "USER_DATA", "TRADE"

SHAPES = {
    "Order": "orderId:i symbol status clientOrderId price avgPrice origQty executedQty cumQuote"
    " timeInForce type reduceOnly:b closePosition:b side positionSide stopPrice workingType"
    " priceProtect:b origType priceMatch selfTradePreventionMode goodTillDate:i updateTime:i",
    "Acknowledged": "+Order cumQty",
    "Found": "+Order time:i",
    "Algo": "algoId:i clientAlgoId algoType orderType symbol side positionSide timeInForce quantity"
    " algoStatus triggerPrice price icebergQuantity:0 selfTradePreventionMode workingType priceMatch"
    " closePosition:b priceProtect:b reduceOnly:b createTime:i updateTime:i triggerTime:i"
    " goodTillDate:i",
    "Level": "",
    "Trade": "id:i price qty quoteQty time:i isBuyerMaker:b isRPITrade:b",
    "Limit": "rateLimitType interval intervalNum:i limit:i",
    "Asset": "asset marginAvailable:b autoAssetExchange",
    "Filter": "filterType",
    "Symbol": "symbol pair contractType deliveryDate:i onboardDate:i status maintMarginPercent"
    " requiredMarginPercent baseAsset quoteAsset marginAsset pricePrecision:i quantityPrecision:i"
    " baseAssetPrecision:i quotePrecision:i underlyingType underlyingSubType:a settlePlan:i"
    " triggerProtect filters:[Filter] orderTypes:a timeInForce:a liquidationFee marketTakeBound",
    "Bracket": "bracket:i initialLeverage:i notionalCap:n notionalFloor:n maintMarginRatio:n cum:n",
    "Totals": "totalInitialMargin totalMaintMargin totalWalletBalance totalUnrealizedProfit"
    " totalMarginBalance totalPositionInitialMargin totalOpenOrderInitialMargin"
    " totalCrossWalletBalance totalCrossUnPnl availableBalance maxWithdrawAmount",
    "AccountAsset": "asset walletBalance unrealizedProfit marginBalance maintMargin initialMargin"
    " positionInitialMargin openOrderInitialMargin crossWalletBalance crossUnPnl availableBalance"
    " maxWithdrawAmount updateTime:i",
    "PositionV2": "symbol initialMargin maintMargin unrealizedProfit positionInitialMargin"
    " openOrderInitialMargin leverage isolated:b entryPrice maxNotional bidNotional askNotional"
    " positionSide positionAmt updateTime:i",
    "PositionV3": "symbol positionSide positionAmt unrealizedProfit isolatedMargin notional"
    " isolatedWallet initialMargin maintMargin updateTime:i",
    "Source": "exchange symbol price weight",
    "Quantile": "LONG:i SHORT:i",
    "Change": "before after",
    "Amendment": "price:Change origQty:Change count:i",
    "FundAsset": "asset marginBalance updateTime:i",
    "Sessions": "sessions:a",
    "Schedules": "EQUITY:Sessions COMMODITY:Sessions KR_EQUITY:Sessions HK_EQUITY:Sessions"
    " CN_EQUITY:Sessions FX:Sessions",
    "Empty": "",
}

BALANCE = (
    "accountAlias asset balance crossWalletBalance crossUnPnl availableBalance maxWithdrawAmount"
    " marginAvailable:b updateTime:i"
)
RATIO = "symbol longShortRatio longAccount shortAccount timestamp:i"
DONE = "code:i msg"
EMPTY_INFO = "timezone serverTime:i rateLimits:a exchangeFilters:a symbols:a"

# Method, path, who, weight, parameters of which those in capitals are mandatory by name, fields. A list
# of fields means a list of such objects; "candles" is a list of lists. A question mark: may be empty.
PERIOD = {"period": "5m", "limit": 3}
CANDLES = {"interval": "1m", "limit": 5}
SURFACE = [
    ("GET", "/fapi/v1/ping", OPEN, 1, {}, [], ""),
    ("GET", "/fapi/v1/time", OPEN, 1, {}, [], "serverTime:i"),
    (
        "GET", "/fapi/v1/exchangeInfo", OPEN, 1, {}, [],
        "exchangeFilters:a rateLimits:[Limit] serverTime:i assets:[Asset] symbols:[Symbol] timezone",
    ),
    ("GET", "/fapi/v1/depth", OPEN, 5, {"symbol": ID, "limit": 100}, ["symbol"], "lastUpdateId:i E:i T:i bids:a asks:a"),
    ("GET", "/fapi/v1/rpiDepth", OPEN, 20, {"symbol": ID}, ["symbol"], "lastUpdateId:i E:i T:i bids:a asks:a"),
    ("GET", "/fapi/v1/klines", OPEN, 1, {"symbol": ID, **CANDLES}, ["symbol", "interval"], "candles"),
    (
        "GET", "/fapi/v1/continuousKlines", OPEN, 1,
        {"pair": ID, "contractType": "PERPETUAL", **CANDLES}, ["pair", "contractType", "interval"],
        "candles",
    ),
    ("GET", "/fapi/v1/markPriceKlines", OPEN, 1, {"symbol": ID, **CANDLES}, ["symbol", "interval"], "candles"),
    ("GET", "/fapi/v1/indexPriceKlines", OPEN, 1, {"pair": ID, **CANDLES}, ["pair", "interval"], "candles"),
    ("GET", "/fapi/v1/premiumIndexKlines", OPEN, 1, {"symbol": ID, **CANDLES}, ["symbol", "interval"], "candles"),
    ("GET", "/fapi/v1/trades", OPEN, 5, {"symbol": ID}, ["symbol"], ["+Trade"]),
    ("GET", "/fapi/v1/historicalTrades", KEY, 200, {"symbol": ID, "fromId": 1}, ["symbol"], ["+Trade"]),
    ("GET", "/fapi/v1/aggTrades", OPEN, 20, {"symbol": ID}, ["symbol"], ["a:i p q nq f:i l:i T:i m:b"]),
    (
        "GET", "/fapi/v1/ticker/24hr", OPEN, 1, {"symbol": ID}, [],
        "symbol priceChange priceChangePercent weightedAvgPrice lastPrice lastQty openPrice highPrice"
        " lowPrice volume quoteVolume openTime:i closeTime:i firstId:i lastId:i count:i",
    ),
    ("GET", "/fapi/v1/ticker/price", OPEN, 1, {"symbol": ID}, [], "symbol price time:i"),
    ("GET", "/fapi/v2/ticker/price", OPEN, 1, {"symbol": ID}, [], "symbol price time:i"),
    ("GET", "/fapi/v1/ticker/bookTicker", OPEN, 5, {}, [], ["symbol bidPrice bidQty askPrice askQty time:i"]),
    (
        "GET", "/fapi/v1/premiumIndex", OPEN, 10, {}, [],
        ["symbol markPrice indexPrice estimatedSettlePrice lastFundingRate interestRate nextFundingTime:i time:i"],
    ),
    ("GET", "/fapi/v1/fundingRate", OPEN, 1, {}, [], ["?symbol fundingRate fundingTime:i markPrice"]),
    (
        "GET", "/fapi/v1/fundingInfo", OPEN, 0, {}, [],
        ["symbol adjustedFundingRateCap adjustedFundingRateFloor fundingIntervalHours:i disclaimer:b"],
    ),
    ("GET", "/fapi/v1/openInterest", OPEN, 1, {"symbol": ID}, ["symbol"], "openInterest symbol time:i"),
    ("GET", "/fapi/v1/constituents", OPEN, 2, {"symbol": ID}, ["symbol"], "symbol time:i constituents:[Source]"),
    ("GET", "/fapi/v1/insuranceBalance", OPEN, 1, {}, [], ["symbols:a assets:[FundAsset]"]),
    ("GET", "/fapi/v1/symbolAdlRisk", OPEN, 1, {}, [], ["symbol adlRisk updateTime:i"]),
    ("GET", "/fapi/v1/indexInfo", OPEN, 1, {}, [], ["?symbol"]),
    ("GET", "/fapi/v1/assetIndex", OPEN, 10, {}, [], ["?symbol"]),
    ("GET", "/fapi/v1/tradingSchedule", OPEN, 5, {}, [], "updateTime:i marketSchedules:Schedules"),
    (
        "GET", "/futures/data/openInterestHist", OPEN, 0, {"symbol": ID, **PERIOD}, ["symbol", "period"],
        ["symbol sumOpenInterest sumOpenInterestValue CMCCirculatingSupply timestamp:i"],
    ),
    ("GET", "/futures/data/globalLongShortAccountRatio", OPEN, 0, {"symbol": ID, **PERIOD}, ["symbol", "period"], [RATIO]),
    ("GET", "/futures/data/topLongShortAccountRatio", KEY, 0, {"symbol": ID, **PERIOD}, ["symbol", "period"], [RATIO]),
    ("GET", "/futures/data/topLongShortPositionRatio", KEY, 0, {"symbol": ID, **PERIOD}, ["symbol", "period"], [RATIO]),
    (
        "GET", "/futures/data/takerlongshortRatio", OPEN, 0, {"symbol": ID, **PERIOD}, ["symbol", "period"],
        ["buySellRatio buyVol sellVol timestamp:i"],
    ),
    (
        "GET", "/futures/data/basis", OPEN, 0, {"pair": ID, "contractType": "PERPETUAL", **PERIOD},
        ["pair", "contractType", "period"],
        ["indexPrice contractType basisRate futuresPrice annualizedBasisRate basis pair timestamp:i"],
    ),
    ("GET", "/futures/data/delivery-price", OPEN, 0, {"pair": ID}, ["pair"], ["?deliveryTime:i"]),
    # Of an account that holds a position, orders of both kinds and a history.
    (
        "GET", "/fapi/v2/account", READ, 5, {}, [],
        "+Totals feeTier:i feeBurn:b canTrade:b canDeposit:b canWithdraw:b updateTime:i"
        " multiAssetsMargin:b tradeGroupId:i assets:[AccountAsset] positions:[PositionV2]",
    ),
    ("GET", "/fapi/v3/account", READ, 5, {}, [], "+Totals assets:[AccountAsset] positions:[PositionV3]"),
    (
        "GET", "/fapi/v1/accountConfig", READ, 5, {}, [],
        "feeTier:i canTrade:b canDeposit:b canWithdraw:b dualSidePosition:b updateTime:i"
        " multiAssetsMargin:b tradeGroupId:i",
    ),
    ("GET", "/fapi/v2/balance", READ, 5, {}, [], [BALANCE]),
    ("GET", "/fapi/v3/balance", READ, 5, {}, [], [BALANCE]),
    (
        "GET", "/fapi/v2/positionRisk", READ, 5, {"symbol": ID}, [],
        ["entryPrice breakEvenPrice marginType isAutoAddMargin isolatedMargin leverage liquidationPrice"
         " markPrice maxNotionalValue positionAmt notional isolatedWallet symbol unRealizedProfit"
         " positionSide updateTime:i"],
    ),
    (
        "GET", "/fapi/v3/positionRisk", READ, 5, {"symbol": ID}, [],
        ["symbol positionSide positionAmt entryPrice breakEvenPrice markPrice unRealizedProfit"
         " liquidationPrice isolatedMargin notional marginAsset isolatedWallet initialMargin maintMargin"
         " positionInitialMargin openOrderInitialMargin adl:i bidNotional askNotional updateTime:i"],
    ),
    (
        "GET", "/fapi/v1/income", READ, 30, {}, [],
        ["symbol incomeType income asset info time:i tranId:i tradeId"],
    ),
    (
        "GET", "/fapi/v1/positionMargin/history", TRADE, 1, {"symbol": ID}, ["symbol"],
        ["symbol type:i deltaType amount asset time:i positionSide"],
    ),
    ("GET", "/fapi/v1/apiTradingStatus", READ, 10, {}, [], "indicators:Empty updateTime:i"),
    ("GET", "/fapi/v1/rateLimit/order", READ, 1, {}, [], ["+Limit"]),
    ("GET", "/fapi/v1/adlQuantile", READ, 5, {}, [], ["symbol adlQuantile:Quantile"]),
    ("GET", "/fapi/v1/forceOrders", READ, 50, {}, [], ["?+Found pair"]),
    (
        "GET", "/fapi/v1/userTrades", READ, 5, {"symbol": ID}, ["symbol"],
        ["buyer:b commission commissionAsset id:i maker:b orderId:i price qty quoteQty baseQty"
         " marginAsset realizedPnl side positionSide symbol pair time:i"],
    ),
    (
        "GET", "/fapi/v1/commissionRate", READ, 20, {"symbol": ID}, ["symbol"],
        "symbol makerCommissionRate takerCommissionRate rpiCommissionRate",
    ),
    ("GET", "/fapi/v1/leverageBracket", READ, 1, {}, [], ["symbol notionalCoef:n brackets:[Bracket]"]),
    ("GET", "/fapi/v1/symbolConfig", READ, 5, {}, [], ["symbol marginType isAutoAddMargin:b leverage:i maxNotionalValue"]),
    ("GET", "/fapi/v1/multiAssetsMargin", READ, 30, {}, [], "multiAssetsMargin:b"),
    ("GET", "/fapi/v1/feeBurn", READ, 30, {}, [], "feeBurn:b"),
    ("GET", "/fapi/v1/positionSide/dual", READ, 30, {}, [], "dualSidePosition:b"),
    ("GET", "/fapi/v1/order", READ, 1, {"symbol": ID, "orderId": "{order}"}, ["symbol"], "+Found"),
    ("GET", "/fapi/v1/openOrder", READ, 1, {"symbol": ID, "origClientOrderId": "{name}"}, ["symbol"], "+Found"),
    ("GET", "/fapi/v1/openOrders", READ, 40, {}, [], ["+Found"]),
    ("GET", "/fapi/v1/allOrders", READ, 5, {"symbol": ID}, [], ["+Found"]),
    (
        "GET", "/fapi/v1/orderAmendment", READ, 1, {"symbol": ID}, ["symbol"],
        ["amendmentId:i symbol pair orderId:i clientOrderId time:i amendment:Amendment"],
    ),
    (
        "GET", "/fapi/v1/algoOrder", READ, 1, {"algoId": "{algo}"}, [],
        "+Algo actualOrderId actualPrice actualQty actualType",
    ),
    ("GET", "/fapi/v1/openAlgoOrders", READ, 40, {}, [], ["+Algo actualOrderId"]),
    ("GET", "/fapi/v1/allAlgoOrders", READ, 5, {"symbol": ID}, ["symbol"], ["+Algo actualOrderId"]),
    # Each of an account of its own.
    ("POST", "/fapi/v1/listenKey", KEY, 1, {}, [], "listenKey"),
    ("PUT", "/fapi/v1/listenKey", KEY, 1, {}, [], "listenKey"),
    ("DELETE", "/fapi/v1/listenKey", KEY, 1, {}, [], ""),
    ("POST", "/fapi/v1/leverage", TRADE, 1, {"symbol": ID, "leverage": 7}, ["symbol", "leverage"], "leverage:i maxNotionalValue symbol"),
    ("POST", "/fapi/v1/marginType", TRADE, 1, {"symbol": ID, "marginType": "ISOLATED"}, ["symbol", "marginType"], DONE),
    ("POST", "/fapi/v1/positionSide/dual", TRADE, 1, {"dualSidePosition": "true"}, ["dualSidePosition"], DONE),
    ("POST", "/fapi/v1/feeBurn", TRADE, 1, {"feeBurn": "false"}, ["feeBurn"], DONE),
    ("POST", "/fapi/v1/multiAssetsMargin", TRADE, 1, {"multiAssetsMargin": "false"}, ["multiAssetsMargin"], -4171),
    (
        "POST", "/fapi/v1/positionMargin", TRADE, 1, {"symbol": ID, "amount": "1", "type": 1},
        ["symbol", "amount", "type"], "amount:n code:i msg type:i",
    ),
    (
        "POST", "/fapi/v1/order/test", TRADE, 1,
        {"symbol": ID, "side": "BUY", "type": "MARKET", "quantity": "0.1"}, ["symbol", "side", "type"],
        "+Acknowledged",
    ),
    (
        "POST", "/fapi/v1/order", TRADE, 1,
        {"symbol": ID, "side": "BUY", "type": "MARKET", "quantity": "0.1"}, ["symbol", "side", "type"],
        "+Acknowledged",
    ),
    (
        "PUT", "/fapi/v1/order", TRADE, 1,
        {"symbol": ID, "side": "BUY", "quantity": "0.4", "price": "{lower}", "orderId": "{order}"},
        # A price, unless it is matched.
        ["symbol", "side", "quantity"], "+Acknowledged pair",
    ),
    ("DELETE", "/fapi/v1/order", TRADE, 1, {"symbol": ID, "orderId": "{order}"}, ["symbol"], "+Acknowledged"),
    (
        "POST", "/fapi/v1/batchOrders", TRADE, 5,
        {"batchOrders": '[{{"symbol":"ETHUSDT","side":"BUY","type":"MARKET","quantity":"0.1"}}]'},
        ["batchOrders"], ["+Acknowledged"],
    ),
    (
        "PUT", "/fapi/v1/batchOrders", TRADE, 5,
        {"batchOrders": '[{{"symbol":"ETHUSDT","side":"BUY","quantity":"0.4","price":"{lower}","orderId":{order}}}]'},
        ["batchOrders"], ["+Acknowledged pair"],
    ),
    ("DELETE", "/fapi/v1/batchOrders", TRADE, 1, {"symbol": ID, "orderIdList": "[{order}]"}, ["symbol"], ["+Acknowledged"]),
    ("DELETE", "/fapi/v1/allOpenOrders", TRADE, 1, {"symbol": ID}, ["symbol"], DONE),
    ("POST", "/fapi/v1/countdownCancelAll", TRADE, 10, {"symbol": ID, "countdownTime": 120000}, ["symbol", "countdownTime"], "symbol countdownTime"),
    (
        "POST", "/fapi/v1/algoOrder", TRADE, 1,
        {"algoType": "CONDITIONAL", "symbol": ID, "side": "BUY", "type": "TAKE_PROFIT_MARKET",
         "quantity": "0.1", "triggerPrice": "{lower}"},
        ["algoType", "symbol", "side", "type"], "+Algo",
    ),
    ("DELETE", "/fapi/v1/algoOrder", TRADE, 1, {"algoId": "{algo}"}, [], "algoId:i clientAlgoId code msg"),
    ("DELETE", "/fapi/v1/algoOpenOrders", TRADE, 1, {"symbol": ID}, ["symbol"], DONE),
    # What clients of several markets load besides.
    ("GET", "/api/v3/ping", OPEN, 1, {}, [], ""),
    ("GET", "/api/v3/time", OPEN, 1, {}, [], "serverTime:i"),
    ("GET", "/api/v3/exchangeInfo", OPEN, 1, {}, [], EMPTY_INFO),
    ("GET", "/dapi/v1/exchangeInfo", OPEN, 1, {}, [], EMPTY_INFO),
    ("GET", "/sapi/v1/capital/config/getall", OPEN, 1, {}, [], ["?coin"]),
    ("GET", "/sapi/v1/margin/allPairs", OPEN, 1, {}, [], ["?symbol"]),
    ("GET", "/sapi/v1/margin/isolated/allPairs", OPEN, 1, {}, [], ["?symbol"]),
]  # fmt: skip
NAMES = [f"{row[0]} {row[1]}" for row in SURFACE]


class Trader:
    """An account of its own, with what the rows above ask for."""

    def __init__(self, venue):
        self.venue = venue
        opened = venue.control("accounts", {"deposit": "10000"})
        self.key, self.secret = opened["key"], opened["secret"]
        self.facts = {}

    def target(self, path, parameters, security, key=None, timestamp=None, signature=None):
        headers = {}
        query = urlencode(parameters)
        if security != OPEN:
            headers["X-MBX-APIKEY"] = key or self.key
        if security in (READ, TRADE):
            stamp = int(time.time() * 1000) if timestamp is None else timestamp
            query += ("&" if query else "") + f"recvWindow=60000&timestamp={stamp}"
            made = hmac.new(self.secret.encode(), query.encode(), hashlib.sha256).hexdigest()
            query += "&signature=" + (signature or made)
        return path + ("?" + query if query else ""), headers

    def raw(self, method, path, security=TRADE, parameters=None, **proof):
        target, headers = self.target(path, parameters or {}, security, **proof)
        status, answer, body = self.venue.raw(method, target, None, headers)
        assert answer.get_content_type() == "application/json", (status, body[:300])
        return status, answer, json.loads(body)

    def call(self, method, path, security=TRADE, **parameters):
        status, _, body = self.raw(method, path, security, parameters)
        if status != 200:
            raise Refused(status, body)
        return body

    def prepare(self):
        """A position, a resting order and a waiting stop."""
        self.call("POST", "/fapi/v1/marginType", symbol=ID, marginType="ISOLATED")
        self.call("POST", "/fapi/v1/order", symbol=ID, side="BUY", type="MARKET", quantity="0.5")
        bid = float(self.venue.get("/fapi/v1/ticker/bookTicker", symbol=ID)["bidPrice"])
        low, lower = f"{bid * 0.9:.2f}", f"{bid * 0.89:.2f}"
        order = self.call(
            "POST", "/fapi/v1/order", symbol=ID, side="BUY", type="LIMIT", timeInForce="GTC",
            quantity="0.3", price=low,
        )  # fmt: skip
        stop = self.call(
            "POST", "/fapi/v1/algoOrder", algoType="CONDITIONAL", symbol=ID, side="SELL",
            type="STOP_MARKET", closePosition="true", triggerPrice=low,
        )  # fmt: skip
        self.facts = {
            "order": order["orderId"], "name": order["clientOrderId"], "algo": stop["algoId"],
            "low": low, "lower": lower,
        }  # fmt: skip
        return self

    def parameters(self, row):
        return {
            name: value.format(**self.facts) if isinstance(value, str) and self.facts else value
            for name, value in row[4].items()
        }


@pytest.fixture(scope="module")
def surface(tmp_path_factory):
    """A venue a quarter of an hour old, with an account that has done something of everything."""
    folder = tmp_path_factory.mktemp("surface")
    with Venue(folder, "--in-memory", "--seed", "42") as venue:
        holder = Trader(venue).prepare()
        holder.call("POST", "/fapi/v1/positionMargin", symbol=ID, amount="5", type=1)
        holder.call(
            "PUT", "/fapi/v1/order", symbol=ID, side="BUY", quantity="0.3",
            price=holder.facts["lower"], orderId=holder.facts["order"],
        )  # fmt: skip
        venue.run_until(venue.control("clock")["venueTime"] + 11 * 60_000)
        yield venue, holder


def fields(spec):
    """The members that a shape asks for, with their types."""
    for word in spec.lstrip("?").split():
        if word.startswith("+"):
            yield from fields(SHAPES[word[1:]])
        else:
            name, _, kind = word.partition(":")
            yield name, kind


def check(value, spec, where):
    if isinstance(spec, list):
        assert isinstance(value, list), where
        assert value or spec[0].startswith("?"), f"{where} is empty"
        for element in value:
            check(element, spec[0], where)
        return
    if spec == "candles":
        assert value and all(len(row) == 12 for row in value), where
        for row in value:
            kinds = [int, str, str, str, str, str, int, str, int, str, str, str]
            assert [type(cell) for cell in row] == kinds, where
            assert row[6] == row[0] + 59_999
        return
    assert isinstance(value, dict), where
    for name, kind in fields(spec):
        place = f"{where}.{name}"
        assert name in value, f"{place} is missing"
        member = value[name]
        if kind == "":
            assert isinstance(member, str), place
        elif kind == "i":
            assert isinstance(member, int) and not isinstance(member, bool), place
        elif kind == "b":
            assert isinstance(member, bool), place
        elif kind == "n":
            assert isinstance(member, (int, float)) and not isinstance(member, bool), place
        elif kind == "a":
            assert isinstance(member, list), place
        elif kind == "0":
            assert member is None, place
        elif kind.startswith("["):
            check(member, [SHAPES[kind[1:-1]]], place)
        else:
            check(member, SHAPES[kind], place)


def trader_for(row, surface):
    venue, holder = surface
    if row[0] == "GET":
        return holder
    trader = Trader(venue)
    needs = json.dumps(row[4]) + row[1]
    if any(word in needs for word in ("{order}", "{algo}", "{lower}", "positionMargin")):
        trader.prepare()
    if row[1].endswith("listenKey") and row[0] != "POST":
        trader.call("POST", "/fapi/v1/listenKey", KEY)
    if not trader.facts:
        trader.facts = {"order": 0}
    return trader


@pytest.mark.parametrize("row", SURFACE, ids=NAMES)
def test_the_answer_has_every_field_and_the_weight_is_right(surface, row):
    """Surprise: 10, what strict clients decode is all there."""
    method, path, security, weight, _, _, spec = row
    trader = trader_for(row, surface)
    parameters = trader.parameters(row)
    for _ in range(2):
        _, headers, _ = trader.raw("GET", "/fapi/v1/ping", OPEN)
        before = int(headers["X-MBX-USED-WEIGHT-1M"])
        status, headers, body = trader.raw(method, path, security, parameters)
        used = int(headers["X-MBX-USED-WEIGHT-1M"]) - before
        # A minute may end in between.
        if used >= 0 or method != "GET":
            break
    if isinstance(spec, int):
        assert (status, body["code"]) == (400, spec)
    else:
        assert status == 200, body
        check(body, spec, path)
    assert used == weight or used < 0
    counted = "X-MBX-ORDER-COUNT-10S" in headers
    placing = ("order", "batchOrders", "algoOrder", "allOpenOrders", "algoOpenOrders")
    assert counted == (method != "GET" and path.split("/")[-1] in placing)


@pytest.mark.parametrize("row", SURFACE, ids=NAMES)
def test_the_checks_come_in_the_order_that_clients_rely_on(surface, row):
    """Surprise: 12, every refusal is JSON with code and message."""
    method, path, security, _, _, mandatory, _ = row
    venue, holder = surface
    parameters = {name: "x" for name in row[4]}

    def refusal(**proof):
        status, _, body = holder.raw(method, path, security, parameters, **proof)
        assert set(body) == {"code", "msg"}, body
        return status, body["code"]

    if security != OPEN:
        bare = venue.raw(method, path)
        assert bare[0] == 401 and json.loads(bare[2])["code"] == -2014
        assert refusal(key="k" * 64) == (401, -2015)
        assert refusal(key="short") == (401, -2014)
    for name in mandatory:
        kept = {key: value for key, value in parameters.items() if key != name}
        status, _, body = holder.raw(method, path, security, kept, signature="0" * 64)
        assert (status, body["code"]) == (400, -1102) and f"'{name}'" in body["msg"], (name, body)
    if security in (READ, TRADE):
        unsigned = path + "?" + urlencode(parameters)
        status, _, body = venue.raw(method, unsigned, None, {"X-MBX-APIKEY": holder.key})
        assert (status, json.loads(body)["code"]) == (400, -1102)
        assert refusal(timestamp=1, signature="0" * 64) == (400, -1021)
        assert refusal(timestamp=int(time.time() * 1000) + 3_600_000) == (400, -1021)
        assert refusal(signature="0" * 64) == (400, -1022)


# The methods of the WebSocket API, as which request, and who may call them.
METHODS = [
    ("ping", "GET", "/fapi/v1/ping", OPEN),
    ("time", "GET", "/fapi/v1/time", OPEN),
    ("depth", "GET", "/fapi/v1/depth", OPEN),
    ("ticker.price", "GET", "/fapi/v1/ticker/price", OPEN),
    ("ticker.book", "GET", "/fapi/v1/ticker/bookTicker", OPEN),
    ("order.place", "POST", "/fapi/v1/order", TRADE),
    ("order.modify", "PUT", "/fapi/v1/order", TRADE),
    ("order.cancel", "DELETE", "/fapi/v1/order", TRADE),
    ("order.status", "GET", "/fapi/v1/order", READ),
    ("algoOrder.place", "POST", "/fapi/v1/algoOrder", TRADE),
    ("algoOrder.cancel", "DELETE", "/fapi/v1/algoOrder", TRADE),
    ("account.status", "GET", "/fapi/v2/account", READ),
    ("v2/account.status", "GET", "/fapi/v3/account", READ),
    ("account.balance", "GET", "/fapi/v2/balance", READ),
    ("v2/account.balance", "GET", "/fapi/v3/balance", READ),
    ("account.position", "GET", "/fapi/v2/positionRisk", READ),
    ("v2/account.position", "GET", "/fapi/v3/positionRisk", READ),
    ("userDataStream.start", "POST", "/fapi/v1/listenKey", KEY),
    ("userDataStream.ping", "PUT", "/fapi/v1/listenKey", KEY),
    ("userDataStream.stop", "DELETE", "/fapi/v1/listenKey", KEY),
]


@pytest.mark.parametrize("method", METHODS, ids=[row[0] for row in METHODS])
def test_a_method_of_the_socket_answers_as_its_request(surface, method):
    name, verb, path, security = method
    row = next(row for row in SURFACE if row[:2] == (verb, path))
    trader = trader_for(row, surface)
    params = dict(trader.parameters(row))
    if security != OPEN:
        params["apiKey"] = trader.key
    if security in (READ, TRADE):
        params |= {"recvWindow": 60_000, "timestamp": int(time.time() * 1000)}
        text = "&".join(f"{key}={params[key]}" for key in sorted(params))
        params["signature"] = hmac.new(
            trader.secret.encode(), text.encode(), hashlib.sha256
        ).hexdigest()

    async def ask():
        async with websockets.connect(trader.venue.ws + "/ws-fapi/v1") as socket:
            await socket.send(json.dumps({"id": 7, "method": name, "params": params}))
            return json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))

    answer = asyncio.run(ask())
    assert answer["id"] == 7 and answer["status"] == 200, answer
    check(answer["result"], row[6], name)
    limits = {(limit["rateLimitType"], limit["interval"]) for limit in answer["rateLimits"]}
    assert ("REQUEST_WEIGHT", "MINUTE") in limits


def test_what_was_done_is_what_is_told(surface):
    """The histories tell the one margin transfer by hand and the one amendment."""
    _, holder = surface
    moves = holder.call("GET", "/fapi/v1/positionMargin/history", symbol=ID)
    by_hand = [row for row in moves if row["deltaType"] == "USER_ADJUST"]
    assert by_hand == moves[-1:] and {row["deltaType"] for row in moves[:-1]} == {"TRADE"}
    assert float(by_hand[0]["amount"]) == 5 and by_hand[0]["type"] == 1
    assert holder.call("GET", "/fapi/v1/positionMargin/history", symbol=ID, type=2) == []
    amendments = holder.call("GET", "/fapi/v1/orderAmendment", symbol=ID, orderId=holder.facts["order"])
    assert len(amendments) == 1
    change = amendments[0]["amendment"]
    assert change["price"] == {"before": holder.facts["low"], "after": holder.facts["lower"]}
    assert change["origQty"] == {"before": "0.300", "after": "0.300"} and change["count"] == 1
    assert holder.call("GET", "/fapi/v1/orderAmendment", symbol=ID, origClientOrderId="other") == []


def test_the_sides_add_up(surface):
    venue, _ = surface
    for period in ("5m", "15m"):
        rows = venue.get("/futures/data/openInterestHist", symbol=ID, period=period)
        step = int(period[:-1]) * 60_000
        assert all(row["timestamp"] % step == 0 for row in rows)
    newest = venue.get("/futures/data/openInterestHist", symbol=ID, period="5m")[-1]
    assert float(newest["sumOpenInterest"]) > 0
    shares = venue.get("/futures/data/globalLongShortAccountRatio", symbol=ID, period="5m")[-1]
    assert float(shares["longAccount"]) + float(shares["shortAccount"]) == pytest.approx(1, abs=1e-4)
    taken = venue.get("/futures/data/takerlongshortRatio", symbol=ID, period="5m")
    candles = venue.get("/fapi/v1/klines", symbol=ID, interval="5m")
    volumes = {row[0]: float(row[5]) for row in candles}
    for row in taken:
        total = float(row["buyVol"]) + float(row["sellVol"])
        assert total == pytest.approx(volumes[row["timestamp"]], rel=1e-9)
    assert venue.get(
        "/futures/data/basis", pair=ID, contractType="NEXT_QUARTER", period="5m"
    ) == []
    for wrong in ({"period": "1m"}, {"period": "5m", "symbol": "NOPE"}):
        with pytest.raises(Refused):
            venue.get("/futures/data/openInterestHist", **{"symbol": ID, **wrong})


def test_a_tried_order_leaves_nothing(surface):
    venue, holder = surface
    before = venue.digest()
    tried = holder.call(
        "POST", "/fapi/v1/order/test", symbol=ID, side="BUY", type="LIMIT", timeInForce="GTC",
        quantity="0.3", price=holder.facts["low"], newClientOrderId="tried",
    )  # fmt: skip
    assert tried["orderId"] == 0 and tried["clientOrderId"] == "tried" and tried["status"] == "NEW"
    half = f"{float(holder.facts['low']) / 2:.2f}"
    for code, change in {
        -1111: {"price": "1999.999"},
        -4164: {"quantity": "0.001"},
        -4005: {"quantity": "90000000"},
        -4024: {"side": "SELL", "price": half},
        -4061: {"positionSide": "LONG"},
        -4120: {"type": "STOP_MARKET"},
        -1116: {"type": "SPECIAL"},
    }.items():
        order = {
            "symbol": ID, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.3",
            "price": holder.facts["low"], **change,
        }  # fmt: skip
        with pytest.raises(Refused) as refused:
            holder.call("POST", "/fapi/v1/order/test", **order)
        assert refused.value.code == code, refused.value.body
    assert venue.digest() == before
