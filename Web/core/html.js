// Templates whose holes may be signals' readers.
//
//     html`<p class=${() => state.value}>${() => count.value} of ${total}</p>`
//
// A function in a hole is run again when a signal that it read changes. Texts become text nodes, so
// that no text can ever become markup. `@event`, `.property` and `?attribute` do what they say.

import { effect, rooted, signal, whenEnded } from "./signal.js";

const compiled = new WeakMap();
const mark = "hole-";

export function html(strings, ...values) {
    let template = compiled.get(strings);
    if (!template) {
        template = compile(strings);
        compiled.set(strings, template);
    }
    const fragment = document.importNode(template.content, true);
    const walker = document.createTreeWalker(fragment,
        NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_COMMENT);
    const jobs = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (node.nodeType === Node.COMMENT_NODE) {
            if (node.data.startsWith(mark)) jobs.push([node, null,
                Number(node.data.slice(mark.length))]);
        } else {
            for (const { name, value } of [...node.attributes]) {
                if (!value.startsWith(mark)) continue;
                node.removeAttribute(name);
                jobs.push([node, name, Number(value.slice(mark.length))]);
            }
        }
    }
    for (const [node, name, index] of jobs) {
        if (name === null) fill(node, values[index]);
        else bind(node, name, values[index]);
    }
    return fragment;
}

function compile(strings) {
    let text = strings[0];
    for (let index = 1; index < strings.length; index += 1) {
        const isAttribute = /=\s*["']?$/.test(text)
            && text.lastIndexOf("<") > text.lastIndexOf(">");
        text += (isAttribute ? mark + (index - 1) : `<!--${mark}${index - 1}-->`) + strings[index];
    }
    const template = document.createElement("template");
    template.innerHTML = text;
    return template;
}

function bind(element, name, value) {
    if (name.startsWith("@")) {
        element.addEventListener(name.slice(1), value);
    } else if (typeof value === "function") {
        effect(() => set(element, name, value()));
    } else {
        set(element, name, value);
    }
}

function set(element, name, value) {
    if (name.startsWith(".")) {
        const property = name.slice(1);
        if (element[property] !== value) element[property] = value;
    } else if (name.startsWith("--")) {
        element.style.setProperty(name, value);
    } else if (name.startsWith("?")) {
        element.toggleAttribute(name.slice(1), Boolean(value));
    } else if (value === null || value === undefined || value === false) {
        element.removeAttribute(name);
    } else {
        element.setAttribute(name, value === true ? "" : value);
    }
}

// Fills the place of a comment node.
function fill(place, value) {
    if (typeof value !== "function") {
        place.replaceWith(...nodes(value));
        return;
    }
    let shown = [];
    effect(() => {
        const fresh = value();
        if (shown.length === 1 && shown[0].nodeType === Node.TEXT_NODE && isText(fresh)) {
            if (shown[0].data !== String(fresh)) shown[0].data = String(fresh);
            return;
        }
        const next = nodes(fresh);
        // Moving a node would take the focus out of it.
        if (next.length === shown.length
            && next.every((node, index) => node === shown[index])) return;
        for (const node of shown) if (!next.includes(node)) node.remove();
        place.before(...next);
        shown = next;
    });
}

const isText = (value) => typeof value === "string" || typeof value === "number"
    || typeof value === "bigint";

function nodes(value) {
    if (value === null || value === undefined || value === false || value === true) return [];
    if (Array.isArray(value)) return value.flatMap(nodes);
    if (value instanceof DocumentFragment) return [...value.childNodes];
    if (value instanceof Node) return [value];
    return [document.createTextNode(String(value))];
}

// A list that keeps the elements of the entries that stay: what is typed into them stays too.
//
// `render` gets a function that reads the newest entry of its key.
export function each(list, keyOf, render) {
    const rows = new Map();
    whenEnded(() => { for (const { end } of rows.values()) end(); });
    return () => {
        const entries = list();
        const kept = new Set();
        const result = [];
        for (const entry of entries) {
            const key = keyOf(entry);
            kept.add(key);
            let row = rows.get(key);
            if (!row) {
                const held = cell(entry);
                const [made, end] = rooted(() => nodes(render(held.read)));
                row = { entry: held, nodes: made, end };
                rows.set(key, row);
            } else {
                row.entry.write(entry);
            }
            result.push(...row.nodes);
        }
        for (const [key, { end }] of [...rows]) {
            if (kept.has(key)) continue;
            end();
            rows.delete(key);
        }
        return result;
    };
}

function cell(entry) {
    const held = signal(entry);
    return { read: () => held.value, write: (next) => { held.value = next; } };
}
