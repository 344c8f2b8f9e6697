// A position as the venue describes it, in the words and signs that several pages share.

import { Decimal } from "./decimal.js";
import { fixed, percent, signed } from "./format.js";
import { html } from "./html.js";

const one = Decimal.of("1");

// What is left before liquidation as a share of what stands behind the position, 0 to 1: the margin
// posted where it is isolated, else the whole cross account.
export function bufferShare(position) {
    const margin = Decimal.of(position.marginMode === "isolated" ? position.margin
        : position.marginBalance);
    if (margin.sign <= 0) return Decimal.of("0");
    const share = Decimal.of(position.buffer).over(margin, 6);
    return share.sign < 0 ? Decimal.of("0") : share.compare(one) > 0 ? one : share;
}

export function bufferTone(position) {
    const share = bufferShare(position).pixels;
    return share < 0.25 ? "loss" : share < 0.5 ? "warn" : "gain";
}

const word = { loss: "thin", warn: "low", gain: "ample" };

// The load line: how far the hull is out of the water. Ten marks, a number and a word.
export function bufferBar(read) {
    return html`<div class="buffer" role="meter" aria-label="Buffer before liquidation"
        aria-valuemin="0" aria-valuemax="100"
            aria-valuenow=${() => Math.round(bufferShare(read()).pixels * 100)}
            aria-valuetext=${() => `${percent(bufferShare(read()).text(6),
                0)} of what stands behind it, ${word[bufferTone(read())]}`}
            data-tone=${() => bufferTone(read())}>
        <span class="hull" aria-hidden="true"><i --fill=${() => bufferShare(read())
            .text(4)}></i></span>
        <b class="number">${() => percent(bufferShare(read()).text(6), 0)}</b>
    </div>`;
}

// −9.1 %, 6.3 × a typical hour
export function distanceWords(position) {
    if (!position.distance) return "no price liquidates it";
    const moves = position.moves ? `, ${fixed(position.moves, 1)}× a typical hour` : "";
    return `${percent(position.distance, 2, { sign: true })}${moves}`;
}

export const isLong = (position) => !position.quantity.startsWith("-");
export const sideWord = (position) => (isLong(position) ? "long" : "short");
export const sideSign = (position) => (isLong(position) ? "▲" : "▼");
export const size = (position) => position.quantity.replace("-", "");

// What the same money would have made without leverage: the spot twin.
export function spotTwin(position) {
    const notional = Decimal.of(position.notional).magnitude;
    if (notional.sign === 0) return null;
    const entry = Decimal.of(position.entryPrice).times(Decimal.of(size(position)));
    const share = Decimal.of(position.margin).over(entry.sign > 0 ? entry : notional, 10);
    return Decimal.of(position.unrealizedPnL).times(share).text(8);
}

export const profitWords = (value, asset) => `${signed(value, 2)}\u00A0${asset}`;
