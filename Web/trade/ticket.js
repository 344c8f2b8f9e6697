// The order tickets. The simple one has five fields: which way, how much may be lost, where one is
// wrong, leverage and size; loss and size follow from each other.

import { account } from "../core/account.js";
import { Decimal, readTyped } from "../core/decimal.js";
import { fixed, money, price } from "../core/format.js";
import { html } from "../core/html.js";
import { computed, effect, signal } from "../core/signal.js";
import { toast } from "../core/toast.js";
import { moveConditional, place, placeConditional, setUp, sided } from "../core/actions.js";
import { confirmRule, crossDialog } from "./dialogs.js";
import { figures } from "./figures.js";
import { proTicket } from "./pro.js";
import { question } from "./question.js";

export function ticket(state) {
    const kind = signal(localStorage.getItem("ticket") ?? "simple");
    // One leverage and one margin mode for both.
    const settings = { leverage: signal(2), leverageTyped: signal("2"), leverageWrong: signal(""),
        isolated: signal(true) };
    effect(() => {
        settings.leverageTyped.value = String(settings.leverage.value);
        settings.leverageWrong.value = "";
    });
    const previews = { simple: signal(null), pro: signal(null) };
    effect(() => { state.preview.value = previews[kind.value].value; });
    const choose = (value) => { kind.value = value; localStorage.setItem("ticket", value); };
    const simple = simpleTicket(state, settings, previews.simple, () => kind.value === "simple");
    const pro = proTicket(state, settings, previews.pro, () => kind.value === "pro");
    return html`<section class="panel ticket" aria-label="Order ticket">
        <header><div class="segments" role="group" aria-label="Ticket">
            ${["simple", "pro"].map((value) =>
                html`<button aria-pressed=${() => String(kind.value === value)}
                @click=${() => choose(value)}>${value === "simple" ? "Simple" : "Pro"}</button>`)}
        </div>
        <button class="small mode" aria-label="Margin mode" @click=${() =>
            switchMode(state, settings)}>${() =>
            (held(state)?.marginMode ?? (settings.isolated.value ? "isolated" : "cross"))}</button>
            </header>
        <div class="body" ?hidden=${() => kind.value !== "simple"}>${simple}</div>
        <div class="body" ?hidden=${() => kind.value !== "pro"}>${pro}</div>
    </section>`;
}

export const held = ({ market }) =>
    account.standing.value?.positions.find((one) => one.symbol === market.symbol) ?? null;

// To cross only after the comparison was seen.
async function switchMode(state, settings) {
    if (held(state)) {
        toast("The margin mode of an open position stays. Close it first.", { kind: "problem" });
        return;
    }
    if (!settings.isolated.peek()) settings.isolated.value = true;
    else if (await crossDialog(state.preview.peek(), state.market)) settings.isolated.value = false;
}

export function leverageField(settings, most, id = "leverage") {
    const { leverage, leverageTyped, leverageWrong } = settings;
    // What is typed stays as it is while it is wrong; another choice replaces it.
    const set = (text) => {
        leverageTyped.value = text;
        const typed = readTyped(text, { decimals: 0, name: "The leverage" });
        const isTooHigh = !typed.error && typed.value.compare(Decimal.of(String(most()))) > 0;
        leverageWrong.value = typed.error
            ?? (isTooHigh ? `At most ${most()}× at this size in this market.` : "");
        if (!leverageWrong.peek()) leverage.value = Number(typed.value.text());
    };
    return html`<div class="field"><label for=${id}>Leverage</label>
        <div class="lever">
            <input type="range" min="1" max=${() => most()} .value=${() =>
                String(leverage.value)} aria-label="Leverage, slider"
                aria-valuetext=${() => `${leverage.value} times`} @input=${(event) =>
                    set(event.target.value)}>
            <span class="affix"><input id=${id} inputmode="numeric" autocomplete="off"
                .value=${() => leverageTyped.value} aria-describedby=${`${id}-wrong`}
                aria-invalid=${() => String(Boolean(leverageWrong.value))} @input=${(event) =>
                set(event.target.value)}><span>×</span></span>
        </div><span class="wrong" id=${`${id}-wrong`} role="alert">${() =>
            leverageWrong.value}</span></div>`;
}

