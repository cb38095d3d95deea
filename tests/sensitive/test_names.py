"""The model that looks for names: what it reads, what becomes of its process, and that it gets nowhere."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import withhold
from withhold.app.gateway.names_worker import BOOT
from withhold.sensitive.names.files import ModelFiles, model_files
from withhold.sensitive.names.pieces import LONGEST, pieces
from withhold.sensitive.names.reader import NamesReader, NamesUnread, worker_program
from withhold.sensitive.names.spans import ADDRESS, KINDS, PERSON, Labelled, spans

SAID = (
    ("My name is Anna Kowalski and I live at 12 Rue de la Paix, 75002 Paris.", "Anna Kowalski", PERSON),
    ("Ich heiße Jürgen Müller und wohne in der Hauptstraße 5, 10115 Berlin.", "Jürgen Müller", PERSON),
    ("Patient Mohammed Al-Fayed was seen again on Monday.", "Mohammed Al-Fayed", PERSON),
    ("Elle s'appelle Chloé Lefèvre et travaille ici.", "Chloé Lefèvre", PERSON),
    ("Please send it to 221B Baker Street, London NW1 6XE, not to the office.", "Baker Street", ADDRESS),
)


@pytest.fixture(scope="module")
def files() -> ModelFiles:
    found = model_files()
    assert found is not None, "the development environment has the model (make setup)"
    return found


@pytest.fixture
def reader(files: ModelFiles) -> Iterator[NamesReader]:
    made = NamesReader(files, worker_program(BOOT, files, threads=1))
    yield made
    made.close()


@given(st.text(st.sampled_from("ab Ü李1\n\t\u0301 "), max_size=1500))
def test_every_word_is_in_a_piece(text: str) -> None:
    """Pieces hold every letter of a text, where they say, and none is longer than the model reads."""
    covered: set[int] = set()
    for piece in pieces(text):
        assert text[piece.start :].startswith(piece.text)
        assert len(piece.text) <= LONGEST
        covered.update(range(piece.start, piece.start + len(piece.text)))
    assert covered >= {place for place, sign in enumerate(text) if sign.isalpha()}


@given(st.lists(st.sampled_from(["word ", "another, ", "end.\n", "line\n\n"]), max_size=400).map("".join))
def test_a_text_that_grows_is_not_read_again(text: str) -> None:
    """What is added in a paragraph of its own leaves all pieces before it as they were."""
    assert list(pieces(f"{text}\n\nmore")) == [*pieces(text), *pieces(" " * len(text) + "\n\nmore")]


@given(
    text=st.text(st.sampled_from("ab 's ü李.-,\n"), min_size=1, max_size=60),
    marks=st.lists(
        st.tuples(st.integers(0, 59), st.integers(1, 9), st.sampled_from(["SURNAME", "CITY", "URL"]))
    ),
)
def test_spans_lie_in_the_text(text: str, marks: list[tuple[int, int, str]]) -> None:
    """Whatever the model labels: findings are in order, in the text, and hold the names labelled."""
    parts = [Labelled(a, min(a + n, len(text)), label) for a, n, label in marks if a < len(text)]
    found = spans(text, parts)
    assert [s.start for s in found] == sorted(s.start for s in found)
    assert all(0 <= s.start < s.end <= len(text) and s.kind in KINDS for s in found)
    for part in parts:
        bare = text[part.start : part.end]
        if part.label == "SURNAME" and not bare.endswith("'s"):
            assert any(s.start <= part.start and s.end >= part.end - 2 for s in found)


def test_a_name_known_in_part_is_taken_whole() -> None:
    """A part of a word takes the word, a first name its surname, and ``'s`` stays outside."""
    text = "Ask Priyanka O'Brien-Smith's doctor"
    parts = [Labelled(4, 7, "GIVEN_NAME"), Labelled(13, 14, "SURNAME")]
    assert [text[s.start : s.end] for s in spans(text, parts)] == ["Priyanka O'Brien-Smith"]


def test_a_town_alone_is_nobodys_address() -> None:
    """A town's name counts where a street or a postcode stands beside it, not by itself."""
    text = "Berlin is big; 10115 Berlin"
    assert spans(text, [Labelled(0, 6, "CITY")]) == []
    beside = [Labelled(15, 20, "ZIP_CODE"), Labelled(21, 27, "CITY")]
    assert [(s.start, s.end) for s in spans(text, beside)] == [(15, 27)]


def test_it_finds_names_and_addresses(reader: NamesReader) -> None:
    """Names of several languages and an address are found where they stand; plain sentences hold none."""
    for text, value, kind in SAID:
        at = text.index(value)
        assert any(
            s.start <= at and s.end >= at + len(value) and s.kind == kind for s in reader.spans(text)
        ), text
    assert reader.spans("The build fails because the test waits for a file that nobody writes.") == []


