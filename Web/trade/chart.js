// Candles, volume and funding, with the lines that decide about a position. The charts are drawn by
// TradingView's Lightweight Charts; numbers become floating point only here, where they become pixels.

import { account } from "../core/account.js";
import { Decimal } from "../core/decimal.js";
import { fixed, price } from "../core/format.js";
import { html } from "../core/html.js";
import { effect, signal } from "../core/signal.js";
import { isLong } from "../core/standing.js";
import { toast } from "../core/toast.js";
import { get } from "../core/venue.js";
import { movePrice } from "../core/actions.js";
import { LiquidationMarks } from "./marks.js";

const intervals = ["1m", "5m", "15m", "1h", "4h", "1d"];
const barMax = 5000;
// Dropped at once when there are more: the library cannot drop one.
const barSpare = 500;
const pageLength = 1000;
const grip = 6;

export function chartPanel(state) {
    const { market } = state;
    const interval = signal(localStorage.getItem("interval") ?? "1m");
    const place = document.createElement("div");
    place.className = "chart";
    place.setAttribute("role", "img");
    place.setAttribute("aria-label",
        `Candles of ${market.symbol}; the figures are in the lists of the page`);
    const fits = signal(false);
    let changed = () => {};
    let drawing = null;
    const ready = load().then((library) => {
        if (!library) {
            place.append(html`<div class="none">
                <p>The charts were not fetched when this venue was built.<br>
                <code>Scripts/web-assets.sh</code> fetches them; everything else works without.</p>
                </div>`);
            return null;
        }
        drawing = new Drawing(library, place, state, interval);
        return drawing;
    });
    const pick = (value) => {
        interval.value = value;
        localStorage.setItem("interval", value);
        changed(`${market.symbol.toLowerCase()}@kline_${value}`);
        drawing?.reload();
    };
    const element = html`<section class="panel chart-panel" aria-label="Chart">
        <div class="tools" role="group" aria-label="Interval">
            ${intervals.map((value) =>
                html`<button aria-pressed=${() => String(interval.value === value)}
                @click=${() => pick(value)}>${value}</button>`)}
            <button aria-pressed=${() =>
                String(fits.value)} title="Scale the chart so that every line is in view"
                @click=${() => { fits.value = !fits.value; drawing?.fit(fits.value);
                }}>fit lines</button>
            <span class="credit">Charts by
                <a href="https://www.tradingview.com/"
                rel="noreferrer">TradingView Lightweight Charts™</a></span>
        </div>
        ${place}
    </section>`;
    return {
        element,
        stream: () => `${market.symbol.toLowerCase()}@kline_${interval.peek()}`,
        onInterval: (fn) => { changed = fn; },
        candle: (event) => drawing?.candle(event),
        reload: () => ready.then((one) => one?.reload()),
    };
}

function load() {
    return new Promise((resolve) => {
        const script = document.createElement("script");
        script.src = "/vendor/charts.js";
        script.onload = () => resolve(window.LightweightCharts ?? null);
        script.onerror = () => resolve(null);
        document.head.append(script);
    });
}

const pixels = (text) => Number(text);
const bar = (row) => ({ time: row[0] / 1000, open: pixels(row[1]), high: pixels(row[2]),
    low: pixels(row[3]), close: pixels(row[4]), volume: pixels(row[5]) });

