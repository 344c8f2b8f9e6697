"""Everything a person can type: the field says what is wrong with it, and nothing is sent."""

import re

import pytest
from playwright.sync_api import expect

from conftest import order

# What is wrong with it, whatever the field is for.
WRONG = {
    "abc": "no number",
    "1,000": "comma",
    "1.2.3": "several points",
    "1..2": "several points",
    "-5": "greater than zero",
    "\u22125": "greater than zero",
    "0": "greater than zero",
    "0.000": "greater than zero",
    "9" * 40: "too large",
    "\uff11\uff10\uff10": "another script",
    "\u0661\u0662": "another script",
    "1 000": "gap",
    "1_000": "gap",
    "1e5": "no number",
    "0x10": "no number",
    "+5": "no number",
    "NaN": "no number",
    ".": "no number",
    "": "empty",
    "   ": "empty",
    "<img/src=x>": "no number",
}


class Sent:
    """What the page asks of the venue that would act, or that a wrong number is part of."""

    def __init__(self, page):
        self.requests = []
        page.on("request", self._note)

    def _note(self, request):
        if request.method != "GET" or "/v1/preview" in request.url:
            self.requests.append(f"{request.method} {request.url}")


def says(field, wrong, typed, said):
    field.fill(typed)
    expect(wrong).to_contain_text(said)
    expect(field).to_have_attribute("aria-invalid", "true")


def quiet_after(page, sent):
    """Nothing goes out while a wrong text stands, though a preview is renewed every moment."""
    sent.requests.clear()
    page.wait_for_timeout(1700)
    assert sent.requests == []


@pytest.mark.parametrize(
    "label, name, decimals",
    [
        ("May lose at most", "loss", 8),
        ("Wrong at (stop)", "stop", 2),
        ("Size", "size", 3),
        ("Leverage", "leverage", 0),
    ],
)
def test_a_field_of_the_simple_ticket_says_what_is_wrong(visit, label, name, decimals):
    page = visit().open("/trade/?symbol=ETHUSDT")
    place = page.locator(".ticket .place:visible")
    expect(place).to_be_enabled()
    sent = Sent(page)
    field = page.locator(".ticket form:visible").get_by_label(label, exact=True)
    wrong = page.locator(f"#{name}-wrong")
    for typed, said in WRONG.items():
        says(field, wrong, typed, said)
        expect(place).to_be_disabled()
    says(field, wrong, "1.1234567891"[: decimals + 3], "decimal" if decimals else "whole number")
    expect(place).to_be_disabled()
    quiet_after(page, sent)


def test_a_leverage_that_no_market_gives_is_said(visit):
    page = visit().open("/trade/?symbol=ETHUSDT")
    field = page.locator(".ticket form:visible").get_by_label("Leverage", exact=True)
    says(field, page.locator("#leverage-wrong"), "500", "At most")
    expect(page.locator(".ticket .place:visible")).to_be_disabled()
    field.fill("7")
    expect(page.locator("#leverage-wrong")).to_have_text("")
    expect(page.locator(".ticket .place:visible")).to_be_enabled()


@pytest.mark.parametrize(
    "kind, label, name, decimals",
    [
        ("LIMIT", "Price", "price", 2),
        ("LIMIT", "Quantity", "quantity", 3),
        ("STOP_MARKET", "Trigger price", "trigger", 2),
        ("TRAILING_STOP_MARKET", "Callback", "callback", 1),
        ("TRAILING_STOP_MARKET", "Activation (optional)", "activation", 2),
    ],
)
def test_a_field_of_the_pro_ticket_says_what_is_wrong(visit, kind, label, name, decimals):
    page = visit().open("/trade/?symbol=ETHUSDT")
    page.get_by_role("button", name="Pro").click()
    page.get_by_label("Order type").select_option(kind)
    form = page.locator(".ticket form:visible")
    for other, filled in (("Quantity", "0.1"), ("Trigger price", "3000")):
        if form.get_by_label(other, exact=True).is_visible():
            form.get_by_label(other, exact=True).fill(filled)
    field = form.get_by_label(label, exact=True)
    sent = Sent(page)
    for typed, said in WRONG.items():
        # What is optional may be empty.
        if typed.strip():
            says(field, page.locator(f"#pro-{name}-wrong"), typed, said)
    says(field, page.locator(f"#pro-{name}-wrong"), "1.12345"[: decimals + 3], "at most")
    sent.requests.clear()
    page.get_by_role("button", name="▲ Buy").click()
    expect(form.locator("p[role=alert]")).to_contain_text("at most")
    expect(field).to_be_focused()
    assert [one for one in sent.requests if one.startswith("POST")] == []


