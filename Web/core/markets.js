// What is traded here: symbols with their grids, asked for until one of them has a price.

import { computed, signal } from "./signal.js";
import { get } from "./venue.js";

export const markets = signal([]);
// Whether somebody trades: a venue opens its door a moment before its first price, and one whose clock
// stands still from its start has none.
export const hasPrices = computed(() => markets.value.some((market) => market.isLive));

export async function loadMarkets() {
    if (hasPrices.peek()) return markets.peek();
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

export async function waitForPrices() {
    while (!hasPrices.peek()) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        // Where the venue does not answer, the page's frame says so.
        await loadMarkets().catch(() => {});
    }
}

const decimals = (text) => (text.includes(".") ? text.replace(/0+$/, "").split(".")[1].length : 0);

export const marketOf = (symbol) => markets.peek().find((market) => market.symbol === symbol);
