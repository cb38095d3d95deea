"""Canned answers: the lab has no model, and says so when asked."""

from zlib import crc32

_CHAT = (
    "Here is a first idea: start with the part you know best, and write down what is still open.",
    "Good question. Two things decide it: how much time you have, and what would be hard to undo later.",
    "I would try the small version first. If it holds, the rest follows; if not, little is lost.",
    "That makes sense. Shall I put it into a short list you can work through?",
)

_LOOK = "I'll look at the project first."
_DONE = (
    "Done: I changed the one place that mattered and left the rest alone.",
    "The test was right and the code was wrong; it passes now.",
    "I tidied the function and added a test for the case you mentioned.",
)

TOOL_RESULT = "README.md\nsrc/app.py\ntests/test_app.py"


def chat_answer(text: str, turn: int) -> str:
    """The answer to the ``turn``-th message of a chat; always the same for the same input."""
    if "who are you" in text.lower():
        return (
            "I am Lumen, a canned responder of a local test provider. Nothing you write leaves this machine."
        )
    return _CHAT[_pick(text, turn, len(_CHAT))]


def coding_turn(text: str, turn: int) -> tuple[tuple[str, str], ...]:
    """What follows a coding prompt: ``(author, text)`` of a look at the files, its result, and the answer."""
    return (("model", _LOOK), ("other", TOOL_RESULT), ("model", _DONE[_pick(text, turn, len(_DONE))]))


def _pick(text: str, turn: int, among: int) -> int:
    return crc32(f"{turn} {text}".encode()) % among
