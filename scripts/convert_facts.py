"""Writes a pack for each provider of the collected facts that has none yet.

``convert_facts.py FACTS_DIR [ID ...]``: named ids are written again. The facts are JSON files kept beside a
checkout (``providers.json``,
``automation.json``); what kind of conversation a product holds is not in them and stands here.
"""

import json
import sys
from pathlib import Path

from withhold.packs.convert import convert
from withhold.packs.lint import Severity, lint
from withhold.packs.loader import builtin_dir

CHAT, CODING = "chat", "coding"

KINDS: dict[str, dict[str, list[str]]] = {
    "openai": {CHAT: ["chatgpt"], CODING: ["codex"]},
    "google": {CHAT: ["gemini"], CODING: ["gemini-code-assist", "gemini-api"]},
    "microsoft": {CHAT: ["copilot"]},
    "github": {CODING: ["github-copilot"]},
    "meta": {CHAT: ["meta-ai"]},
    "xai": {CHAT: ["grok", "grok-x"], CODING: ["grok"]},
    "mistral": {CHAT: ["le-chat"]},
    "perplexity": {CHAT: ["perplexity"]},
    "deepseek": {CHAT: ["deepseek-chat"]},
    "cursor": {CODING: ["cursor"]},
    "windsurf": {CODING: ["windsurf"]},
    "jetbrains": {CODING: ["jetbrains-ai"]},
    "replit": {CODING: ["replit"]},
    "amazon": {CODING: ["amazon-q-developer"]},
    "poe": {CHAT: ["poe"]},
    "character-ai": {CHAT: ["character-ai"]},
    "huggingface": {CHAT: ["huggingchat"]},
    "duckduckgo": {CHAT: ["duck-ai"]},
    "proton": {CHAT: ["lumo"]},
    "moonshot": {CHAT: ["kimi"]},
    "qwen": {CHAT: ["qwen-chat"]},
    "z-ai": {CHAT: ["z-ai"]},
}
"""Where several products may hold a kind, a conversation is judged by the terms of all of them."""


def main(arguments: list[str]) -> int:
    """Write the packs; 1 if one of them has errors."""
    facts_dir, *named = arguments
    facts = json.loads((Path(facts_dir) / "providers.json").read_text("utf-8"))
    automation = json.loads((Path(facts_dir) / "automation.json").read_text("utf-8"))
    stances = {s["id"]: s for s in automation["providers"]}
    bad = 0
    for provider in facts["providers"]:
        target = builtin_dir() / f"{provider['id']}.yaml"
        if target.exists() and provider["id"] not in named:
            continue
        text = convert(
            provider,
            facts["sources"],
            compiled_on=facts["compiled_on"],
            stance=stances.get(provider["id"]),
            kinds=KINDS.get(provider["id"], {}),
        )
        target.write_text(text, "utf-8")
        errors = [p for p in lint(target) if p.severity is Severity.ERROR]
        bad += len(errors)
        for problem in errors:
            print(problem, file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
