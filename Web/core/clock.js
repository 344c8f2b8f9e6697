// The venue's time, carried on between two looks at its clock.

import { signal } from "./signal.js";
import { get, post } from "./venue.js";

// { venueTime, wallTime, speed, paused, runUntil }; null until the venue has answered.
export const clock = signal(null);
export const now = signal(0);

let asked = 0;

export function take(status) {
    asked = performance.now();
    clock.value = status;
    now.value = status.venueTime;
}

export async function look() {
    try {
        take(await get("/v1/clock"));
    } catch {
        clock.value = null;
    }
}

export async function change(wish) {
    take(await post("/v1/clock", wish));
}

function carry() {
    const status = clock.peek();
    if (!status || status.paused || status.speed === "max") return;
    now.value = status.venueTime + Math.round((performance.now() - asked) * Number(status.speed));
}

export function startClock() {
    look();
    setInterval(look, 2000);
    setInterval(carry, 250);
}
