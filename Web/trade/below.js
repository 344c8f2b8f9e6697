// What the account holds and what waits: positions first, buffer before profit.

import { account } from "../core/account.js";
import { now } from "../core/clock.js";
import { readTyped } from "../core/decimal.js";
import { countdown, dayTime, fixed, money, negative, price, signedMoney,
    tone } from "../core/format.js";
import { each, html } from "../core/html.js";
import { marketOf } from "../core/markets.js";
import { effect, signal } from "../core/signal.js";
import { bufferBar, distanceWords, isLong, sideSign, sideWord, size } from "../core/standing.js";
import { attempt } from "../core/toast.js";
import { get } from "../core/venue.js";
import { amend, cancel, cancelAll, cancelConditional, changeMargin, closePosition, moveConditional,
    reversePosition } from "../core/actions.js";
import { askNumbers } from "./dialogs.js";

const lists = [["positions", "Positions"], ["orders", "Orders"], ["conditionals", "Stops"],
    ["fills", "Fills"], ["income", "Income"], ["receipts", "Receipts"]];

export function below(state) {
    const open = signal("positions");
    const lights = adlLights();
    const panels = {
        positions: () => positions(lights, state.market.symbol), orders: () => orders(),
        conditionals: () => conditionals(),
        fills: () => fills(state.market), income: () => income(), receipts: () => receipts(),
    };
    const counts = {
        positions: () => account.standing.value?.positions.length,
        orders: () => account.orders.value.length,
        conditionals: () => account.conditionals.value.length,
    };
    const pick = (name) => {
        open.value = name;
        document.getElementById(`tab-${name}`)?.focus();
    };
    const step = (event) => {
        const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!way) return;
        const index = lists.findIndex(([name]) => name === open.peek());
        pick(lists[(index + way + lists.length) % lists.length][0]);
        event.preventDefault();
    };
    return html`<section class="panel below" aria-label="Account">
        <div class="row apart"><div class="tabs" role="tablist" aria-label="Account"
            @keydown=${step}>
            ${lists.map(([name, label]) =>
                html`<button role="tab" id=${`tab-${name}`} aria-controls="list"
                tabindex=${() => (open.value === name ? "0" : "-1")}
                aria-selected=${() => String(open.value === name)}
                    @click=${() => pick(name)}>${label}${() =>
                    (counts[name]?.() ? ` ${counts[name]()}` : "")}</button>`)}
        </div>
        <button class="small" ?hidden=${() =>
            !["orders", "conditionals"].includes(open.value)} @click=${() =>
            attempt(() => cancelAll(state.market.symbol),
            `Cancelled what waited in ${state.market.symbol}.`)}>Cancel all of
            ${state.market.symbol}</button></div>
        <div class="tabpanel" role="tabpanel" id="list" tabindex="0" aria-labelledby=${() =>
            `tab-${open.value}`}>${() => panels[open.value]()}</div>
    </section>`;
}

const nothing = (text) => html`<p class="empty">${text}</p>`;
const decimalsOf = (symbol) => marketOf(symbol)?.priceDecimals ?? 2;
const assetOf = (symbol) => marketOf(symbol)?.asset ?? "USDT";

// The place in the queue of those whom a deleveraging would close, asked for while there is a position.
function adlLights() {
    const lights = signal(new Map());
    effect(() => {
        if (!(account.standing.value?.positions.length > 0)) return;
        if (lights.asking) return;
        lights.asking = true;
        get("/fapi/v1/adlQuantile").then((rows) => {
            lights.value = new Map(rows.map((row) => [row.symbol, row.adlQuantile]));
        }).catch(() => {}).finally(() => setTimeout(() => { lights.asking = false; }, 5000));
    });
    return (position) => {
        const row = lights.value.get(position.symbol);
        return row ? row[position.positionSide] ?? row.BOTH ?? 0 : null;
    };
}

function positions(lights, shownSymbol) {
    const list = each(() => account.standing.value?.positions ?? [],
        (one) => one.symbol + one.positionSide, (read) => position(read, lights, shownSymbol));
    return html`<div>${list}
        </div>${() => (account.standing.value?.positions.length ? null
        : nothing("No position is open. The ticket shows what one would risk before you click."))}`;
}

