// Where the bodies are: who holds how much, at which prices they would be closed, and what it costs to
// wait. Everything is exact, since this venue knows all of its accounts.

import { now } from "../core/clock.js";
import { Decimal } from "../core/decimal.js";
import { compact, countdown, dayTime, fixed, money, percent, price } from "../core/format.js";
import { course } from "../core/drawings.js";
import { html } from "../core/html.js";
import { loadMarkets } from "../core/markets.js";
import { page } from "../core/shell.js";
import { signal } from "../core/signal.js";
import { get } from "../core/venue.js";
import { cascadePanel } from "./cascades.js";
import { mapPanel } from "./map.js";

page(async () => {
    const markets = await loadMarkets();
    const wanted = new URLSearchParams(location.search).get("symbol");
    const market = markets.find((one) => one.symbol === wanted) ?? markets[0];
    if (!market) return html`
        <section class="panel notice"><h1>Nothing is traded here</h1></section>`;
    const { symbol } = market;
    const report = signal(null);
    const fund = signal(null);
    const map = signal(null);
    // Every five minutes of venue time: pairs of time and figure.
    const past = signal({ interest: [], premium: [] });
    const lookBack = async () => {
        try {
            const [interest, premium] = await Promise.all([
                get("/futures/data/openInterestHist", { symbol, period: "5m", limit: 288 }),
                get("/fapi/v1/premiumIndexKlines", { symbol, interval: "5m", limit: 288 }),
            ]);
            past.value = {
                interest: interest.map((one) => [one.timestamp, one.sumOpenInterest]),
                premium: premium.map((one) => [one[0], one[4]]),
            };
        } catch {
            // The header says that the venue does not answer.
        }
    };
    const look = async () => {
        try {
            const [told, { funds }, drawn] = await Promise.all([
                get(`/v1/market/${symbol}`), get("/v1/insurance-fund"),
                get("/v1/liquidation-map", { symbol, levels: 120, range: 15 }),
            ]);
            report.value = told;
            fund.value = funds.find((one) => one.asset === market.asset) ?? null;
            map.value = drawn;
        } catch {
            // The header says that the venue does not answer.
        }
    };
    await Promise.all([look(), lookBack()]);
    setInterval(() => { if (!document.hidden) look(); }, 3000);
    setInterval(() => { if (!document.hidden) lookBack(); }, 15_000);
    return html`
        <div class="page-head"><div><h1>Market</h1>
            <p>Who holds how much, at which prices they would be closed, and what waiting costs.</p>
            </div>
            <label class="row"><span class="soft">Market</span>
                <select class="wide-select" @change=${(event) =>
                { location.search = `?symbol=${event.target.value}`; }}>
                ${markets.map((one) => html`
                <option value=${one.symbol} ?selected=${one.symbol === symbol}>${one.symbol}
                </option>`)}</select></label></div>
        ${headline(report, market)}
        ${mapPanel(map, market)}
        <div class="grid two">${standing(report, past, market)}${liquidations(report, market)}</div>
        <div class="grid two">${funding(report, past, market)}${insurance(fund, market)}</div>
        ${await cascadePanel(market)}`;
});

function headline(report, market) {
    const show = (write) => () => (report.value ? write(report.value) : "–");
    const shown = (value) => price(value, market.priceDecimals);
    return html`<section class="panel" aria-label="Figures"><dl class="headline">
        <div><dt>Mark price</dt><dd>${show((one) => shown(one.markPrice))}</dd></div>
        <div><dt>Index</dt><dd>${show((one) => shown(one.indexPrice))}</dd></div>
        <div><dt>Premium over the index</dt><dd>${show((one) =>
            percent(one.premium, 4, { sign: true }))}</dd></div>
        <div><dt>Funding rate, next in</dt><dd>${show((one) =>
            `${percent(one.estimatedFundingRate, 4,
            { sign: true })} · ${countdown(one.nextFundingTime - now.value)}`)}</dd></div>
        <div><dt>Open interest</dt><dd>${show((one) =>
            `${compact(one.openInterest)} ${market.base}`)}</dd></div>
        <div><dt>Worth</dt><dd>${show((one) =>
            `${compact(one.openInterestValue)} ${market.asset}`)}</dd></div>
    </dl></section>`;
}

const none = (text) => html`<p class="empty">${text}</p>`;

