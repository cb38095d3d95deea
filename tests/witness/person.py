"""A person beside the program: a second connection to the browser that sends real mouse and key events.

Nothing of ours is called here. Where things stand on the screen is read from the page, as eyes would.
"""

import asyncio
import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import aiohttp

WAIT = 25.0


class Person:
    """Acts on the browser that listens at ``port``. Each act is one connection; nothing is kept open."""

    def __init__(self, port: int) -> None:
        self._port = port

    def tabs(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/json/list") as answer:
            return [tab for tab in json.loads(answer.read()) if tab["type"] == "page"]

    def sees(self, expression: str, *, bar: bool = False) -> Any:
        """The value of ``expression`` on the page, or in the bar."""
        told = self._do(bar, [("Runtime.evaluate", {"expression": expression, "returnByValue": True})])
        return told[0]["result"].get("value")

    def wait_for(self, expression: str, *, bar: bool = False) -> Any:
        """Wait until ``expression`` is true."""
        return until(lambda: self.sees(expression, bar=bar), f"{'bar' if bar else 'page'}: {expression}")

    def reads(self, words: str) -> None:
        """Wait until the bar says ``words``."""
        said = "document.getElementById('now').innerText"
        until(lambda: words in (self.sees(said, bar=True) or ""), f"bar to say {words!r}")

    def clicks(self, selector: str, *, bar: bool = False) -> None:
        find = f"(() => {{ const e = document.querySelector({selector!r}); if (!e) return null;"
        find += " e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
        find += " return r.width ? [r.x + r.width / 2, r.y + r.height / 2] : null })()"
        x, y = self.wait_for(find, bar=bar)
        mouse = {"x": x, "y": y, "button": "left", "clickCount": 1}
        events = ("mousePressed", "mouseReleased")
        self._do(bar, [("Input.dispatchMouseEvent", {**mouse, "type": kind}) for kind in events])

    def types(self, selector: str, text: str) -> None:
        self.clicks(selector)
        self._do(False, [("Input.insertText", {"text": text})])

    def strikes(self, selector: str, text: str) -> None:
        """Type ``text`` key by key."""
        self.clicks(selector)
        events = ("keyDown", "keyUp")
        keys = [(kind, {"key": c, "text": c if kind == "keyDown" else ""}) for c in text for kind in events]
        self._do(False, [("Input.dispatchKeyEvent", {**key, "type": kind}) for kind, key in keys])

    def presses(self, key: str, *, bar: bool = False) -> None:
        events = ("keyDown", "keyUp")
        what = {"key": key, "text": key if len(key) == 1 else ""}
        self._do(bar, [("Input.dispatchKeyEvent", {**what, "type": kind}) for kind in events])

    def records_all_the_same(self, then: str) -> None:
        """Press R, be told that nothing was read back, see ``then`` again, press R once more."""
        self.presses("r", bar=True)
        self.reads("Nothing was read back")
        said = "document.getElementById('now').innerText"
        self.wait_for(f"!{said}.includes('Nothing was read') && {said}.includes({then!r})", bar=True)
        self.presses("r", bar=True)

    def goes_to(self, url: str) -> None:
        self._do(False, [("Page.navigate", {"url": url})])

    def reloads(self) -> None:
        self._do(False, [("Page.reload", {})])

    def closes(self, *, bar: bool = False) -> None:
        self._do(bar, [("Page.close", {})])

    def picture(self, *, bar: bool = False) -> str:
        """A picture of the page as PNG, in base64."""
        return str(self._do(bar, [("Page.captureScreenshot", {})])[0]["data"])

    def _do(self, bar: bool, calls: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
        return asyncio.run(_calls(self._address(bar=bar), calls))

    def _address(self, *, bar: bool) -> str:
        def found() -> str | None:
            wanted = [t for t in self.tabs() if (t["title"] == "withhold: what is seen") is bar]
            return wanted[0]["webSocketDebuggerUrl"] if wanted else None

        return str(until(found, "the bar" if bar else "the page"))


async def _calls(address: str, calls: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    answers = []
    async with aiohttp.ClientSession() as session, session.ws_connect(address) as socket:
        for number, (method, params) in enumerate(calls, 1):
            await socket.send_json({"id": number, "method": method, "params": params})
            while (told := json.loads((await socket.receive(WAIT)).data)).get("id") != number:
                pass
            if "error" in told:
                raise AssertionError(f"{method}: {told['error']}")
            answers.append(told["result"])
    return answers


def until(look: Callable[[], Any], what: str, limit: float = WAIT) -> Any:
    """What ``look`` gives once it gives something."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        try:
            found = look()
        except (AssertionError, aiohttp.ClientError, OSError, TypeError):
            found = None  # a page on its way to another one
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {limit} s for {what}")
