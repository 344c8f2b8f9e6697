// What the panels of this page share: a call as it is shown, and cards under a title.

import { html } from "../core/html.js";

export const call = (method, path, body) =>
    html`<code>${method} ${path}${body ? ` ${JSON.stringify(body)}` : ""}</code>`;

// Cards under a title: on a phone they are opened one group at a time.
export function gallery(title, cards) {
    return html`<details class="gallery" ?open=${!matchMedia("(max-width: 760px)").matches}>
        <summary>${title}</summary><div class="cards">${cards}</div></details>`;
}
