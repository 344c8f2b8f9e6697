// Small drawings for figures that have a list beside them. Places are pixels; figures are the venue's.

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
    { width = 600, height = 80, label, steps = false, zero = false, slots = values.length }) {
    const low = Math.min(...values, zero ? 0 : Infinity);
    const high = Math.max(...values, zero ? 0 : -Infinity);
    const span = high - low || Math.abs(high) || 1;
    const x = (index) => (slots > 1 ? (index / (slots - 1)) * width : width);
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
