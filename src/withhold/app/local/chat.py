"""``withhold local chat``: a conversation in the terminal. Nothing is kept unless the person names a file."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from withhold.app.bootstrap import Services
from withhold.app.local.endpoints import adopt
from withhold.app.local.sealing import level_for
from withhold.app.local.serve import order_for
from withhold.app.local.which import meant, need_engine
from withhold.local.hosting import hosted
from withhold.local.http import UnixConnection, ask, pieces
from withhold.local.seal.levels import SAID
from withhold.support.errors import EnvironmentProblem, NothingRead
from withhold.support.files import write_atomic


@dataclass
class Conversation:
    """Messages so far with a model; ``seal`` says how it is kept from the network."""

    model: str
    seal: str
    _socket: Path | None = None
    _sealed_pid: int | None = None
    _url: str | None = None
    messages: list[dict[str, str]] = field(default_factory=list)
    most: int | None = None
    """Tokens that an answer may have; ``None``: as many as the model likes."""

    def answer(self, text: str) -> Iterator[str]:
        """Say ``text``; the answer's pieces as they come. Leaving early keeps what had come."""
        self.messages.append({"role": "user", "content": text})
        said = ""
        connection = self._connection()
        try:
            body: dict[str, Any] = {"model": self.model, "messages": self.messages, "stream": True}
            if self.most is not None:
                body["max_tokens"] = self.most
            response = ask(connection, "/v1/chat/completions", body)
            if response.status != 200:
                raise EnvironmentProblem(f"the model refused: {_reason(response.read())}")
            for piece in pieces(response):
                said += piece
                yield piece
        except (OSError, http.client.HTTPException) as problem:
            raise EnvironmentProblem(f"the model went away: {problem}") from problem
        finally:
            connection.close()
            self.messages.append({"role": "assistant", "content": said})

    def load(self, path: Path) -> None:
        """Go on from a conversation that was kept."""
        try:
            self.messages = json.loads(path.read_text(encoding="utf-8"))["messages"]
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise NothingRead(f"{path} holds no conversation that was kept") from problem

    def save(self, path: Path) -> None:
        """Keep the conversation, readable by its owner alone."""
        write_atomic(path, json.dumps({"model": self.model, "messages": self.messages}, indent=1).encode())

    def _connection(self) -> http.client.HTTPConnection:
        if self._socket is not None:
            return UnixConnection(self._socket, sealed_pid=self._sealed_pid)
        parts = urlsplit(str(self._url))
        return http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=600)


def _reason(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return body[:200].decode(errors="replace")


@contextmanager
def conversing(
    services: Services,
    wanted: str | None,
    *,
    endpoint: str | None = None,
    context: int | None = None,
    template: str | None = None,
    unsealed: bool = False,
) -> Iterator[Conversation]:
    """A conversation with a sealed model of ours, or with a server that is there already."""
    if endpoint is not None:
        found, model = adopt(services, endpoint, wanted, unsealed=unsealed)
        yield Conversation(model, f"{found.kind}, NOT sealed", _url=found.url)
        return
    model_file = meant(services, wanted or "")
    need_engine()
    level = level_for(services, unsealed=unsealed, what=f"chat {model_file.alias}")
    order = order_for(services, model_file, context=context, template=template, threads=None)
    with hosted(order, level, services.progress) as host:
        yield Conversation(host.model, SAID[level], _socket=host.sealed.socket, _sealed_pid=host.sealed.pid)
