// A request as it is shown beside the button that makes it. It breaks where its parts end.

import { html } from "./html.js";

export function call(method, path, body) {
    const parts = body ? JSON.stringify(body).split(/(?<=,)/) : [];
    return html`<code class="call">${method} ${path} ${parts.map((part) =>
        html`${part}<wbr>`)}</code>`;
}
