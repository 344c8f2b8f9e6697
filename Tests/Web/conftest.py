"""What the browser tests share: a venue with the web app, and a browser that watches for trouble."""

import os
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))

from venue import PATIENCE, Venue  # noqa: E402

CHROMIUM = os.environ.get("PLIMSOLL_CHROMIUM", "/usr/bin/chromium")
SCREENSHOTS = Path(os.environ.get("PLIMSOLL_SCREENSHOTS", ROOT / ".build/screenshots"))
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


# What has to appear is waited for, however busy the machine is.
expect.set_options(timeout=PATIENCE * 1000)


def pytest_configure(config):
    for needed in [Venue.binary(), ROOT / ".build/web/index.html", Path(CHROMIUM)]:
        if not needed.exists():
            pytest.exit(
                f"{needed} is missing: `make build` and Scripts/prepare.sh tests make it", 2
            )


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-zygote"]
        )
        yield chromium
        chromium.close()


def new_context(browser, **options):
    """A browser window of its own, whose pages are waited for like everything else."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE * 1000)
    return context


@pytest.fixture(scope="module")
def venue(tmp_path_factory):
    """A venue of the module's own, with the simulated market."""
    folder = tmp_path_factory.mktemp("web")
    environment = {"PLIMSOLL_WEB": str(ROOT / ".build/web")}
    with Venue(folder, "--in-memory", "--seed", "42", "--no-tls", env=environment) as venue:
        # Three minutes of history, so that a typical hour has a figure.
        venue.control("clock", {"step": 240_000})
        venue.control("clock", {"paused": False})
        yield venue


@pytest.fixture(scope="module")
def session(browser, venue):
    """The storage of a browser that has used the venue's link."""
    context = new_context(browser)
    page = context.new_page()
    page.goto(venue.ready["web"])
    page.get_by_role("heading", name="Lose a position in two minutes").wait_for()
    state = context.storage_state()
    context.close()
    return state


class Watched:
    """A page and everything that went wrong on it."""

    def __init__(self, page, base):
        self.page = page
        self.base = base
        self.trouble = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))

    def _said(self, message):
        # The tests themselves read pixels of a chart, as often as it takes.
        if message.type in ("error", "warning") and "readback" not in message.text:
            self.trouble.append(f"{message.type}: {message.text}")

    def open(self, path):
        self.page.goto(self.base + path)
        self.page.locator("main *").first.wait_for()
        return self.page


@pytest.fixture
def visit(browser, venue, session):
    """Opens pages in a browser of its own; nothing may be said on the console."""
    made = []

    def build(viewport=DESKTOP, dark=False, state=session, quiet=True, **options):
        context = new_context(
            browser,
            viewport=viewport,
            color_scheme="dark" if dark else "light",
            storage_state=state,
            **options,
        )
        watched = Watched(context.new_page(), venue.base)
        made.append((context, watched, quiet))
        return watched

    yield build
    for context, watched, quiet in made:
        context.close()
        if quiet:
            assert watched.trouble == []


def order(venue, side, quantity, price=None, symbol="ETHUSDT", **more):
    """An order of the demo account, in ether if nothing is said: at a price, or at the market's."""
    terms = {"type": "LIMIT", "timeInForce": "GTC", "price": price} if price else {"type": "MARKET"}
    return venue.signed(
        "POST",
        "/fapi/v1/order",
        symbol=symbol,
        side=side,
        quantity=quantity,
        **terms,
        **more,
    )


def flat(venue):
    """Closes everything that the demo account has, so that tests do not lean on each other."""
    for position in venue.signed("GET", "/fapi/v2/positionRisk"):
        quantity = position["positionAmt"]
        if float(quantity) != 0:
            side = "BUY" if quantity.startswith("-") else "SELL"
            venue.signed(
                "POST",
                "/fapi/v1/order",
                symbol=position["symbol"],
                side=side,
                type="MARKET",
                quantity=quantity.lstrip("-"),
                reduceOnly="true",
            )
    for symbol in ("ETHUSDT", "BTCUSDT"):
        venue.signed("DELETE", "/fapi/v1/allOpenOrders", symbol=symbol)
        venue.signed("DELETE", "/fapi/v1/algoOpenOrders", symbol=symbol)


@pytest.fixture
def faults(venue):
    """The fault board, clear before and after."""
    if "/v1/faults" not in venue.get("/openapi.json")["paths"]:
        pytest.skip("this venue serves no fault board")
    clear = lambda: venue.call(
        "DELETE", "/v1/faults", "{}", {"Content-Type": "application/json"}
    )  # noqa: E731
    clear()
    yield
    clear()


@pytest.fixture(autouse=True)
def clean(venue):
    flat(venue)
    yield
