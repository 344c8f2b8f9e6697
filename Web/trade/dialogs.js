// Questions that stop one's hand: only where a rule is broken, with the number and the fix first.

import { money, percent, price } from "../core/format.js";
import { html } from "../core/html.js";

function ask(content, answers) {
    return new Promise((resolve) => {
        const dialog = document.createElement("dialog");
        const done = (value) => { dialog.close(); dialog.remove(); resolve(value); };
        dialog.addEventListener("cancel", (event) => { event.preventDefault(); done("cancel"); });
        dialog.append(html`${content}<div class="row">
            ${answers.map(([label, value, kind]) =>
                html`<button class=${kind
                ?? ""} ?autofocus=${kind === "primary"}
                @click=${() => done(value)}>${label}</button>`)}
        </div>`);
        document.body.append(dialog);
        dialog.showModal();
    });
}

const shareMax = 0.25;

// The leverage to use instead, "cancel", or nothing where the order may go.
export async function confirmRule(preview, market) {
    const { stop, account, margin } = preview;
    if (stop?.neverFires) {
        const answers = [["Place as typed", null], ["Back", "cancel"]];
        if (stop.leverageMax) answers.push([`Use ${stop.leverageMax}×`,
            { leverage: stop.leverageMax }, "primary"]);
        return ask(html`<h2>This stop can never fire</h2>
            <p>The position is liquidated at
            ${price(preview.after.liquidationPrice, market.priceDecimals)},
            before its stop at ${price(stop.price, market.priceDecimals)}:
                ${money(margin, market.asset)} would be lost, not
                ${money(stop.expectedLoss, market.asset)}.</p>`, answers);
    }
    if (Number(account.marginShare) > shareMax) {
        return ask(html`<h2>${percent(account.marginShare, 0)} of your equity in one position</h2>
            <p>The margin is ${money(margin, market.asset)}. The usual rule is at most
                ${percent(String(shareMax), 0)}.</p>`,
                [["Place as typed", null], ["Back", "cancel", "primary"]]);
    }
    return null;
}

// Cross is chosen knowingly.
export async function crossDialog(preview, market) {
    const both = preview?.comparison;
    const row = (name, one) =>
        html`<tr><th>${name}</th><td class="right">${one.liquidationPrice
        ? price(one.liquidationPrice, market.priceDecimals) : "none"}</td>
        <td class="right loss">${money(one.atRisk, market.asset)}</td></tr>`;
    const answer = await ask(html`<h2>Cross puts the whole account behind the position</h2>
        <p>Its liquidation price is further away, and everything that is free can be lost, not the
            margin alone.</p>
        ${both ? html`<table class="compare">
            <thead><tr><td></td><th class="right">Liquidation price</th>
            <th class="right">At risk</th></tr></thead>
            <tbody>${row("Isolated", both.isolated)}${row("Cross", both.cross)}</tbody></table>`
                : html`<p class="soft">Fill in the ticket to see both in numbers.</p>`}`,
    [["Use cross", true], ["Stay isolated", false, "primary"]]);
    return answer === true;
}

// Asks for one number or two; gives the texts, or null.
export function askNumbers(title, fields, label) {
    return new Promise((resolve) => {
        const dialog = document.createElement("dialog");
        const done = (value) => { dialog.close(); dialog.remove(); resolve(value); };
        dialog.addEventListener("cancel", () => done(null));
        dialog.append(html`<form class="stack" novalidate @submit=${(event) => {
            event.preventDefault();
            const values = {};
            let isRight = true;
            for (const field of fields) {
                const input = event.target.elements[field.name];
                const read = field.read(input.value);
                input.setAttribute("aria-invalid", String(Boolean(read.error)));
                event.target.querySelector(`#ask-${field.name}-wrong`).textContent = read.error
                    ?? "";
                if (read.error) isRight = false;
                else values[field.name] = read.value.text();
            }
            if (isRight) done(values);
        }}>
            <h2>${title}</h2>
            ${fields.map((field) => html`
                <div class="field"><label for=${`ask-${field.name}`}>${field.label}</label>
                <input id=${`ask-${field.name}`} name=${field.name} inputmode="decimal"
                    autocomplete="off" value=${field.value
                    ?? ""} aria-describedby=${`ask-${field.name}-wrong`}>
                <span class="wrong" id=${`ask-${field.name}-wrong`} role="alert"></span></div>`)}
            <div class="row"><button type="button" @click=${() =>
                done(null)}>Back</button><button class="primary">${label}</button></div>
        </form>`);
        document.body.append(dialog);
        dialog.showModal();
    });
}
