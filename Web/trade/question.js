// Asks the venue what an order would do, a moment after the last change and once a second after that.

import { effect, signal } from "../core/signal.js";
import { get } from "../core/venue.js";

const pause = 80;
const renewal = 1500;

// `query` reads signals and gives the parameters, or null where there is nothing to ask.
export function question(query) {
    const preview = signal(null);
    const refusal = signal("");
    let number = 0;
    let timer;
    async function ask(wanted) {
        const mine = (number += 1);
        try {
            const answer = await get("/v1/preview", wanted);
            if (mine !== number) return;
            preview.value = answer;
            refusal.value = "";
        } catch (error) {
            if (mine !== number) return;
            preview.value = null;
            refusal.value = error.message;
        }
        plan(wanted, renewal);
    }
    function plan(wanted, wait) {
        clearTimeout(timer);
        timer = setTimeout(() => (document.hidden ? plan(wanted, renewal) : ask(wanted)), wait);
    }
    effect(() => {
        const wanted = query();
        clearTimeout(timer);
        number += 1;
        if (wanted) plan(wanted, pause);
        else {
            preview.value = null;
            refusal.value = "";
        }
    });
    return { preview, refusal };
}
