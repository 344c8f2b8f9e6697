// The hand of whoever runs the venue: its clock, its scenarios, its faults. Each button is one call of
// the control API and shows it.

import { change, clock, now } from "../core/clock.js";
import { readTyped } from "../core/decimal.js";
import { control } from "../core/control.js";
import { clockTime, countdown, fullTime, percent } from "../core/format.js";
import { each, html } from "../core/html.js";
import { loadMarkets } from "../core/markets.js";
import { page } from "../core/shell.js";
import { signal } from "../core/signal.js";
import { toast } from "../core/toast.js";
import { get, post, remove } from "../core/venue.js";
import { faultKinds } from "./faults.js";

page(async () => {
    const [markets, gallery] = await Promise.all([loadMarkets(), get("/v1/scenarios")]);
    return html`
        <div class="page-head"><div><h1>Control</h1>
            <p>Time, the world and the door of this venue. Whatever is pressed here a script can
            send as well.</p></div></div>
        ${clockPanel()}
        ${scenarioPanel(gallery)}
        ${faultPanel(markets)}`;
}, { needsSession: true });

async function attempt(work, said) {
    try {
        const answer = await work();
        if (said) toast(said);
        return answer;
    } catch (error) {
        toast(error.message, { kind: "problem" });
        return null;
    }
}

const call = (method, path, body) =>
    html`<code>${method} ${path}${body ? ` ${JSON.stringify(body)}` : ""}</code>`;

// MARK: The clock

function clockPanel() {
    const step = signal("10");
    const wrong = signal("");
    const last = signal({ speed: "1" });
    const wish = (body) => {
        last.value = body;
        return attempt(() => change(body));
    };
    const speeds = ["0.5", "1", "10", "60", "600", "max"];
    const isSpeed = (value) => {
        const speed = clock.value?.speed;
        return speed !== undefined
            && (value === "max" || speed === "max" ? speed === value
            : Number(speed) === Number(value));
    };
    const go = () => {
        const typed = readTyped(step.peek(), { decimals: 0, name: "The step" });
        wrong.value = typed.error ?? "";
        if (!typed.error) wish({ step: Number(typed.value.text()) * 60_000 });
    };
    return html`<section class="panel" aria-labelledby="clock-title">
        <header><h2 id="clock-title">Clock</h2><span class=${() =>
        `chip ${clock.value?.paused ? "warn" : "gain"}`}>${() =>
        (clock.value?.paused ? "❚❚ paused" : "▶ running")}</span></header>
        <div class="body stack">
            <p class="face">${() => (clock.value ? fullTime(now.value) : "–")}</p>
            <div class="segments" role="group" aria-label="Speed">${speeds.map((value) =>
                html`<button aria-pressed=${() => String(isSpeed(value))}
                @click=${() => wish({ speed: value, paused: false })}>${value === "max" ? "max"
                : `${value}×`}</button>`)}</div>
            <div class="row">
                <button @click=${() => wish({ paused: !clock.peek()?.paused })}>${() =>
                    (clock.value?.paused ? "▶ Resume" : "❚❚ Pause")}</button>
                ${[["+1 min", 60_000], ["+1 h", 3_600_000],
                ["+8 h", 28_800_000]].map(([label, milliseconds]) =>
                    html`<button @click=${() => wish({ step: milliseconds })}>${label}</button>`)}
            </div>
            <form class="row" novalidate @submit=${(event) => { event.preventDefault(); go(); }}>
                <label for="step">Step</label><input id="step" class="short" inputmode="numeric"
                    .value=${() => step.value} aria-describedby="step-wrong" aria-invalid=${() =>
                    String(Boolean(wrong.value))} @input=${(event) =>
                    { step.value = event.target.value;
                    }}><span>minutes, then pause</span><button>Go</button>
            </form>
            <span class="wrong loss fine" id="step-wrong" role="alert">${() => wrong.value}</span>
            ${() => call("POST", "/v1/clock", last.value)}
        </div></section>`;
}

// MARK: Scenarios

