"""The finders of the ``sensitive`` part, as the gateway's ports."""

import os
import secrets as random
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from withhold.gateway.shapes import find_shapes
from withhold.gateway.sight import Finder, Hit, NotLooked, Reader, Sight
from withhold.support.errors import EnvironmentProblem

if TYPE_CHECKING:
    from withhold.sensitive.names.reader import NamesReader

_THREADS = 4
"""The most that the model reads with."""
INSTALL = "pip install 'withhold[pii-model]', or set names = false"
MEND = "pip install --force-reinstall 'withhold[pii-model]', or set names = false"
NO_MODEL = "the model that looks for names is not installed"


def sight(reader: Reader | None = None) -> Sight:
    """Secrets first, then personal data with check digits, then everything that has the form of it."""
    from withhold.sensitive.encoded import InBase64
    from withhold.sensitive.finder import Finder as Secrets
    from withhold.sensitive.personal import finder as personal

    key = random.token_bytes(32)
    finders: list[Finder] = [
        _port(Secrets(key), "secrets"),
        _port(InBase64(Secrets(key)), "secrets"),
        _port(personal(key), "personal"),
        find_shapes,
    ]
    return Sight(finders, reader=reader)


def _port(found_by: Any, sort: Any) -> Finder:
    def find(text: bytes) -> Sequence[Hit]:
        return [Hit(found.kind, sort, found.start, found.end) for found in found_by.in_text(text)]

    return find


class Names:
    """The model that looks for names, as the gateway's reader. ``known`` are words that are none."""

    def __init__(self, reader: "NamesReader", known: Iterable[str]) -> None:
        self._reader = reader
        self._known = frozenset(word.casefold() for word in known)

    @property
    def digest(self) -> str:
        return self._reader.files.digest

    def start(self) -> bool:
        """Load the model; whether its process is without network. Raises ``EnvironmentProblem``."""
        from withhold.sensitive.names.reader import NamesUnread

        try:
            self._reader.start()
        except NamesUnread as problem:
            raise EnvironmentProblem(str(problem), next_step=MEND) from problem
        return self._reader.sealed

    def look(self, texts: Iterable[str], *, until: float) -> None:
        """Read ahead. Raises ``NotLooked``."""
        from withhold.sensitive.names.reader import NamesUnread

        try:
            self._reader.look(texts, until=until)
        except NamesUnread as problem:
            raise NotLooked(str(problem)) from problem

    def __call__(self, text: bytes) -> list[Hit]:
        """Everything that the model finds in ``text``. Raises ``NotLooked``."""
        from withhold.sensitive.names.reader import NamesUnread

        shown = text.decode("utf-8")
        try:
            found = self._reader.spans(shown)
        except NamesUnread as problem:
            raise NotLooked(str(problem)) from problem
        hits, at, place = [], 0, 0
        for span in found:
            if all(word.casefold() in self._known for word in shown[span.start : span.end].split()):
                continue
            at, place = at + len(shown[place : span.start].encode()), span.start
            length = len(shown[span.start : span.end].encode())
            hits.append(Hit(span.kind, "personal", at, at + length, guessed=True))
        return hits

    def close(self) -> None:
        self._reader.close()


def names(known: Iterable[str]) -> Names:
    """The model in a process of its own, not started yet. Raises ``EnvironmentProblem`` if it is missing."""
    from withhold.app.gateway.names_worker import BOOT
    from withhold.sensitive.names.files import model_files
    from withhold.sensitive.names.reader import NamesReader, worker_program

    files = model_files()
    if files is None:
        raise EnvironmentProblem(NO_MODEL, next_step=INSTALL)
    threads = max(1, min(_THREADS, (os.cpu_count() or 2) // 2))
    return Names(NamesReader(files, worker_program(BOOT, files, threads=threads)), known)
