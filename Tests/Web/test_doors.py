"""Who gets in: links, sessions, origins; and what happens when a door falls shut."""

import json
import re
import socket
import subprocess
import time

import pytest
from playwright.sync_api import expect

from conftest import ROOT, new_context, order
from venue import PATIENCE, Venue, eventually


def test_a_link_works_once_and_leaves_the_address(browser, venue):
    link = fresh_link(venue)
    first = new_context(browser)
    page = first.new_page()
    page.goto(link)
    expect(page.get_by_role("heading", name="Lose a position in two minutes")).to_be_visible()
    assert "#" not in page.url
    cookie = first.cookies()[0]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"
    assert page.evaluate("document.cookie") == ""
    second = new_context(browser)
    other = second.new_page()
    other.goto(link)
    expect(other.get_by_role("heading", name="This browser has no session")).to_be_visible()
    first.close()
    second.close()


def test_a_page_that_came_before_the_first_price_goes_on_with_it(browser, tmp_path):
    environment = {"PLIMSOLL_WEB": str(ROOT / ".build/web")}
    with Venue(tmp_path, "--in-memory", "--paused", "--no-tls", env=environment) as venue:
        context = new_context(browser)
        page = context.new_page()
        page.goto(venue.ready["web"])
        expect(page.get_by_role("heading", name="Nobody trades here yet")).to_be_visible()
        expect(page.get_by_role("heading", name="Markets")).to_have_count(0)
        control = context.new_page()
        control.goto(venue.base + "/control/")
        offered = control.get_by_label("in the world of").get_by_role("option")
        expect(offered).to_have_count(len(venue.get("/fapi/v1/exchangeInfo")["symbols"]))
        venue.control("clock", {"paused": False})
        expect(page.get_by_role("heading", name="Lose a position in two minutes")).to_be_visible()
        expect(page.get_by_role("row").filter(has_text="BTCUSDT")).to_be_visible()
        expect(page.get_by_role("heading", name="Nobody trades here yet")).to_have_count(0)
        context.close()


def fresh_link(venue):
    query = f"timestamp={int(time.time() * 1000)}"
    # A document is signed behind the query.
    signature = venue.signature(query + "{}")
    made = venue.call(
        "POST",
        f"/v1/session/links?{query}&signature={signature}",
        "{}",
        {"X-MBX-APIKEY": venue.key, "Content-Type": "application/json"},
    )
    return f"{venue.base}/#link={made['link']}"


def test_the_command_line_prints_a_link(venue, tmp_path):
    ready = tmp_path / "ready.json"
    ready.write_text(json.dumps(venue.ready))
    said = subprocess.run(
        [Venue.binary(), "open", "--ready-file", ready], capture_output=True, text=True, timeout=PATIENCE
    )
    assert said.returncode == 0, said.stderr
    assert re.fullmatch(re.escape(venue.base) + r"/#link=[0-9a-f]{64}\n", said.stdout)


@pytest.mark.parametrize("path", ["/", "/trade/", "/core/shell.js", "/v1/session"])
def test_a_foreign_host_gets_nothing(venue, path):
    status, _, body = venue.raw("GET", path, headers={"Host": "evil.example"})
    assert status == 403
    assert b"html" not in body


def test_a_foreign_origin_opens_no_session_and_no_stream(venue, session):
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in session["cookies"])
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1"):
        headers = {
            "Origin": origin,
            "Cookie": cookie,
            "X-Plimsoll-Session": "web",
            "Content-Type": "application/json",
        }
        assert venue.raw("POST", "/v1/clock", "{}", headers)[0] == 403
        with socket.create_connection((venue.address.hostname, venue.address.port)) as stream:
            stream.settimeout(PATIENCE)
            stream.sendall(
                f"GET /stream HTTP/1.1\r\nHost: {venue.address.netloc}\r\nOrigin: {origin}\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
            )
            assert b" 403 " in stream.recv(200)


