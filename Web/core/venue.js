// The venue's answers. A session's cookie says who asks; the header beside it no other page can set.

const headers = { "X-Plimsoll-Session": "web" };

// An answer that is a refusal, in the venue's own words.
class Refusal extends Error {
    constructor(status, code, message) {
        super(message);
        this.status = status;
        this.code = code;
    }
}

async function ask(method, path, { query, body } = {}) {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query ?? {})) {
        if (value !== undefined && value !== null) parameters.set(name, value);
    }
    const target = parameters.size > 0 ? `${path}?${parameters}` : path;
    const request = { method, headers: { ...headers }, credentials: "same-origin",
        cache: "no-store" };
    if (method !== "GET" && path.startsWith("/v1/")) {
        request.headers["Content-Type"] = "application/json";
        if (body !== undefined) request.body = JSON.stringify(body);
    }
    let answer;
    try {
        answer = await fetch(target, request);
    } catch {
        throw new Refusal(0, 0, "The venue does not answer.");
    }
    const text = await answer.text();
    let value;
    try {
        value = JSON.parse(text, exactly);
    } catch {
        throw new Refusal(answer.status, 0,
            `The venue answered ${answer.status} with something else than JSON.`);
    }
    if (!answer.ok) throw new Refusal(answer.status, value.code ?? 0,
        value.msg ?? `refused with ${answer.status}`);
    return value;
}

// Integers beyond what a number holds exactly, such as scores, stay texts.
function exactly(_, value, context) {
    if (typeof value === "number" && context && !Number.isSafeInteger(value)
        && Number.isInteger(value)) {
        return context.source;
    }
    return value;
}

export const get = (path, query) => ask("GET", path, { query });
// Of the dialect: parameters in the query.
export const send = (method, path, query) => ask(method, path, { query });
// Of the control API: a document.
export const post = (path, body = {}) => ask("POST", path, { body });
export const remove = (path, body) => ask("DELETE", path, { body });
