// Book and tape. Rows are made once and written to at most with every second frame, outside of the
// templates: nothing else on the page changes as often.

import { account } from "../core/account.js";
import { Decimal } from "../core/decimal.js";
import { clockTime, fixed, price } from "../core/format.js";
import { html } from "../core/html.js";
import { effect } from "../core/signal.js";
import { get } from "../core/venue.js";

const depth = 8;
const tapeLength = 40;
// Shorter than the streams' twenty a second, so that none of their changes waits for the next.
const paintInterval = 25;

export function bookPanel({ market, picked, last }) {
    const asks = ladder("asks", "Asks");
    const bids = ladder("bids", "Bids");
    const tape = document.createElement("ol");
    tape.className = "tape";
    tape.setAttribute("aria-label", "Newest trades");
    const spread = document.createElement("span");
    spread.className = "faint";
    const middle = document.createElement("b");
    let book = null;
    let own = new Map();
    let pending = [];
    let painted = 0;
    let scheduled = false;

    effect(() => {
        own = new Map();
        for (const order of account.orders.value) {
            if (order.symbol === market.symbol) own.set(fixed(order.price, market.priceDecimals),
                true);
        }
        schedule();
    });
    effect(() => {
        const event = account.lastEvent.value;
        if (event?.e === "ORDER_TRADE_UPDATE" && event.o.x === "TRADE"
            && event.o.s === market.symbol) {
            note({ price: event.o.L, quantity: event.o.l, time: event.o.T,
                side: event.o.S === "BUY" ? "buy" : "sell", kind: "own" });
        }
    });

    function ladder(side, label) {
        const list = document.createElement("ol");
        list.className = `ladder ${side}`;
        list.setAttribute("aria-label", label);
        const rows = Array.from({ length: depth }, () => {
            const row = document.createElement("li");
            const cells = {};
            const bar = document.createElement("i");
            for (const name of ["own", "price", "quantity", "sum"]) {
                cells[name] = document.createElement("span");
                cells[name].className = name;
            }
            row.append(bar, ...Object.values(cells));
            row.addEventListener("click", () => { if (row.price) picked.value = row.price; });
            return { row, bar, cells, shown: {} };
        });
        list.append(...(side === "asks" ? [...rows].reverse() : rows).map(({ row }) => row));
        return { list, rows };
    }

    function schedule() {
        if (scheduled) return;
        scheduled = true;
        const wait = Math.max(0, painted + paintInterval - performance.now());
        setTimeout(() => requestAnimationFrame(paint), wait);
    }

    function write(part, name, text) {
        if (part.shown[name] === text) return;
        part.shown[name] = text;
        part.cells[name].textContent = text;
    }

    function paintSide(rows, levels) {
        let sum = 0n;
        const scale = market.quantityDecimals;
        const sums = levels.slice(0, depth)
            .map(([, quantity]) => (sum += Decimal.of(quantity).at(scale)));
        const most = sum > 0n ? sum : 1n;
        rows.forEach((part, index) => {
            const level = levels[index];
            part.row.hidden = !level;
            if (!level) return;
            const shown = price(level[0], market.priceDecimals);
            part.row.price = level[0];
            write(part, "price", shown);
            write(part, "quantity", level[1]);
            write(part, "sum", new Decimal(sums[index], scale).text());
            write(part, "own", own.has(shown) ? "●" : "");
            part.row.title = own.has(shown) ? "Your order is at this price" : "";
            // Hundredths of a bar's length: pixels, not money.
            part.bar.style.setProperty("--fill", Number((sums[index] * 100n) / most) / 100);
        });
    }

    function paint() {
        scheduled = false;
        painted = performance.now();
        if (book) {
            paintSide(asks.rows, book.asks);
            paintSide(bids.rows, book.bids);
            const [ask, bid] = [book.asks[0]?.[0], book.bids[0]?.[0]];
            spread.textContent = ask && bid
                ? `spread ${Decimal.of(ask).minus(Decimal.of(bid)).text(market.priceDecimals)}`
                : "one side is empty";
        }
        const newest = last.peek();
        if (newest) {
            middle.textContent = `${price(newest.price, market.priceDecimals)} ${newest.up ? "▲"
                : "▼"}`;
            middle.className = newest.up ? "gain" : "loss";
        }
        for (const entry of pending.splice(0)) tape.prepend(tapeRow(entry));
    }

    function tapeRow(entry) {
        const row = tape.children.length >= tapeLength ? tape.lastElementChild
            : document.createElement("li");
        if (row.children.length === 0) for (let index = 0; index < 3;
            index += 1) row.append(document.createElement("span"));
        const tag = { own: " you", liquidation: " liq.", other: "" }[entry.kind];
        row.dataset.side = entry.side;
        row.dataset.kind = entry.kind;
        row.children[0].className = "price";
        row.children[2].className = "when";
        row.children[0].textContent =
            `${entry.side === "buy" ? "▲" : "▼"} ${price(entry.price, market.priceDecimals)}${tag}`;
        row.children[1].textContent = entry.quantity;
        row.children[2].textContent = clockTime(entry.time);
        return row;
    }

    function note(entry) {
        pending.push(entry);
        if (pending.length > tapeLength) pending = pending.slice(-tapeLength);
        schedule();
    }

    const element = html`<div class="side">
        <section class="panel book-panel" aria-label="Order book">
            <header><h2>Book</h2><span class="faint fine">a row sets the price</span></header>
            <div class="columns"
                aria-hidden="true"><span></span><span>Price</span><span>${market.base}</span>
                <span>Sum</span></div>
            ${asks.list}
            <div class="middle">${middle}${spread}</div>
            ${bids.list}
        </section>
        <section class="panel tape-panel" aria-label="Trades">
            <header><h2>Trades</h2><span class="faint fine">yours and liquidations tagged</span>
            </header>
            ${tape}
        </section>
    </div>`;

    return {
        element,
        depth: (event) => { book = { asks: event.a, bids: event.b }; schedule(); },
        trade: (event) => note({ price: event.p, quantity: event.q, time: event.T,
            side: event.m ? "sell" : "buy", kind: "other" }),
        liquidation: (order) => note({ price: order.ap, quantity: order.z, time: order.T,
            side: order.S === "BUY" ? "buy" : "sell", kind: "liquidation" }),
        reload: async () => {
            try {
                const [whole, trades] = await Promise.all([
                    get("/fapi/v1/depth", { symbol: market.symbol, limit: 20 }),
                    get("/fapi/v1/aggTrades", { symbol: market.symbol, limit: tapeLength }),
                ]);
                book = whole;
                tape.replaceChildren();
                for (const trade of trades) note({ price: trade.p, quantity: trade.q, time: trade.T,
                    side: trade.m ? "sell" : "buy", kind: "other" });
            } catch {
                // The next opening asks again.
            }
        },
    };
}
