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
    // Counts the events of the stream, for those who keep lists of their own.
    events: signal(0),
    lastEvent: signal(null),
};

let live;
let refreshing = null;
let again = false;
let receiptSeen = null;

export function startAccount() {
    live = new Live({
        streams: listenKey,
        onOpen: () => refresh(),
        onEvent: (_, event) => take(event),
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

function take(event) {
    account.lastEvent.value = event;
    account.events.value += 1;
    if (event.e === "MARGIN_CALL") {
        const names = event.p.map((position) => position.s).join(", ");
        toast(`Margin call: ${names} is close to liquidation.`,
            { kind: "problem", href: "/trade/", linkText: "Look" });
    }
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
    const receipts = await quietly(get("/v1/receipts", { account: session.peek().account }));
    if (!receipts) return;
    const newest = receipts.at(-1);
    if (receiptSeen !== null && newest && newest.id > receiptSeen) {
        const { symbol, asset, position, lost } = newest;
        toast(
            `${symbol} ${position.side.toLowerCase()} liquidated. ${lost.total.replace(/(\.\d\d)\d*$/, "$1")} ${asset} lost.`,
            { kind: "grave", href: `/receipt/?id=${newest.id}`, linkText: "Read the receipt" },
        );
    }
    receiptSeen = newest?.id ?? 0;
    account.receipts.value = receipts.slice().reverse();
}

export const balance = () => account.standing.value?.balances[0] ?? null;
