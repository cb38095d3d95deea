"""An archive of a run is replayed in a browser by a program that is not ours: ReplayWeb.page."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.controls.conftest import LABEL, Desk
from tests.controls.site import switch

pytestmark = pytest.mark.browser

PROGRAM = Path(__file__).parents[1] / "replay" / "node_modules" / "replaywebpage"
FRAME = """<!doctype html><script src="/ui.js"></script>
<replay-web-page source="/exchange.wacz" url="{url}" embed="replayonly" replayBase="/replay/"
  style="display:block;height:800px"></replay-web-page>"""


@pytest.fixture
def program() -> Path:
    if not all((PROGRAM / name).is_file() for name in ("ui.js", "sw.js")):
        pytest.skip("ReplayWeb.page is not here: npm ci --ignore-scripts --prefix tests/replay")
    return PROGRAM


@contextmanager
def served(files: dict[str, tuple[str, bytes]]) -> Iterator[str]:
    """Serves files with byte ranges, as the replay asks for them."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            found = files.get(self.path.partition("?")[0])
            if found is None:
                self.send_error(404)
                return
            kind, data = found
            first, last = self._range(len(data))
            self.send_response(206 if "Range" in self.headers else 200)
            self.send_header("Content-Type", kind)
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Length", str(last - first))
            if "Range" in self.headers:
                self.send_header("Content-Range", f"bytes {first}-{last - 1}/{len(data)}")
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(data[first:last])

        def _range(self, size: int) -> tuple[int, int]:
            told = re.match(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
            if told is None:
                return 0, size
            if not told[1]:
                return max(0, size - int(told[2])), size
            return int(told[1]), min(size, int(told[2]) + 1) if told[2] else size

        def log_message(self, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_page_can_be_replayed(desk: Desk, program: Path) -> None:
    """The archived settings page opens from the archive alone, with the region's words and the switch."""
    desk.show(f"<section><h2>Privacy</h2>{switch('training', LABEL)}</section>")
    desk.opt_out()
    wacz = next(a.data for a in desk.sink.last.artifacts if a.name == "exchange.wacz")
    files = {
        "/": ("text/html", FRAME.format(url=desk.site.url).encode()),
        "/ui.js": ("text/javascript", (program / "ui.js").read_bytes()),
        "/replay/sw.js": ("text/javascript", (program / "sw.js").read_bytes()),
        "/exchange.wacz": ("application/wacz", wacz),
    }
    asked = len(desk.site.requests)
    with served(files) as url:
        desk.tab.goto(url)
        page = desk.tab.frame_locator("replay-web-page iframe").frame_locator("iframe").first
        page.get_by_role("switch", name=LABEL).wait_for(timeout=30_000)
        assert page.get_by_role("heading", name="Privacy").count() > 0
    assert len(desk.site.requests) == asked, "the replay asked the provider itself"
