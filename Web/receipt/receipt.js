// Every forced close as a document: what happened, by which formula, with which figures.

import { Decimal } from "../core/decimal.js";
import { dayTime, fixed, fullTime, money, percent, price, quantity,
    signedMoney } from "../core/format.js";
import { html } from "../core/html.js";
import { loadMarkets, marketOf } from "../core/markets.js";
import { page, session } from "../core/shell.js";
import { get } from "../core/venue.js";

// Documents of a kind in the overview.
const SHOWN = 300;

page(async () => {
    await loadMarkets();
    const asked = new URLSearchParams(location.search);
    const one = (name) => encodeURIComponent(asked.get(name));
    if (asked.has("id")) return liquidation(await get(`/v1/receipts/${one("id")}`));
    if (asked.has("deleveraging")) {
        return deleveraging(await get(`/v1/deleveragings/${one("deleveraging")}`));
    }
    if (asked.has("call")) return marginCall(await get(`/v1/margin-calls/${one("call")}`));
    return overview(asked.get("all") !== null);
});

async function overview(isAll) {
    const account = session.peek().account;
    const query = { limit: SHOWN, ...isAll || account === null ? {} : { account } };
    const [receipts, deleveragings, calls] = await Promise.all([get("/v1/receipts", query),
        get("/v1/deleveragings", query), get("/v1/margin-calls", query)]);
    for (const list of [receipts, deleveragings, calls]) list.reverse();
    return html`
        <div class="page-head"><div><h1>Receipts</h1>
            <p>Each margin call and each forced close leaves a document with every step, its formula
            and its figures. Replaying the journal between its two digests writes it again.</p></div>
            ${account === null ? null
                : html`<div class="segments"><button aria-pressed=${String(!isAll)} @click=${() =>
                { location.search = ""; }}>Yours</button><button aria-pressed=${String(isAll)}
                @click=${() => { location.search = "?all"; }}>Everybody's</button></div>`}</div>
        <section class="panel" aria-label="Liquidations">
            <header><h2>Liquidations</h2><span class="faint fine">${receipts.length}</span></header>
            ${receipts.length === 0 ? html`
                <p class="empty">${isAll || account === null ? "Nobody was liquidated yet."
                : "Nothing of yours was liquidated yet. "}${isAll || account === null ? null
                : html`<a href="/">Lose a position in two minutes</a>`}</p>` : html`
            <div class="scroll" tabindex="0"><table>
                <thead><tr><th>Time</th><th>Market</th><th>Position</th><th class="right spare">Entry</th>
                <th class="right spare">Liquidated at</th><th class="right">Lost</th>
                <th class="spare">Account</th><td></td></tr></thead><tbody>
            ${receipts.map((one) => html`<tr><td>${dayTime(one.finishTime)}</td><td>${one.symbol}</td>
                <td>${one.position.leverage}× ${side(one)} ${one.position.quantity.replace("-", "")}
                </td>
                <td class="right spare">${shown(one, one.prices.entry)}</td>
                <td class="right spare">${shown(one, one.trigger.markPrice)}</td>
                <td class="right loss">${money(one.lost.total, one.asset)}</td>
                <td class="spare">${one.account}</td>
                <td class="right"><a href=${`/receipt/?id=${one.id}`}>Read</a></td></tr>`)}</tbody>
                </table></div>`}</section>
        <section class="panel" aria-label="Deleveragings">
            <header><h2>Closed against bankrupt positions (ADL)
            </h2><span class="faint fine">${deleveragings.length}</span></header>
            ${deleveragings.length === 0
                ? html`<p class="empty">None. That happens when the insurance fund cannot pay.</p>`
                : html`
            <div class="scroll" tabindex="0"><table>
                <thead><tr><th>Time</th><th>Market</th><th>Closed</th><th class="right spare">At</th>
                <th class="right">Realised</th><th class="spare">Account</th><td></td></tr></thead><tbody>
            ${deleveragings.map((one) => html`<tr><td>${dayTime(one.time)}</td><td>${one.symbol}</td>
                <td>${one.quantityClosed}</td>
                <td class="right spare">${shown(one, one.price)}</td>
                <td class="right">${signedMoney(one.realizedPnL, one.asset)}</td>
                <td class="spare">${one.account}</td>
                <td class="right"><a href=${`/receipt/?deleveraging=${one.id}`}>Read</a></td>
                </tr>`)}</tbody></table></div>`}</section>
        <section class="panel" aria-label="Margin calls">
            <header><h2>Margin calls</h2><span class="faint fine">${calls.length}</span></header>
            ${calls.length === 0
                ? html`<p class="empty">None. One comes where four fifths of the margin are used up.</p>`
                : html`
            <div class="scroll" tabindex="0"><table>
                <thead><tr><th>Time</th><th>Positions</th><th class="spare">Margin</th>
                <th class="right spare">Ratio</th><th class="right">Left</th>
                <th class="spare">Account</th><td></td></tr></thead><tbody>
            ${calls.map((one) => html`<tr><td>${dayTime(one.time)}</td>
                <td>${one.positions.map(({ symbol }) => symbol).join(", ")}</td>
                <td class="spare">${one.marginMode}</td>
                <td class="right spare">${one.marginRatio ? percent(one.marginRatio, 2) : "–"}</td>
                <td class="right">${money(one.buffer, one.asset)}</td>
                <td class="spare">${one.account}</td>
                <td class="right"><a href=${`/receipt/?call=${one.id}`}>Read</a></td></tr>`)}</tbody>
                </table></div>`}</section>`;
}

const shown = (one, value) => price(value, marketOf(one.symbol)?.priceDecimals ?? 2);
// Of the line's length, in hundredths.
const labelWidth = 17;
const side = (one) => one.position.side.toLowerCase();

function liquidation(one) {
    const { lost, prices, position, trigger, asset } = one;
    document.title = `Receipt ${one.id} · ${one.symbol} · Plimsoll`;
    const causes = [
        ["The price", lost.price], ["Trading fees", lost.tradingFees], ["Funding", lost.funding],
        ["The liquidation fee", lost.liquidationFee],
        ["Kept by the insurance fund", lost.keptByInsuranceFund],
    ];
    return html`<article class="panel sheet">
        <div class="row apart"><span class="chip loss">▼ liquidation ${one.id}</span><span
            class="row unprinted"><button class="small" @click=${() => print()}>Print</button>
            <a class="button small" href=${`/v1/receipts/${one.id}`}>JSON</a><a class="button small"
                href=${`/trade/?symbol=${one.symbol}`}>Chart</a></span></div>
        <h1>${position.leverage}× ${side(one)} ${position.quantity.replace("-",
            "")} ${one.symbol} was liquidated</h1>
        <p class="under">${fullTime(one.startTime)}, account ${one.account},
            ${position.marginMode.toLowerCase()} margin</p>
        <div class="verdict"><span class="sum">${money(lost.total,
            asset)}</span><p>lost since the position was opened.
            ${Decimal.of(one.returned).sign > 0 ? `${money(one.returned, asset)} came back.`
                : "Nothing of the margin came back."}
            ${one.restOfAccount.untouched ? " The rest of the account was not touched."
                : ""}</p></div>
        <div class="split" aria-hidden="true">${causes.map(([, value]) =>
            html`<i --share=${String(Math.max(0, Number(value)))}></i>`)}</div>
        <table class="causes"><tbody>${causes.map(([name, value]) =>
            html`<tr><td><i></i></td><td>${name}</td>
            <td class="right number">${money(value, asset)}</td>
            <td class="right soft">${shareOf(value, lost.total)}</td></tr>`)}
            ${Decimal.of(lost.paidByInsuranceFund).sign > 0
                ? html`<tr><td></td><td>Paid by the insurance fund for you</td>
                <td class="right number">${signedMoney(Decimal.of(lost.paidByInsuranceFund)
                .negated(), asset)}</td><td></td></tr>` : null}</tbody></table>

        <h2>Where the prices were</h2>
        ${levels(one)}
        <p class="soft">The mark price was ${shown(one, trigger.markPrice)}. At ${shown(one,
            prices.liquidation)} what is left of the margin equals the maintenance margin,
            ${money(trigger.maintenanceMargin, asset)};
            at ${shown(one, prices.bankruptcy)} nothing is left. One reading of the mark price at or
                past the liquidation price is enough: a recovered wick still counts.</p>

        <h2>Step by step</h2>
        <ol class="steps">${one.steps.map(step)}</ol>

        <h2>The account afterwards</h2>
        <dl class="facts">
            <div><dt>Cross wallet before and after</dt>
                <dd>${fixed(one.restOfAccount.crossWalletBefore)} →
                ${money(one.restOfAccount.crossWalletAfter, asset)}</dd></div>
            <div><dt>Positions and orders left</dt>
                <dd>${one.restOfAccount.openPositions} and ${one.restOfAccount.openOrders}</dd>
                </div>
            <div><dt>Left of this position</dt><dd>${position.left}</dd></div>
        </dl>
        ${causeOf(one)}
        ${proof(one)}
    </article>`;
}

const shareOf = (value, total) =>
    (Decimal.of(total).sign > 0 ? percent(Decimal.of(value).over(Decimal.of(total), 6).text(6), 1)
    : "–");

const causes = {
    markPrice: "the mark price came to it", funding: "funding was paid that it would have needed",
    trade: "an order of its own traded", deleveraging: "its counterpart was deleveraged away",
    account: "the account's own command",
};

// What brought it to its maintenance margin, as the engine traced it.
function causeOf({ trigger: { cause } }) {
    return cause ? html`<h2>What set it off</h2><p>${causes[cause] ?? words(cause)}.</p>` : null;
}

const words = (name) => name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);

function step(one) {
    return html`<li><h3>${one.title}</h3><p class="rule">${one.formula}</p>${one.calculation
        ? html`<p class="put">= ${one.calculation}</p>` : null}
        <p class="result">${one.result}</p>
        ${one.inputs.length > 0 ? html`
            <details><summary>${one.inputs.length === 1 ? "1 figure"
                : `${one.inputs.length} figures`}</summary>
            <dl class="inputs">${one.inputs.map(({ name, value }) =>
            html`<div><dt>${words(name)}</dt><dd>${value}</dd></div>`)}</dl></details>` : null}
            </li>`;
}

function proof(one) {
    const { recompute } = one;
    return html`<h2>Proof</h2>
        <p class="proof">sequence ${String(recompute.fromSequence)}, digest
        ${recompute.digestBefore}<br>sequence ${String(recompute.toSequence)}, digest
        ${recompute.digestAfter}</p>
        <p class="soft fine">Replaying the venue's journal (<code>plimsoll verify</code>) must meet
            both digests and write this document again. ${one.note}</p>`;
}

// Entry, liquidation, fill and bankruptcy on one line; the places are pixels, the figures are not.
function levels(one) {
    const { prices, trigger } = one;
    const points = [["bankruptcy", prices.bankruptcy], ["liquidation", prices.liquidation],
        ["mark", trigger.markPrice], ["filled", prices.averageFill], ["entry", prices.entry]]
        .filter(([, value]) => value && Number(value) > 0);
    const values = points.map(([, value]) => Number(value));
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const sorted = points.sort((left, right) => Number(left[1]) - Number(right[1]));
    // Labels that would cover each other go into lanes of their own.
    const ends = [];
    const places = sorted.map(([name, value]) => {
        const at = high > low ? ((Number(value) - low) / (high - low)) * 100 : 50;
        const start = at < 10 ? at : at > 90 ? at - labelWidth : at - labelWidth / 2;
        let lane = ends.findIndex((end) => end <= start);
        if (lane < 0) lane = ends.length;
        ends[lane] = start + labelWidth;
        return { name, value, at, lane, edge: at < 10 ? "first" : at > 90 ? "final" : "" };
    });
    return html`<div class="levels" --lanes=${String(ends.length)}>
        <div class="axis"></div>${places.map(({ name, value, at, lane, edge }) => html`
        <div class=${`level ${edge}`} --at=${`${at}%`}
            --lane=${String(lane)}><span>${name}<b>${shown(one, value)}</b></span></div>`)}</div>`;
}

function deleveraging(one) {
    document.title = `ADL ${one.id} · ${one.symbol} · Plimsoll`;
    return html`<article class="panel sheet">
        <div class="row apart"><span class="chip warn">ADL ${one.id}</span><span
            class="row unprinted"><button class="small" @click=${() =>
            print()}>Print</button><a class="button small"
            href=${`/v1/deleveragings/${one.id}`}>JSON</a></span></div>
        <h1>${one.quantityClosed.replace("-",
            "")} ${one.symbol} was closed against a bankrupt position</h1>
        <p class="under">${fullTime(one.time)}, account ${one.account}, place ${String(one.place)}
            in the queue, for <a href=${`/receipt/?id=${one.liquidation}`}>liquidation
            ${String(one.liquidation)}</a></p>
        <dl class="facts"><div><dt>Closed at</dt><dd>${shown(one,
            one.price)}</dd></div><div><dt>Mark price</dt><dd>${shown(one,
            one.markPrice)}</dd></div><div><dt>Realised</dt><dd>${signedMoney(one.realizedPnL,
            one.asset)}</dd></div>
            <div><dt>Before and after</dt><dd>${one.quantityBefore} → ${one.quantityLeft}</dd></div>
            <div><dt>Insurance fund then</dt><dd>${money(one.insuranceFund, one.asset)}</dd></div>
            </dl>
        <h2>Step by step</h2><ol class="steps">${one.steps.map(step)}</ol>${proof(one)}
    </article>`;
}

function marginCall(one) {
    const names = one.positions.map(({ symbol }) => symbol).join(", ");
    document.title = `Margin call ${one.id} · ${names} · Plimsoll`;
    return html`<article class="panel sheet">
        <div class="row apart"><span class="chip warn">! margin call ${one.id}</span><span
            class="row unprinted"><button class="small" @click=${() => print()}>Print</button>
            <a class="button small" href=${`/v1/margin-calls/${one.id}`}>JSON</a>
            <a class="button small" href=${`/trade/?symbol=${one.positions[0]?.symbol
                ?? ""}`}>Chart</a></span></div>
        <h1>Most of the margin behind ${names} was used up</h1>
        <p class="under">${fullTime(one.time)}, account ${one.account}, ${one.marginMode} margin</p>
        <div class="verdict call"><span class="sum">${money(one.buffer, one.asset)}</span>
            <p>${one.marginMode === "isolated" ? "of this position's margin was"
                : "of the whole cross account was"} left before the liquidation. Adding margin or
                closing a part moves it away; waiting does not.</p></div>
        <div class="scroll" tabindex="0"><table>
            <thead><tr><th>Market</th><th>Position</th><th class="right">Entry</th>
            <th class="right">Mark</th><th class="right">Unrealised</th></tr></thead>
            <tbody>${one.positions.map((held) => html`<tr><td>${held.symbol}</td>
                <td>${held.leverage}× ${held.side} ${quantity(held.quantity.replace("-", ""))}</td>
                <td class="right">${shown(held, held.entryPrice)}</td>
                <td class="right">${shown(held, held.markPrice)}</td>
                <td class="right">${signedMoney(held.unrealizedPnL, one.asset)}</td></tr>`)}</tbody>
            </table></div>
        <h2>Step by step</h2><ol class="steps">${one.steps.map(step)}</ol>${proof(one)}
    </article>`;
}
