// The ticket with every order type of the venue.

import { Decimal, readTyped } from "../core/decimal.js";
import { price } from "../core/format.js";
import { html } from "../core/html.js";
import { computed, effect, signal } from "../core/signal.js";
import { toast } from "../core/toast.js";
import { place, placeConditional, setUp, sided } from "../core/actions.js";
import { confirmRule } from "./dialogs.js";
import { figures } from "./figures.js";
import { question } from "./question.js";
import { held, leverageField } from "./ticket.js";

// What each type asks for.
const types = {
    LIMIT: { name: "Limit", price: true, terms: true },
    MARKET: { name: "Market" },
    STOP_MARKET: { name: "Stop, market", trigger: true, closes: true },
    STOP: { name: "Stop, limit", trigger: true, price: true, terms: true },
    TAKE_PROFIT_MARKET: { name: "Take profit, market", trigger: true, closes: true },
    TAKE_PROFIT: { name: "Take profit, limit", trigger: true, price: true, terms: true },
    TRAILING_STOP_MARKET: { name: "Trailing stop", callback: true },
};

export function proTicket(state, settings, shownPreview, isShown) {
    const { market, picked, mark } = state;
    const type = signal("LIMIT");
    const fields = { price: signal(""), trigger: signal(""), quantity: signal(""),
        callback: signal("1"), activation: signal(""), client: signal("") };
    const terms = signal("GTC");
    const working = signal("CONTRACT_PRICE");
    const only = signal(false);
    const whole = signal(false);
    const side = signal("BUY");
    const busy = signal(false);
    const said = signal("");
    const shape = computed(() => types[type.value]);

    effect(() => {
        if (!picked.value || !isShown()) return;
        if (types[type.peek()].price) fields.price.value = picked.value;
        else if (types[type.peek()].trigger) fields.trigger.value = picked.value;
    });
    effect(() => { if (mark.value && !fields.price.peek()) fields.price.value =
        Decimal.of(mark.value.p).toStep(Decimal.of(market.tick)).text(market.priceDecimals); });

    const onTick = (typed) => {
        if (typed.error || typed.value.toStep(Decimal.of(market.tick))
            .compare(typed.value) === 0) return typed;
        return { error: `Prices here move in steps of ${market.tick}.` };
    };
    const read = {
        price: () => onTick(readTyped(fields.price.value,
            { decimals: market.priceDecimals, name: "The price" })),
        trigger: () => onTick(readTyped(fields.trigger.value,
            { decimals: market.priceDecimals, name: "The trigger" })),
        quantity: () => readTyped(fields.quantity.value,
            { decimals: market.quantityDecimals, name: "The quantity" }),
        callback: () => readTyped(fields.callback.value, { decimals: 1, name: "The callback" }),
        activation: () => (fields.activation.value.trim() === "" ? { value: null }
            : onTick(readTyped(fields.activation.value,
            { decimals: market.priceDecimals, name: "The activation" }))),
    };
    const asked = () => {
        const names = [];
        if (shape.value.price) names.push("price");
        if (shape.value.trigger) names.push("trigger");
        if (shape.value.callback) names.push("callback", "activation");
        if (!(shape.value.closes && whole.value)) names.push("quantity");
        return names;
    };
    const text = computed(() => {
        if (!isShown() || !["LIMIT", "MARKET"].includes(type.value)
            || settings.leverageWrong.value) return "";
        const [quantity, limit] =
            [read.quantity(), shape.value.price ? read.price() : { value: null }];
        if (quantity.error || limit.error) return "";
        return JSON.stringify(sided({
            symbol: market.symbol, side: side.value, quantity: quantity.value.text(),
            price: limit.value?.text(),
            leverage: settings.leverage.value,
            marginType: settings.isolated.value ? "ISOLATED" : "CROSSED",
        }));
    });
    const { preview, refusal } = question(() => (text.value ? JSON.parse(text.value) : null));
    effect(() => { shownPreview.value = preview.value; });

    function input(name, label, unit) {
        return html`<div class="field"><label for=${`pro-${name}`}>${label}</label>
            <span class="affix"><input id=${`pro-${name}`} inputmode="decimal" autocomplete="off"
                .value=${() => fields[name].value}
                aria-describedby=${`pro-${name}-wrong`} aria-invalid=${() =>
                    String(Boolean(fields[name].value && read[name]().error))}
                @input=${(event) => { fields[name].value = event.target.value;
                }}><span>${unit}</span></span>
            <span class="wrong" id=${`pro-${name}-wrong`} role="alert">${() =>
                (fields[name].value ? read[name]().error ?? "" : "")}</span></div>`;
    }

    async function submit(way) {
        side.value = way;
        said.value = "";
        for (const name of asked()) {
            const { error } = read[name]();
            if (error) {
                said.value = error;
                document.getElementById(`pro-${name}`)?.focus();
                return;
            }
        }
        if (settings.leverageWrong.peek()) {
            said.value = settings.leverageWrong.peek();
            document.getElementById("pro-leverage")?.focus();
            return;
        }
        busy.value = true;
        try {
            if (preview.peek() && preview.peek().side === way
                && (await confirmRule(preview.peek(), market)) === "cancel") return;
            const symbol = market.symbol;
            const open = held(state);
            if (!only.peek()) await setUp(symbol, settings.leverage.peek(),
                open ? open.marginMode === "isolated" : settings.isolated.peek());
            const value = (name) => read[name]().value?.text();
            const order = { symbol, side: way, type: type.peek() };
            const closes = shape.peek().closes && whole.peek();
            if (closes) order.closePosition = "true";
            else order.quantity = value("quantity");
            if (only.peek() && !closes) order.reduceOnly = "true";
            if (shape.peek().price) Object.assign(order,
                { price: value("price"), timeInForce: terms.peek() });
            if (["LIMIT", "MARKET"].includes(order.type)) {
                if (fields.client.peek()) order.newClientOrderId = fields.client.peek();
                const answer = await place(order);
                toast(`${answer.status === "FILLED" ? "Filled" : "Placed"}: ${way === "BUY" ? "buy"
                    : "sell"} ${answer.origQty} ${market.base}${answer.status === "FILLED"
                    ? ` at ${price(answer.avgPrice, market.priceDecimals)}` : ""}.`);
            } else {
                if (fields.client.peek()) order.clientAlgoId = fields.client.peek();
                if (shape.peek().trigger) order.triggerPrice = value("trigger");
                if (shape.peek().callback) Object.assign(order,
                    { callbackRate: value("callback"), activatePrice: value("activation") });
                order.workingType = working.peek();
                await placeConditional(order);
                toast("Placed; it waits for its price.");
            }
        } catch (error) {
            said.value = `The venue says: ${error.message}`;
        } finally {
            busy.value = false;
        }
    }

    const shownIf = (name) => () => !shape.value[name];
    // Enter places the order as the preview shows it.
    const enter = (event) => {
        if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
        event.preventDefault();
        submit(side.peek());
    };
    return html`<form class="stack" novalidate @submit=${(event) => event.preventDefault()}
        @keydown=${enter}>
        <div class="field"><label for="pro-type">Order type</label>
            <select id="pro-type" @change=${(event) =>
                { type.value = event.target.value; }}>${Object.entries(types)
                .map(([value, { name }]) => html`<option value=${value}>${name}</option>`)}</select>
                </div>
        <div ?hidden=${shownIf("trigger")}>${input("trigger", "Trigger price", market.quote)}</div>
        <div ?hidden=${shownIf("price")}>${input("price", "Price", market.quote)}</div>
        <div class="pair" ?hidden=${shownIf("callback")}>${input("callback", "Callback",
            "%")}${input("activation", "Activation (optional)", market.quote)}</div>
        <div ?hidden=${() => shape.value.closes
            && whole.value}>${input("quantity", "Quantity", market.base)}</div>
        ${leverageField(settings, () => preview.value?.limits.leverageMax ?? 125, "pro-leverage")}
        <div class="pair">
            <div class="field" ?hidden=${shownIf("terms")}><label
                for="pro-terms">Time in force</label>
                <select id="pro-terms" @change=${(event) => { terms.value = event.target.value; }}>
                    ${[["GTC", "Until cancelled"], ["GTX", "Post only"], ["IOC", "At once or not"],
                    ["FOK", "Whole or not"]].map(([value, name]) =>
                        html`<option value=${value}>${name}</option>`)}</select></div>
            <div class="field" ?hidden=${() =>
                ["LIMIT", "MARKET"].includes(type.value)}><label
                for="pro-working">Triggered by</label>
                <select id="pro-working" @change=${(event) =>
                    { working.value = event.target.value;
                    }}><option value="CONTRACT_PRICE">Last price</option>
                    <option value="MARK_PRICE">Mark price</option></select></div>
            <div class="field"><label for="pro-client">Your id (optional)</label><input
                id="pro-client" maxlength="36" autocomplete="off" @input=${(event) =>
                { fields.client.value = event.target.value; }}></div>
        </div>
        <div class="row">
            <label class="check"><input type="checkbox" @change=${(event) =>
                { only.value = event.target.checked; }}> Reduce only</label>
            <label class="check" ?hidden=${shownIf("closes")}><input type="checkbox"
                @change=${(event) => { whole.value = event.target.checked;
                }}> Close the whole position</label>
        </div>
        <div class="pair">
            <button type="button" class="buy place" ?disabled=${() => busy.value} @click=${() =>
                submit("BUY")}>▲ Buy</button>
            <button type="button" class="sell place" ?disabled=${() => busy.value} @click=${() =>
                submit("SELL")}>▼ Sell</button>
        </div>
        <p class="loss fine" role="alert">${() => said.value
            || (refusal.value ? `The venue says: ${refusal.value}` : "")}</p>
        <div ?hidden=${() => !["LIMIT", "MARKET"].includes(type.value)}>
            <div class="segments" role="group" aria-label="Preview of">
                <button type="button" aria-pressed=${() =>
                    String(side.value === "BUY")} @click=${() =>
                    { side.value = "BUY"; }}>as a buy</button>
                <button type="button" aria-pressed=${() =>
                    String(side.value === "SELL")} @click=${() =>
                    { side.value = "SELL"; }}>as a sell</button>
            </div>
            ${figures(() => preview.value, market)}
        </div>
    </form>`;
}
