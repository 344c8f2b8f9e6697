// The trading page: what happens if I click, before I click.

import { account, balance } from "../core/account.js";
import { now } from "../core/clock.js";
import { compact, countdown, fixed, money, percent, price, signed, tone } from "../core/format.js";
import { html } from "../core/html.js";
import { loadMarkets } from "../core/markets.js";
import { page } from "../core/shell.js";
import { effect, signal } from "../core/signal.js";
import { Live } from "../core/stream.js";
import { get } from "../core/venue.js";
import { bookPanel } from "./book.js";
import { chartPanel } from "./chart.js";
import { below } from "./below.js";
import { ticket } from "./ticket.js";

page(async () => {
    const markets = await loadMarkets();
    const wanted = new URLSearchParams(location.search).get("symbol");
    const market = markets.find((one) => one.symbol === wanted)
        ?? markets.find((one) => one.symbol === "ETHUSDT" && one.isLive) ?? markets[0];
    if (!market) return html`
        <section class="panel notice"><h1>Nothing is traded here</h1></section>`;
    document.title = `${market.symbol} · Plimsoll`;
    const state = {
        market,
        mark: signal(null),
        last: signal(null),
        // What the ticket would do, for the chart's lines.
        preview: signal(null),
        // A price that was pointed at in the book or on the chart.
        picked: signal(null),
        liquidations: signal([]),
        live: null,
    };
    const lower = market.symbol.toLowerCase();
    const book = bookPanel(state);
    const chart = chartPanel(state);
    const feeds = {
        [`${lower}@depth20@50ms`]: (event) => book.depth(event),
        [`${lower}@aggTrade`]: (event) =>
            { state.last.value = { price: event.p, up: !event.m }; book.trade(event); },
        [`${lower}@markPrice@1s`]: (event) => { state.mark.value = event; },
        [`${lower}@ticker`]: (event) => { state.ticker.value = event; },
        [`${lower}@forceOrder`]: (event) => {
            book.liquidation(event.o);
            state.liquidations.value = [...state.liquidations.peek().slice(-199), event.o];
        },
    };
    state.ticker = signal(null);
    state.interest = signal(null);
    state.live = new Live({
        streams: [...Object.keys(feeds), chart.stream()],
        onOpen: () => { chart.reload(); book.reload(); ask(state); },
        onEvent: (name, event) => (feeds[name] ?? chart.candle)(event),
    });
    chart.onInterval((stream) => state.live.change([...Object.keys(feeds), stream]));
    setInterval(() => ask(state), 15_000);
    return html`<div class="trade" data-live=${() => state.live.state.value}>
        ${strip(state, markets)}
        ${chart.element}
        ${book.element}
        ${ticket(state)}
        ${below(state)}
    </div>`;
}, { needsSession: true, wide: true });

// What no stream carries, and what the streams begin with.
async function ask({ market: { symbol }, mark, last, ticker, interest }) {
    try {
        const [premium, day, open] = await Promise.all([
            get("/fapi/v1/premiumIndex", { symbol }), get("/fapi/v1/ticker/24hr", { symbol }),
            get("/fapi/v1/openInterest", { symbol }),
        ]);
        mark.value = { p: premium.markPrice, i: premium.indexPrice, r: premium.lastFundingRate,
            T: premium.nextFundingTime };
        ticker.value = { c: day.lastPrice, P: day.priceChangePercent, h: day.highPrice,
            l: day.lowPrice, q: day.quoteVolume };
        if (!last.peek()) last.value = { price: day.lastPrice, up: true };
        interest.value = open.openInterest;
    } catch {
        // The state in the header says that the venue does not answer.
    }
}

function strip(state, markets) {
    const { market, mark, last, ticker, interest, live } = state;
    const shown = (value) => price(value, market.priceDecimals);
    const ofMark = (write) => () => (mark.value ? write(mark.value) : "–");
    effect(() => {
        if (last.value) document.title = `${shown(last.value.price)} ${market.symbol} · Plimsoll`;
    });
    const isOld = () => ["stale", "lost"].includes(live.state.value);
    return html`<section class="panel strip" aria-label="Market">
        <h1 class="unseen">Trade ${market.symbol}</h1>
        <label><span class="unseen">Market</span>
            <select id="symbol" @change=${(event) =>
                { location.search = `?symbol=${event.target.value}`; }}>
                ${markets.map(({ symbol, isLive }) =>
                    html`<option value=${symbol}
                    ?selected=${symbol === market.symbol}>${symbol}${isLive ? ""
                    : " (nobody trades)"}</option>`)}
            </select></label>
        <span class=${() => `last ${last.value?.up ? "gain" : "loss"} ${isOld() ? "stale" : ""}`}
            aria-label="Last price">
            ${() => (last.value ? `${shown(last.value.price)} ${last.value.up ? "▲" : "▼"}`
                : "–")}</span>
        <dl class=${() => (isOld() ? "stale" : "")}>
            <div><dt>Mark</dt><dd>${ofMark((event) => shown(event.p))}</dd></div>
            <div><dt>Index</dt><dd>${ofMark((event) => shown(event.i))}</dd></div>
            <div><dt>24 h</dt><dd class=${() => tone(ticker.value?.P ?? "0")}>${() =>
                (ticker.value ? `${signed(ticker.value.P, 2)} %` : "–")}</dd></div>
            <div><dt>Funding, next in</dt><dd>${ofMark((event) =>
                `${percent(event.r, 4)} · ${countdown(event.T - now.value)}`)}</dd></div>
            <div><dt>Open interest</dt><dd>${() =>
                (interest.value ? `${compact(interest.value)} ${market.base}` : "–")}</dd></div>
        </dl>
        <dl class="money" aria-label="Account">
            <div><dt>Equity</dt><dd>${() =>
                (balance() ? money(balance().equity, balance().asset) : "–")}</dd></div>
            <div><dt>Available</dt><dd>${() =>
                (balance() ? fixed(balance().available, 2) : "–")}</dd></div>
            <div><dt>Account leverage</dt><dd>${() =>
                (balance() ? `${fixed(balance().leverage, 2)}×` : "–")}</dd></div>
            <div><dt>Cross margin ratio</dt><dd>${() =>
                (balance() ? percent(balance().marginRatio, 2) : "–")}</dd></div>
        </dl>
        <span class="unseen" role="status">${() =>
            (account.link.value === "lost" ? "The connection is lost; trying again." : "")}</span>
    </section>`;
}

