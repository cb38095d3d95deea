"""What the gateway says at its start, and the lines to paste."""

from withhold.app.gateway.running import Started

_UNSEEN = (
    "Not seen here: what a program sends elsewhere. Telemetry, error reports, updates and page look-ups go"
    " past a base URL."
)


def env_lines(url: str, token: str) -> str:
    """Variables for programs; the names are those of the providers' own SDKs and of Claude Code."""
    return "\n".join(
        (
            f"export ANTHROPIC_BASE_URL={url}",
            f"export ANTHROPIC_AUTH_TOKEN={token}",
            "unset ANTHROPIC_API_KEY",
            "export CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1",
            "export CLAUDE_CODE_ATTRIBUTION_HEADER=0",
            f"export OPENAI_BASE_URL={url}/v1",
            f"export OPENAI_API_KEY={token}",
        )
    )


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
