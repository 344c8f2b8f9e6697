// Liquidations on the chart: a triangle at the price that the book paid, pointing the way it went; at
// the edge where that price is not in view. A primitive of our own: the library's markers cost many times as much with thousands of bars. The user's
// own lead to their receipts.

export class LiquidationMarks {
    #entries = [];
    #tint;
    #ground;
    #attached = null;
    // Where those stand that lead somewhere: x, y, size and address.
    #links = [];

    constructor(tint, ground) {
        this.#tint = tint;
        this.#ground = ground;
    }

    set(entries) {
        this.#entries = entries;
        this.refresh();
    }

    refresh() { this.#attached?.requestUpdate(); }
    attached(parameters) { this.#attached = parameters; }
    detached() { this.#attached = null; }
    updateAllViews() {}

    hitTest(x, y) {
        const found = this.#links.find((one) =>
            Math.abs(one.x - x) <= one.size && Math.abs(one.y - y) <= one.size);
        return found ? { externalId: found.href, cursorStyle: "pointer", zOrder: "top" } : null;
    }

    paneViews() {
        return [{ zOrder: () => "top",
            renderer: () => ({ draw: (target) =>
            target.useBitmapCoordinateSpace((scope) => this.#draw(scope)) }) }];
    }

    #draw({ context, horizontalPixelRatio: across, verticalPixelRatio: down, mediaSize }) {
        const { chart, series } = this.#attached ?? {};
        if (!chart) return;
        const scale = chart.timeScale();
        const bars = series.data();
        if (bars.length === 0) return;
        const width = bars.length > 1 ? bars[1].time - bars[0].time : 60;
        this.#links = [];
        context.save();
        context.fillStyle = this.#tint();
        context.strokeStyle = this.#ground();
        context.lineWidth = 2 * across;
        for (const { time, price, isLong, isOwn, href } of this.#entries) {
            const x = scale.timeToCoordinate(Math.floor(time / 1000 / width) * width);
            const place = series.priceToCoordinate(price);
            if (x === null || place === null) continue;
            const size = isOwn ? 8 : 5;
            const y = Math.min(Math.max(place, size + 2), mediaSize.height - size - 2);
            if (href) this.#links.push({ x, y, size: size + 2, href });
            const way = isLong ? 1 : -1;
            context.beginPath();
            context.moveTo(x * across, (y + way * size) * down);
            context.lineTo((x - size) * across, (y - way * size) * down);
            context.lineTo((x + size) * across, (y - way * size) * down);
            context.closePath();
            context.stroke();
            context.fill();
        }
        context.restore();
    }
}
