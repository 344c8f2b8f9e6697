// Numbers and times as people read them. Everything takes the venue's decimal texts.

import { Decimal } from "./decimal.js";

const narrow = "\u00A0";
const minus = "\u2212";

const decimal = (value) => (value instanceof Decimal ? value : Decimal.of(value));

function grouped(text) {
    const [whole, fraction] = text.replace("-", "").split(".");
    const groups = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
    return (text.startsWith("-") ? minus : "") + groups + (fraction ? "." + fraction : "");
}

// 12345.6 → 12,345.60
export function fixed(value, decimals = 2) {
    if (value === null || value === undefined) return "–";
    const text = decimal(value).text(decimals);
    return grouped(/^-0(\.0*)?$/.test(text) ? text.slice(1) : text);
}

// With a sign in front, for what was gained or lost.
export function signed(value, decimals = 2) {
    if (value === null || value === undefined) return "–";
    const text = fixed(value, decimals);
    return decimal(value).sign > 0 ? "+" + text : text;
}

// Prices keep the decimals that they come with, at most so many as the market shows.
export function price(value, decimals) {
    if (value === null || value === undefined) return "–";
    return fixed(value, decimals);
}

export function quantity(value) {
    if (value === null || value === undefined) return "–";
    return grouped(decimal(value).shortest());
}

// A share of one as a percentage.
export function percent(value, decimals = 2, { sign = false } = {}) {
    if (value === null || value === undefined) return "–";
    const hundred = decimal(value).times(Decimal.of("100"));
    return (sign ? signed : fixed)(hundred, decimals) + narrow + "%";
}

export const money = (value, asset, decimals = 2) => fixed(value, decimals) + narrow + asset;
export const signedMoney = (value, asset, decimals = 2) => signed(value, decimals) + narrow + asset;

export const negative = (text) => Decimal.of(text).negated().text();

const signOf = (value) => (value === null || value === undefined ? 0 : decimal(value).sign);
export const tone = (value) => ["loss", "flat", "gain"][signOf(value) + 1];

export const count = (value) => fixed(String(value), 0);

// Large amounts in thousands and millions: 12.3M.
export function compact(value) {
    if (value === null || value === undefined) return "–";
    const number = decimal(value);
    for (const [limit, letter] of [["1000000000", "B"], ["1000000", "M"], ["1000", "k"]]) {
        const unit = Decimal.of(limit);
        if (number.magnitude.compare(unit) >= 0) return fixed(number.over(unit, 2), 2) + letter;
    }
    return fixed(number, 2);
}

const clockFormat = new Intl.DateTimeFormat("en-GB",
    { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "UTC" });
const dayFormat = new Intl.DateTimeFormat("en-GB",
    { day: "2-digit", month: "short", timeZone: "UTC" });
const fullFormat = new Intl.DateTimeFormat("en-GB",
    { day: "2-digit", month: "short", year: "numeric", timeZone: "UTC" });

export const clockTime = (milliseconds) => clockFormat.format(milliseconds);
export const dayTime = (milliseconds) =>
    `${dayFormat.format(milliseconds)} ${clockFormat.format(milliseconds)}`;
const minuteFormat = new Intl.DateTimeFormat("en-GB",
    { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
export const dayMinute = (milliseconds) =>
    `${dayFormat.format(milliseconds)} ${minuteFormat.format(milliseconds)}`;
export const fullTime = (milliseconds) =>
    `${fullFormat.format(milliseconds)}, ${clockFormat.format(milliseconds)} UTC`;

// 7:59:03 until something.
export function countdown(milliseconds) {
    if (milliseconds <= 0) return "0:00";
    const seconds = Math.floor(milliseconds / 1000);
    const [hours, minutes, rest] =
        [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const two = (value) => String(value).padStart(2, "0");
    return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