function scenarioPanel({ scenarios, running: first }) {
    // As it was asked for, until the stream has a word of it.
    const running = () => (control.scenario.value === undefined ? first : control.scenario.value);
    const setting = signal(null);
    const play = async (name, title) => {
        setting.value = title;
        if (!(await attempt(() => post("/v1/scenarios", { play: name })))) {
            setting.value = null;
            return;
        }
        await plays(name);
        location.href = "/";
    };
    const card = (one) => html`<div class=${() =>
        `card ${running()?.name === one.name ? "now" : ""}`}>
        <div><h3>${one.title}</h3><p>${one.about}</p></div>
        <div class="stack">${call("POST", "/v1/scenarios", { play: one.name })}
        <div class="row"><button class="small" ?disabled=${() => setting.value !== null}
            aria-label=${`Play ${one.title}`} @click=${() => play(one.name, one.title)}>${() =>
            (running()?.name === one.name ? "▶ From the start" : "▶ Play")}</button>
            <span class="faint fine">${span(one.duration)}</span></div></div></div>`;
    return html`<section class="panel" aria-labelledby="scenarios-title">
        <header><h2 id="scenarios-title">Scenarios</h2><div class="row">${() => (running()
        ? html`<span class="chip gain">▶ ${running().title}</span>
            <button class="small" ?disabled=${() => setting.value !== null} @click=${() =>
            play(null, "what was running before")}>Back to my venue</button>` : null)}</div></header>
        <div class="body stack">
        <p class="soft fine" role="status">${() => (setting.value === null
            ? "A scenario is played in a fresh venue at the same address. This one is saved first, with its key and your session, and waits for you."
            : `Setting the stage for ${setting.value}…`)}</p>
        ${() => (running() ? thresholds(running()) : null)}
        ${scenarios.length === 0 ? html`<p class="empty">The gallery is empty.</p>`
            : html`<div class="cards">${scenarios.map(card)}</div>`}</div>
    </section>`;
}

// Until the venue answers that it plays what was asked for.
async function plays(name) {
    for (let tries = 0; tries < 150; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        try {
            const { running } = await get("/v1/scenarios");
            if ((running?.name ?? null) === name) return;
        } catch {
            // It is between the two.
        }
    }
    toast("The venue did not come back; its terminal says why.", { kind: "problem" });
}

function span(milliseconds) {
    const minutes = Math.round(milliseconds / 60_000);
    return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

// How the scenario stands that the venue plays.
function thresholds(running) {
    if (running.thresholds.length === 0) return html`<p class="soft">${running.about}</p>`;
    return html`<p class="soft">${running.about}</p>
        <div class="scroll" tabindex="0"><table>
        <thead><tr><th>Threshold</th><th class="right">Is</th><td></td></tr></thead><tbody>
        ${running.thresholds.map((one) =>
            html`<tr><td>${one.metric} ${one.comparison} ${one.bound}</td>
            <td class="right">${one.value ?? "–"}</td><td>${one.met === null ? "" : one.met
            ? html`<span class="gain">✓</span>` : html`<span class="loss">✗</span>`}</td></tr>`)}
            </tbody></table></div>`;
}

// MARK: Faults

function faultPanel(markets) {
    const lasts = signal("60");
    const wrong = signal("");
    const symbol = signal(markets[0]?.symbol ?? "");
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
        html`<h3 class="group">${name}</h3>
        <div class="cards">${faultKinds.filter((kind) => Boolean(kind.isWorld) === isWorld)
        .map((kind) => html`<div class="card">
        <div><h3>${kind.name}</h3><p>${kind.says}</p></div>
        <div class="stack">${() =>
            call("POST", "/v1/faults", body(kind))}<div><button class="small" @click=${() =>
            start(kind)}>Switch on</button></div></div></div>`)}</div>`;
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
                <label for="world">World faults of</label>
                <select id="world" class="short wide-select" @change=${(event) =>
                    { symbol.value = event.target.value; }}>${markets.filter((one) => one.isLive)
                    .map((one) => html`<option>${one.symbol}</option>`)}</select></div>
            <span class="wrong loss fine" id="lasts-wrong" role="alert">${() => wrong.value}</span>
            <p class="soft fine">While the door is shut, matching, funding and liquidation go on
                inside. The control API is never touched: whoever breaks the venue can mend it.</p>
            ${group("At the door", false)}${group("In the world", true)}
        </div></section>`;
}

function details(one) {
    const shown = ["symbol", "milliseconds", "factor", "carriedOut", "ways", "requests",
        "account"].filter((name) => one[name] !== undefined && one[name] !== null);
    return shown.map((name) =>
        `${name} ${Array.isArray(one[name]) ? one[name].join(", ")
        : String(one[name]).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "")}`).join(", ");
}
