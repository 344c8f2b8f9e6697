// A position as the venue describes it, in the words and signs that several pages share.

import { fixed, percent, signed } from "./format.js";
import { html } from "./html.js";

function bufferTone(position) {
    const share = Number(position.bufferShare);
    return share < 0.25 ? "loss" : share < 0.5 ? "warn" : "gain";
}

const word = { loss: "thin", warn: "low", gain: "ample" };

// The load line: how far the hull is out of the water. Ten marks, a number and a word.
export function bufferBar(read) {
    return html`<div class="buffer" role="meter" aria-label="Buffer before liquidation"
        aria-valuemin="0" aria-valuemax="100"
            aria-valuenow=${() => Math.round(Number(read().bufferShare) * 100)}
            aria-valuetext=${() => `${percent(read().bufferShare, 0)} of what stands behind it, ${word[bufferTone(read())]}`}
            data-tone=${() => bufferTone(read())}>
        <span class="hull" aria-hidden="true"><i --fill=${() => read().bufferShare}></i></span>
        <b class="number">${() => percent(read().bufferShare, 0)}</b>
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

export const profitWords = (value, asset) => `${signed(value, 2)}\u00A0${asset}`;
