// The first page: lose a position in two minutes, trade, or connect a bot.

import { clock } from "../core/clock.js";
import { control } from "../core/control.js";
import { compact, fixed, tone } from "../core/format.js";
import { each, html } from "../core/html.js";
import { hasPrices, loadMarkets, markets, waitForPrices } from "../core/markets.js";
import { locked, page, session } from "../core/shell.js";
import { signal } from "../core/signal.js";
import { Live } from "../core/stream.js";
import { get } from "../core/venue.js";
import { story } from "./story.js";

page(async () => {
    const [, status, scenarios] =
        await Promise.all([loadMarkets(), get("/v1/status"), get("/v1/scenarios")]);
    waitForPrices();
    const live = () => markets.peek().filter((market) => market.isLive);
    return html`
        <section>
            <h1>What leverage does, on your own machine</h1>
            <p class="intro">A complete futures venue runs here: real matching, margin, funding,
                liquidation and a
            market on the other side. The money is play money, the rules are those of a real venue.
            </p>
        </section>
        <div class="hero">
            ${() => (!session.peek().open ? locked() : hasPrices.value ? story(live()) : quiet())}
            <div class="doors">
                <a class="panel door" href="/trade/">
                    <h2>Trade</h2>
                    <p>Say how much you may lose and where you are wrong; the size follows. Every
                        figure before the click.</p>
                    <span class="go">Open the ticket →</span>
                </a>
                <a class="panel door" href="/bots/">
                    <h2>Connect a bot</h2>
                    <p>Existing Binance futures clients trade here unmodified: freqtrade, ccxt,
                        python-binance and others.</p>
                    <span class="go">Copy a configuration →</span>
                </a>
            </div>
        </div>
        <section class="panel" aria-label="This venue"><dl class="venue-facts">
            <div><dt>Rules</dt><dd>${status.name}</dd></div>
            <div><dt>Scenario</dt><dd>${() => (control.scenario.value === undefined
                ? scenarios.running : control.scenario.value)?.title
                ?? "none: the market goes its way"}</dd></div>
            <div><dt>Seed</dt><dd><code>${status.seed}</code></dd></div>
            <div><dt>Speed</dt><dd>${() => speed()}</dd></div>
            <div><dt>Accounts</dt><dd>${status.accounts}</dd></div>
            <div><dt>Digest</dt><dd><code>${status.digest}</code></dd></div>
        </dl></section>
        ${() => (hasPrices.value ? marketTable(live().slice(0, 8)) : null)}`;
});

function quiet() {
    return html`<section class="panel story"><h2>Nobody trades here yet</h2>
        <p>No market has a price. The page goes on once one has.</p></section>`;
}

function speed() {
    const status = clock.value;
    if (!status) return "–";
    return status.paused ? "paused" : status.speed === "max" ? "as fast as possible"
        : `${status.speed.replace(/\.?0+$/, "")}× real time`;
}

function marketTable(listed) {
    const rows = signal(listed.map((market) => ({ market, ticker: null })));
    const show = (tickers) => {
        rows.value = rows.peek()
            .map((row) => ({ ...row, ticker: tickers.get(row.market.symbol) ?? row.ticker }));
    };
    const ask = async () => {
        const tickers = await get("/fapi/v1/ticker/24hr");
        show(new Map(tickers.map((ticker) => [ticker.symbol, {
            last: ticker.lastPrice, change: ticker.priceChangePercent, high: ticker.highPrice,
            low: ticker.lowPrice, volume: ticker.quoteVolume,
        }])));
    };
    new Live({
        streams: listed.map((market) => `${market.symbol.toLowerCase()}@ticker`),
        onOpen: () => ask().catch(() => {}),
        onEvent: (_, event) =>
            show(new Map([[event.s, { last: event.c, change: event.P, high: event.h, low: event.l,
            volume: event.q }]])),
    });
    return html`<section class="panel markets" aria-labelledby="markets-title">
        <header><h2 id="markets-title">Markets
            </h2><span class="faint fine">24 hours of venue time</span></header>
        <div class="scroll" tabindex="0"><table>
            <thead><tr><th>Market</th><th class="right">Last</th><th class="right">Change</th>
                <th class="right spare">High</th><th class="right spare">Low</th><th class="right">Volume</th>
                </tr></thead>
            <tbody>${each(() => rows.value, (row) => row.market.symbol, (read) => {
                const { market } = read();
                const cell = (name, write) => () =>
                    (read().ticker ? write(read().ticker[name]) : "–");
                const shown = (value) => fixed(value, market.priceDecimals);
                return html`<tr>
                    <td><a href=${`/trade/?symbol=${market.symbol}`}>${market.symbol}</a></td>
                    <td class="right">${cell("last", shown)}</td>
                    <td class=${() => `right ${tone(read().ticker?.change
                        ?? "0")}`}>${cell("change",
                        (value) => `${fixed(value, 2)} %`.replace(/^(?=[1-9]|0\.\d*[1-9])/, "+"))}
                        </td>
                    <td class="right spare">${cell("high", shown)}</td>
                    <td class="right spare">${cell("low", shown)}</td>
                    <td class="right">${cell("volume", compact)}</td>
                </tr>`;
            })}</tbody>
        </table></div>
    </section>`;
}
