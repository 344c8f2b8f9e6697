// What the page asks the venue to do. Each is one request of the dialect, or a few in a stated order.

import { account, refresh } from "./account.js";
import { get, send } from "./venue.js";

// Leverage and margin mode, where they are not so already: the venue refuses a change that is none.
export async function setUp(symbol, leverage, isIsolated) {
    const [settings] = await get("/fapi/v1/symbolConfig", { symbol });
    const marginType = isIsolated ? "ISOLATED" : "CROSSED";
    if (settings.marginType !== marginType) await send("POST", "/fapi/v1/marginType",
        { symbol, marginType });
    if (settings.leverage !== leverage) await send("POST", "/fapi/v1/leverage",
        { symbol, leverage });
}

// An account may hold a long and a short of one market beside each other: there each order says which of
// them it is for.
export function sided(order) {
    if (!account.standing.value?.hedgeMode || (order.positionSide ?? "BOTH") !== "BOTH") return order;
    const { reduceOnly, ...rest } = order;
    const closes = reduceOnly === "true" || order.closePosition === "true";
    return { ...rest, positionSide: (order.side === "BUY") !== closes ? "LONG" : "SHORT" };
}

export async function place(order) {
    const answer = await send("POST", "/fapi/v1/order",
        { newOrderRespType: "RESULT", ...sided(order) });
    refresh();
    return answer;
}

export async function placeConditional(order) {
    const answer = await send("POST", "/fapi/v1/algoOrder",
        { algoType: "CONDITIONAL", ...sided(order) });
    refresh();
    return answer;
}

export async function cancel(order) {
    await send("DELETE", "/fapi/v1/order", { symbol: order.symbol, orderId: order.orderId });
    refresh();
}

export async function cancelConditional(conditional) {
    await send("DELETE", "/fapi/v1/algoOrder", { algoId: conditional.algoId });
    refresh();
}

export async function cancelAll(symbol) {
    await Promise.all([send("DELETE", "/fapi/v1/allOpenOrders", { symbol }),
        send("DELETE", "/fapi/v1/algoOpenOrders", { symbol })]);
    refresh();
}

export async function amend(order, { price, quantity }) {
    await send("PUT", "/fapi/v1/order",
        { symbol: order.symbol, orderId: order.orderId, side: order.side,
        price: price ?? order.price, quantity: quantity ?? order.origQty });
    refresh();
}

// A conditional order is not amended at this venue: the changed one is placed, then the other
// cancelled, so that there is no moment without a stop. Where only one may close the position it is the
// other way round, and what was there comes back if the changed one is refused.
export async function moveConditional(conditional, triggerPrice) {
    const { symbol, side, orderType: type, positionSide, workingType, closePosition, reduceOnly,
        quantity, price, timeInForce } = conditional;
    const order = { symbol, side, type, positionSide, workingType, triggerPrice };
    if (closePosition === true || closePosition === "true") {
        await cancelConditional(conditional);
        try {
            return await placeConditional({ ...order, closePosition: "true" });
        } catch (error) {
            await placeConditional({ ...order, triggerPrice: conditional.triggerPrice,
                closePosition: "true" });
            throw error;
        }
    }
    if (positionSide === "BOTH") order.reduceOnly = String(reduceOnly);
    if (type === "STOP" || type === "TAKE_PROFIT") Object.assign(order, { price, timeInForce });
    await placeConditional({ ...order, quantity });
    return cancelConditional(conditional);
}

export async function movePrice({ order, conditional }, to) {
    if (order) await amend(order, { price: to });
    else await moveConditional(conditional, to);
}

const opposite = (position) => (position.quantity.startsWith("-") ? "BUY" : "SELL");

export function closePosition(position) {
    const order = { symbol: position.symbol, side: opposite(position), type: "MARKET",
        quantity: position.quantity.replace("-", "") };
    if (position.positionSide === "BOTH") order.reduceOnly = "true";
    else order.positionSide = position.positionSide;
    return place(order);
}

// Closes the position and opens as much the other way.
export async function reversePosition(position) {
    await closePosition(position);
    return place({ symbol: position.symbol, side: opposite(position), type: "MARKET",
        quantity: position.quantity.replace("-", "") });
}

export async function changeMargin(position, amount, isAdded) {
    const query = { symbol: position.symbol, amount, type: isAdded ? 1 : 2 };
    if (position.positionSide !== "BOTH") query.positionSide = position.positionSide;
    await send("POST", "/fapi/v1/positionMargin", query);
    refresh();
}
