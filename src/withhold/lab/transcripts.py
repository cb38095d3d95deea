"""Coding sessions as the terminal client leaves them on the person's disk: one JSON object a line.

A session is one file, ``projects/<slug>/<session>.jsonl``; resuming writes on in the same file. Most lines
of type ``user`` are not a person: tool results and injected text are there too, as in reality. The files
are the person's own: what the provider purges stays here, only deleting the session removes it.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from withhold.lab.core import Lab
from withhold.lab.state import Conversation, Message
from withhold.support.files import private_dir, write_atomic

DEFAULT_PROJECT = "/home/person/projects/sample"

_VERSION = "2.1.183"
_MODEL = "lumen-large-2"
_PAUSE = timedelta(hours=1)
"""A longer pause between two prompts means that the session was left and resumed."""

_LOOSE = re.compile(r"[^A-Za-z0-9]")


def export_transcripts(lab: Lab, account: str, folder: Path) -> list[Path]:
    """Write all coding sessions of the account that it did not delete below ``folder`` (the client's root).

    Writing again after a session went on keeps every earlier line as it was.
    """
    paths = []
    for session in lab.account(account).conversations:
        if session.kind == "coding" and session.deleted_at is None:
            path = private_dir(folder / "projects" / slug(_cwd(session))) / f"{session.id}.jsonl"
            lines = (json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in _lines(session))
            write_atomic(path, "".join(f"{line}\n" for line in lines).encode())
            paths.append(path)
    return paths


def slug(cwd: str) -> str:
    """The folder name for a working directory: everything but letters and digits becomes ``-``."""
    return _LOOSE.sub("-", cwd)


def _cwd(session: Conversation) -> str:
    return session.project or DEFAULT_PROJECT


def _lines(session: Conversation) -> Iterator[dict[str, Any]]:
    yield from _opening(session)
    yield _injected(session)
    parent = _derived(session.id, "caveat")
    before: Message | None = None
    for message, after in zip_longest(session.messages, session.messages[1:]):
        if before is not None and message.author == "human" and message.at - before.at > _PAUSE:
            yield from _opening(session)
        for line in _written(message, before, after):
            yield _envelope(session, parent) | line if "uuid" in line else line
            parent = line.get("uuid", parent)
        before = message


def _opening(session: Conversation) -> Iterator[dict[str, Any]]:
    yield {"type": "mode", "mode": "normal", "sessionId": session.id}
    yield {"type": "permission-mode", "permissionMode": "default", "sessionId": session.id}


def _injected(session: Conversation) -> dict[str, Any]:
    """What the client puts in by itself before the first prompt; nobody typed it."""
    said = "<local-command-caveat>Commands below were run by the client.</local-command-caveat>"
    return {
        **_envelope(session, None),
        "type": "user",
        "isMeta": True,
        "message": {"role": "user", "content": said},
        "uuid": _derived(session.id, "caveat"),
        "timestamp": _stamp(session.created),
    }


def _written(message: Message, before: Message | None, after: Message | None) -> Iterator[dict[str, Any]]:
    if message.author == "human":
        yield _snapshot(message)
        yield _prompt(message)
    elif message.author == "other":
        yield _tool_result(message, before)
    else:
        yield from _answer(message, calls=after is not None and after.author == "other")


def _snapshot(message: Message) -> dict[str, Any]:
    at = _stamp(message.at)
    content = {"messageId": message.id, "trackedFileBackups": {}, "timestamp": at}
    return {
        "type": "file-history-snapshot",
        "messageId": message.id,
        "snapshot": content,
        "isSnapshotUpdate": False,
    }


def _prompt(message: Message) -> dict[str, Any]:
    return {
        "type": "user",
        "promptSource": "typed",
        "origin": {"kind": "human"},
        "permissionMode": "default",
        "message": {"role": "user", "content": message.text},
        **_named(message),
    }


def _tool_result(message: Message, call: Message | None) -> dict[str, Any]:
    block = {
        "type": "tool_result",
        "tool_use_id": _call_id(call) if call else None,
        "content": message.text,
        "is_error": False,
    }
    return {
        "type": "user",
        "message": {"role": "user", "content": [block]},
        "toolUseResult": {"stdout": message.text, "stderr": "", "interrupted": False},
        **_named(message),
    }


def _answer(message: Message, *, calls: bool) -> Iterator[dict[str, Any]]:
    """One answer; if it calls a tool, the call is a second line with the same ``message.id``."""
    stop = "tool_use" if calls else "end_turn"
    yield {**_assistant(message, {"type": "text", "text": message.text}, stop), **_named(message)}
    if calls:
        block = {"type": "tool_use", "id": _call_id(message), "name": "Bash", "input": {"command": "ls -R"}}
        yield {
            **_assistant(message, block, stop),
            "uuid": _derived(message.id, "call"),
            "timestamp": _stamp(message.at),
        }


def _assistant(message: Message, block: dict[str, Any], stop: str) -> dict[str, Any]:
    return {
        "type": "assistant",
        "requestId": f"req_{message.id[:8]}",
        "message": {
            "id": f"msg_{message.id.replace('-', '')[:24]}",
            "type": "message",
            "role": "assistant",
            "model": _MODEL,
            "content": [block],
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": {"input_tokens": len(message.text), "output_tokens": len(message.text) // 4},
        },
    }


def _call_id(message: Message) -> str:
    return f"toolu_{message.id.replace('-', '')[:20]}"


def _named(message: Message) -> dict[str, Any]:
    return {"uuid": message.id, "timestamp": _stamp(message.at)}


def _derived(base: str, what: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"lumen:{what}:{base}"))


def _envelope(session: Conversation, parent: str | None) -> dict[str, Any]:
    return {
        "parentUuid": parent,
        "isSidechain": False,
        "userType": "external",
        "entrypoint": "cli",
        "cwd": _cwd(session),
        "sessionId": session.id,
        "version": _VERSION,
        "gitBranch": "main",
    }


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
