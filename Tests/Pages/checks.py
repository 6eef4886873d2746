"""What is asserted of a page: whole by itself, drawn without an error, and readable by day and by night."""

import re
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Attributes that make a browser fetch what they name.
FETCHED = {("link", "href"), ("a", "ping"), ("use", "href"), ("image", "href")}


class Page(HTMLParser):
    """Reads a page's text and notes what is wrong with it."""

    def __init__(self, text):
        super().__init__()
        self.failures, self.open, self.tags = [], [], set()
        self.feed(text)
        self.close()
        if self.open:
            self.failures.append(f"not closed: {', '.join(self.open)}")
        for outside in re.findall(r"(?:@import\s+|url\()\s*[\"']?([^\"')\s]+)", text):
            self.check_address(outside, "style")
        for tag in ("html", "head", "title", "body"):
            if tag not in self.tags:
                self.failures.append(f"no <{tag}>")

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attributes:
            if name in ("src", "srcset", "poster", "data") or (tag, name.split(":")[-1]) in FETCHED:
                self.check_address(value or "", f"<{tag} {name}>")

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            line = self.getpos()[0]
            self.failures.append(f"line {line}: </{tag}> closes <{self.open[-1] if self.open else 'nothing'}>")
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def check_address(self, address, where):
        if address and not address.startswith(("data:", "#")):
            self.failures.append(f"{where} fetches {address}")


def failures_of_text(text):
    return Page(text).failures


def failures_of_events(url, events):
    """Errors on the console, and anything asked for but the page itself."""
    failures = []
    for event in events:
        method, facts = event["method"], event["params"]
        if method == "Runtime.exceptionThrown":
            details = facts["exceptionDetails"]
            failures.append(f"exception: {details.get('exception', {}).get('description', details['text'])}")
        elif method == "Runtime.consoleAPICalled" and facts["type"] in ("error", "assert"):
            failures.append(f"console: {[argument.get('value') for argument in facts['args']]}")
        elif method == "Log.entryAdded" and facts["entry"]["level"] == "error":
            failures.append(f"log: {facts['entry']['text']} {facts['entry'].get('url', '')}")
        elif method == "Network.requestWillBeSent":
            asked = facts["request"]["url"]
            if asked != url and not asked.startswith("data:"):
                failures.append(f"asked for {asked}")
    return failures


BACKGROUND = """(() => {
    for (const element of [document.body, document.documentElement]) {
        const colour = getComputedStyle(element).backgroundColor
        if (colour !== 'rgba(0, 0, 0, 0)') return colour
    }
    return 'none'
})()"""
SIZES = "({wide: document.documentElement.scrollWidth, room: innerWidth, text: document.body.innerText.trim().length})"


def failures_in(browser, path, pictures):
    """Opens the page from its file in both schemes and leaves a picture of each under `pictures`."""
    url, failures, backgrounds = path.resolve().as_uri(), [], {}
    for scheme in ("light", "dark"):
        failures += [f"{scheme}: {failure}" for failure in failures_of_events(url, browser.open(url, scheme))]
        sizes = browser.evaluate(SIZES)
        if sizes["text"] == 0:
            failures.append(f"{scheme}: the page is empty")
        if sizes["wide"] > sizes["room"]:
            failures.append(f"{scheme}: {sizes['wide']} pixels wide, in a window of {sizes['room']}")
        backgrounds[scheme] = browser.evaluate(BACKGROUND)
        browser.screenshot(pictures / f"{path.stem}-{scheme}.png")
    if backgrounds["light"] == backgrounds["dark"]:
        failures.append(f"light and dark have the same background: {backgrounds['light']}")
    return failures
