"""The ticket: its numbers are the venue's, and nothing is sent that is not a number."""

import json
import re
import subprocess

import pytest
from playwright.sync_api import expect

from conftest import order
from venue import PATIENCE, Venue


def number(text):
    """A figure of the page as the API writes it."""
    return text.replace(",", "").replace("\u2212", "-").split("\u00a0")[0].split("\n")[0].strip()


def fact(page, name):
    row = page.locator(".ticket form:visible .facts > div").filter(
        has=page.locator("dt", has_text=name)
    )
    return row.locator("dd").inner_text()


@pytest.fixture
def ticket(visit):
    page = visit().open("/trade/?symbol=ETHUSDT")
    page.get_by_role("button", name="Simple").click()
    expect(page.locator(".ticket .place:visible")).to_be_enabled()
    return page


def test_five_fields_size_the_order_by_its_loss(ticket, venue):
    # So that both questions are asked of the same market.
    venue.control("clock", {"paused": True})
    try:
        ticket.get_by_label("May lose at most").fill("50")
        ticket.get_by_label("Leverage", exact=True).first.fill("10")
        ticket.get_by_label("Leverage", exact=True).first.press("Tab")
        # What was on its way when the clock stopped has arrived, and the preview is that of now.
        ticket.wait_for_timeout(2500)
        stop = ticket.get_by_label("Wrong at (stop)").input_value()
        size = ticket.get_by_label("Size", exact=True).input_value()
        told = venue.signed(
            "GET",
            "/v1/preview",
            symbol="ETHUSDT",
            side="BUY",
            quantity=size,
            stopPrice=stop,
            leverage=10,
            marginType="ISOLATED",
        )
        assert 45 < float(told["stop"]["expectedLoss"]) <= 50.5
        shown = number(fact(ticket, "Liquidation price"))
        assert shown == f"{float(told['after']['liquidationPrice']):.2f}"
        assert number(fact(ticket, "Fees, in and out")) == f"{float(told['fees']['roundTrip']):.2f}"
    finally:
        venue.control("clock", {"paused": False})


