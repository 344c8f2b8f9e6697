// The venue as whoever runs it sees it: clock, fault board, scenario, failure. No fault touches this
// stream, so that a page knows how the venue stands while its other streams are silent.

import { effect, signal } from "./signal.js";
import { Live } from "./stream.js";
import { get } from "./venue.js";

export const control = {
    // connecting, live, stale or lost
    link: signal("connecting"),
    // Each as it was told last; `undefined` until then.
    clock: signal(undefined),
    faults: signal(undefined),
    stress: signal(undefined),
    scenario: signal(undefined),
    failure: signal(undefined),
};

export function startControl() {
    const live = new Live({
        streams: ["!control"],
        onOpen: ask,
        onEvent: (_, { e: subject, value }) => { control[subject].value = value; },
    });
    effect(() => { control.link.value = live.state.value; });
}

// The stream tells it too, a quarter of a second later: a page need not stand empty for so long.
async function ask() {
    try {
        const [clock, board, status] =
            await Promise.all([get("/v1/clock"), get("/v1/faults"), get("/v1/status")]);
        control.clock.value = clock;
        control.faults.value = board.faults;
        control.stress.value = { range: board.range, liquidations: board.liquidations };
        control.failure.value = status.failure;
    } catch {
        // The next opening asks again.
    }
}
