// Whether this browser acts for the venue's own user, and the link that makes it so.

import { signal } from "./signal.js";
import { get, post } from "./venue.js";

// null while asked, then { open, account }
export const session = signal(null);

export async function openSession() {
    const link = /^#link=([0-9a-f]{64})$/.exec(location.hash)?.[1];
    if (link) {
        // Out of the address before anything else, so that it stays in no history.
        history.replaceState(null, "", location.pathname + location.search);
        try {
            await post("/v1/session", { link });
        } catch {
            // Spent: the cookie that it was spent for may still be good.
        }
    }
    try {
        session.value = await get("/v1/session");
    } catch {
        session.value = { open: false, account: null };
    }
    return session.value;
}
