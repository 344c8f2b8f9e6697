"""Every page: it is built, quiet, accessible, fits a phone, and its picture is taken."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from conftest import DESKTOP, PHONE, SCREENSHOTS, order

PAGES = {
    "start": "/",
    "trade": "/trade/?symbol=ETHUSDT",
    "receipts": "/receipt/",
    "market": "/market/?symbol=ETHUSDT",
    "control": "/control/",
    "bots": "/bots/",
    "ops": "/ops/",
}


@pytest.fixture(scope="module", autouse=True)
def position(venue):
    """Something to look at: candles, and an isolated position to come."""
    venue.signed("POST", "/fapi/v1/leverage", symbol="ETHUSDT", leverage=10)
    venue.signed("POST", "/fapi/v1/marginType", symbol="ETHUSDT", marginType="ISOLATED")
    for _ in range(3):
        venue.control("clock", {"step": 300_000})
    venue.control("clock", {"paused": False})


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole(visit, venue, name):
    order(venue, "BUY", "0.5")
    order(venue, "BUY", "0.2", "3900")
    page = visit().open(PAGES[name])
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for look in ("light", "dark", "phone", "phone-dark"):
        page.emulate_media(color_scheme="dark" if "dark" in look else "light")
        viewport = PHONE if "phone" in look else DESKTOP
        page.set_viewport_size(viewport)
        page.wait_for_timeout(700)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        expect(page.get_by_role("main")).not_to_be_empty()
        page.screenshot(path=SCREENSHOTS / f"{name}-{look}.png", full_page="phone" in look)
        assert not violations(page), look


def violations(page):
    """What the accessibility checks find, in words."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })"
    )
    return "\n".join(
        f"{one['id']}: {one['help']} ({one['nodes'][0]['html'][:160]}, {len(one['nodes'])} places)"
        for one in found["violations"]
    )


@pytest.mark.parametrize("name", ["start", "trade", "control", "bots"])
def test_the_keyboard_reaches_every_control(visit, name):
    page = visit().open(PAGES[name])
    page.wait_for_timeout(500)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    wanted = page.evaluate(
        """[...document.querySelectorAll("main a[href], main button, main input, main select")]
            .filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex >= 0).length"""
    )
    seen = set()
    for _ in range(wanted + 40):
        page.keyboard.press("Tab")
        index, outline = page.evaluate(
            """[[...document.querySelectorAll("main a[href], main button, main input, main select")]
                .indexOf(document.activeElement), getComputedStyle(document.activeElement).outlineStyle]"""
        )
        if index >= 0:
            seen.add(index)
        assert outline != "none" or index < 0
    # Lists grow and shrink while the market moves.
    assert len(seen) >= wanted * 0.8


def test_rows_that_leave_a_list_end_what_they_had_running(visit):
    page = visit().open("/ops/")
    runs = page.evaluate("""async () => {
            const { each, html } = await import("/core/html.js");
            const { signal } = await import("/core/signal.js");
            const [list, tick, isShown] = [signal([1, 2]), signal(0), signal(true)];
            let runs = 0;
            const row = () => html`<li>${() => { runs += 1; return tick.value; }}</li>`;
            const place = document.createElement("div");
            place.append(html`${() => (isShown.value
                ? html`<ul>${each(() => list.value, (one) => one, row)}</ul>` : null)}`);
            const counted = () => { runs = 0; tick.value += 1; return runs; };
            const both = counted();
            list.value = [1];
            const one = counted();
            isShown.value = false;
            return [both, one, counted()];
        }""")
    assert runs == [2, 1, 0]


def test_motion_is_reduced_where_that_is_wished(visit):
    page = visit(reduced_motion="reduce").open("/")
    assert page.evaluate(
        "getComputedStyle(document.querySelector('button')).transitionDuration"
    ) in ("0s", "none", "")


def test_the_theme_is_switched_and_kept(visit):
    page = visit().open("/ops/")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Switch between light and dark").click()
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert before != after
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == after
