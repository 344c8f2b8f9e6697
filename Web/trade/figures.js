// The list that never hides: what can be lost first, then what it costs, then what it may earn.

import { countdown, fixed, money, negative, percent, price, quantity,
    signedMoney } from "../core/format.js";
import { now } from "../core/clock.js";
import { html } from "../core/html.js";
import { distanceWords } from "../core/standing.js";

// `read` gives the newest preview or null, `onLeverage` takes the one that keeps the stop first.
export function figures(read, market, { onLeverage } = {}) {
    const asset = market.asset;
    const shown = (value) => price(value, market.priceDecimals);
    const of = (write) => () => {
        const preview = read();
        return preview ? write(preview) : "–";
    };
    const after = (write) =>
        of((preview) => (preview.after ? write(preview.after) : "the position is closed"));
    return html`<section class="figures" aria-label="What this order does" aria-live="off">
        ${() => (read()?.stop?.neverFires ? warning(read(), shown, onLeverage) : null)}
        ${() => (read() && !read().affordable
            ? html`<p class="callout warn">This needs ${money(read().margin, asset)} of margin and
            ${money(read().fees.open, asset)} of fees; ${money(read().available, asset)} is free.
            </p>` : null)}
        ${() => (read()?.limits.belowMinimum
            ? html`<p class="callout warn">The venue takes orders from
            ${quantity(read().limits.quantityMin)} ${market.base} and
            ${money(read().limits.notionalMin, asset, 0)} on.</p>` : null)}
        ${() => (read() && Number(read().entry.missing) > 0
            ? html`<p class="callout warn">The book holds ${quantity(read().entry.missing)}
            ${market.base} less than that: the rest would not fill.</p>` : null)}
        <dl class="facts">
            <div class="worst"><dt>Loss at the stop</dt><dd>${of((preview) => (preview.stop
                ? preview.stop.neverFires
                    ? html`${signedMoney("-" + preview.margin, asset)}<small>all of the margin:
                        liquidated before the stop</small>`
                    : html`${signedMoney(negative(preview.stop.expectedLoss), asset)}<small>bad case
                        ${signedMoney(negative(preview.stop.badLoss), asset)}, filled at
                        ${shown(preview.stop.badFill)}</small>`
                : html`no stop<small>all that stands behind it can go</small>`))}</dd></div>
            <div><dt>Liquidation price</dt><dd>${after((one) =>
                html`${one.liquidationPrice ? shown(one.liquidationPrice)
                : "none"}<small>${distanceWords(one)}</small>`)}</dd></div>
            <div><dt>Entry, expected</dt><dd>${of((preview) =>
                html`${shown(preview.entry.expectedPrice)}<small>worst level
                ${shown(preview.entry.worstPrice)}</small>`)}</dd></div>
            <div><dt>Margin</dt><dd>${of((preview) =>
                html`${money(preview.margin, asset)}<small>leaves ${fixed(preview.leaves, 2)} free,
                ${percent(preview.account.marginShare, 1)} of equity</small>`)}</dd></div>
            <div><dt>Fees, in and out</dt><dd>${of((preview) =>
                html`${money(preview.fees.roundTrip,
                asset)}<small>${percent(preview.fees.roundTripOfMargin, 2)} of the margin</small>`)}
                </dd></div>
            <div><dt>Funding a day</dt><dd>${after((one) =>
                html`${signedMoney(one.fundingPerDay,
                asset)}<small>${percent(one.fundingPerDayOfMargin, 2, { sign: true })} of the
                margin; next ${signedMoney(one.fundingNext, asset)} in
                ${countdown(one.nextFundingTime - now.value)}</small>`)}</dd></div>
            <div><dt>Account leverage</dt><dd>${of((preview) =>
                `${fixed(preview.account.leverageBefore,
                2)} → ${fixed(preview.account.leverageAfter, 2)}×`)}</dd></div>
            ${() => (read()?.comparison
                ? html`<div><dt>If liquidated</dt>
                <dd>${comparison(read().comparison, read().marginMode, asset)}</dd></div>` : null)}
            ${() => (read()?.gain ? html`
                <div><dt>${read().gain.isTarget ? "At the target"
                : "One typical hour your way"}</dt><dd>${gain(read().gain, asset, shown)}</dd>
                </div>` : null)}
        </dl>
    </section>`;
}

function comparison({ isolated, cross }, mode, asset) {
    const line = (name, one) => `${name} ${signedMoney(negative(one.atRisk), asset)}`;
    const [first, second] = mode === "isolated" ? [["isolated", isolated], ["cross", cross]]
        : [["cross", cross], ["isolated", isolated]];
    return html`${line(...first)}<small>${line(...second)}</small>`;
}

function gain(one, asset, shown) {
    return html`${signedMoney(one.amount, asset)}<small>at ${shown(one.price)}, fees paid; at 1×
        this trade makes ${signedMoney(one.atOneTimes, asset)}</small>`;
}

function warning(preview, shown, onLeverage) {
    const { stop, after } = preview;
    return html`<div class="callout loss"
        role="alert"><b>This stop can never fire before liquidation.</b>
        The venue closes the position at ${shown(after.liquidationPrice)}, before the stop at
            ${shown(stop.price)}.
        ${stop.leverageMax && onLeverage
            ? html`<p><button class="small primary" @click=${() =>
            onLeverage(stop.leverageMax)}>Use ${stop.leverageMax}×, the stop comes first</button>
            </p>` : null}</div>`;
}
