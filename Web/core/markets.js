// What is traded here: symbols with their grids, asked for once.

import { signal } from "./signal.js";
import { get } from "./venue.js";

export const markets = signal([]);

export async function loadMarkets() {
    if (markets.peek().length > 0) return markets.peek();
    const [info, status] = await Promise.all([get("/fapi/v1/exchangeInfo"), get("/v1/status")]);
    // Those that have a price come first: the others have nobody trading in them.
    const priced = new Map(status.markets.map((market) =>
        [market.symbol, !/^0(\.0*)?$/.test(market.markPrice)]));
    markets.value = info.symbols.map((symbol) => {
        const filter = (type) => symbol.filters.find((one) => one.filterType === type) ?? {};
        const tick = filter("PRICE_FILTER").tickSize ?? "0.01";
        return {
            symbol: symbol.symbol,
            base: symbol.baseAsset,
            asset: symbol.marginAsset,
            quote: symbol.quoteAsset,
            tick,
            step: filter("LOT_SIZE").stepSize ?? "0.001",
            priceDecimals: Math.max(symbol.pricePrecision, decimals(tick)),
            quantityDecimals: symbol.quantityPrecision,
            isLive: priced.get(symbol.symbol) ?? false,
        };
    }).sort((left, right) => Number(right.isLive) - Number(left.isLive));
    return markets.peek();
}

const decimals = (text) => (text.includes(".") ? text.replace(/0+$/, "").split(".")[1].length : 0);

export const marketOf = (symbol) => markets.peek().find((market) => market.symbol === symbol);
