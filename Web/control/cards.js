// Cards under a title: on a phone they are opened one group at a time.

import { html } from "../core/html.js";

export function gallery(title, cards) {
    return html`<details class="gallery" ?open=${!matchMedia("(max-width: 760px)").matches}>
        <summary>${title}</summary><div class="cards">${cards}</div></details>`;
}
