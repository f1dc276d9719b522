"""One headless browser for the tests of the page; in continuous integration a missing one is a failure, not a skip."""

import os
import shutil

import pytest

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def _missing(what):
    message = f"{what} is not installed, so the interactive page is not tested"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def browser():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        _missing("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


class Opened:
    """A page, what it logged, and every request it made."""

    def __init__(self, page):
        self.page, self.errors, self.requests = page, [], []
        page.on("console", lambda m: self.errors.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: self.errors.append(str(e)))
        page.on("request", lambda r: self.requests.append(r.url))

    def __getattr__(self, name):
        return getattr(self.page, name)

    def count(self, selector):
        return self.page.locator(selector).count()

    def text(self, selector):
        return self.page.locator(selector).inner_text()


@pytest.fixture
def show(browser, tmp_path):
    """Open a page from `file://` with the network off; afterwards it must have logged nothing and asked for nothing."""
    contexts = []

    def opened(page, address="", **options):
        context = browser.new_context(offline=True, viewport={"width": 1300, "height": 800}, accept_downloads=True, **options)
        contexts.append(context)
        shown = Opened(context.new_page())
        path = page.save(tmp_path / f"page{len(contexts)}.html")
        shown.url_of_file = path.as_uri()
        shown.goto(path.as_uri() + address)
        shown.wait_for_selector("body[data-ready]")
        shown.checked = lambda: check(shown)
        return shown

    def check(shown):
        assert shown.errors == []
        assert [u for u in shown.requests if not u.startswith(("file:", "blob:", "data:"))] == []

    yield opened
    for context in contexts:
        context.close()