def test_the_liquidation_price_is_the_positions_and_that_of_the_command_line(ticket, venue):
    venue.control("clock", {"paused": True})
    try:
        ticket.get_by_label("Size", exact=True).fill("0.5")
        ticket.get_by_label("Leverage", exact=True).first.fill("20")
        ticket.get_by_label("Leverage", exact=True).first.press("Tab")
        ticket.wait_for_timeout(2500)
        promised = number(fact(ticket, "Liquidation price"))
        ticket.locator(".ticket .place:visible").click()
        expect(ticket.locator("article.position")).to_be_visible()
        held = venue.signed("GET", "/fapi/v2/positionRisk", symbol="ETHUSDT")[0]
        assert f"{float(held['liquidationPrice']):.2f}" == promised
        expect(ticket.locator("article.position")).to_contain_text(f"{float(promised):,.2f}")
        said = subprocess.run(
            [
                Venue.binary(),
                "calc",
                "liq",
                "--symbol",
                "ETHUSDT",
                "--side",
                "long",
                "--entry",
                held["entryPrice"],
                "--quantity",
                "0.5",
                "--leverage",
                "20",
                "--wallet",
                held["isolatedWallet"],
                "--json",
            ],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert said.returncode == 0, said.stderr
        document = json.loads(said.stdout)
        assert f"{float(document['liquidationPrice']):.2f}" == promised
    finally:
        venue.control("clock", {"paused": False})


def test_the_stop_is_placed_with_the_position(ticket, venue):
    ticket.locator(".ticket .place:visible").click()
    ticket.get_by_role("tab", name=re.compile("Stops")).click()
    expect(ticket.locator("#list tbody tr")).to_have_count(1)
    waiting = venue.signed("GET", "/fapi/v1/openAlgoOrders")
    assert waiting[0]["orderType"] == "STOP_MARKET"
    assert waiting[0]["closePosition"] is True


def test_a_stop_that_cannot_fire_is_flagged_and_mended_by_one_click(ticket):
    ticket.get_by_label("Leverage", exact=True).first.fill("100")
    ticket.get_by_label("Leverage", exact=True).first.press("Tab")
    alert = ticket.locator(".callout[role=alert]")
    expect(alert).to_contain_text("This stop can never fire before liquidation.")
    ticket.locator(".ticket .place:visible").click()
    dialog = ticket.get_by_role("dialog")
    expect(dialog).to_contain_text("This stop can never fire")
    dialog.get_by_role("button", name="Back").click()
    alert.get_by_role("button").click()
    expect(alert).to_have_count(0)


def test_cross_is_chosen_only_after_the_comparison(ticket):
    mode = ticket.get_by_role("button", name="Margin mode")
    expect(mode).to_have_text("isolated")
    mode.click()
    dialog = ticket.get_by_role("dialog")
    expect(dialog).to_contain_text("At risk")
    dialog.get_by_role("button", name="Stay isolated").click()
    expect(mode).to_have_text("isolated")
    mode.click()
    dialog.get_by_role("button", name="Use cross").click()
    expect(mode).to_have_text("cross")


@pytest.mark.parametrize("typed", [" 75 ", "75.", "0075", "75.50"])
def test_what_is_a_number_in_other_clothes_is_taken(ticket, typed):
    ticket.get_by_label("May lose at most").fill(typed)
    expect(ticket.locator("#loss-wrong")).to_have_text("")
    expect(ticket.locator(".ticket .place:visible")).to_be_enabled()


def test_a_stop_on_the_wrong_side_is_said(ticket):
    ticket.get_by_label("Wrong at (stop)").fill("9000")
    expect(ticket.locator("#stop-wrong")).to_contain_text("below the mark price")
    ticket.get_by_label("Wrong at (stop)").fill("3000.123")
    expect(ticket.locator("#stop-wrong")).to_contain_text("decimals")


def test_a_refusal_of_the_venue_is_shown_in_its_words(visit):
    ticket = visit(quiet=False).open("/trade/?symbol=ETHUSDT")
    ticket.get_by_role("button", name="Pro").click()
    ticket.get_by_label("Order type").select_option("LIMIT")
    ticket.get_by_label("Price", exact=True).fill("1000")
    ticket.get_by_label("Quantity", exact=True).fill("0.001")
    ticket.get_by_role("button", name="▲ Buy").click()
    expect(ticket.locator(".ticket form:visible p[role=alert]")).to_contain_text("The venue says:")


def test_place_edit_and_cancel_by_keyboard(ticket, venue):
    keys = ticket.keyboard
    ticket.get_by_role("button", name="Pro").focus()
    keys.press("Enter")
    ticket.get_by_label("Price", exact=True).focus()
    keys.press("Control+A")
    keys.type("3500")
    ticket.get_by_label("Quantity", exact=True).focus()
    keys.type("0.1")
    keys.press("Enter")
    ticket.get_by_role("tab", name=re.compile("Orders")).focus()
    keys.press("Enter")
    row = ticket.locator("#list tbody tr")
    expect(row).to_have_count(1)
    row.get_by_role("button", name="Edit").focus()
    keys.press("Enter")
    keys.press("Control+A")
    keys.type("3400")
    keys.press("Enter")
    expect(row).to_contain_text("3,400.00")
    assert venue.signed("GET", "/fapi/v1/openOrders")[0]["price"] == "3400.00"
    row.get_by_role("button", name="Cancel").focus()
    keys.press("Enter")
    expect(row).to_have_count(0)
    assert venue.signed("GET", "/fapi/v1/openOrders") == []


def test_a_strangers_text_stays_text(ticket, venue):
    # The venue takes only plain characters in ids; whatever it takes is shown as it is.
    hostile = "a:b/c.d_e-f"
    order(venue, "BUY", "0.1", "3000", newClientOrderId=hostile)
    ticket.get_by_role("tab", name=re.compile("Orders")).click()
    expect(ticket.locator("#list tbody tr")).to_contain_text(hostile)
    shown = ticket.evaluate("""async () => {
            const { html } = await import("/core/html.js");
            const place = document.createElement("div");
            const text = "<img src=x onerror=window.hit=1><script>window.hit=1</script>";
            place.append(html`<p title=${text}>${text}</p><p>${() => text}</p>`);
            document.body.append(place);
            return [place.querySelectorAll("img, script").length, window.hit ?? 0, place.textContent.includes(text)];
        }""")
    assert shown == [0, 0, True]


def test_a_stop_moves_and_stays_where_it_was_if_the_move_is_refused(visit, venue):
    order(venue, "BUY", "0.1")
    venue.signed(
        "POST",
        "/fapi/v1/algoOrder",
        algoType="CONDITIONAL",
        symbol="ETHUSDT",
        side="SELL",
        type="STOP_MARKET",
        triggerPrice="3500",
        closePosition="true",
    )
    page = visit(quiet=False).open("/trade/?symbol=ETHUSDT")
    page.get_by_role("tab", name=re.compile("Stops")).click()

    def move(price):
        page.get_by_role("button", name="Move ETHUSDT stop").click()
        page.get_by_role("dialog").get_by_label("Trigger price").fill(price)
        page.get_by_role("dialog").get_by_role("button", name="Move it").click()

    move("3600")
    expect(page.locator("#list tbody tr")).to_contain_text("3,600.00")
    # Above the market a stop would fire at once: refused, and the one before stands.
    move("9000")
    expect(page.locator(".toast.problem")).to_be_visible()
    expect(page.locator("#list tbody tr")).to_contain_text("3,600.00")
    waiting = venue.signed("GET", "/fapi/v1/openAlgoOrders")
    assert [one["triggerPrice"] for one in waiting] == ["3600.00"]


def test_a_second_order_moves_the_stop_instead_of_losing_it(ticket, venue):
    for stop in ("3700", "3750"):
        ticket.get_by_label("Wrong at (stop)").fill(stop)
        ticket.get_by_label("May lose at most").fill("20")
        ticket.wait_for_timeout(600)
        ticket.locator(".ticket .place:visible").click()
        ticket.wait_for_timeout(1500)
    waiting = venue.signed("GET", "/fapi/v1/openAlgoOrders")
    assert [one["triggerPrice"] for one in waiting] == ["3750.00"]


def test_margin_is_added_taken_out_and_the_position_reversed_and_closed(visit, venue):
    if not isolated(venue):
        venue.signed("POST", "/fapi/v1/marginType", symbol="ETHUSDT", marginType="ISOLATED")
    order(venue, "BUY", "0.1")
    page = visit().open("/trade/?symbol=ETHUSDT")
    before = float(
        venue.signed("GET", "/fapi/v2/positionRisk", symbol="ETHUSDT")[0]["isolatedWallet"]
    )
    page.get_by_role("button", name="+ Margin").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Amount").fill("much")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog).to_contain_text("no number")
    dialog.get_by_label("Amount").fill("50")
    dialog.get_by_role("button", name="Add").click()
    expect(page.locator(".toast").last).to_contain_text("Added 50")
    after = float(
        venue.signed("GET", "/fapi/v2/positionRisk", symbol="ETHUSDT")[0]["isolatedWallet"]
    )
    assert round(after - before, 6) == 50
    page.get_by_role("button", name="Reverse").click()
    expect(page.locator("article.position")).to_contain_text("short")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator("article.position")).to_have_count(0)
    assert (
        float(venue.signed("GET", "/fapi/v2/positionRisk", symbol="ETHUSDT")[0]["positionAmt"]) == 0
    )


