"""``rules.md``: the catalogue of rules that verdicts are made of."""

import re
from itertools import groupby

from generating import markdown
from generating.markdown import code, table
from withhold.policy.explain import SETTLES
from withhold.policy.rules import RULES

HEADINGS = {
    "past": "Past exposure: what one regime says of a message sent in it",
    "reach": "Past exposure: what one open moment does to the rest",
    "future": "Future eligibility",
}
_REACH = ("resume.", "untouched.", "feedback.", "past.")


def page() -> str:
    """The page."""
    blocks = []
    for part, ids in groupby(RULES, _part):
        rows = ((code(i), _shown(RULES[i]), SETTLES.get(i, "")) for i in ids)
        blocks += [f"## {HEADINGS[part]}", table(("Rule", "What it says", "What would settle it"), rows)]
    return markdown.page(
        "Rules",
        "`withhold exposure explain ID` prints the chain of rules behind both verdicts, each with the"
        " provider's source and your evidence. Words in *italics* are filled in there.",
        *blocks,
    )


def _part(rule: str) -> str:
    if rule.startswith("future."):
        return "future"
    return "reach" if rule.startswith(_REACH) else "past"


def _shown(text: str) -> str:
    return re.sub(r"\{(\w+)\}", r"*\1*", text)
