"""Lists of conversations that are read in windows, by a name that another process knows too."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from withhold.model.columns import Columns
from withhold.sources.facts import Batch, Facts


@dataclass(frozen=True, slots=True)
class Kind:
    """How the conversations of one shape are read.

    ``mark`` is a key that each of them has at least once. ``read_one`` takes the bytes of one item, whatever
    they are. ``decode`` takes ``[item, item ...]`` and comes to the same for each; it gives ``None`` for
    what is no list of objects that can be read at once.
    """

    name: str
    mark: str
    read_one: Callable[[bytes], tuple[Facts, Columns]]
    decode: Callable[[bytes | bytearray], Batch | None]


CHATGPT, CLAUDE, CLAUDE_DESIGN = "chatgpt", "claude-ai", "claude-design"


@cache
def kind_of(name: str) -> Kind:
    """The kind of a name; ``KeyError`` if there is none."""
    return {CHATGPT: _chatgpt, CLAUDE: _claude, CLAUDE_DESIGN: _claude_design}[name]()


def _chatgpt() -> Kind:
    from withhold.sources.chatgpt_facts import decode, read_one

    return Kind(CHATGPT, "mapping", read_one, decode)


def _claude() -> Kind:
    from withhold.sources.claude_facts import CHAT

    return Kind(CLAUDE, CHAT.key, CHAT.read_one, CHAT.decode)


def _claude_design() -> Kind:
    from withhold.sources.claude_facts import DESIGN

    return Kind(CLAUDE_DESIGN, DESIGN.key, DESIGN.read_one, DESIGN.decode)