function position(read, lights, shownSymbol) {
    const { symbol } = read();
    const [decimals, asset] = [decimalsOf(symbol), assetOf(symbol)];
    const shown = (value) => price(value, decimals);
    const light = () => lights(read());
    return html`<article class="position" aria-label=${() => `${symbol} ${sideWord(read())}`}>
        <div class="stack">
            <div class="name"><b>${symbol}</b>
                <span class=${() => `chip ${isLong(read()) ? "gain" : "loss"}`}>${() =>
                    `${sideSign(read())} ${sideWord(read())}`}</span>
                <span class="chip">${() => `${read().leverage}× ${read().marginMode}`}</span>
                ${() => (read().marginCalled ? html`<span class="chip warn">! margin call</span>`
                    : null)}</div>
            <p>${() => `${size(read())} at ${shown(read().entryPrice)}`}</p>
            <p class="soft fine">${() =>
                `mark ${shown(read().markPrice)} · breaks even at ${shown(read().breakEvenPrice)}`}
                </p>
        </div>
        <div class="stack">
            ${bufferBar(read)}
            <p>Liquidation <b>${() =>
                (read().liquidationPrice ? shown(read().liquidationPrice)
                : "none")}</b> <span class="soft">${() => `(${distanceWords(read())})`}</span></p>
            <p class="soft fine">${() =>
                `bankruptcy ${read().bankruptcyPrice ? shown(read().bankruptcyPrice)
                : "none"} · margin ${fixed(read().margin, 2)} · buffer ${money(read().buffer,
                asset)}`}</p>
        </div>
        <div class="stack">
            <p class=${() => tone(read().unrealizedPnL)}><b>${() =>
                signedMoney(read().unrealizedPnL, asset)}</b></p>
            <p class="soft fine">the same money at 1×: ${() =>
                signedMoney(read().spotTwinPnL, asset)}</p>
        </div>
        <div class="stack">
            <p>${() => `${signedMoney(read().fundingPerDay, asset)} a day`}</p>
            <p class="soft fine">${() =>
                `next ${signedMoney(read().fundingNext,
                asset)} in ${countdown(read().nextFundingTime - now.value)}`}</p>
            <p class="soft fine">${() =>
                (read().fundingDays ? `alone it would liquidate in ${fixed(read().fundingDays,
                0)} days` : "")}</p>
            <p class="fine" title="Place in the queue for auto-deleveraging">ADL
                <span class="lights" role="img" aria-label=${() =>
                `${light() ?? 0} of 4 lights`}>${() => "●".repeat(light() ?? 0)
                + "○".repeat(Math.max(0, 4 - (light() ?? 0)))}</span></p>
        </div>
        <div class="actions">
            <button class="small" @click=${() =>
                attempt(() => closePosition(read()), `Closed ${symbol}.`)}>Close</button>
            <button class="small" @click=${() =>
                attempt(() => reversePosition(read()), `Reversed ${symbol}.`)}>Reverse</button>
            <button class="small" ?hidden=${() => read().marginMode !== "isolated"} @click=${() =>
                margin(read(), true)}>+ Margin</button>
            <button class="small" ?hidden=${() => read().marginMode !== "isolated"} @click=${() =>
                margin(read(), false)}>− Margin</button>
            ${symbol === shownSymbol ? null
                : html`<a class="button small" href=${`/trade/?symbol=${symbol}`}>Chart</a>`}
        </div>
    </article>`;
}

async function margin(position, isAdded) {
    const asset = assetOf(position.symbol);
    const typed = await askNumbers(
        isAdded ? "Add margin: the liquidation price moves away"
            : "Take margin out: the liquidation price comes closer",
        [{ name: "amount", label: `Amount in ${asset}`,
            read: (text) => readTyped(text, { decimals: 8, name: "The amount" }) }],
        isAdded ? "Add" : "Take out",
    );
    if (typed) await attempt(() => changeMargin(position, typed.amount, isAdded),
        `${isAdded ? "Added" : "Took out"} ${typed.amount} ${asset}.`);
}

