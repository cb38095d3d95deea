"""The first lines of a scan: for each tool what matters most, in one sentence."""

from collections.abc import Iterator, Sequence

from withhold.report.documents import Route, ScanDocument, Tool
from withhold.report.text.base import day, plural

MOST_TOOLS = 6
"""Tools with a line of their own."""
_WAYS = {
    "consumer-login": "personal login",
    "work-login": "an organisation's login",
    "login": "login of a plan that no file shows",
    "api-key": "API key",
    "api-key-helper": "API key",
    "cloud-provider": "cloud provider",
    "local-model": "model on this computer",
    "other-host": "another host",
    "other-provider": "another provider",
    "unknown": "way not known",
}


def in_short(tools: Sequence[Tool], document: ScanDocument) -> tuple[str, ...]:
    """One sentence for each of the first tools, and how many more there are."""
    lines = tuple(f"{tool.id}, {'; '.join(_parts(tool.id, document))}" for tool in tools[:MOST_TOOLS])
    more = len(tools) - MOST_TOOLS
    return (*lines, f"{plural(more, 'more tool')} below") if more > 0 else lines


def _parts(tool: str, document: ScanDocument) -> Iterator[str]:
    routes = [r for r in document.routes if r.tool == tool]
    yield f"{_ways(routes)}: {_training(routes)}"
    bad = {s.purpose for s in document.settings if s.tool == tool and s.verdict == "bad"}
    if "training" in bad:
        yield "a setting leaves training on"
    for row in (t for t in document.transcripts if t.tool == tool and t.resumed_since and t.resumed):
        yield f"{plural(row.resumed, 'session')} resumed since the terms of {day(row.resumed_since)}"
    held = sum(s.conversations for s in document.secrets if s.tool == tool)
    if held:
        yield plural(held, "session holds", "sessions hold") + " what looks like live keys"
    if "feedback" in bad:
        yield "feedback channel open"
    idle = sum(p.tool == tool for p in document.placebos)
    if idle:
        yield plural(idle, "setting of yours has", "settings of yours have") + " no effect"


def _ways(routes: Sequence[Route]) -> str:
    return " or ".join(dict.fromkeys(_WAYS.get(r.kind, r.kind) for r in routes))


def _training(routes: Sequence[Route]) -> str:
    """Content counts as out of training only where every possible way is."""
    said = {r.trainable for r in routes}
    if True in said:
        return "may be used for training"
    if said != {False}:
        return "training choice not visible here"
    if {r.kind for r in routes} == {"local-model"}:
        return "not sent to a provider, as far as its settings say"
    return "training excluded by contract, unless the organisation agreed to it"
