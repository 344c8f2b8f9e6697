// What a bot's author needs: a configuration to paste, keys, and what the bot asked and was told.

import { fixed, clockTime } from "../core/format.js";
import { each, html } from "../core/html.js";
import { page, session } from "../core/shell.js";
import { computed, effect, signal } from "../core/signal.js";
import { attempt, toast } from "../core/toast.js";
import { get, post, remove } from "../core/venue.js";

page(async () => {
    const [{ clients }, keys] = await Promise.all([get("/v1/connections"), get("/v1/keys")]);
    const held = signal(keys);
    const key = signal(keys.find((one) => one.account === session.peek().account)?.key
        ?? keys[0]?.key ?? null);
    const look = async () => { held.value = await get("/v1/keys"); };
    return html`
        <div class="page-head"><div><h1>Bots</h1>
            <p>Clients of Binance USD-M futures trade here unmodified: the address and the key are
            all that changes.</p></div></div>
        ${configuration(clients, key)}
        ${keyPanel(held, key, look)}
        ${requestLog(held, key)}`;
}, { needsSession: true });

function configuration(clients, key) {
    const client = signal(clients.includes("ccxt") ? "ccxt" : clients[0]);
    const block = signal(null);
    effect(() => {
        const [name, chosen] = [client.value, key.value];
        if (!name || !chosen) return;
        get(`/v1/connections/${encodeURIComponent(name)}`, { key: chosen })
            .then((answer) => { block.value = answer; })
            .catch((error) => { block.value = { text: error.message, remark: null }; });
    });
    const copy = async () => {
        try {
            await navigator.clipboard.writeText(block.peek().text);
            toast("Copied. It holds the secret: keep it to yourself.");
        } catch {
            toast("The browser did not let it be copied; select the text instead.",
                { kind: "problem" });
        }
    };
    return html`<section class="panel" aria-labelledby="connect-title">
        <header><h2 id="connect-title">Connect a client
        </h2><span class="faint fine">the same that <code>plimsoll connect</code> prints</span>
        </header><div class="body">
        ${clients.length === 0 ? html`<p class="empty">This venue writes no configurations.</p>`
            : html`
        <div class="clients" role="group"
            aria-label="Client">${clients.map((name) =>
            html`<button class="small" aria-pressed=${() => String(client.value === name)}
            @click=${() => { client.value = name; }}>${name}</button>`)}</div>
        <div class="block"><pre tabindex="0" aria-label="Configuration"><code>${() =>
            block.value?.text ?? "…"}</code></pre><button class="small" @click=${copy}>Copy</button>
            </div>
        <p class="soft fine">${() => block.value?.remark ?? ""}</p>`}</div></section>`;
}

function keyPanel(held, key, look) {
    const chosen = { read: signal(true), trade: signal(true), transfer: signal(false),
        admin: signal(false) };
    const made = signal(null);
    const change = (work) => attempt(async () => { await work(); await look(); });
    const make = (event) => {
        event.preventDefault();
        const permissions = Object.entries(chosen).filter(([, one]) => one.peek())
            .map(([name]) => name);
        if (permissions.length === 0) {
            toast("A key needs at least one permission.", { kind: "problem" });
            return;
        }
        change(async () => { made.value =
            await post("/v1/keys", { account: session.peek().account, permissions }); });
    };
    const rows = each(() => held.value, (one) => one.key,
        (read) => html`<tr><td class="key" title=${read().key}>${read().key}</td>
        <td class="spare">${read().account}</td><td class="spare">${read().algorithm}</td>
        <td>${read().permissions.join(", ")}</td>
        <td class="right"><span class="row"><button class="small" aria-pressed=${() =>
            String(key.value === read().key)} @click=${() => { key.value = read().key; }}>${() =>
            (key.value === read().key ? "Shown" : "Show")}</button>
        <button class="small" aria-label=${`Revoke ${read().key}`} @click=${() =>
            change(() => remove(`/v1/keys/${read().key}`, {}))}>Revoke</button></span></td></tr>`);
    return html`<section class="panel" aria-labelledby="keys-title">
        <header><h2 id="keys-title">Keys</h2></header>
        <div class="scroll" tabindex="0"><table>
            <thead><tr><th>Key</th><th class="spare">Account</th>
            <th class="spare">Signs with</th><th>May</th>
            <th><span class="unseen">Actions</span></th></tr></thead><tbody>${rows}</tbody></table>
            </div>
        <form class="body row" @submit=${make}><b>A further key may</b>
            ${Object.entries(chosen)
                .map(([name, one]) => html`<label
                class="check"><input type="checkbox" .checked=${() =>
                one.value} @change=${(event) =>
                { one.value = event.target.checked; }}> ${name}</label>`)}
            <button>Make it</button></form>
        ${() => (made.value ? html`
            <div class="body"><p class="callout warn">Its secret is shown this once:
            <span class="secret">${made.value.secret}</span></p></div>` : null)}</section>`;
}

function requestLog(held, key) {
    const entries = signal([]);
    const onlyRefused = signal(false);
    const look = async () => {
        if (!key.peek()) return;
        try {
            entries.value = (await get("/v1/requests", { key: key.peek(), limit: 200 })).requests;
        } catch {
            // The header says that the venue does not answer.
        }
    };
    effect(() => { key.value; look(); });
    setInterval(() => { if (!document.hidden) look(); }, 2000);
    const shown = computed(() =>
        (onlyRefused.value ? entries.value.filter((one) => one.status >= 400) : entries.value));
    const weight = computed(() => {
        const since = Date.now() - 60_000;
        return entries.value.filter((one) => one.time >= since)
            .reduce((sum, one) => sum + one.weight, 0);
    });
    const rows = () => shown.value.map((one) =>
        html`<tr class=${one.status >= 400 ? "refused" : ""}><td>${clockTime(one.time)}</td>
        <td>${one.method}</td><td class="key">${one.path}</td>
        <td class="right">${one.status >= 400 ? "✗" : "✓"} ${one.status}</td>
        <td class="right">${one.weight}</td><td class="right">${one.milliseconds} ms</td>
        <td>${one.code === null ? "" : `${one.code}: ${one.reason}`}</td></tr>`);
    return html`<section class="panel" aria-labelledby="log-title">
        <header><h2 id="log-title">Requests of this key</h2><div class="row">
            <span class="chip">${() =>
                `weight ${fixed(String(weight.value), 0)} of 2,400 in the last minute`}</span>
            <label class="check"><input type="checkbox" @change=${(event) =>
                { onlyRefused.value = event.target.checked; }}> only refused</label></div></header>
        ${() => (shown.value.length === 0
            ? html`<p class="empty">${onlyRefused.value ? "Nothing was refused."
            : "This key has asked nothing yet."}</p>` : html`
        <div class="scroll log" tabindex="0"><table>
            <thead><tr><th>Time</th><th>Method</th><th>What</th><th class="right">Status</th>
            <th class="right">Weight</th><th class="right">Took</th><th>Refused because</th></tr>
            </thead><tbody>${rows()}</tbody></table></div>`)}</section>`;
}