function standing(report, past, market) {
    return html`<section class="panel" aria-labelledby="standing-title">
        <header><h2 id="standing-title">Long and short</h2></header>
        <div class="body stack">${() => {
        const one = report.value;
        if (!one) return none("…");
        const row = (label, long, short, write) =>
            html`<div class="stack"><span class="soft fine">${label}</span>
            <div class="both" role="img"
                aria-label=${`${write(long)} long, ${write(short)} short`}><span class="longs"
                --share=${String(Math.max(Number(long),
                0.0001))}>▲ ${write(long)}</span><span class="shorts"
                --share=${String(Math.max(Number(short), 0.0001))}>${write(short)} ▼</span></div>
                </div>`;
        return html`${row("Accounts", one.longs.accounts, one.shorts.accounts,
            (value) => fixed(String(value), 0))}
            ${row(`Quantity in ${market.base}`, one.longs.quantity, one.shorts.quantity, compact)}
            <p class="soft fine">The quantities are equal: who buys buys from somebody. The numbers
                of accounts are not.</p>`;
    }}${() => (past.value.interest.length > 1 ? course(past.value.interest,
        { label: `Open interest in ${market.base}`,
        write: compact, unit: ` ${market.base} open` }) : null)}</div></section>`;
}

function liquidations(report, market) {
    return html`<section class="panel" aria-labelledby="forced-title">
        <header><h2 id="forced-title">Liquidations by side</h2></header><div class="body">${() => {
        const sums = report.value?.liquidations;
        if (!sums) return none("…");
        const row = (name, one) =>
            html`<tr><th>${name}</th><td class="right">${String(one.longs.count)}</td>
            <td class="right">${compact(one.longs.notional)} ${market.asset}</td>
            <td class="right">${String(one.shorts.count)}</td>
            <td class="right">${compact(one.shorts.notional)} ${market.asset}</td></tr>`;
        return html`<div class="scroll" tabindex="0">
            <table><thead><tr><td></td><th class="right" colspan="2">▼ longs closed</th>
            <th class="right" colspan="2">▲ shorts closed</th></tr></thead><tbody>${row("Last hour",
            sums.hour)}${row("Last day", sums.day)}</tbody></table></div>
            ${sums.minutes.length > 1
                ? course(sums.minutes.map((one) => [one.time,
                Decimal.of(one.longs.notional).plus(Decimal.of(one.shorts.notional)).text()]),
                { label: "Liquidated value by the minute", sparse: true,
                write: compact, unit: ` ${market.asset} in a minute` }) : null}`;
    }}</div></section>`;
}

function funding(report, past, market) {
    return html`<section class="panel" aria-labelledby="funding-title">
        <header><h2 id="funding-title">Funding
        </h2><span class="faint fine">longs pay shorts where it is positive</span></header>
        <div class="body">${() => {
        const settled = report.value?.funding ?? [];
        if (settled.length === 0) return none("Nothing was settled yet.");
        return html`${settled.length > 1
            ? course(settled.map((one) => [one.time, one.rate]),
            { label: "Funding rates settled", steps: true, zero: true, write: rate }) : null}
            <div class="scroll" tabindex="0"><table>
                <thead><tr><th>Settled</th><th class="right">Rate</th>
                <th class="right">Mark price</th></tr></thead><tbody>
            ${settled.slice(-6).reverse()
                .map((one) => html`<tr><td>${dayTime(one.time)}</td>
                <td class="right">${rate(one.rate)}</td>
                <td class="right">${price(one.markPrice, market.priceDecimals)}</td></tr>`)}</tbody>
                </table></div>`;
    }}${() => (past.value.premium.length > 1 ? html`<h3 class="soft">The premium that it follows</h3>
        ${course(past.value.premium, { label: "Premium over the index", zero: true,
        write: rate })}` : null)}</div></section>`;
}

const rate = (value) => percent(value, 4, { sign: true });

function insurance(fund, market) {
    return html`<section class="panel" aria-labelledby="fund-title">
        <header><h2 id="fund-title">Insurance fund</h2></header><div class="body">${() => {
        const one = fund.value;
        if (!one) return none("There is no fund in this asset.");
        return html`<dl class="facts">
            <div><dt>Balance</dt><dd>${money(one.balance, market.asset)}</dd></div>
            <div><dt>What nobody could pay</dt><dd class=${Decimal.of(one.deficit).sign > 0 ? "loss"
                : ""}>${money(one.deficit, market.asset)}</dd></div></dl>
            ${one.inventory.length > 0
                ? html`<div class="scroll" tabindex="0">
                <table><thead><tr><th>Took over</th><th class="right">Quantity</th>
                <th class="right">Entry</th><th class="right">Worth now</th></tr></thead>
                <tbody>${one.inventory.map((held) =>
                html`<tr><td>${held.symbol}</td><td class="right">${held.quantity}</td>
                <td class="right">${held.entryPrice}</td>
                <td class="right">${fixed(held.unrealizedPnL, 2)}</td></tr>`)}</tbody></table>
                </div>` : null}
            ${one.balances.length > 1
                ? course(one.balances,
                { label: "Balance by the minute",
                write: (value) => fixed(value, 0), unit: ` ${market.asset}` }) : null}`;
    }}</div></section>`;
}
