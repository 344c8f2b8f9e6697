// The scenarios that ship: each is played in a fresh venue at the same address.

import { call } from "../core/call.js";
import { control } from "../core/control.js";
import { html } from "../core/html.js";
import { signal } from "../core/signal.js";
import { attempt, toast } from "../core/toast.js";
import { get, post } from "../core/venue.js";
import { gallery } from "./cards.js";

export function scenarioPanel({ scenarios, running: first, home }, { started, journalBytes }) {
    // As it was asked for, until the stream has a word of it.
    const running = () => (control.scenario.value === undefined ? first : control.scenario.value);
    const setting = signal(null);
    const play = async (name, title) => {
        setting.value = title;
        if (!(await attempt(() => post("/v1/scenarios", { play: name })))) {
            setting.value = null;
            return;
        }
        await begins(started);
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
        ? html`<span class="chip gain">▶ ${running().title}</span>` : null)}
            ${home ? null : html`<button class="small" ?disabled=${() => setting.value !== null}
            @click=${() =>
            play(null, "what was running before")}>Back to my venue</button>`}</div></header>
        <div class="body stack">
        <p class="soft fine" role="status">${() => (setting.value === null
            ? `A scenario is played in a fresh venue at the same address; key and session stay. ${
                journalBytes === null ? "This venue is in memory and ends with that."
                : "This venue is saved first and waits for you."}`
            : `Setting the stage for ${setting.value}…`)}</p>
        ${() => (running() ? thresholds(running()) : null)}
        ${scenarios.length === 0 ? html`<p class="empty">The gallery is empty.</p>`
            : gallery(`${scenarios.length} scenarios`, scenarios.map(card))}</div>
    </section>`;
}

// Until the venue takes orders that comes after the one that was started then.
async function begins(before) {
    for (let tries = 0; tries < 150; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        try {
            if ((await get("/v1/status")).started === before) continue;
            await get("/v1/ready");
            return;
        } catch {
            // It is between the two, or waits for its first price.
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
