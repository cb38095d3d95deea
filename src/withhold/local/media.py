"""Whether a request asks that something be fetched: a local model has no business on the network."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_CONTENT = ("messages", "input", "content", "system", "prompt", "documents", "query")
_ARGUMENTS = frozenset({"input", "arguments"})
_WORDS_OF_TOOLS = frozenset({"tool_use", "function_call", "server_tool_use", "mcp_call"})
_DEEPEST = 64


def remote_references(body: Any) -> tuple[str, ...]:
    """Places in a request (OpenAI's or Anthropic's form) that name an address to fetch from.

    What a tool was called with is text to the model and is left alone; the rest of such a block is not, for
    the word ``type`` is the asker's to write.
    """
    if not isinstance(body, Mapping):
        return ()
    return tuple(place for part in _CONTENT for place in _search(body.get(part), part, 0))


def _search(value: Any, place: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        yield f"{place} (too deep to be read)"
    elif isinstance(value, Mapping):
        yield from _block(value, place, depth)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for index, entry in enumerate(value):
            yield from _search(entry, f"{place}[{index}]", depth + 1)


def _block(block: Mapping[Any, Any], place: str, depth: int) -> Iterator[str]:
    called = block.get("type") in _WORDS_OF_TOOLS
    for key, value in block.items():
        if called and key in _ARGUMENTS:
            continue
        here = f"{place}.{key}"
        if isinstance(value, str) and str(key).lower().endswith(("url", "uri", "file_id")):
            if not value.lower().startswith("data:"):
                yield here
        else:
            yield from _search(value, here, depth + 1)
