"""JSON from files of any size: one item in memory at a time.

What cannot be read is handed out as :class:`~withhold.sources.json_scanner.Skipped` with its byte offset.
"""

import json
from collections.abc import Generator, Iterator
from typing import Protocol, TypeVar

from withhold.sources.interface import Damaged, Limits, Stream
from withhold.sources.json_scanner import BOM, CHUNK, COLON, COMMA, Raw, Scanner, Seen, Skipped, Torn

Many_co = TypeVar("Many_co", covariant=True)


class Runs(Protocol[Many_co]):
    """Takes many items of a list at once."""

    def run(self, scanner: Scanner) -> Generator[Many_co, None, bool]:
        """Take items from where the scanner stands, at the first byte of one.

        Leaves the scanner at the first byte of the next; or at the end of the list, and returns true then.
        """


def items(stream: Stream, limits: Limits, *, inside: str | None = None) -> Iterator[Raw | Skipped]:
    """The items of a top-level list, or top-level values one after another.

    With ``inside``, those of the list that the top-level object holds under that key; other members are
    passed over. Never raises for what the stream holds: breaks and damage come out as ``Skipped``.
    """
    yield from items_in_runs(stream, limits, _NoRuns(), inside=inside)


class _NoRuns:
    def run(self, scanner: Scanner) -> Generator[Skipped, None, bool]:  # noqa: ARG002 - see Runs
        yield from ()
        return False


def items_in_runs(
    stream: Stream,
    limits: Limits,
    runs: Runs[Many_co],
    *,
    inside: str | None = None,
    passed: Seen | None = None,
) -> Iterator[Raw | Skipped | Many_co]:
    """As :func:`items`, save that ``runs`` may take what it can of each list.

    With ``passed``, which is told of each byte that ``runs`` did not take, the stream is read to its end even
    where its structure breaks.
    """
    offset = 0
    scanner: Scanner | None = None
    try:
        scanner = Scanner(stream, limits, passed)
        while (byte := scanner.peek()) is not None:
            offset = scanner.offset
            if byte == ord("["):
                yield from _list(scanner, runs)
            elif byte == ord("{") and inside is not None:
                yield from _member(scanner, inside, runs)
            else:
                yield scanner.value()
            offset = scanner.offset
    except Torn as torn:
        yield Skipped(torn.offset, torn.reason, rest=True)
    except Damaged as damage:
        yield Skipped(offset, str(damage), rest=True)
    if passed is not None and scanner is not None:
        scanner.leave_all()
        _drain(stream, passed)


def _drain(stream: Stream, passed: Seen) -> None:
    try:
        while chunk := stream.read(CHUNK):
            passed.see(chunk)
    except Damaged:
        return  # already handed out as Skipped


def _list(scanner: Scanner, runs: Runs[Many_co]) -> Iterator[Raw | Skipped | Many_co]:
    scanner.take(ord("["))
    if scanner.peek() == ord("]"):
        scanner.take(ord("]"))
        return
    while True:
        if scanner.peek() == ord("{") and (yield from runs.run(scanner)):
            scanner.take(ord("]"))
            return
        yield scanner.value()
        if scanner.take(COMMA, ord("]")) == ord("]"):
            return


def _member(scanner: Scanner, wanted: str, runs: Runs[Many_co]) -> Iterator[Raw | Skipped | Many_co]:
    start = scanner.offset
    found = False
    scanner.take(ord("{"))
    while scanner.peek() != ord("}"):
        key = scanner.value()
        scanner.take(COLON)
        if isinstance(key, Raw) and key.data == json.dumps(wanted).encode() and scanner.peek() == ord("["):
            found = True
            yield from _list(scanner, runs)
        else:
            scanner.value(keep=False)
        if scanner.take(COMMA, ord("}")) == ord("}"):
            break
    else:
        scanner.take(ord("}"))
    if not found:
        yield Skipped(start, f"no list called {wanted} in it")


def lines(stream: Stream, limits: Limits) -> Iterator[Raw | Skipped]:
    """The lines of a stream that are not blank, without line end, BOM and padding NULs."""
    buffer = bytearray()
    base = searched = 0
    too_long = False
    try:
        while chunk := stream.read(CHUNK):
            buffer += chunk
            while (end := buffer.find(b"\n", searched)) >= 0:
                yield from _line(base, bytes(buffer[:end]), limits, too_long=too_long)
                del buffer[: end + 1]
                base += end + 1
                searched, too_long = 0, False
            searched = len(buffer)
            if searched > limits.item_bytes:
                too_long = True
                base += searched
                searched = 0
                buffer.clear()
        yield from _line(base, bytes(buffer), limits, too_long=too_long, complete=False)
    except Damaged as damage:
        yield Skipped(base, str(damage), rest=True)


def _line(
    offset: int, data: bytes, limits: Limits, *, too_long: bool, complete: bool = True
) -> Iterator[Raw | Skipped]:
    if too_long or len(data) > limits.item_bytes:
        yield Skipped(offset, f"line ends here; it is larger than {limits.item_bytes} bytes")
        return
    text = (data.removeprefix(BOM) if offset == 0 else data).strip(b" \t\r\n\x00")
    if text:
        yield Raw(offset, text, complete)
