// The fault board: what is wrong at the door and in the world, and what could be.

import { call } from "../core/call.js";
import { now } from "../core/clock.js";
import { control } from "../core/control.js";
import { readTyped } from "../core/decimal.js";
import { clockTime, countdown, percent } from "../core/format.js";
import { each, html } from "../core/html.js";
import { hasPrices, markets } from "../core/markets.js";
import { effect, signal } from "../core/signal.js";
import { attempt } from "../core/toast.js";
import { post, remove } from "../core/venue.js";
import { gallery } from "./cards.js";
import { faultKinds, shocks } from "./faults.js";

export function faultPanel() {
    // Those that somebody trades; all of them until somebody does.
    const listed = () => {
        const areAll = !hasPrices.value;
        return markets.peek().filter((one) => areAll || one.isLive);
    };
    const lasts = signal("60");
    const wrong = signal("");
    const symbol = signal("");
    effect(() => { symbol.value = listed()[0]?.symbol ?? ""; });
    const body = (kind) => {
        const made = { kind: kind.kind, ...kind.body };
        if (kind.isWorld) made.symbol = symbol.value;
        const typed = readTyped(lasts.value, { decimals: 0, name: "The time" });
        if (!typed.error) made.lasts = Number(typed.value.text()) * 1000;
        return made;
    };
    const start = async (kind) => {
        const typed = readTyped(lasts.peek(), { decimals: 0, name: "The time" });
        wrong.value = typed.error ?? "";
        if (typed.error) return;
        await attempt(() => post("/v1/faults", body(kind)), `${kind.name}: on.`);
    };
    const move = (one) => ({ symbol: symbol.value, ...one.body });
    const moves = () => gallery("The market itself", shocks.map((one) => html`<div class="card">
        <div><h3>${one.name}</h3><p>${one.says}</p></div>
        <div class="stack">${() => call("POST", "/v1/shocks", move(one))}<div><button class="small"
            aria-label=${`Set off: ${one.name}`} @click=${() =>
            attempt(() => post("/v1/shocks", move(one)),
            `${one.name}: on its way.`)}>Set off</button></div></div></div>`));
    const faults = () => control.faults.value ?? [];
    const state = (one) => (one.state === "holds" ? "! holds" : one.state === "over" ? "over"
        : "waits");
    const until = (one) => (one.end === null ? "until cleared" : one.state === "over"
        ? clockTime(one.end) : `${countdown(one.end - now.value)} left`);
    const rows = each(faults, (one) => one.id,
        (read) => html`<tr class=${() => (read().state === "holds" ? "holding" : "")}>
        <td>${String(read().id)}</td>
        <td><b>${read().kind}</b> <span class="faint">${details(read())}</span></td>
        <td>${() => state(read())}</td><td>${() => until(read())}</td>
        <td class="right">${() => String(read().strikes ?? 0)}</td>
        <td class="right"><button class="small" aria-label=${`Clear fault ${read().id}`}
            @click=${() => attempt(() => remove(`/v1/faults/${read().id}`, {}),
            "Cleared.")}>Clear</button></td></tr>`);
    const group = (name, isWorld) =>
        gallery(name, faultKinds.filter((kind) => Boolean(kind.isWorld) === isWorld)
        .map((kind) => html`<div class="card">
        <div><h3>${kind.name}</h3><p>${kind.says}</p></div>
        <div class="stack">${() =>
            call("POST", "/v1/faults", body(kind))}<div><button class="small" @click=${() =>
            start(kind)}>Switch on</button></div></div></div>`));
    return html`<section class="panel" aria-labelledby="faults-title">
        <header><h2 id="faults-title">Fault board</h2>
            <div class="row"><span class="faint fine">${() => (control.stress.value
                ? `widest range of a minute ${percent(control.stress.value.range, 2)}, ${control.stress.value.liquidations} liquidations`
                : "")}</span><span class=${() =>
                `chip ${faults().some((one) => one.state === "holds") ? "warn" : ""}`}>${() =>
                `${faults().filter((one) => one.state === "holds").length} hold`}</span>
            <button class="small" ?disabled=${() => faults().length === 0} @click=${() =>
                attempt(() => remove("/v1/faults", {}), "The board is clear.")}>Clear all</button></div></header>
        ${() => (faults().length === 0
            ? html`<p class="empty">No fault is on the board. The venue is as sound as it can be.
            </p>` : null)}
        <div class="scroll" tabindex="0" ?hidden=${() =>
            faults().length === 0}><table>
            <thead><tr><th>No.</th><th>Fault</th><th>State</th><th>Until</th>
            <th class="right">Struck</th><th><span class="unseen">Clear</span></th></tr></thead>
            <tbody>${rows}</tbody></table></div>
        <div class="body">
            <div class="row"><label for="lasts">Each lasts</label><input id="lasts" class="short"
                inputmode="numeric" .value=${() =>
                lasts.value} aria-describedby="lasts-wrong" aria-invalid=${() =>
                String(Boolean(wrong.value))} @input=${(event) =>
                { lasts.value = event.target.value; }}><span>seconds of venue time</span>
                <label for="world">in the world of</label>
                <select id="world" class="short wide-select" @change=${(event) =>
                    { symbol.value = event.target.value; }}>${() =>
                    listed().map((one) => html`<option>${one.symbol}</option>`)}</select></div>
            <span class="wrong loss fine" id="lasts-wrong" role="alert">${() => wrong.value}</span>
            <p class="soft fine">While the door is shut, matching, funding and liquidation go on
                inside. The control API is never touched: whoever breaks the venue can mend it.</p>
            ${group("At the door", false)}${group("What it is told of the world", true)}${moves()}
        </div></section>`;
}

function details(one) {
    const shown = ["symbol", "milliseconds", "factor", "carriedOut", "ways", "requests",
        "account"].filter((name) => one[name] !== undefined && one[name] !== null);
    return shown.map((name) =>
        `${name} ${Array.isArray(one[name]) ? one[name].join(", ")
        : String(one[name]).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "")}`).join(", ");
}