function simpleTicket(state, settings, shownPreview, isShown) {
    const { market, mark, picked } = state;
    const side = signal("BUY");
    const loss = signal("100");
    const stop = signal("");
    const size = signal("");
    // Which of the two was typed: the other one follows.
    const lead = signal("loss");
    const busy = signal(false);
    const touched = signal(false);

    const away = (share) => {
        const at = mark.peek() && Decimal.of(mark.peek().p);
        if (!at) return "";
        const factor = Decimal.of(side.peek() === "BUY" ? `${(100 - share) / 100}`
            : `${(100 + share) / 100}`);
        return at.times(factor).toStep(Decimal.of(market.tick)).text(market.priceDecimals);
    };
    effect(() => {
        mark.value;
        side.value;
        if (!touched.peek()) stop.value = away(2);
    });
    effect(() => {
        if (!picked.value || !isShown()) return;
        touched.value = true;
        stop.value = picked.value;
    });

    const read = {
        loss: computed(() => readTyped(loss.value, { decimals: 8, name: "The loss" })),
        stop: computed(() => {
            const typed = readTyped(stop.value,
                { decimals: market.priceDecimals, name: "The stop" });
            if (typed.error || !mark.value) return typed;
            const at = Decimal.of(mark.value.p);
            const isBelow = typed.value.compare(at) < 0;
            if (side.value === "BUY" ? !isBelow : isBelow) {
                return { error: `The stop of a ${side.value === "BUY" ? "long lies below"
                    : "short lies above"} the mark price, ${price(mark.value.p,
                    market.priceDecimals)}.` };
            }
            if (typed.value.toStep(Decimal.of(market.tick)).compare(typed.value) !== 0) return {
                error: `Prices here move in steps of ${market.tick}.` };
            return typed;
        }),
        size: computed(() => readTyped(size.value,
            { decimals: market.quantityDecimals, name: "The size" })),
    };
    const query = computed(() => {
        if (!isShown() || !mark.value || settings.leverageWrong.value) return null;
        const leading = read[lead.value].value;
        if (leading.error || read.stop.value.error) return null;
        const typed = lead.value === "loss" ? { loss: leading.value.text() }
            : { quantity: leading.value.text() };
        return sided({
            symbol: market.symbol, side: side.value, ...typed,
            stopPrice: read.stop.value.value.text(),
            leverage: settings.leverage.value,
            marginType: settings.isolated.value ? "ISOLATED" : "CROSSED",
        });
    });
    // Asked again only when the question itself changes.
    const text = computed(() => (query.value ? JSON.stringify(query.value) : ""));
    const { preview, refusal } = question(() => (text.value ? JSON.parse(text.value) : null));
    effect(() => { shownPreview.value = preview.value; });
    effect(() => {
        const answer = preview.value;
        if (!answer) return;
        if (lead.peek() === "loss") size.value = answer.quantity;
        else if (answer.stop) loss.value = Decimal.of(answer.stop.expectedLoss).text(2);
    });
    const most = () => preview.value?.limits.leverageMax ?? 125;
    const problem = computed(() => {
        for (const one of [read[lead.value].value,
            read.stop.value]) if (one.error) return one.error;
        return settings.leverageWrong.value || refusal.value;
    });

    function input(id, label, value, onInput, { unit, wrong, hint }) {
        return html`<div class="field"><label for=${id}>${label}</label>
            <span class="affix"><input id=${id} inputmode="decimal" autocomplete="off"
                .value=${() => value.value}
                aria-invalid=${() => String(Boolean(wrong()))} aria-describedby=${`${id}-wrong`}
                    @input=${(event) => onInput(event.target.value)}><span>${unit}</span></span>
            <span class="wrong" id=${`${id}-wrong`} role="alert">${() => wrong() ?? ""}</span>
            ${hint ? html`<span class="hint">${hint}</span>` : null}</div>`;
    }
    const wrong = (name) => () =>
        (lead.value === name || name === "stop" ? read[name].value.error : null);

    async function submit(event) {
        event.preventDefault();
        const wanted = query.peek();
        const answer = preview.peek();
        if (!wanted || !answer || busy.peek()) return;
        const rule = await confirmRule(answer, market);
        if (rule === "cancel") return;
        if (rule?.leverage) {
            settings.leverage.value = rule.leverage;
            return;
        }
        busy.value = true;
        try {
            const open = held(state);
            await setUp(market.symbol, wanted.leverage,
                open ? open.marginMode === "isolated" : settings.isolated.peek());
            const filled = await place({ symbol: market.symbol, side: wanted.side, type: "MARKET",
                quantity: answer.quantity });
            if (Decimal.of(filled.executedQty).sign === 0) {
                toast("Nothing was filled: the book had nobody on the other side.",
                    { kind: "problem" });
                return;
            }
            toast(`${wanted.side === "BUY" ? "Bought"
                : "Sold"} ${filled.executedQty} ${market.base} at ${price(filled.avgPrice,
                market.priceDecimals)}.`);
            await protect(wanted);
        } catch (error) {
            toast(`Not placed: ${error.message}`, { kind: "problem" });
        } finally {
            busy.value = false;
        }
    }

    async function protect({ side: way, stopPrice }) {
        const side = way === "BUY" ? "SELL" : "BUY";
        // A position has one stop that closes it whole: a further order moves it.
        const standing = account.conditionals.peek()
            .find((one) => one.symbol === market.symbol && one.side === side
            && one.orderType === "STOP_MARKET" && String(one.closePosition) === "true");
        try {
            if (standing) await moveConditional(standing, stopPrice);
            else await placeConditional({ symbol: market.symbol, side, type: "STOP_MARKET",
                triggerPrice: stopPrice, closePosition: "true", workingType: "MARK_PRICE" });
        } catch (error) {
            toast(`The position is open, but its stop was refused: ${error.message}`,
                { kind: "grave" });
        }
    }

    const way = (value, label) =>
        html`<button type="button" class=${value === "BUY" ? "buy"
        : "sell"} aria-pressed=${() => String(side.value === value)}
        @click=${() => { side.value = value; touched.value = false; stop.value = away(2);
            }}>${label}</button>`;
    return html`<form class="stack" @submit=${submit} novalidate>
        <div class="segments" role="group" aria-label="Side">${way("BUY", "▲ Long")}${way("SELL",
            "▼ Short")}</div>
        <div class="pair">
            ${input("loss", "May lose at most", loss,
            (value) => { lead.value = "loss"; loss.value = value; },
            { unit: market.asset, wrong: wrong("loss") })}
            ${input("stop", "Wrong at (stop)", stop,
            (value) => { touched.value = true; stop.value = value; },
            { unit: market.quote, wrong: wrong("stop") })}
        </div>
        ${leverageField(settings, most)}
        ${input("size", "Size", size, (value) => { lead.value = "size"; size.value = value; }, {
            unit: market.base, wrong: wrong("size"),
            hint: () => (preview.value
                ? `= ${money(preview.value.notional,
                market.asset)} = ${fixed(preview.value.leverage, 0)} × ${money(preview.value.margin,
                market.asset)} margin` : ""),
        })}
        <button class=${() => `place ${side.value === "BUY" ? "buy" : "sell"}`} ?disabled=${() =>
            busy.value || !preview.value || Boolean(problem.value)}>
            <span>${() => `${side.value === "BUY" ? "▲ Open long" : "▼ Open short"} ${size.value
                && !read.size.value.error ? `${size.value} ${market.base}` : ""}`}</span>
            <small>${() => (preview.value?.stop
                ? `loses about ${money(preview.value.stop.neverFires ? preview.value.margin
                : preview.value.stop.expectedLoss, market.asset)} if wrong` : "\u00A0")}</small>
        </button>
        <p class="wrong loss fine" role="alert">${() =>
            (refusal.value ? `The venue says: ${refusal.value}` : "")}</p>
        ${figures(() => preview.value, market,
            { onLeverage: (value) => { settings.leverage.value = value; } })}
    </form>`;
}
