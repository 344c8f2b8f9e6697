"""The two minutes that the venue is made for: open, be liquidated, understand."""

import re
import time
from contextlib import suppress

from playwright.sync_api import TimeoutError, expect

from conftest import SCREENSHOTS, order
from venue import PATIENCE


def test_a_newcomer_is_liquidated_and_reads_the_receipt(visit, venue):
    began = time.monotonic()
    page = visit().open("/")
    page.get_by_role("button", name="10×").click()
    page.get_by_role("button", name="Open the long").click()
    meter = page.get_by_role("meter", name="Buffer before liquidation")
    expect(meter).to_be_visible()
    held = venue.signed("GET", "/fapi/v2/positionRisk", symbol="ETHUSDT")[0]
    assert held["leverage"] == "10"
    assert held["marginType"] == "isolated"
    shown = page.locator("dl.live-figures").inner_text()
    told = re.search(r"Liquidation price\s+([\d,.]+)", shown)[1].replace(",", "")
    # The page rounds to the price's tick, of which the formula knows nothing.
    assert abs(float(told) - float(held["liquidationPrice"])) <= 0.01
    page.get_by_role("button", name=re.compile("Let the market fall")).click()
    link = page.get_by_role("link", name="Read the receipt").first
    expect(link).to_be_visible()
    receipt = venue.control(f"receipts?account={held_account(venue)}")[-1]
    link.click()
    page.wait_for_url(re.compile(rf"/receipt/\?id={receipt['id']}$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("10× long")
    total = receipt["lost"]["total"]
    expect(page.locator(".verdict .sum")).to_contain_text(f"{float(total):,.2f}")
    assert time.monotonic() - began <= 120
    # The market itself fell, and with it what the close could fetch: what was put up is gone.
    assert float(total) > 150
    # Every step of the document is on the page, with its formula.
    expect(page.locator(".steps > li")).to_have_count(len(receipt["steps"]))
    for step in receipt["steps"][:3]:
        expect(page.locator(".steps")).to_contain_text(step["formula"])
    expect(page.locator(".proof")).to_contain_text(receipt["recompute"]["digestAfter"])


def test_a_mark_on_the_chart_leads_to_its_receipt(visit, venue):
    page = visit().open("/trade/?symbol=ETHUSDT")
    receipt = venue.control(f"receipts?account={held_account(venue)}")[-1]
    place = page.locator(".chart")
    for _ in range(5 * PATIENCE):
        page.wait_for_timeout(200)
        found = page.evaluate(MARK)
        if not found:
            continue
        box = place.bounding_box()
        page.mouse.move(box["x"] + found[0], box["y"] + found[1])
        page.wait_for_timeout(200)
        page.mouse.click(box["x"] + found[0], box["y"] + found[1])
        # The chart moves on with its market: a mark that was gone from there is looked for again.
        with suppress(TimeoutError):
            page.wait_for_url(re.compile(rf"/receipt/\?id={receipt['id']}$"), timeout=30_000)
            break
    expect(page.get_by_role("heading", level=1)).to_contain_text("was liquidated")


# The middle of the triangle of an own liquidation, in pixels of the chart: wider than a candle's wick,
# narrower than a line, and less wide further down.
MARK = """() => {
    const place = document.querySelector(".chart");
    const probe = document.createElement("canvas").getContext("2d");
    const span = place.appendChild(document.createElement("span"));
    span.style.color = "var(--loss)";
    probe.fillStyle = getComputedStyle(span).color;
    span.remove();
    const loss = [1, 3, 5].map((at) => parseInt(probe.fillStyle.slice(at, at + 2), 16));
    const frame = place.getBoundingClientRect();
    for (const canvas of place.querySelectorAll("canvas")) {
        const { width, height } = canvas;
        if (width < 200 || height < 200) continue;
        const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
        const isLoss = (x, y) =>
            loss.every((value, part) => data[(y * width + x) * 4 + part] === value);
        const reach = (x, y, way) => {
            let length = 0;
            while (length < 30 && isLoss(x + way * length, y)) length += 1;
            return length;
        };
        const wide = (x, y) => (isLoss(x, y) ? reach(x, y, 1) + reach(x, y, -1) : 0);
        for (let y = 0; y + 12 < height; y += 1) {
            for (let x = 30; x + 30 < width; x += 1) {
                const [top, middle, low] = [wide(x, y), wide(x, y + 4), wide(x, y + 8)];
                if (top >= 11 && top <= 18 && low > 0 && middle < top && low < middle) {
                    const box = canvas.getBoundingClientRect();
                    const scale = box.width / width;
                    return [box.left - frame.left + x * scale, box.top - frame.top + (y + 4) * scale];
                }
            }
        }
    }
    return null;
}"""


def test_a_margin_call_is_told_and_read_as_a_document(visit, venue):
    if venue.signed("GET", "/fapi/v1/symbolConfig", symbol="BTCUSDT")[0]["marginType"] != "ISOLATED":
        venue.signed("POST", "/fapi/v1/marginType", symbol="BTCUSDT", marginType="ISOLATED")
    venue.signed("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=20)
    order(venue, "BUY", "0.02", symbol="BTCUSDT")
    page = visit().open("/trade/?symbol=BTCUSDT")
    expect(page.locator("article.position")).to_be_visible()
    held = venue.signed("GET", "/v1/positions")["positions"][0]
    # Slowly to the liquidation price and past it: the call comes a little before.
    fall = {"symbol": "BTCUSDT", "factor": f"{1 + float(held['distance']) * 1.05:.4f}", "over": 30_000}
    venue.control("shocks", fall)
    toast = page.locator(".toast", has_text="Margin call: BTCUSDT")
    toast.get_by_role("link", name="Read it").click()
    call = venue.control(f"margin-calls?account={held_account(venue)}")[-1]
    page.wait_for_url(re.compile(rf"/receipt/\?call={call['id']}$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("BTCUSDT")
    expect(page.locator(".verdict .sum")).to_contain_text(f"{float(call['buffer']):,.2f}")
    expect(page.locator(".steps > li")).to_have_count(len(call["steps"]))
    for step in call["steps"]:
        expect(page.locator(".steps")).to_contain_text(step["formula"])
    expect(page.locator(".proof")).to_contain_text(call["recompute"]["digestAfter"])
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "margin-call-light.png", full_page=True)


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
