"""A person's way through the pages in a real browser, without JavaScript, by all means."""

import os
from pathlib import Path

import pytest

pytestmark = pytest.mark.requires("chromium")

WIDE, NARROW = {"width": 1000, "height": 800}, {"width": 320, "height": 640}


def page_of(browser, *, size=WIDE, script=False):
    context = browser.new_context(
        viewport=size, java_script_enabled=script, bypass_csp=script
    )
    context.set_default_timeout(20_000)
    return context.new_page()


def axe(page):
    """What axe-core finds wrong on a page, as `rule: where`."""
    import axe_playwright_python

    source = Path(axe_playwright_python.__file__).parent / "axe.min.js"
    page.evaluate(source.read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',"
        " 'best-practice']})"
    )
    return [
        f"{one['id']}: {node['target']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def the_whole_way(page, url, look):
    page.goto(url)
    look("sign-in")
    page.get_by_label("Practitioner one (made up)").check()
    page.get_by_role("button", name="Sign in").click()
    look("cases")
    page.get_by_role("button", name="Open case 1").click()
    look("own-view")
    page.get_by_role("button", name="Save my view and see the advice").click()
    look("own-view-errors")
    page.get_by_role("link", name="Write the main reason for your view").click()
    assert page.url.endswith("#reason")
    page.get_by_label("I am worried about this child", exact=True).check()
    page.get_by_label("What is the main reason for your view?").fill("Missing again")
    page.get_by_label("What would help this child?").fill("A visit")
    page.get_by_role("button", name="Save my view and see the advice").click()
    look("advice")
    assert not page.get_by_text("14 January 2026").first.is_visible()
    for summary in page.locator("summary").all():
        summary.click()
    assert page.get_by_text("14 January 2026").first.is_visible()
    look("advice-open")
    page.get_by_role("link", name="Review this advice").click()
    look("review")
    page.get_by_role("button", name="Save my review").click()
    look("review-errors")
    page.get_by_label("I disagree").check()
    page.get_by_label("A record is wrong").check()
    page.get_by_role("button", name="Save my review").click()
    assert page.get_by_text("Nothing else happens now").is_visible()
    look("done")
    page.goto(f"{url}/own-views/nothing/advice")
    look("not-here")
    page.goto(f"{url}/cases")
    page.get_by_role("button", name="Sign out").click()
    assert page.url.endswith("/sign-in")


def test_the_whole_way_without_javascript_at_320_pixels(world, serve, browser):
    page = page_of(browser, size=NARROW)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    pictures = os.environ.get("RISKAID_PICTURES")

    def look(name):
        if pictures:
            page.screenshot(path=f"{pictures}/{name}-320.png", full_page=True)

    with serve(world.app) as url:
        the_whole_way(page, url, look)
        page.context.close()
    kinds = [one["kind"] for one in world.bodies()]
    assert kinds == ["signed_in", "own_view", "reveal", "review"]
    assert all(address.startswith((url, "data:")) for address in asked)
    assert not any(person in "".join(asked) for person in ("C7770001", "C7770002"))


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_passes_axe_and_fits_its_width(world, serve, browser, size):
    page = page_of(browser, size=size, script=True)
    pictures = os.environ.get("RISKAID_PICTURES")

    def look(name):
        if pictures and size is WIDE:
            page.screenshot(path=f"{pictures}/{name}-1000.png", full_page=True)
        assert axe(page) == [], name
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], name

    with serve(world.app) as url:
        the_whole_way(page, url, look)
        page.context.close()


def test_the_policy_is_kept_by_the_browser(world, serve, browser):
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    with serve(world.app) as url:
        page.goto(f"{url}/sign-in")
        colour = page.evaluate(
            "getComputedStyle(document.querySelector('.riskaid-header')).backgroundColor"
        )
        context.close()
    assert colour == "rgb(36, 66, 79)"
    assert said == []


def test_the_keyboard_reaches_the_content_first(world, serve, browser):
    page = page_of(browser, script=True)
    with serve(world.app) as url:
        page.goto(f"{url}/sign-in")
        page.keyboard.press("Tab")
        link = page.get_by_role("link", name="Skip to main content")
        assert link.evaluate("e => e === document.activeElement")
        box = link.bounding_box()
        assert box["width"] > 50 and box["y"] >= 0
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        radio = page.get_by_label("Practitioner one (made up)")
        assert radio.evaluate("e => e === document.activeElement")
        page.context.close()
