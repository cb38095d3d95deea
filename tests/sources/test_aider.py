"""aider: whose a line is, and when a prompt was typed."""

from collections.abc import Callable
from pathlib import Path

from tests.sources.conftest import Result
from withhold.model.words import Author

Read = Callable[..., Result]
START = "# aider chat started at 2026-06-14 11:00:00\n\n"


def history(folder: Path, text: str) -> Path:
    path = folder / ".aider.chat.history.md"
    path.write_text(text)
    return path


def authors(result: Result) -> list[list[str]]:
    return [
        [m.author.value for m in found.messages if m.author is not Author.OTHER]
        for found in result.conversations.values()
    ]


def test_headings_in_answers_are_no_prompts(read: Read, tmp_path: Path) -> None:
    """aider ends a prompt's lines with two spaces."""
    text = START + "#### Fix it  \n#### please  \n\nPlan:\n\n#### Step one\n\nDo it.\n\n#### Thanks  \n"
    assert authors(read(history(tmp_path, text))) == [["human", "model", "human"]]


def test_a_copy_without_the_spaces(read: Read, tmp_path: Path) -> None:
    """Editors strip them; then each such line is a prompt."""
    text = START + "#### Fix it\n\nDone.\n\n#### Thanks\n"
    assert authors(read(history(tmp_path, text))) == [["human", "model", "human"]]


def test_commands_are_no_prompts_unless_they_ask(read: Read, tmp_path: Path) -> None:
    """``/add`` stays here, ``/ask why`` is sent."""
    text = START + "#### /add x.py  \n\n> Added\n\n#### /ask why?  \n\nBecause.\n\n#### !ls  \n"
    assert authors(read(history(tmp_path, text))) == [["human", "model"]]


def test_answers_end_where_the_program_counts_tokens(read: Read, tmp_path: Path) -> None:
    """A prompt may get several answers; a quotation in one does not split it."""
    tokens = "> Tokens: 1k sent, 2 received.\n"
    text = START + f"#### Go  \n\nOne\n> quoted\nmore\n{tokens}\nTwo\n{tokens}"
    assert authors(read(history(tmp_path, text))) == [["human", "model", "model"]]


def test_a_message_lies_between_its_chat_and_the_next(read: Read, tmp_path: Path) -> None:
    """The program's start is the only time; its zone is not known."""
    text = START + "#### Go  \n\n# aider chat started at 2026-06-15 11:00:00\n\n#### On  \n"
    first, second = read(history(tmp_path, text)).conversations.values()
    at = first.messages[-1].at
    assert at.earliest.isoformat() == "2026-06-13T21:00:00+00:00"
    assert at.latest.isoformat() == "2026-06-15T23:00:00+00:00"
    assert second.messages[-1].at.latest.year == 9999


def test_the_history_of_inputs_gives_times(read: Read, samples: Path) -> None:
    """Prompts are found there by their words; the commands between are passed over."""
    first, second = read(samples / "aider").conversations.values()
    times = [m.at.earliest for m in (*first.messages, *second.messages) if m.author is Author.HUMAN]
    assert [at.isoformat()[:16] for at in times] == [
        "2026-06-13T21:02",
        "2026-06-13T21:06",
        "2026-06-19T19:31",
    ]


def test_a_chat_keeps_its_id_while_it_grows(read: Read, tmp_path: Path) -> None:
    """And so do the others, whatever stands before them; two of one second are two."""
    one = START + "#### Go  \n\nGone.\n\n"
    two = START + "#### Other  \n\nYes.\n\n"
    before = list(read(history(tmp_path, one)).conversations)
    after = list(read(history(tmp_path, two + one + "#### On  \n")).conversations)
    assert before[0] in after
    assert len(set(after)) == 2
    assert len(read(history(tmp_path, one + one)).conversations) == 2


def test_inputs_alone_are_a_session(read: Read, samples: Path, tmp_path: Path) -> None:
    """Where the history of chats is gone, what was typed is the only trace."""
    source = samples / "aider/repo/.aider.input.history"
    (tmp_path / ".aider.input.history").write_bytes(source.read_bytes())
    (found,) = read(tmp_path).conversations.values()
    assert (found.human, found.provider_id) == (4, "unknown")
    (again,) = read(tmp_path / ".aider.input.history").conversations
    assert again == found.source_id


def test_text_before_the_first_chat_is_named(read: Read, tmp_path: Path) -> None:
    """A history whose head was cut."""
    row = read(history(tmp_path, "lost words\n\n" + START + "#### Go  \n")).only
    assert (row.conversations, row.unrecognised_count) == (1, 1)