const way = (side) => (side === "BUY" ? html`<span class="gain">▲ buy</span>`
    : html`<span class="loss">▼ sell</span>`);

function orders() {
    const rows = each(() => account.orders.value, (one) => one.orderId, (read) => {
        const { symbol } = read();
        return html`<tr><td>${symbol}</td><td>${way(read().side)}</td>
            <td>${read().type.toLowerCase()}
            <span class="faint">${read().timeInForce}</span>${read().reduceOnly ? " reduces"
            : ""}</td>
            <td class="right">${() => price(read().price, decimalsOf(symbol))}</td>
            <td class="right">${() => read().origQty}</td>
            <td class="right">${() => read().executedQty}</td>
            <td class="faint">${read().clientOrderId}</td><td>${dayTime(read().time)}</td>
            <td class="right"><span class="row"><button class="small"
                aria-label=${`Edit ${symbol} order`} @click=${() => edit(read())}>Edit</button>
                <button class="small" aria-label=${`Cancel ${symbol} order`} @click=${() =>
                    attempt(() => cancel(read()), "Cancelled.")}>Cancel</button></span></td></tr>`;
    });
    return html`${() => (account.orders.value.length ? null : nothing("No order waits in a book."))}
        <div class="scroll" tabindex="0" ?hidden=${() => account.orders.value.length === 0}>
            <table><thead><tr><th>Market</th><th>Side</th><th>Type</th><th class="right">Price</th>
            <th class="right">Quantity</th><th class="right">Filled</th><th>Id</th><th>Since</th>
            <th><span class="unseen">Actions</span></th></tr></thead>
        <tbody>${rows}</tbody></table></div>`;
}

async function edit(order) {
    const market = marketOf(order.symbol);
    const typed = await askNumbers("Edit the order", [
        { name: "price", label: "Price", value: order.price,
            read: (text) => readTyped(text,
            { decimals: market.priceDecimals, name: "The price" }) },
        { name: "quantity", label: "Quantity", value: order.origQty,
            read: (text) => readTyped(text,
            { decimals: market.quantityDecimals, name: "The quantity" }) },
    ], "Change it");
    if (typed) await attempt(() => amend(order, typed), "Changed.");
}

function conditionals() {
    const rows = each(() => account.conditionals.value, (one) => one.algoId, (read) => {
        const { symbol } = read();
        const closes = String(read().closePosition) === "true";
        return html`<tr><td>${symbol}</td><td>${way(read().side)}</td>
            <td>${read().orderType.toLowerCase().replaceAll("_", " ")}</td>
            <td class="right">${() =>
                price(read().triggerPrice,
                decimalsOf(symbol))} <span class="faint">${read().workingType === "MARK_PRICE"
                ? "mark" : "last"}</span></td>
            <td class="right">${closes ? "the position" : read().quantity}</td>
            <td class="faint">${read().clientAlgoId}</td><td>${dayTime(read().createTime)}</td>
            <td class="right"><span class="row"><button class="small"
                aria-label=${`Move ${symbol} stop`} @click=${() => move(read())}>Move</button>
                <button class="small" aria-label=${`Cancel ${symbol} stop`} @click=${() =>
                    attempt(() => cancelConditional(read()), "Cancelled.")}>Cancel</button></span>
                    </td></tr>`;
    });
    return html`${() => (account.conditionals.value.length ? null
        : nothing("No stop or take-profit waits for its price."))}
        <div class="scroll" tabindex="0" ?hidden=${() => account.conditionals.value.length === 0}>
            <table><thead><tr><th>Market</th><th>Side</th><th>Type</th>
            <th class="right">Trigger</th><th class="right">Quantity</th><th>Id</th><th>Since</th>
            <th><span class="unseen">Actions</span></th></tr></thead>
        <tbody>${rows}</tbody></table></div>`;
}

async function move(conditional) {
    const market = marketOf(conditional.symbol);
    const typed = await askNumbers("Move the trigger", [
        { name: "price", label: "Trigger price", value: conditional.triggerPrice,
            read: (text) => readTyped(text,
            { decimals: market.priceDecimals, name: "The trigger" }) },
    ], "Move it");
    if (typed) await attempt(() => moveConditional(conditional, typed.price), "Moved.");
}

