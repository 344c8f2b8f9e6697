// Exact decimal numbers: a BigInt and a count of decimals. Prices and money never become floating
// point; only a chart's pixels do.

export class Decimal {
    constructor(units, scale) {
        this.units = units;
        this.scale = scale;
    }

    // A plain decimal text, as the venue sends it.
    static of(text) {
        const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
        if (!match) throw new RangeError(`${text} is no decimal`);
        const [, sign, whole, fraction = ""] = match;
        const units = BigInt(whole + fraction);
        return new Decimal(sign ? -units : units, fraction.length);
    }

    at(scale) {
        if (scale === this.scale) return this.units;
        if (scale > this.scale) return this.units * 10n ** BigInt(scale - this.scale);
        return divide(this.units, 10n ** BigInt(this.scale - scale));
    }

    plus(other) {
        const scale = Math.max(this.scale, other.scale);
        return new Decimal(this.at(scale) + other.at(scale), scale);
    }

    minus(other) { return this.plus(other.negated()); }
    negated() { return new Decimal(-this.units, this.scale); }
    times(other) { return new Decimal(this.units * other.units, this.scale + other.scale); }

    // The quotient with so many decimals, rounded half away from zero.
    over(other, scale) {
        const shift = scale + other.scale - this.scale;
        const numerator = shift >= 0 ? this.units * 10n ** BigInt(shift) : this.units;
        const divisor = shift >= 0 ? other.units : other.units * 10n ** BigInt(-shift);
        return new Decimal(divide(numerator, divisor), scale);
    }

    compare(other) {
        const scale = Math.max(this.scale, other.scale);
        const [left, right] = [this.at(scale), other.at(scale)];
        return left < right ? -1 : left > right ? 1 : 0;
    }

    get sign() { return this.units < 0n ? -1 : this.units > 0n ? 1 : 0; }
    get magnitude() { return this.units < 0n ? this.negated() : this; }

    // The multiple of a step that is nearest.
    toStep(step) {
        const scale = Math.max(this.scale, step.scale);
        const width = step.at(scale);
        return new Decimal(divide(this.at(scale), width) * width, scale);
    }

    // With exactly so many decimals, rounded half away from zero.
    text(decimals = this.scale) {
        const units = this.at(decimals);
        const digits = String(units < 0n ? -units : units).padStart(decimals + 1, "0");
        const whole = digits.slice(0, digits.length - decimals);
        const fraction = decimals > 0 ? "." + digits.slice(-decimals) : "";
        return (units < 0n ? "-" : "") + whole + fraction;
    }

    // Without zeros at the end.
    shortest() {
        const text = this.text();
        return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
    }
}

function divide(numerator, divisor) {
    const isNegative = numerator < 0n !== divisor < 0n;
    const [top, bottom] = [abs(numerator), abs(divisor)];
    const quotient = (top * 2n + bottom) / (bottom * 2n);
    return isNegative ? -quotient : quotient;
}

const abs = (value) => (value < 0n ? -value : value);

// What a person typed as a number: the decimal, or in words what is wrong with it.
//
// Spaces around it are forgiven; a comma is not, since half of the world means a point by it and the
// other half does not.
export function readTyped(text, { decimals = 8, name = "This", zero = false } = {}) {
    const trimmed = text.trim();
    if (trimmed === "") return { error: `${name} is empty.` };
    if (/[\uFF10-\uFF19\u0660-\u0669\u06F0-\u06F9]/.test(trimmed)) {
        return { error: `${name} has digits of another script; use 0 to 9.` };
    }
    if (trimmed.startsWith("-") || trimmed.startsWith("\u2212")) {
        return { error: `${name} has to be greater than zero.` };
    }
    if (trimmed.includes(",")) {
        return { error: `${name} has a comma; write 1234.5 with a point and nothing between digits.` };
    }
    if (/\s|_|'/.test(trimmed)) return { error: `${name} has a gap between its digits.` };
    if ((trimmed.match(/\./g) ?? []).length > 1) return { error: `${name} has several points.` };
    if (!/^\d*\.?\d*$/.test(trimmed) || trimmed === ".") {
        return { error: `${name} is no number: digits and one point.` };
    }
    const plain = trimmed.replace(/^\./, "0.").replace(/\.$/, "");
    const [whole, fraction = ""] = plain.split(".");
    if (fraction.replace(/0+$/, "").length > decimals) {
        return {
            error: decimals === 0
                ? `${name} has to be a whole number.`
                : `${name} has at most ${decimals} decimal${decimals === 1 ? "" : "s"}.`,
        };
    }
    if (whole.replace(/^0+/, "").length > 12) return { error: `${name} is too large.` };
    const value = Decimal.of(`${whole}${fraction ? "." + fraction.slice(0, decimals).padEnd(1, "0")
        : ""}`);
    if (!zero && value.sign === 0) return { error: `${name} has to be greater than zero.` };
    return { value };
}
