// Forced closes that belong together: who set off whom.

import { dayTime, fixed, money, price } from "../core/format.js";
import { html } from "../core/html.js";
import { signal } from "../core/signal.js";
import { get } from "../core/venue.js";

export async function cascadePanel(market) {
    const head = html`<header>
        <h2 id="cascades-title">Cascades
        </h2><span class="faint fine">closes that moved the price so that others followed</span>
        </header>`;
    const list = signal([]);
    const open = signal(null);
    const look = async () => {
        try {
            list.value = (await get("/v1/cascades",
                { symbol: market.symbol, limit: 20 })).cascades.reverse();
        } catch {
            // The header says that the venue does not answer.
        }
    };
    await look();
    setInterval(() => { if (!document.hidden) look(); }, 5000);
    const show = async (id) => { open.value = await get(`/v1/cascades/${id}`); };
    return html`<section class="panel" aria-labelledby="cascades-title">${head}
        ${() => (list.value.length === 0
            ? html`<p class="empty">No forced close in ${market.symbol} yet.</p>`
            : html`<div class="scroll" tabindex="0">
            <table><thead><tr><th>Began</th><th class="right">Closes</th>
            <th class="right spare">Accounts</th><th class="right">Generations</th>
            <th class="right">Value</th><th class="right spare">Lowest</th>
            <th class="right spare">Highest</th>
            <td></td></tr></thead><tbody>
            ${list.value.map((one) =>
                html`<tr aria-current=${() => String(open.value?.id === one.id)}>
                <td>${dayTime(one.startTime)}</td>
                <td class="right">${fixed(String(one.closeCount), 0)}</td>
                <td class="right spare">${fixed(String(one.accounts), 0)}</td>
                <td class="right">${String(one.generations)}</td>
                <td class="right">${money(one.notional, one.asset, 0)}</td>
                <td class="right spare">${price(one.lowestPrice, market.priceDecimals)}</td>
                <td class="right spare">${price(one.highestPrice, market.priceDecimals)}</td>
                <td class="right"><button class="small" aria-label=${`Show cascade ${one.id}`}
                    @click=${() => show(one.id)}>Show</button></td></tr>`)}</tbody></table></div>`)}
        ${() => (open.value ? detail(open.value, market) : null)}</section>`;
}

function detail(one, market) {
    const most = Math.max(...one.byGeneration.map((generation) => Number(generation.notional)), 1);
    const children = new Map();
    for (const close of one.closes) {
        const siblings = children.get(close.parent) ?? [];
        siblings.push(close);
        children.set(close.parent, siblings);
    }
    const known = new Set(one.closes.map((close) => close.liquidation));
    const roots = one.closes.filter((close) => close.parent === null || !known.has(close.parent));
    return html`<div class="body">
        <h3>Cascade ${String(one.id)}: ${fixed(String(one.closeCount),
        0)} closes in ${String(one.byGeneration.length)} generations</h3>
        <div class="generations">${one.byGeneration.map((generation) =>
            html`<div><span>generation ${String(generation.generation)},
            ${fixed(String(generation.closeCount),
            0)}</span><span><i
            --share=${String(Number(generation.notional) / most)}></i></span><span
            class="right">${money(generation.notional, one.asset, 0)}</span></div>`)}</div>
        <ul class="tree">${roots.slice(0, 60)
            .map((close) => branch(close, children, one.asset, market, 0))}</ul>
        ${roots.length > 60 ? html`
            <p class="soft fine">and ${roots.length - 60} more at the root</p>` : null}</div>`;
}

function branch(close, children, asset, market, depth) {
    const below = depth < 40 ? children.get(close.liquidation) ?? [] : [];
    const words = html`<span class="chip loss">${close.side === "long" ? "▼ long"
        : "▲ short"}</span> account ${String(close.account)}, ${close.leverage}×,
        ${money(close.notional, asset, 0)} at ${price(close.markPrice, market.priceDecimals)}
        <span class="faint">last ${price(close.lastPriceBefore, market.priceDecimals)} →
            ${price(close.lastPriceAfter, market.priceDecimals)}</span>
            <a href=${`/receipt/?id=${close.liquidation}`}>receipt</a>`;
    if (below.length === 0) return html`<li class="leaf">${words}</li>`;
    return html`<li><details ?open=${depth < 2}>
        <summary>${words} <b>set off ${below.length}</b></summary>
        <ul class="tree">${below.map((one) => branch(one, children, asset, market, depth + 1))}</ul>
        </details></li>`;
}
