"""A headless Chromium, driven through its DevTools protocol over a pipe: nothing but Python and the browser."""

import base64
import json
import os
import select
import subprocess
import tempfile
import time


class BrowserFailure(Exception):
    pass


class Browser:
    """One browser with one tab. What it sends meanwhile is kept in `events`."""

    LIMIT = 60

    def __init__(self, program):
        self.profile = tempfile.TemporaryDirectory(prefix="pgdat-browser-", ignore_cleanup_errors=True)
        from_browser, to_browser = os.pipe(), os.pipe()
        # The browser reads commands from its descriptor 3 and writes answers to 4.
        command = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--remote-debugging-pipe", f"--user-data-dir={self.profile.name}",
            "about:blank"]
        shell = f'exec "$@" 3<&{to_browser[0]} 4>&{from_browser[1]}'
        self.process = subprocess.Popen(
            ["bash", "-c", shell, "bash", *command], pass_fds=(to_browser[0], from_browser[1]),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser[0])
        os.close(from_browser[1])
        self.input, self.output, self.buffer = from_browser[0], to_browser[1], b""
        self.events, self.count, self.session = [], 0, None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.input)
        os.close(self.output)
        self.profile.cleanup()

    def call(self, method, **parameters):
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.output, json.dumps(message).encode() + b"\0")
        answer = self.receive(lambda message: message.get("id") == self.count, method)
        if "error" in answer:
            raise BrowserFailure(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def receive(self, is_wanted, what):
        """The next message that is wanted; the others are events."""
        end = time.monotonic() + self.LIMIT
        while True:
            while b"\0" in self.buffer:
                raw, self.buffer = self.buffer.split(b"\0", 1)
                message = json.loads(raw)
                if "method" in message:
                    self.events.append(message)
                if is_wanted(message):
                    return message
            if not select.select([self.input], [], [], max(0, end - time.monotonic()))[0]:
                raise BrowserFailure(f"{what}: no answer in {self.LIMIT} s")
            received = os.read(self.input, 1 << 16)
            if not received:
                raise BrowserFailure(f"{what}: the browser ended with status {self.process.wait()}")
            self.buffer += received

    def open(self, url, scheme):
        """Loads the page as a reader who prefers `scheme`, light or dark, and returns what happened meanwhile."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.events.clear()
        self.call("Page.navigate", url=url)
        loaded = "Page.loadEventFired"
        if not any(event["method"] == loaded for event in self.events):
            self.receive(lambda message: message.get("method") == loaded, url)
        # Two frames later everything that the page draws by itself is drawn.
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")
        return list(self.events)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise BrowserFailure(f"{expression}: {answer['exceptionDetails']['text']}")
        return answer["result"].get("value")

    def screenshot(self, path):
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]))
