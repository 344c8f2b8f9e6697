// The two-minute story: open a leveraged position, let the price reach its liquidation price, read
// the receipt. Everything in it is an ordinary request that a bot could make.

import { account, refresh } from "../core/account.js";
import { closePosition, place, setUp } from "../core/actions.js";
import { call } from "../core/call.js";
import { Decimal } from "../core/decimal.js";
import { fixed, money, percent, price } from "../core/format.js";
import { html } from "../core/html.js";
import { marketOf } from "../core/markets.js";
import { computed, effect, signal } from "../core/signal.js";
import { bufferBar, profitWords, sideWord } from "../core/standing.js";
import { attempt, toast } from "../core/toast.js";
import { get, post } from "../core/venue.js";

const margin = "200";

export function story(markets) {
    const symbols = ["ETHUSDT",
        "BTCUSDT"].filter((symbol) => markets.some((market) => market.symbol === symbol));
    const symbol = symbols[0] ?? markets[0].symbol;
    const market = marketOf(symbol);
    const leverage = signal(10);
    const busy = signal(false);
    // Kept while the tab is open: who goes to look at the chart comes back to the story.
    const began = signal(JSON.parse(sessionStorage.getItem("story") ?? "null"));
    const calls = signal([]);
    const position = computed(() =>
        account.standing.value?.positions.find((one) => one.symbol === symbol) ?? null);
    const receipt = computed(() =>
        account.receipts.value.find((one) => one.symbol === symbol && began.value !== null
        && one.finishTime >= began.value) ?? null);
    const step = computed(() => (position.value ? 2 : receipt.value ? 3 : 1));

    const note = (method, path, body) =>
        { calls.value = [...calls.peek().slice(-3), { method, path, body }]; };
    async function act(work) {
        busy.value = true;
        await attempt(work);
        busy.value = false;
    }

    const open = () => act(async () => {
        calls.value = [];
        const status = await get("/v1/clock");
        await setUp(symbol, leverage.peek(), true);
        const asked = { symbol, side: "BUY", margin, leverage: leverage.peek(),
            marginType: "ISOLATED" };
        const { quantity } = await get("/v1/preview", asked);
        const order = { symbol, side: "BUY", type: "MARKET", quantity };
        note("POST", "/fapi/v1/order", order);
        await place(order);
        began.value = status.venueTime;
        sessionStorage.setItem("story", JSON.stringify(status.venueTime));
        await refresh();
    });

    const push = () => act(async () => {
        const factor = pushFactor(position.peek());
        const fall = { symbol, factor, over: 20_000, recovery: "1", recoveryOver: 60_000 };
        try {
            await post("/v1/shocks", fall);
            note("POST", "/v1/shocks", fall);
        } catch {
            // A recorded market goes its own way; what is told of its index does not have to.
            const lie = { kind: "indexSpike", symbol, factor, lasts: 30_000 };
            await post("/v1/faults", lie);
            note("POST", "/v1/faults", lie);
        }
        for (let tries = 0; tries < 80 && position.peek(); tries += 1) {
            await new Promise((resolve) => setTimeout(resolve, 500));
            await refresh();
        }
    });

    const hurry = () => act(async () => {
        note("POST", "/v1/clock", { speed: "60" });
        await post("/v1/clock", { speed: "60", paused: false });
        toast("The clock runs sixty times as fast. Control sets it back.");
    });

    const close = () => act(async () => {
        await closePosition(position.peek());
        await refresh();
    });

    return html`<section class="panel story" aria-labelledby="story-title">
        <div class="row apart"><h2 id="story-title">Lose a position in two minutes
            </h2><span class="chip">${symbol}</span></div>
        <ol class="steps">
            ${["Open it", "Watch the buffer", "Read the receipt"].map((name, index) => html`<li
                class=${() => (step.value > index + 1 ? "done" : null)}
                aria-current=${() => (step.value === index + 1 ? "step" : null)}>${name}</li>`)}
        </ol>
        ${() => [null, first, second, third][step.value]()}
        <div class="stack" ?hidden=${() => calls.value.length === 0}>
            ${() => calls.value.map(({ method, path, body }) => call(method, path, body))}
        </div>
    </section>`;

    function first() {
        const distance = signal(null);
        effect(() => {
            const chosen = leverage.value;
            get("/v1/preview", { symbol, side: "BUY", margin, leverage: chosen,
                marginType: "ISOLATED" })
                .then(({ after }) =>
                { if (chosen === leverage.peek()) distance.value = after?.distance ?? null; })
                .catch(() => { distance.value = null; });
        });
        return html`
            <p>You put up <b>${money(margin, market.asset, 0)}</b> and borrow the rest. At ${() =>
                leverage.value}× a fall of <b>${() => (distance.value
                ? percent(Decimal.of(distance.value).magnitude, 1) : "–")}</b> is enough to lose
                it.</p>
            <div class="choices">
                <div class="field"><span class="label" id="story-leverage">Leverage</span>
                    <div class="segments" role="group" aria-labelledby="story-leverage">
                        ${[3, 10, 25, 100].map((value) =>
                            html`<button aria-pressed=${() => String(leverage.value === value)}
                            @click=${() => { leverage.value = value; }}>${value}×</button>`)}
                    </div>
                </div>
                <button class="buy big" ?disabled=${() =>
                    busy.value} @click=${open}>▲ Open the long</button>
            </div>`;
    }

    function second() {
        const read = () => position.value ?? account.standing.peek()?.positions[0];
        const show = (write) => () => (position.value ? write(position.value) : "–");
        return html`
            <div class="stack">${() => (position.value ? bufferBar(read) : null)}</div>
            <dl class="live-figures">
                <div><dt>You hold</dt><dd>${show((held) =>
                    `${held.quantity} ${market.base} ${sideWord(held)}`)}</dd></div>
                <div><dt>Mark price</dt>
                    <dd>${show((held) => price(held.markPrice, market.priceDecimals))}</dd></div>
                <div><dt>Liquidation price</dt>
                    <dd>${show((held) => price(held.liquidationPrice, market.priceDecimals))}</dd>
                    </div>
                <div><dt>Away</dt><dd>${show((held) => (held.distance
                    ? html`${percent(held.distance, 2, { sign: true })}${held.moves
                    ? html`<small>${fixed(held.moves, 1)}× a typical hour</small>` : null}`
                    : "–"))}</dd></div>
                <div><dt>Profit and loss</dt>
                    <dd>${show((held) => profitWords(held.unrealizedPnL, market.asset))}</dd></div>
                <div><dt>Funding a day</dt>
                    <dd>${show((held) => profitWords(held.fundingPerDay, market.asset))}</dd></div>
            </dl>
            <p>Three things happened at once: margin was posted, the position opened at
            ${show((held) => price(held.entryPrice, market.priceDecimals))}, and a liquidation price
                was fixed. When the mark
            price touches it, the venue closes the position: not a moment later, and whatever the
                price does next.</p>
            <div class="row">
                <button class="sell big" ?disabled=${() => busy.value} @click=${push}>▼ Let the market fall ${show(pushWords)}</button>
                <button ?disabled=${() => busy.value} @click=${hurry}>Run the clock 60×</button>
                <button ?disabled=${() => busy.value} @click=${close}>Close it instead</button>
            </div>`;
    }

    function third() {
        const found = receipt.value;
        return html`
            <p class="callout loss"><b>Liquidated.</b> ${money(found.lost.total, found.asset)} of
                your money is gone:
            ${money(found.lost.price, found.asset)} to the price,
                ${money(found.lost.tradingFees, found.asset)} to trading fees,
            ${money(found.lost.liquidationFee, found.asset)} to the liquidation fee.</p>
            <p>The price comes back within a minute, as prices do. The position does not: it was
                closed where it could not be paid for any longer.</p>
            <div class="row">
                <a class="button primary big"
                    href=${`/receipt/?id=${found.id}`}>Read the receipt</a>
                <button @click=${() => { began.value = null; sessionStorage.removeItem("story");
                    calls.value = []; }}>Again</button>
                <a class="button" href="/trade/">Trade yourself</a>
            </div>`;
    }
}

// A little beyond the liquidation price, in whole percent.
function pushFactor(position) {
    const distance = Decimal.of(position.distance ?? "-0.1").magnitude;
    const whole = distance.plus(Decimal.of("0.01")).toStep(Decimal.of("0.01"));
    return Decimal.of("1").minus(whole.plus(Decimal.of("0.01"))).text(2);
}

const pushWords = (position) =>
    percent(Decimal.of("1").minus(Decimal.of(pushFactor(position))).text(2), 0);
