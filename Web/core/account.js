// The user's account as the venue tells it: asked for whole when the stream opens or says that
// something happened, and once a second while a position is open.

import { effect, signal } from "./signal.js";
import { Live } from "./stream.js";
import { session } from "./session.js";
import { toast } from "./toast.js";
import { get, send } from "./venue.js";

export const account = {
    // live, stale, lost, connecting; closed without a session
    link: signal("closed"),
    // { balances, positions, … } of /v1/positions
    standing: signal(null),
    orders: signal([]),
    conditionals: signal([]),
    receipts: signal([]),
    deleveragings: signal([]),
    marginCalls: signal([]),
    // Counts the events of the stream, for those who keep lists of their own.
    events: signal(0),
    lastEvent: signal(null),
};

let live;
let refreshing = null;
let again = false;
// The newest document of each kind that was seen.
const seen = new Map();

export function startAccount() {
    live = new Live({
        // Nothing happens to an account for hours.
        speaks: false,
        streams: listenKey,
        onOpen: () => refresh(),
        onEvent: (_, event) => hear(event),
    });
    effect(() => { account.link.value = live.state.value; });
    setInterval(() => {
        if (account.standing.peek()?.positions.length > 0) refreshStanding();
    }, 1000);
    setInterval(keepAlive, 20 * 60_000);
}

async function listenKey() {
    try {
        const { listenKey: key } = await send("POST", "/fapi/v1/listenKey");
        return [key];
    } catch {
        account.link.value = "lost";
        return null;
    }
}

async function keepAlive() {
    try {
        await send("PUT", "/fapi/v1/listenKey");
    } catch {
        // The stream's end will say so.
    }
}

function hear(event) {
    account.lastEvent.value = event;
    account.events.value += 1;
    refresh();
}

// Everything, at most one question of each kind at a time.
export function refresh() {
    if (refreshing) {
        again = true;
        return refreshing;
    }
    refreshing = Promise.all([refreshStanding(), refreshOrders(), refreshReceipts()])
        .finally(() => {
        refreshing = null;
        if (again) {
            again = false;
            refresh();
        }
    });
    return refreshing;
}

async function quietly(question) {
    try {
        return await question;
    } catch {
        return null;
    }
}

async function refreshStanding() {
    const standing = await quietly(get("/v1/positions"));
    if (standing) account.standing.value = standing;
}

async function refreshOrders() {
    const [orders, conditionals] = await Promise.all([
        quietly(get("/fapi/v1/openOrders")), quietly(get("/fapi/v1/openAlgoOrders")),
    ]);
    if (orders) account.orders.value = orders;
    if (conditionals) account.conditionals.value = Array.isArray(conditionals) ? conditionals
        : conditionals.orders ?? [];
}

async function refreshReceipts() {
    const whose = { account: session.peek().account };
    const [receipts, deleveragings, calls] = await Promise.all([
        quietly(get("/v1/receipts", whose)), quietly(get("/v1/deleveragings", whose)),
        quietly(get("/v1/margin-calls", whose)),
    ]);
    take(account.marginCalls, calls, (call) => ({
        text: `Margin call: ${call.positions.map(({ symbol }) => symbol).join(", ")}. `
            + `${money(call.buffer)} ${call.asset} left before liquidation.`,
        kind: "problem", href: `/receipt/?call=${call.id}`, linkText: "Read it",
    }));
    take(account.deleveragings, deleveragings, (one) => ({
        text: `${one.symbol} was closed against a bankrupt position.`,
        kind: "grave", href: `/receipt/?deleveraging=${one.id}`, linkText: "Read it",
    }));
    take(account.receipts, receipts, ({ id, symbol, asset, position, lost }) => ({
        text: `${symbol} ${position.side.toLowerCase()} liquidated. ${money(lost.total)} ${asset} lost.`,
        kind: "grave", href: `/receipt/?id=${id}`, linkText: "Read the receipt",
    }));
}

const money = (text) => text.replace(/(\.\d\d)\d*$/, "$1");

// The documents of a kind, newest first; one that was not there before is announced.
function take(list, documents, notice) {
    if (!documents) return;
    const newest = documents.at(-1)?.id ?? 0;
    if (seen.has(list) && newest > seen.get(list)) {
        const { text, ...rest } = notice(documents.at(-1));
        toast(text, rest);
    }
    seen.set(list, newest);
    list.value = documents.slice().reverse();
}

export const balance = () => account.standing.value?.balances[0] ?? null;
