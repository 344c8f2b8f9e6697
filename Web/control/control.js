// The hand of whoever runs the venue: its clock, its scenarios, its faults. Each button is one call of
// the control API and shows it.

import { call } from "../core/call.js";
import { change, clock, now } from "../core/clock.js";
import { readTyped } from "../core/decimal.js";
import { fullTime } from "../core/format.js";
import { html } from "../core/html.js";
import { loadMarkets, waitForPrices } from "../core/markets.js";
import { page } from "../core/shell.js";
import { signal } from "../core/signal.js";
import { attempt } from "../core/toast.js";
import { get } from "../core/venue.js";
import { faultPanel } from "./board.js";
import { scenarioPanel } from "./scenarios.js";

page(async () => {
    const [, gallery, status] =
        await Promise.all([loadMarkets(), get("/v1/scenarios"), get("/v1/status")]);
    waitForPrices();
    return html`
        <div class="page-head"><div><h1>Control</h1>
            <p>Time, the world and the door of this venue. Whatever is pressed here a script can
            send as well.</p></div></div>
        ${clockPanel()}
        ${scenarioPanel(gallery, status)}
        ${faultPanel()}`;
}, { needsSession: true });

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
