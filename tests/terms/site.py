"""A small site of a provider on loopback whose pages, robots.txt and manners a test sets."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """What the site answers at one address."""

    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str | None = None


@dataclass
class Site:
    """The site. ``asked`` lists every request as (path, headers in lower case)."""

    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@contextmanager
def serving() -> Iterator[Site]:
    """Serve a new site within the block."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.casefold(): value for name, value in self.headers.items()}
            site.asked.append((self.path, headers))
            answer = site.pages.get(self.path, Answer(status=404))
            same = answer.etag is not None and headers.get("if-none-match") == answer.etag
            self.send_response(304 if same else answer.status)
            data = b"" if same else answer.body.encode()
            named = {"Content-Type": "text/html; charset=utf-8", **answer.headers}
            for name, value in named.items():
                self.send_header(name, value)
            if answer.etag is not None:
                self.send_header("ETag", answer.etag)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


FILLER = (
    "The company runs this service from its offices and keeps it up to date with the care that is due. "
    "These pages say what you may expect from it, and what it expects from you when you use it at home. "
)


def page(*sentences: str, lang: str = "en") -> str:
    """An HTML page of terms with these sentences and enough around them to be a page of terms."""
    body = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    filler = "".join(f"<p>Part {n}. {FILLER}</p>" for n in "ABCD")
    return (
        f'<!doctype html><html lang="{lang}"><head><title>Terms</title></head>'
        f"<body><main><article><h1>Terms of the service</h1>{filler}{body}</article></main></body></html>"
    )
