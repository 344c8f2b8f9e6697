"""The two minutes that the venue is made for: open, be liquidated, understand."""

import re

from playwright.sync_api import expect


def test_a_newcomer_is_liquidated_and_reads_the_receipt(visit, venue, faults):
    watched = visit()
    page = watched.open("/")
    page.get_by_role("button", name="10×").click()
    page.get_by_role("button", name="Open the long").click()
    meter = page.get_by_role("meter", name="Buffer before liquidation")
    expect(meter).to_be_visible()
    held = venue.signed("GET", "/fapi/v2/positionRisk", symbol="ETHUSDT")[0]
    assert held["leverage"] == "10"
    assert held["marginType"] == "isolated"
    shown = page.locator("dl.live-figures").inner_text()
    whole, fraction = held["liquidationPrice"].split(".")
    assert f"{int(whole):,}.{fraction[:1]}" in shown
    page.get_by_role("button", name=re.compile("Push the index down")).click()
    link = page.get_by_role("link", name="Read the receipt").first
    expect(link).to_be_visible(timeout=30_000)
    receipt = venue.control(f"receipts?account={held_account(venue)}")[-1]
    link.click()
    page.wait_for_url(re.compile(rf"/receipt/\?id={receipt['id']}$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("10× long")
    total = receipt["lost"]["total"]
    expect(page.locator(".verdict .sum")).to_contain_text(f"{float(total):,.2f}")
    # Every step of the document is on the page, with its formula.
    expect(page.locator(".steps > li")).to_have_count(len(receipt["steps"]))
    for step in receipt["steps"][:3]:
        expect(page.locator(".steps")).to_contain_text(step["formula"])
    expect(page.locator(".proof")).to_contain_text(receipt["recompute"]["digestAfter"])


def held_account(venue):
    return venue.ready["accounts"][0]["id"]


def test_an_unknown_receipt_is_said_kindly(visit):
    watched = visit(quiet=False)
    page = watched.open("/receipt/?id=999999")
    expect(page.get_by_role("alert")).to_contain_text("there is no receipt")


def test_a_receipt_prints_without_the_frame(visit, venue):
    page = visit().open("/receipt/")
    page.emulate_media(media="print")
    assert page.locator("header.top").is_hidden()