// A list that is asked for when it is shown and after each event of the account.
function asked(question, empty, head, row) {
    const rows = signal(null);
    effect(() => {
        account.events.value;
        question().then((answer) => { rows.value = answer; })
            .catch((error) => { rows.value = error; });
    });
    return () => {
        if (rows.value === null) return nothing("…");
        if (rows.value instanceof Error) return nothing(rows.value.message);
        if (rows.value.length === 0) return nothing(empty);
        return html`<div class="scroll" tabindex="0">
            <table><thead><tr>${head.map(([name, kind]) =>
            html`<th class=${kind ?? ""}>${name}</th>`)}</tr></thead>
            <tbody>${rows.value.map(row)}</tbody></table></div>`;
    };
}

function fills({ symbol, priceDecimals, asset }) {
    return asked(
        async () => (await get("/fapi/v1/userTrades", { symbol, limit: 100 })).reverse(),
        `No fill in ${symbol} yet.`,
        [["Time"], ["Side"], ["Price", "right"], ["Quantity", "right"], ["Fee", "right"],
            ["Realised", "right"], ["Role"]],
        (fill) => html`<tr><td>${dayTime(fill.time)}</td><td>${way(fill.side)}</td>
            <td class="right">${price(fill.price, priceDecimals)}</td>
            <td class="right">${fill.qty}</td>
            <td class="right">${money(fill.commission, asset, 4)}</td>
            <td class=${`right ${tone(fill.realizedPnl)}`}>${signedMoney(fill.realizedPnl, asset)}
            </td><td>${fill.maker ? "maker" : "taker"}</td></tr>`,
    );
}

function income() {
    return asked(
        async () => (await get("/fapi/v1/income", { limit: 100 })).reverse(),
        "Nothing was paid or received yet.",
        [["Time"], ["Market"], ["What"], ["Amount", "right"]],
        (entry) => html`<tr><td>${dayTime(entry.time)}</td><td>${entry.symbol}</td>
            <td>${entry.incomeType.toLowerCase().replaceAll("_", " ")}</td>
            <td class=${`right ${tone(entry.income)}`}>${signedMoney(entry.income, entry.asset, 4)}
            </td></tr>`,
    );
}

// Everything that was done to the account against its will, newest first.
function receipts() {
    const rows = () => [
        ...account.receipts.value.map((one) => ({ time: one.finishTime, symbol: one.symbol,
            what: html`<span class="loss">▼ liquidated</span>`,
            words: `${one.position.leverage}× ${one.position.side.toLowerCase()} ${one.position.quantity}`,
            amount: html`<span class="loss">${signedMoney(negative(one.lost.total), one.asset)}</span>`,
            href: `/receipt/?id=${one.id}` })),
        ...account.deleveragings.value.map((one) => ({ time: one.time, symbol: one.symbol,
            what: html`<span class="warn">● deleveraged</span>`, words: `${one.quantityClosed} closed`,
            amount: signedMoney(one.realizedPnL, one.asset),
            href: `/receipt/?deleveraging=${one.id}` })),
        ...account.marginCalls.value.map((one) => ({ time: one.time,
            symbol: one.positions.map(({ symbol }) => symbol).join(", "),
            what: html`<span class="warn">! margin call</span>`, words: one.marginMode,
            amount: html`${money(one.buffer, one.asset)} <span class="faint">left</span>`,
            href: `/receipt/?call=${one.id}` })),
    ].sort((left, right) => right.time - left.time);
    return () => (rows().length === 0
        ? nothing("Nothing of yours was liquidated, deleveraged or called.")
        : html`<div class="scroll" tabindex="0">
            <table><thead><tr><th>Time</th><th>Market</th><th>What</th><th>Of</th>
            <th class="right">Amount</th><td></td></tr></thead><tbody>
            ${rows().slice(0, 100).map((one) => html`<tr><td>${dayTime(one.time)}</td>
                <td>${one.symbol}</td><td>${one.what}</td><td>${one.words}</td>
                <td class="right">${one.amount}</td>
                <td class="right"><a href=${one.href}>Read</a></td></tr>`)}
        </tbody></table></div>`);
}
