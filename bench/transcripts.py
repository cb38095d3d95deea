"""Homes with transcripts of coding sessions, made up: ``transcripts.py MEGABYTES FILES PATH``.

Claude Code's and Codex's files, line by line as the programs write them: prompts, answers, tools and their
output. The same seed gives the same bytes.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

SEED = 20261122
_TEXT = """the a of to and in that is it for with as on be at this have from or one by word but not what all
were we when your can there use an each which do how their if will up other about out many then them these so
function return value index schema query deploy container latency budget test error build branch commit"""
SHARE = 0.7
"""Of the files that are Claude Code's; the others are Codex's."""


def make(megabytes: float, files: int, home: Path, seed: int = SEED) -> int:
    """Write ``files`` sessions of the same size; returns their bytes together."""
    draw = Random(seed)  # noqa: S311 - made-up text, not a secret
    pool = [" ".join(draw.choices(_TEXT.split(), k=draw.randint(30, 160))) for _ in range(500)]
    size = int(megabytes * 1e6 / files)
    written = 0
    for number in range(files):
        began = datetime(2025, 6, 1, tzinfo=UTC) + timedelta(hours=draw.randrange(10_000))
        name = str(UUID(int=draw.getrandbits(128), version=4))
        if number < SHARE * files:
            path = home / f".claude/projects/-home-u-p{number % 40}/{name}.jsonl"
            lines = _claude(draw, pool, name, began, size)
        else:
            path = home / f".codex/sessions/{began:%Y/%m/%d}/rollout-{began:%Y-%m-%dT%H-%M-%S}-{name}.jsonl"
            lines = _codex(draw, pool, name, began, size)
        path.parent.mkdir(parents=True, exist_ok=True)
        written += path.write_bytes("".join(lines).encode())
    return written


def _claude(draw: Random, pool: list[str], session: str, at: datetime, size: int) -> list[str]:
    lines: list[str] = []
    have, last = 0, None
    while have < size:
        at += timedelta(hours=30) if draw.random() < 0.01 else timedelta(seconds=draw.randint(2, 90))
        own = str(UUID(int=draw.getrandbits(128), version=4))
        line = {"parentUuid": last, "isSidechain": False, "userType": "external", "cwd": "/home/u/p",
                "sessionId": session, "version": "2.1.0", "uuid": own, "timestamp": _iso(at)}  # fmt: skip
        kind = draw.random()
        text = "\n\n".join(draw.choices(pool, k=draw.randint(1, 6)))
        if kind < 0.1:
            line |= {"type": "user", "message": {"role": "user", "content": text[:400]}}
        elif kind < 0.5:
            result = {"tool_use_id": f"toolu_{own[:8]}", "type": "tool_result", "content": text * 3}
            line |= {"type": "user", "message": {"role": "user", "content": [result]}}
        else:
            part = _said(own, text, tool=kind >= 0.7)
            about = {"id": f"msg_{own}", "type": "message", "role": "assistant", "model": "claude-opus-4-5"}
            line |= {
                "type": "assistant",
                "message": {**about, "content": [part], "usage": {"input_tokens": 9}},
            }
        lines.append(json.dumps(line) + "\n")
        have += len(lines[-1])
        last = own
    return lines


def _said(own: str, text: str, *, tool: bool) -> dict[str, object]:
    if not tool:
        return {"type": "text", "text": text}
    return {"type": "tool_use", "id": f"toolu_{own[:8]}", "name": "Bash", "input": {"command": text[:200]}}


def _codex(draw: Random, pool: list[str], session: str, at: datetime, size: int) -> list[str]:
    head = {"id": session, "timestamp": _iso(at), "cwd": "/home/u/p", "originator": "codex_cli_rs",
            "cli_version": "0.50.0", "model_provider": "openai"}  # fmt: skip
    lines = [json.dumps({"timestamp": _iso(at), "type": "session_meta", "payload": head}) + "\n"]
    have = len(lines[0])
    while have < size:
        at += timedelta(seconds=draw.randint(2, 90))
        text = "\n\n".join(draw.choices(pool, k=draw.randint(1, 6)))
        kind = draw.random()
        if kind < 0.1:
            item = {
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": text[:400]}],
            }
        elif kind < 0.5:
            item = {"type": "function_call_output", "call_id": f"call_{have}", "output": text * 3}
        else:
            item = {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": text}],
            }
        lines.append(json.dumps({"timestamp": _iso(at), "type": "response_item", "payload": item}) + "\n")
        have += len(lines[-1])
    return lines


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


if __name__ == "__main__":
    print(make(float(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
