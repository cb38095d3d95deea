"""What the gateway says at its start, and the lines to paste."""

from withhold.app.gateway.running import Started

_UNSEEN = (
    "Not seen here: what a program sends elsewhere. Telemetry, error reports, updates and page look-ups go"
    " past a base URL."
)


UNSET = ("ANTHROPIC_API_KEY",)
"""A key of the provider's own would go before the token."""


def variables(url: str, token: str) -> dict[str, str]:
    """For programs; the names are those of the providers' own SDKs and of Claude Code."""
    return {
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_AUTH_TOKEN": token,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "CLAUDE_CODE_ATTRIBUTION_HEADER": "0",
        "OPENAI_BASE_URL": f"{url}/v1",
        "OPENAI_API_KEY": token,
    }


def env_lines(url: str, token: str) -> str:
    """The variables as lines for a shell."""
    lines = [f"export {name}={value}" for name, value in variables(url, token).items()]
    return "\n".join([*lines, *(f"unset {name}" for name in UNSET)])


def start_text(started: Started) -> str:
    """The message at the start."""
    lines = [f"The gateway listens on {started.url}, for this machine alone. Ctrl-C stops it.", "Routes:"]
    lines += [f"  {line}" for line in started.routes]
    if started.token is not None:
        lines += ["A token was made; it is shown this once. Paste this where your program runs:", ""]
        lines += [env_lines(started.url, started.token), ""]
    else:
        lines.append("A token and the lines to paste: withhold gateway env")
    return "\n".join([*lines, _UNSEEN])