def test_another_page_of_the_machine_cannot_act_for_the_user(browser, venue, session):
    """A page of another port shares the cookies of the host, and nothing else."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Foreign(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<p>foreign</p>")

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Foreign)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = new_context(browser, storage_state=session)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    outcome = page.evaluate(
        """async (base) => {
            const outcomes = [];
            for (const headers of [{}, { "X-Plimsoll-Session": "web" }]) {
                try {
                    const answer = await fetch(base + "/fapi/v1/leverage?symbol=ETHUSDT&leverage=77",
                        { method: "POST", headers, credentials: "include" });
                    outcomes.push(answer.status);
                } catch { outcomes.push("refused"); }
            }
            return outcomes;
        }""",
        venue.base,
    )
    assert all(one in ("refused", 403, 401) for one in outcome)
    settings = venue.signed("GET", "/fapi/v1/symbolConfig", symbol="ETHUSDT")
    assert all(int(one["leverage"]) != 77 for one in settings)
    context.close()
    server.shutdown()


def test_a_dropped_stream_is_said_and_comes_back_with_fresh_figures(visit, venue):
    watched = visit(quiet=False)
    page = watched.page
    sockets = []
    page.route_web_socket(
        re.compile("/stream"), lambda route: sockets.append((route, route.connect_to_server()))
    )
    page = watched.open("/trade/?symbol=ETHUSDT")
    state = page.locator(".trade")
    expect(state).to_have_attribute("data-live", "live")
    for route, _ in list(sockets):
        route.close()
    expect(state).to_have_attribute("data-live", "lost")
    expect(state).to_have_attribute("data-live", "live")
    assert len(sockets) >= 3
    order(venue, "BUY", "0.1", "3600")
    expect(page.get_by_role("tab", name=re.compile("Orders 1"))).to_be_visible()


def test_a_fault_is_switched_on_shown_and_cleared(visit, venue, faults):
    page = visit(quiet=False).open("/control/")
    card = page.locator(".card").filter(
        has=page.get_by_role("heading", name="Overload", exact=True)
    )
    expect(card.locator("code")).to_contain_text('POST /v1/faults {"kind":"overloaded"')
    card.get_by_role("button", name="Switch on").click()
    row = page.locator("tr.holding")
    expect(row).to_contain_text("overloaded")
    status, _, _ = venue.raw("GET", "/fapi/v1/time")
    assert status == 503
    row.get_by_role("button", name=re.compile("Clear")).click()
    expect(row).to_have_count(0)
    assert venue.raw("GET", "/fapi/v1/time")[0] == 200
    # What somebody else posts is told by the stream.
    venue.control("faults", {"kind": "streamDrop", "lasts": 60_000})
    expect(row).to_contain_text("streamDrop")
    expect(page.locator(".state")).to_contain_text("account stream lost")


def test_a_scenario_is_played_from_its_card_and_the_session_stays(browser, tmp_path):
    environment = {"PLIMSOLL_WEB": str(ROOT / ".build/web")}
    with Venue(tmp_path, "--in-memory", "--seed", "42", "--no-tls", env=environment) as venue:
        context = new_context(browser)
        page = context.new_page()
        page.goto(venue.ready["web"])
        page.get_by_role("link", name="Control").click()
        expect(page.get_by_role("button", name="Back to my venue")).to_have_count(0)
        page.get_by_role("button", name="Play Flash crash").click()
        page.wait_for_url(venue.base + "/")
        expect(page.locator(".venue-facts")).to_contain_text("Flash crash")
        expect(page.get_by_role("heading", name="Lose a position")).to_be_visible()
        page.get_by_role("link", name="Control").click()
        page.get_by_role("button", name="Back to my venue").click()
        page.wait_for_url(venue.base + "/")
        expect(page.locator(".venue-facts")).to_contain_text("none: the market goes its way")
        context.close()


def test_the_clock_is_paused_and_stepped(visit, venue):
    page = visit().open("/control/")
    page.get_by_role("button", name="❚❚ Pause").click()
    expect(page.get_by_role("button", name="▶ Resume")).to_be_visible()
    before = venue.control("clock")
    assert before["paused"]
    page.get_by_role("button", name="+1 min").click()
    eventually(lambda: venue.control("clock")["venueTime"] >= before["venueTime"] + 60_000)
    assert venue.control("clock")["venueTime"] == before["venueTime"] + 60_000
    page.get_by_label("Step", exact=True).fill("half")
    page.get_by_role("button", name="Go").click()
    expect(page.locator("#step-wrong")).to_contain_text("no number")
    page.get_by_role("button", name="▶ Resume").click()
    expect(page.get_by_role("button", name="❚❚ Pause")).to_be_visible()


def test_a_key_is_made_shown_once_logged_and_revoked(visit, venue):
    page = visit().open("/bots/")
    expect(page.locator(".block code")).to_contain_text(venue.key)
    page.get_by_role("button", name="Make it").click()
    secret = page.locator(".secret").inner_text()
    assert re.fullmatch("[0-9A-Za-z]{64}", secret)
    venue.signed("GET", "/fapi/v2/balance")
    log = page.locator("section", has=page.get_by_role("heading", name="Requests of this key"))
    expect(log).to_contain_text("/fapi/v2/balance")
    made = page.locator("tbody tr").filter(has_text="read, trade").last
    made.get_by_role("button", name=re.compile("Revoke")).click()
    expect(page.locator("tbody tr").filter(has_text="read, trade, transfer, admin")).to_have_count(
        1
    )
