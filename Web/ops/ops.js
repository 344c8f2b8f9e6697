// Whether the machine is sound: figures of the running process, and whether its books balance.

import { line } from "../core/drawings.js";
import { count } from "../core/format.js";
import { each, html } from "../core/html.js";
import { page } from "../core/shell.js";
import { signal } from "../core/signal.js";
import { get } from "../core/venue.js";

const historyMax = 120;

page(async () => {
    const figures = signal(null);
    const history = signal([]);
    let before = null;
    const look = async () => {
        try {
            const [text, status, timings] = await Promise.all([fetch("/metrics",
                { cache: "no-store" }).then((answer) => answer.text()), get("/v1/status"),
                get("/v1/metrics")]);
            const next = { at: performance.now(), metrics: parse(text), status, timings };
            const seconds = before ? (next.at - before.at) / 1000 : 0;
            const rate = (name) => (before ? (number(next, name) - number(before, name)) / seconds
                : null);
            figures.value = { ...next, commands: rate("plimsoll_commands_total") };
            if (before) history.value =
                [...history.peek().slice(1 - historyMax), figures.value.commands];
            before = next;
        } catch {
            figures.value = null;
        }
    };
    await look();
    setInterval(() => { if (!document.hidden) look(); }, 1000);
    const show = (write) => () => (figures.value ? write(figures.value) : "–");
    const gauge = (name, write, note) =>
        html`<div class="panel gauge"><dt>${name}</dt>
        <dd>${show(write)}<small>${typeof note === "function" ? show(note) : note}</small></dd>
        </div>`;
    return html`
        <div class="page-head"><div><h1>Ops</h1>
            <p>Figures of the running process, once a second. The same for machines:
            <a href="/metrics">/metrics</a>, <a href="/v1/metrics">/v1/metrics</a>,
            <a href="/v1/status">/v1/status</a>.</p></div>${() =>
            books(figures.value)}</div>
        <dl class="gauges">
            <div class="panel gauge"><dt>Commands a second</dt>
                <dd>${show((one) => (one.commands === null ? "–"
                : count(Math.round(one.commands))))}<small>the last two minutes</small>${() =>
                spark(history.value)}</dd></div>
            ${gauge("Commands in all", (one) => count(number(one, "plimsoll_commands_total")),
                (one) => `${number(one, "plimsoll_commands_queued")} wait`)}
            ${gauge("Requests under way", (one) => count(one.timings.requestsUnderWay),
                (one) => `${count(one.timings.requestsWaiting)} wait, ${count(one.timings
                .requestsShed)} were turned away under load`)}
            ${gauge("Orders in the books", (one) => count(number(one, "plimsoll_orders_open")),
                (one) => `${count(number(one, "plimsoll_trades_total"))} trades in all`)}
            ${gauge("Liquidations", (one) => count(number(one, "plimsoll_liquidations_total")),
                (one) => `${number(one, "plimsoll_deleveragings_total")} deleveragings`)}
            ${gauge("Accounts", (one) => count(one.status.accounts), "traders and agents")}
            ${gauge("Stream connections", (one) => String(one.status.streamConnections),
                (one) => `${number(one,
                "plimsoll_slow_connections_dropped_total")} dropped because they did not read`)}
            ${gauge("Memory", (one) => bytes(number(one, "process_resident_memory_bytes")),
                "resident")}
            ${gauge("Journal", (one) =>
                (one.status.journalBytes ? bytes(one.status.journalBytes) : "none"),
                (one) => (one.status.journalBytes ? "on the disk"
                : "in memory: gone when the venue ends"))}
        </dl>
        ${stages(() => figures.value?.timings.stages ?? [])}
        <section class="panel" aria-labelledby="state-title">
            <header><h2 id="state-title">State</h2></header><div class="body"><dl class="facts">
            <div><dt>Sequence</dt><dd>${show((one) => count(one.status.sequence))}</dd></div>
            <div><dt>Digest of everything that happened</dt><dd><code>${show((one) =>
                one.status.digest)}</code></dd></div>
            <div><dt>Takes commands</dt><dd>${show((one) =>
                (one.status.takesCommands ? "✓ yes" : `✗ no: ${one.status.failure}`))}</dd></div>
            <div><dt>Version</dt><dd>${show((one) => one.status.version)}</dd></div>
            <div><dt>Indexes that are silent</dt><dd>${show((one) =>
                one.status.markets.filter((market) => market.indexStale)
                .map((market) => market.symbol).join(", ") || "none")}</dd></div>
        </dl></div></section>`;
});

const stageWords = {
    decode: "reading a request", wait: "waiting for a place", queue: "waiting for its turn",
    journal: "writing it to the disk", engine: "matching, margin, liquidation",
    publish: "bringing what happened to the read models", answer: "writing the answer",
    request: "from the first byte to the answer",
};

// How long each part of the way takes, in the last minute.
function stages(read) {
    const rows = each(read, (one) => one.name, (of) => {
        const time = (name) => () => (of().count > 0 ? micro(of()[name] * 1000) : "–");
        return html`<tr><th>${of().name}</th><td class="soft spare">${stageWords[of().name] ?? ""}</td>
            <td class="right">${() => count(of().count)}</td>
            <td class="right">${time("p50Microseconds")}</td>
            <td class="right">${time("p99Microseconds")}</td>
            <td class="right">${time("maxMicroseconds")}</td></tr>`;
    });
    return html`<section class="panel" aria-labelledby="stages-title">
        <header><h2 id="stages-title">Where the time goes</h2>
            <span class="faint fine">the last minute</span></header>
        <div class="scroll" tabindex="0"><table>
            <thead><tr><th>Stage</th><td class="spare"></td><th class="right">Times</th>
            <th class="right">Half within</th><th class="right">99 of 100 within</th>
            <th class="right">Longest</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

// The sum of all balances of each asset: anything but zero is a defect.
function books(figures) {
    if (!figures) return html`<span class="chip warn">no figures: the venue does not answer</span>`;
    const drift = [...figures.metrics].filter(([name]) =>
        name.startsWith("plimsoll_conservation_drift"));
    const wrong = drift.filter(([, value]) => Number(value) !== 0);
    return wrong.length === 0
        ? html`<span class="chip gain">✓ books balance in all ${drift.length} assets</span>`
        : html`<span class="chip loss">✗ ${wrong.length} assets do not balance</span>`;
}

function parse(text) {
    const metrics = new Map();
    for (const line of text.split("\n")) {
        if (line.startsWith("#") || line === "") continue;
        const cut = line.lastIndexOf(" ");
        metrics.set(line.slice(0, cut), line.slice(cut + 1));
    }
    return metrics;
}

// Counts and durations, not money.
const number = ({ metrics }, name) => Number(metrics.get(name) ?? 0);

function micro(nanoseconds) {
    if (nanoseconds === null) return "–";
    return nanoseconds >= 1e6 ? `${(nanoseconds / 1e6).toFixed(1)} ms`
        : `${(nanoseconds / 1e3).toFixed(0)} µs`;
}

function bytes(count) {
    const units = ["B", "kB", "MB", "GB"];
    let value = count;
    let unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
        value /= 1000;
        unit += 1;
    }
    return `${value.toFixed(unit < 2 ? 0 : 1)} ${units[unit]}`;
}

function spark(values) {
    return values.length > 0
        ? line(values, { width: 300, height: 44,
        label: "Commands a second over the last two minutes", slots: historyMax, zero: true })
        : null;
}
