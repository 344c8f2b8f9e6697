// What every page has around it: where one is, what time it is at the venue, and whether it answers.

import { account, startAccount } from "./account.js";
import { change, clock, now, startClock } from "./clock.js";
import { control, startControl } from "./control.js";
import { fullTime } from "./format.js";
import { html } from "./html.js";
import { openSession, session } from "./session.js";
import { attempt } from "./toast.js";

const pages = [
    ["Start", "/"], ["Trade", "/trade/"], ["Receipts", "/receipt/"], ["Market", "/market/"],
    ["Control", "/control/"], ["Bots", "/bots/"], ["Ops", "/ops/"],
];

// Builds the page's frame and calls `build` for what belongs in it.
export async function page(build, { needsSession = false, wide = false } = {}) {
    document.body.prepend(header());
    const main = document.createElement("main");
    main.id = "main";
    main.tabIndex = -1;
    if (wide) main.classList.add("wide");
    document.body.append(main);
    document.body.append(footer());
    startControl();
    startClock();
    const opened = await openSession();
    if (opened.open) startAccount();
    if (needsSession && !opened.open) {
        main.append(locked());
        return;
    }
    try {
        main.append(await build(main));
    } catch (error) {
        main.append(html`<section class="panel notice" role="alert">
            <h1>This page could not be built</h1><p>${error.message}</p>
            <p><button @click=${() => location.reload()}>Try again</button></p></section>`);
        throw error;
    }
}

function header() {
    const here = location.pathname;
    return html`
        <a class="skip" href="#main">Skip to content</a>
        <header class="top">
            <a class="brand" href="/" aria-label="Plimsoll, start">
                <svg viewBox="0 0 32 32"
                    aria-hidden="true"><circle cx="16" cy="16" r="10"/><path d="M1 16h30"/></svg>
                <b>Plimsoll</b>
            </a>
            <nav aria-label="Pages">
                ${pages.map(([name, path]) =>
                    html`<a href=${path} aria-current=${path === here ? "page"
                    : null}>${name}</a>`)}
            </nav>
            <div class="clock" role="group" aria-label="Venue clock">
                <span class="state" data-state=${() => linkState()} title=${() => linkWords()}>
                    <i aria-hidden="true"></i><span>${() => linkWords()}</span>
                </span>
                <time title="Venue time">${() =>
                    (clock.value ? fullTime(now.value) : "no clock")}</time>
                <span class="speed">${() => speedWords()}</span>
                <button class="quiet" aria-label=${() =>
                    (clock.value?.paused ? "Resume the clock" : "Pause the clock")}
                    ?disabled=${() => !clock.value}
                    @click=${pauseOrResume}>${() => (clock.value?.paused ? "▶" : "❚❚")}</button>
                <button class="quiet" aria-label="Switch between light and dark"
                    @click=${switchTheme}>◐</button>
            </div>
        </header>`;
}

function footer() {
    return html`<footer class="foot">A simulation; education, not financial advice.
        <a href="/notices.txt">Made with</a></footer>`;
}

function linkState() {
    if (control.link.value !== "live") return control.link.value;
    if (control.failure.value) return "failed";
    if (clock.value?.paused) return "paused";
    return account.link.value === "lost" ? "deaf" : account.link.value;
}

function linkWords() {
    return { live: "live", lost: "no connection, retrying", stale: "silent", deaf: "account stream lost",
        failed: "takes no orders", connecting: "connecting", paused: "paused",
        closed: "watching" }[linkState()];
}

function speedWords() {
    const status = clock.value;
    if (!status) return "";
    return status.speed === "max" ? "max" : `${status.speed.replace(/\.?0+$/, "")}×`;
}

const pauseOrResume = () => attempt(() => change({ paused: !clock.peek().paused }));

function switchTheme() {
    const root = document.documentElement;
    const isDark = root.dataset.theme
        ? root.dataset.theme === "dark"
        : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
    dispatchEvent(new Event("themechange"));
}

// What a browser without a session sees in place of an account.
export function locked() {
    return html`<section class="panel notice">
        <h1>This browser has no session</h1>
        <p>Open the address that <code>plimsoll up</code> printed as <em>web page</em>: its link,
            which works
        once, makes this browser the venue's own user. <code>plimsoll open</code> prints a further
            one.</p>
        <p>What everybody may see is open: <a href="/market/">the market</a>.</p>
    </section>`;
}

export { session };