def test_names_across_the_cuts_of_a_long_text(reader: NamesReader) -> None:
    """In one long paragraph every name is found whole, wherever the pieces are cut."""
    filler = "nothing of note was said about the weather that day and everybody went home early, and "
    text = "".join(f"{filler[: 60 + 7 * n % 27]}then John Peterson{n:02} spoke. " for n in range(40))
    named = [text[s.start : s.end] for s in reader.spans(text)]
    assert sum(f"John Peterson{n:02}" in name for n in range(40) for name in named) >= 36
    assert not any(name.startswith(("ohn", "hn", "eterson", "terson")) for name in named)


def test_characters_of_many_tokens(reader: NamesReader) -> None:
    """Text whose characters come to more tokens than the model reads at once is read in full."""
    text = "가나다라마바사" * 65 + " My name is Anna Kowalski."
    assert any("Anna" in text[s.start : s.end] for s in reader.spans(text))


def test_what_was_read_is_not_read_again(reader: NamesReader) -> None:
    """A text asked about again is answered without the process, also when the process is gone."""
    before = reader.spans(SAID[0][0])
    os.kill(_child(reader), signal.SIGKILL)
    assert reader.spans(SAID[0][0]) == before


def test_a_process_that_died_is_started_again(reader: NamesReader) -> None:
    """After its death the next text is read by a new process."""
    reader.start()
    first = _child(reader)
    os.kill(first, signal.SIGKILL)
    assert [s.kind for s in reader.spans(SAID[2][0])] == [PERSON]
    assert _child(reader) != first


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("import sys; sys.exit(3)", "did not start"),
        ("import sys; sys.stdout.buffer.write(b'x' * 100)", "did not start"),
        (BOOT.replace("folder, threads =", "folder, threads = '/nowhere', '1'; _ ="), "could not be loaded"),
        (BOOT + "; sys.exit(0)", ""),
    ],
)
def test_a_process_that_is_none(files: ModelFiles, program: str, why: str) -> None:
    """One that does not start, or says something else, is an error, never a text without names."""
    reader = NamesReader(files, worker_program(program, files, threads=1))
    try:
        if why:
            with pytest.raises(NamesUnread, match=why):
                reader.spans("My name is Anna Kowalski.")
        else:
            assert reader.spans("My name is Anna Kowalski.")
    finally:
        reader.close()


_LIES = """
import sys; sys.path[:] = sys.argv[3:]
import msgspec
from withhold.sensitive.names.worker import Ready
from withhold.support.framed import receive, send
send(sys.stdout.buffer, msgspec.msgpack.encode(Ready(False)))
while receive(sys.stdin.buffer) is not None:
    send(sys.stdout.buffer, {answer})
"""


@pytest.mark.parametrize(
    "answer", ["b''", "b'{'", "msgspec.msgpack.encode([])", "msgspec.msgpack.encode([[1]])"]
)
def test_answers_that_are_none(files: ModelFiles, answer: str) -> None:
    """An answer that is short, broken or of another form is an error."""
    program = _LIES.replace("{answer}", answer)
    reader = NamesReader(files, worker_program(program, files, threads=1))
    try:
        with pytest.raises(NamesUnread):
            reader.spans("My name is Anna Kowalski.")
    finally:
        reader.close()


def test_time_that_runs_out(reader: NamesReader) -> None:
    """Past its time a text is an error; what was read until then is kept."""
    reader.start()
    with pytest.raises(NamesUnread, match="more text"):
        reader.look([SAID[0][0]], until=time.monotonic() - 1)
    reader.look([SAID[0][0]], until=time.monotonic() + 60)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="the network is taken away on Linux alone")
def test_the_process_is_without_network(reader: NamesReader, files: ModelFiles) -> None:
    """It says that it is sealed, and in the same state no socket of the network can be made."""
    reader.start()
    assert reader.sealed
    tried = (
        "import socket; from withhold.app.gateway.names_worker import without_network\n"
        "assert socket.socket(socket.AF_INET).close() is None\n"
        "assert without_network()\n"
        "for family in (socket.AF_INET, socket.AF_INET6):\n"
        "  for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):\n"
        "    try: socket.socket(family, kind)\n"
        "    except PermissionError: continue\n"
        "    raise SystemExit('a socket was opened')\n"
    )
    assert _run("-c", tried) == ""


def test_nothing_of_the_package_is_run(files: ModelFiles) -> None:
    """The worker reads the package's files; its code, and what that would load, stays out."""
    tried = (
        "import sys; from pathlib import Path; from withhold.sensitive.names.engine import Engine\n"
        "assert Engine(Path(sys.argv[1]), threads=1).read('My name is Anna.')\n"
        "print([name for name in sys.modules if name.startswith(('arcjet', 'wasmtime'))])\n"
    )
    assert _run("-c", tried, str(files.folder)) == "[]"


def test_a_model_that_is_not_there() -> None:
    """Where neither the package nor the libraries are installed there is no model, and no error."""
    source = str(Path(withhold.__file__).parents[1])
    tried = (
        f"import sys; sys.path.append({source!r})\n"
        "from withhold.sensitive.names.files import model_files; print(model_files())"
    )
    assert _run("-I", "-S", "-c", tried) == "None"


def _run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], check=True, capture_output=True, text=True, timeout=60
    )
    return done.stdout.strip()


def _child(reader: NamesReader) -> int:
    assert reader._process is not None
    return reader._process.pid
