// What the panels of this page share: a call as it is shown, and cards under a title.

import { html } from "../core/html.js";

// It breaks where its parts end.
export function call(method, path, body) {
    const parts = body ? JSON.stringify(body).split(/(?<=,)/) : [];
    return html`<code>${method} ${path} ${parts.map((part) => html`${part}<wbr>`)}</code>`;
}

// Cards under a title: on a phone they are opened one group at a time.
export function gallery(title, cards) {
    return html`<details class="gallery" ?open=${!matchMedia("(max-width: 760px)").matches}>
        <summary>${title}</summary><div class="cards">${cards}</div></details>`;
}