class Drawing {
    constructor(library, place, state, interval) {
        this.library = library;
        this.place = place;
        this.state = state;
        this.interval = interval;
        this.bars = [];
        // Told since the last frame, by their time.
        this.fresh = new Map();
        this.lines = new Map();
        const { market } = state;
        // Out of the flow: a canvas must not hold the page's rows open.
        const canvas = place.appendChild(Object.assign(document.createElement("div"),
            { className: "canvas" }));
        this.chart = library.createChart(canvas, {
            autoSize: true,
            layout: { attributionLogo: false, fontFamily: "Inter, system-ui, sans-serif",
                fontSize: 11, panes: { enableResize: true } },
            timeScale: { timeVisible: true, secondsVisible: false, rightOffset: 6,
                minBarSpacing: 1 },
            crosshair: { mode: library.CrosshairMode.Normal },
            localization: { locale: "en-GB" },
        });
        const tick = 1 / 10 ** market.priceDecimals;
        const exact = { type: "custom", minMove: tick,
            formatter: (value) => fixed(value.toFixed(market.priceDecimals),
            market.priceDecimals) };
        this.candles = this.chart.addSeries(library.CandlestickSeries,
            { priceFormat: exact, autoscaleInfoProvider: (original) => this.reach(original()) }, 0);
        this.volume = this.chart.addSeries(library.HistogramSeries,
            { priceFormat: { type: "volume" }, priceLineVisible: false, lastValueVisible: false },
            1);
        this.funding = this.chart.addSeries(library.LineSeries, {
            priceFormat: { type: "custom", minMove: 0.000001,
                formatter: (value) => `${(value * 100).toFixed(4)} %` },
            lineWidth: 1, priceLineVisible: false, lineType: library.LineType.WithSteps,
        }, 2);
        const [first, second, third] = this.chart.panes();
        first.setStretchFactor(7);
        second.setStretchFactor(1.4);
        third.setStretchFactor(1.2);
        this.marks = new LiquidationMarks(() => this.colour("--loss"),
            () => this.colour("--panel"));
        this.candles.attachPrimitive(this.marks);
        this.key = document.createElement("div");
        this.key.className = "key";
        place.append(this.key);
        this.paint();
        addEventListener("themechange", () => this.paint());
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
        this.chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
            if (range && range.from < 20) this.older();
        });
        this.chart.subscribeCrosshairMove((event) =>
            this.tell(event.seriesData?.get(this.candles)));
        this.chart.subscribeClick(({ hoveredObjectId }) => {
            if (hoveredObjectId) location.href = hoveredObjectId;
        });
        this.#grips();
        effect(() => this.mark());
        effect(() => {
            const rate = this.state.mark.value?.r;
            if (rate === this.rate) return;
            this.rate = rate;
            this.showFunding();
        });
        effect(() => this.draw());
        this.reload();
    }

    colour(name) {
        // light-dark() is resolved by asking an element, not a variable.
        this.probe ??= this.place.appendChild(Object.assign(document.createElement("span"),
            { hidden: true }));
        this.probe.style.color = `var(${name})`;
        return getComputedStyle(this.probe).color;
    }

    paint() {
        const line = this.colour("--line");
        this.chart.applyOptions({
            layout: { background: { color: this.colour("--panel") },
                textColor: this.colour("--ink-soft"),
                panes: { separatorColor: line, separatorHoverColor: line } },
            grid: { vertLines: { color: line }, horzLines: { color: line } },
            timeScale: { borderColor: line },
            rightPriceScale: { borderColor: line },
        });
        const [gain, loss] = [this.colour("--gain"), this.colour("--loss")];
        // Pale and filled beside the colours, so that colour is not the only sign.
        this.candles.applyOptions({ upColor: this.colour("--gain-soft"), downColor: loss,
            wickUpColor: gain, wickDownColor: loss, borderVisible: true, borderUpColor: gain,
            borderDownColor: loss });
        this.funding.applyOptions({ color: this.colour("--sea") });
        this.volume.applyOptions({ color: this.colour("--line-strong") });
        for (const { line: drawn,
            tint } of this.lines.values()) drawn.applyOptions({ color: this.colour(tint) });
        this.marks.refresh();
    }

    // With the lines where that is wished: a liquidation price far away flattens the candles.
    reach(range) {
        if (!range?.priceRange || !this.fits) return range;
        const values = [...this.lines.values()].map(({ at }) => pixels(at));
        return { ...range, priceRange: { minValue: Math.min(range.priceRange.minValue, ...values),
            maxValue: Math.max(range.priceRange.maxValue, ...values) } };
    }

    fit(fits) {
        this.fits = fits;
        this.candles.applyOptions({});
    }

    tell(candle) {
        const one = candle ?? this.bars.at(-1);
        if (!one) return;
        const decimals = this.state.market.priceDecimals;
        const show = (value) => fixed(value.toFixed(decimals), decimals);
        this.key.textContent =
            `O ${show(one.open)}  H ${show(one.high)}  L ${show(one.low)}  C ${show(one.close)}`;
    }

    async reload() {
        const round = (this.round = (this.round ?? 0) + 1);
        const symbol = this.state.market.symbol;
        const interval = this.interval.peek();
        try {
            const [rows, settled] = await Promise.all([
                get("/fapi/v1/klines", { symbol, interval, limit: pageLength }),
                get("/fapi/v1/fundingRate", { symbol, limit: 1000 }),
            ]);
            if (round !== this.round) return;
            this.bars = rows.map(bar);
            this.settled = settled;
            this.complete = rows.length < pageLength;
            this.show();
            this.chart.timeScale().setVisibleLogicalRange({
                from: this.bars.length - Math.min(140,
                Math.max(40, Math.ceil(this.bars.length * 1.2))), to: this.bars.length + 6 });
        } catch {
            // The next opening of the stream asks again.
        }
    }

    show() {
        const volumes = this.bars.map(({ time, volume }) => ({ time, value: volume }));
        this.candles.setData(this.bars.map(({ time, open, high, low, close }) =>
            ({ time, open, high, low, close })));
        this.volume.setData(volumes);
        this.fresh.clear();
        this.showFunding();
        this.tell();
    }

    // A step for each settlement and one for the rate that stands.
    showFunding() {
        if (this.bars.length === 0) return;
        const first = this.bars[0].time;
        const width = this.bars.length > 1 ? this.bars[1].time - this.bars[0].time : 60;
        const points = new Map();
        for (const one of this.settled ?? []) {
            const time = Math.floor(one.fundingTime / 1000 / width) * width;
            if (time >= first) points.set(time, pixels(one.fundingRate));
        }
        const standing = this.state.mark.peek();
        if (standing) {
            if (points.size === 0) points.set(first, pixels(standing.r));
            points.set(this.bars.at(-1).time, pixels(standing.r));
        }
        this.funding.setData([...points].sort((left, right) => left[0] - right[0])
            .map(([time, value]) => ({ time, value })));
    }

    // A page before the oldest bar, up to what can be drawn quickly.
    async older() {
        if (this.loading || this.complete || this.bars.length === 0
            || this.bars.length >= barMax) return;
        this.loading = true;
        try {
            const rows = await get("/fapi/v1/klines", {
                symbol: this.state.market.symbol, interval: this.interval.peek(), limit: pageLength,
                endTime: this.bars[0].time * 1000 - 1,
            });
            this.complete = rows.length < pageLength;
            this.bars = [...rows.map(bar), ...this.bars].slice(-barMax);
            this.show();
        } catch {
            // Scrolling on asks again.
        } finally {
            this.loading = false;
        }
    }

    candle(event) {
        if (event.e !== "kline" || event.k.i !== this.interval.peek()) return;
        const { t, o, h, l, c, v } = event.k;
        const one = bar([t, o, h, l, c, v]);
        const newest = this.bars.at(-1);
        if (newest && one.time < newest.time) return;
        if (newest && one.time === newest.time) this.bars[this.bars.length - 1] = one;
        else this.bars.push(one);
        this.fresh.set(one.time, one);
        if (this.scheduled) return;
        this.scheduled = true;
        // One drawing for each frame, however many events it had.
        requestAnimationFrame(() => {
            this.scheduled = false;
            if (this.bars.length > barMax + barSpare) {
                this.bars = this.bars.slice(-barMax);
                this.show();
            } else {
                for (const { volume, ...candle } of this.fresh.values()) {
                    this.candles.update(candle);
                    this.volume.update({ time: candle.time, value: volume });
                }
                this.fresh.clear();
                this.tell();
            }
        });
    }

    // Liquidations of the market and of the user.
    mark() {
        const market = this.state.liquidations.value.map((order) =>
            ({ time: order.T, price: pixels(order.ap), isLong: order.S === "SELL", isOwn: false }));
        const own = account.receipts.value.filter((receipt) =>
            receipt.symbol === this.state.market.symbol).map((receipt) => ({
            time: receipt.startTime,
            price: pixels(receipt.prices.averageFill ?? receipt.trigger.markPrice),
            isLong: receipt.position.side.toLowerCase() === "long", isOwn: true,
            href: `/receipt/?id=${receipt.id}`,
        }));
        this.marks.set([...market, ...own]);
    }

    // The lines: what is held, what waits, and what the ticket would do.
    draw() {
        const { market, preview } = this.state;
        const wanted = new Map();
        const add = (key, at, title, tint, style, order) =>
            { if (at && !/^0(\.0*)?$/.test(at)) wanted.set(key, { at, title, tint, style, order });
            };
        const { LineStyle } = this.library;
        for (const position of account.standing.value?.positions ?? []) {
            if (position.symbol !== market.symbol) continue;
            const side = position.positionSide;
            add(`entry${side}`, position.entryPrice, `entry ${isLong(position) ? "▲" : "▼"}`,
                "--sea", LineStyle.Dashed);
            add(`liq${side}`, position.liquidationPrice, "liquidation", "--loss", LineStyle.Solid);
            add(`bankrupt${side}`, position.bankruptcyPrice, "bankruptcy", "--loss",
                LineStyle.Dotted);
        }
        for (const order of account.orders.value) {
            if (order.symbol === market.symbol) add(`order${order.orderId}`, order.price,
                `${order.side === "BUY" ? "buy" : "sell"} ${order.origQty}`, "--ink-soft",
                LineStyle.LargeDashed, { order });
        }
        for (const conditional of account.conditionals.value) {
            if (conditional.symbol === market.symbol) add(`algo${conditional.algoId}`,
                conditional.triggerPrice,
                conditional.orderType.startsWith("TAKE") ? "take profit" : "stop", "--warn",
                LineStyle.LargeDashed, { conditional });
        }
        const after = preview.value?.after;
        if (after && !wanted.has("liqBOTH")) add("after", after.liquidationPrice,
            "liquidation if placed", "--loss", LineStyle.SparseDotted);
        const stop = preview.value?.stop;
        if (stop) add("plan", stop.price, "stop if placed", "--warn", LineStyle.SparseDotted);
        for (const [key, { line }] of this.lines) if (!wanted.has(key)) {
            this.candles.removePriceLine(line); this.lines.delete(key); }
        for (const [key, { at, title, tint, style, order }] of wanted) {
            const options = { price: pixels(at), title, color: this.colour(tint), lineStyle: style,
                lineWidth: style === LineStyle.Solid ? 2 : 1, axisLabelVisible: true };
            const known = this.lines.get(key);
            if (known) {
                if (known !== this.dragged) known.line.applyOptions(options);
                Object.assign(known, { at, tint, order });
            } else {
                this.lines.set(key, { line: this.candles.createPriceLine(options), at, tint,
                    order });
            }
        }
    }

    // Orders and stops can be taken by their line and moved; their lists have the same by keyboard.
    #grips() {
        const near = (event) => {
            const y = event.clientY - this.place.getBoundingClientRect().top;
            for (const entry of this.lines.values()) {
                if (!entry.order) continue;
                const at = this.candles.priceToCoordinate(pixels(entry.at));
                if (at !== null && Math.abs(at - y) <= grip) return entry;
            }
            return null;
        };
        const priceAt = (event) => {
            const value =
                this.candles.coordinateToPrice(event.clientY - this.place.getBoundingClientRect().top);
            return Decimal.of(Math.max(value, 0).toFixed(8))
                .toStep(Decimal.of(this.state.market.tick)).text(this.state.market.priceDecimals);
        };
        this.place.addEventListener("pointermove", (event) => {
            if (this.dragged) this.dragged.line.applyOptions({ price: pixels(priceAt(event)) });
            else this.place.classList.toggle("grab", near(event) !== null);
        });
        this.place.addEventListener("pointerdown", (event) => {
            const entry = near(event);
            if (!entry) return;
            event.stopPropagation();
            this.dragged = entry;
            this.place.setPointerCapture(event.pointerId);
            this.chart.applyOptions({ handleScroll: false, handleScale: false });
        }, { capture: true });
        this.place.addEventListener("pointerup", async (event) => {
            const entry = this.dragged;
            if (!entry) return;
            this.chart.applyOptions({ handleScroll: true, handleScale: true });
            const to = priceAt(event);
            try {
                await movePrice(entry.order, to);
                toast(`Moved to ${price(to, this.state.market.priceDecimals)}.`);
            } catch (error) {
                toast(error.message, { kind: "problem" });
            } finally {
                this.dragged = null;
                this.draw();
            }
        });
    }
}
