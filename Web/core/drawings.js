// Small drawings for figures that have a list beside them. Places are pixels; figures are the venue's.

import { dayMinute } from "./format.js";
import { html } from "./html.js";

const namespace = "http://www.w3.org/2000/svg";

export function svg(name, attributes = {}, ...children) {
    const element = document.createElementNS(namespace, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
}

// A frame of its own coordinates that fills the width it gets.
export function frame(width, height, label, ...children) {
    return svg("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none",
        class: "drawing", role: "img", "aria-label": label }, ...children);
}

// A line through values from the left to the right, from the lowest to the highest.
export function line(values,
    { width = 600, height = 80, label, steps = false, zero = false, slots = values.length,
    places = null }) {
    const low = Math.min(...values, zero ? 0 : Infinity);
    const high = Math.max(...values, zero ? 0 : -Infinity);
    const span = high - low || Math.abs(high) || 1;
    const x = (index) => (places ? places[index] : slots > 1 ? index / (slots - 1) : 1) * width;
    const y = (value) => (high === low ? height / 2
        : height - 4 - ((value - low) / span) * (height - 8));
    let path = "";
    values.forEach((value, index) => {
        if (index === 0) path = `M0 ${y(value)}`;
        else path += steps ? `H${x(index)}V${y(value)}` : `L${x(index)} ${y(value)}`;
    });
    if (values.length === 1) path += `H${width}`;
    const parts = [];
    if (zero) parts.push(svg("path", { d: `M0 ${y(0)}H${width}`, class: "ground" }));
    parts.push(svg("path", { d: path, class: "line" }));
    return frame(width, height, label, ...parts);
}

// Figures over their times, with the times at the ends and the lowest and the highest figure under it.
// `points` are pairs of a time and the venue's text; what is `sparse` happened at its times only.
export function course(points, { write, unit = "", sparse = false, ...options }) {
    const times = points.map(([time]) => time);
    const values = points.map(([, text]) => Number(text));
    const [first, last] = [times[0], times.at(-1)];
    const place = (time) => (last > first ? (time - first) / (last - first) : 1);
    const at = (value) => write(points[values.indexOf(value)][1]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const drawing = sparse ? spikes(times.map(place), values, options)
        : line(values, { ...options, places: times.map(place) });
    const words = sparse ? `at most ${at(high)}` : low === high ? at(high)
        : `${at(low)} to ${at(high)}`;
    return html`<figure class="course">${drawing}<figcaption><span>${dayMinute(first)}</span>
        <span>${words}${unit}</span><span>${dayMinute(last)}</span></figcaption></figure>`;
}

function spikes(places, values, { width = 600, height = 80, label }) {
    const most = Math.max(...values, 1);
    const wide = 4;
    return frame(width, height, label,
        svg("path", { d: `M0 ${height - 1}H${width}`, class: "ground" }),
        ...places.map((place, index) => {
            const tall = Math.max(1, (values[index] / most) * (height - 8));
            return svg("rect", { x: place * (width - wide), y: height - 1 - tall, width: wide,
                height: tall, class: "spike" });
        }));
}
