// Short notices: said aloud by screen readers, gone by themselves unless they are grave.

import { html } from "./html.js";

let place;

export function toast(message,
    { kind = "note", href, linkText = "Open", stays = kind === "grave" } = {}) {
    place ??= document.body.appendChild(
        Object.assign(document.createElement("div"), { className: "toasts" }),
    );
    // Said again, it is shown once.
    for (const shown of place.children) if (shown.dataset.text === message) shown.remove();
    const note = document.createElement("div");
    note.dataset.text = message;
    note.className = `toast ${kind}`;
    note.setAttribute("role", kind === "note" ? "status" : "alert");
    const sign = { note: "✓", problem: "!", grave: "▼" }[kind];
    note.append(html`
        <span class="sign" aria-hidden="true">${sign}</span>
        <span class="said">${message}</span>
        ${href ? html`<a href=${href}>${linkText}</a>` : null}
        <button class="quiet" aria-label="Dismiss" @click=${() => note.remove()}>×</button>`);
    place.append(note);
    while (place.children.length > 4) place.firstChild.remove();
    if (!stays) setTimeout(() => note.remove(), 7000);
}

// Does something and says that it is done; what is refused is said in the venue's words.
export async function attempt(work, said) {
    try {
        const answer = await work();
        if (said) toast(said);
        return answer;
    } catch (error) {
        toast(error.message, { kind: "problem" });
        return null;
    }
}
