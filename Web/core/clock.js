// The venue's time, carried on between two words of its clock.

import { control } from "./control.js";
import { effect, signal } from "./signal.js";
import { post } from "./venue.js";

// { venueTime, wallTime, speed, paused, runUntil }; null while the venue does not answer.
export const clock = signal(null);
export const now = signal(0);

let told = 0;

function take(status) {
    told = performance.now();
    clock.value = status;
    now.value = status.venueTime;
}

export async function change(wish) {
    take(await post("/v1/clock", wish));
}

function carry() {
    const status = clock.peek();
    if (!status || status.paused || status.speed === "max") return;
    now.value = status.venueTime + Math.round((performance.now() - told) * Number(status.speed));
}

export function startClock() {
    effect(() => { if (control.clock.value) take(control.clock.value); });
    effect(() => { if (control.link.value === "lost") clock.value = null; });
    setInterval(carry, 250);
}
