// At which mark prices how much would be liquidated: a profile over the price, longs below the mark
// price and shorts above it.

import { Decimal } from "../core/decimal.js";
import { compact, money, percent, price } from "../core/format.js";
import { frame, svg } from "../core/drawings.js";
import { html } from "../core/html.js";

const width = 1000;
const height = 260;

export function mapPanel(map, market) {
    return html`<section class="panel" aria-labelledby="map-title">
        <header><h2 id="map-title">Liquidation map
        </h2><span class="chip gain">✓ exact: all accounts of this venue are known</span></header>
        <div class="body">${() => {
        const one = map.value;
        if (!one) return html`<p class="empty">…</p>`;
        if (one.levels.length === 0) return html`
            <p class="empty">Nobody would be liquidated within 15 % of the mark price,
            ${price(one.markPrice, market.priceDecimals)}.</p>`;
        return profile(one, market);
    }}</div></section>`;
}

function profile(one, market) {
    const mark = Number(one.markPrice);
    const [low, high] = [mark * 0.85, mark * 1.15];
    const x = (value) => ((value - low) / (high - low)) * width;
    const most = Math.max(...one.levels.map((level) =>
        Math.max(Number(level.longs.notional), Number(level.shorts.notional))), 1);
    const step = (Number(one.levelWidth) / (high - low)) * width;
    const shown = (value) => price(value, market.priceDecimals);
    const bars = one.levels.flatMap((level) =>
        [["long", level.longs], ["short", level.shorts]].filter(([, sum]) => sum.positions > 0)
        .map(([side, sum]) => {
        const tall = Math.max(2, (Number(sum.notional) / most) * (height - 24));
        const title = svg("title");
        title.textContent = `${shown(level.price)}: ${sum.positions} ${side}, ${money(sum.notional,
            market.asset, 0)}`;
        return svg("rect", { x: x(Number(level.price)), y: height - tall,
            width: Math.max(1.5, step - 1), height: tall, class: side }, title);
    }));
    const biggest = [...one.levels].sort((left, right) => total(right).compare(total(left)))
        .slice(0, 8);
    const distance = (value) =>
        percent(Decimal.of(value).over(Decimal.of(one.markPrice), 6).minus(Decimal.of("1")).text(6),
        2, { sign: true });
    return html`<div class="profile">
        ${frame(width, height, "Value that would be liquidated, over the mark price",
            svg("path", { d: `M${width / 2} 0V${height}`, class: "mark" }), ...bars)}
        <div class="scale"
            aria-hidden="true"><span>${shown(low.toFixed(market.priceDecimals))}</span><span>mark
            ${shown(one.markPrice)}</span><span>${shown(high.toFixed(market.priceDecimals))}</span>
            </div></div>
        <div class="row soft fine"><span><i class="swatch" aria-hidden="true"></i> longs closed if
            the price falls there</span><span><i class="swatch short" aria-hidden="true"></i> shorts
            closed if it rises there</span>
            <span>the tallest bar is ${compact(String(most.toFixed(0)))} ${market.asset}</span>
            </div>
        <details><summary>The largest levels as a list</summary>
            <div class="scroll" tabindex="0"><table>
            <thead><tr><th>From price</th><th class="right">Away</th><th class="right">Longs</th>
            <th class="right">Shorts</th></tr></thead><tbody>
            ${biggest.map((level) =>
                html`<tr><td>${shown(level.price)}</td>
                <td class="right">${distance(level.price)}</td>
                <td class="right">${cell(level.longs, market)}</td>
                <td class="right">${cell(level.shorts, market)}</td></tr>`)}</tbody></table></div>
                </details>`;
}

const total = (level) => Decimal.of(level.longs.notional).plus(Decimal.of(level.shorts.notional));
const cell = (sum, market) =>
    (sum.positions > 0 ? `${sum.positions}: ${money(sum.notional, market.asset, 0)}` : "–");
