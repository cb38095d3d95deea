"""Whether a recorded model surely ran on this machine, by what a chat program wrote down of it."""

import re

LOCAL, UNKNOWN = "local", "unknown"
_REMOTE = re.compile(
    r"^(?:[\w.-]+[/:])?(?:gpt-(?!oss)|chatgpt|o[1-9](?:$|-)|claude|gemini|grok|sonar|command-a"
    r"|mistral-(?:large|medium)|codestral-latest|deepseek-(?:chat|reasoner)$)|[:-]cloud$",
    re.IGNORECASE,
)


def looks_remote(model: object) -> bool:
    """Whether a model's name is that of a provider's own model, or of one that runs in a cloud."""
    return isinstance(model, str) and bool(_REMOTE.search(model))
