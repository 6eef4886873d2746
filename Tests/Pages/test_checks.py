"""The checks themselves: a good page passes, and each fault is noticed; in the browser too, where there is one."""

import shutil
import tempfile
import unittest
from pathlib import Path

import browser
import checks

STYLE = "body { background: white } @media (prefers-color-scheme: dark) { body { background: black } }"


def page(body="<p>hello</p>", style=STYLE):
    return f"<!doctype html><html><head><title>t</title><style>{style}</style></head><body>{body}</body></html>"


class Text(unittest.TestCase):
    def test_a_whole_page_passes(self):
        body = '<svg viewBox="0 0 1 1"><path d="M0 0"/></svg><br><img src="data:image/png;base64,"><a href="#x">x</a>'
        self.assertEqual(checks.failures_of_text(page(body)), [])

    def test_each_fault_is_noticed(self):
        for fault in (
            "<p>", "</b>", "<b><i></b></i>", '<img src="x.png">', '<script src="https://example.org/x.js"></script>',
            '<link rel="stylesheet" href="x.css">', '<iframe src="http://127.0.0.1/"></iframe>',
        ):
            with self.subTest(fault):
                self.assertNotEqual(checks.failures_of_text(page(fault)), [])
        self.assertNotEqual(checks.failures_of_text(page(style="@import 'x.css';")), [])
        self.assertNotEqual(checks.failures_of_text(page(style="p { background: url(x.png) }")), [])
        self.assertNotEqual(checks.failures_of_text("<p>hello</p>"), [])


@unittest.skipUnless(shutil.which("chromium"), "no chromium")
class InTheBrowser(unittest.TestCase):
    def failures(self, window, text):
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "page.html"
            path.write_text(text)
            failures = checks.failures_in(window, path, Path(name))
            self.assertEqual((Path(name) / "page-dark.png").read_bytes()[:4], b"\x89PNG")
            return failures

    def test_each_fault_is_noticed(self):
        with browser.Browser(shutil.which("chromium")) as window:
            self.assertEqual(self.failures(window, page()), [])
            for fault in (
                page("<p>x</p><script>console.error('no')</script>"), page("<p>x</p><script>nothing()</script>"),
                page('<p>x</p><script>fetch("https://localhost:1/x")</script>'), page('<p>x</p><img src="none.png">'),
                page("<p style='width: 9000px'>x</p>"), page(""), page(style="body { background: white }"),
            ):
                with self.subTest(fault):
                    self.assertNotEqual(self.failures(window, fault), [])


if __name__ == "__main__":
    unittest.main()