def test_an_account_in_hedge_mode_holds_both_ways(visit, venue):
    venue.signed("POST", "/fapi/v1/positionSide/dual", dualSidePosition="true")
    try:
        page = visit().open("/trade/?symbol=ETHUSDT")
        place = page.locator(".ticket .place:visible")
        page.get_by_label("May lose at most").fill("10")
        expect(place).to_be_enabled()
        place.click()
        expect(page.locator("article.position")).to_have_count(1)
        page.get_by_role("button", name="▼ Short").click()
        expect(place).to_contain_text("Open short")
        expect(place).to_be_enabled()
        place.click()
        expect(page.locator("article.position")).to_have_count(2)
        waiting = venue.signed("GET", "/fapi/v1/openAlgoOrders")
        assert sorted(one["positionSide"] for one in waiting) == ["LONG", "SHORT"]
        for _ in range(2):
            count = page.locator("article.position").count()
            page.get_by_role("button", name="Close", exact=True).first.click()
            expect(page.locator("article.position")).to_have_count(count - 1)
    finally:
        venue.signed("DELETE", "/fapi/v1/algoOpenOrders", symbol="ETHUSDT")
        for held in venue.signed("GET", "/fapi/v2/positionRisk", symbol="ETHUSDT"):
            if float(held["positionAmt"]) != 0:
                venue.signed(
                    "POST",
                    "/fapi/v1/order",
                    symbol="ETHUSDT",
                    side="SELL" if float(held["positionAmt"]) > 0 else "BUY",
                    positionSide=held["positionSide"],
                    type="MARKET",
                    quantity=held["positionAmt"].lstrip("-"),
                )
        venue.signed("POST", "/fapi/v1/positionSide/dual", dualSidePosition="false")


def isolated(venue):
    return (
        venue.signed("GET", "/fapi/v1/symbolConfig", symbol="ETHUSDT")[0]["marginType"]
        == "ISOLATED"
    )