def test_an_empty_field_of_the_pro_ticket_is_said_when_it_is_placed(visit):
    page = visit().open("/trade/?symbol=ETHUSDT")
    page.get_by_role("button", name="Pro").click()
    form = page.locator(".ticket form:visible")
    sent = Sent(page)
    page.get_by_role("button", name="▼ Sell").click()
    expect(form.locator("p[role=alert]")).to_contain_text("The quantity is empty")
    expect(form.get_by_label("Quantity", exact=True)).to_be_focused()
    assert [one for one in sent.requests if one.startswith("POST")] == []


def test_the_dialogs_say_what_is_wrong(visit, venue):
    order(venue, "BUY", "0.1", "3000")
    page = visit().open("/trade/?symbol=ETHUSDT")
    page.get_by_role("tab", name=re.compile("Orders")).click()
    page.get_by_role("button", name="Edit ETHUSDT order").click()
    dialog = page.get_by_role("dialog")
    sent = Sent(page)
    for typed, said in WRONG.items():
        dialog.get_by_label("Price").fill(typed)
        dialog.get_by_role("button", name="Change it").click()
        expect(dialog.locator("#ask-price-wrong")).to_contain_text(said)
    assert [one for one in sent.requests if not one.startswith("GET")] == []
    dialog.get_by_role("button", name="Back").click()
    expect(dialog).to_have_count(0)


@pytest.mark.parametrize(
    "name, button, wrong", [("lasts", "Switch on", "lasts-wrong"), ("step", "Go", "step-wrong")]
)
def test_the_fields_of_the_control_page_say_what_is_wrong(visit, name, button, wrong):
    page = visit().open("/control/")
    sent = Sent(page)
    for typed, said in {**WRONG, "1.5": "whole number"}.items():
        page.locator(f"#{name}").fill(typed)
        page.get_by_role("button", name=button, exact=True).first.click()
        expect(page.locator(f"#{wrong}")).to_contain_text(said)
    assert [one for one in sent.requests if "/v1/faults" in one or "/v1/clock" in one] == []


def test_an_order_id_that_the_venue_does_not_take_is_refused_in_its_words(visit, venue):
    page = visit(quiet=False).open("/trade/?symbol=ETHUSDT")
    page.get_by_role("button", name="Pro").click()
    form = page.locator(".ticket form:visible")
    form.get_by_label("Price", exact=True).fill("3000")
    form.get_by_label("Quantity", exact=True).fill("0.1")
    form.get_by_label("Your id (optional)").fill("<script>alert(1)</script>")
    page.get_by_role("button", name="▲ Buy").click()
    expect(form.locator("p[role=alert]")).to_contain_text("The venue says:")
    assert venue.signed("GET", "/fapi/v1/openOrders") == []


def test_a_search_for_no_market_and_no_receipt_shows_something_sensible(visit):
    page = visit().open("/trade/?symbol=%3Cscript%3E")
    expect(page.locator("#symbol")).to_have_value("ETHUSDT")
    page = visit(quiet=False).open("/receipt/?id=%3Cscript%3E")
    expect(page.get_by_role("alert")).to_be_visible()
