"""What a person gets from the provider or has on disk: the account export and coding transcripts.

The layouts are those of real exports (the chat export of 2025-11 to 2026-07 with one ZIP, and the
transcripts of a terminal client), so that the same readers work on both. An export shows neither deleted,
purged and incognito chats nor coding sessions, feedback, flags or the setting. What it shows of
``updated_at`` is mostly the day of the export, as in reality: it says nothing about when a chat was resumed.
"""

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from withhold.lab.core import Lab
from withhold.lab.state import Account, Conversation, Message
from withhold.lab.transcripts import export_transcripts
from withhold.support.files import write_atomic

__all__ = ["export_name", "export_transcripts", "export_zip", "write_export"]

ROOT = "00000000-0000-4000-8000-000000000000"
"""The parent of a chat's first message."""

_SENDER = {"human": "human", "model": "assistant"}
_KEEPS_ITS_TIME = 12
"""One chat of so many keeps its own ``updated_at``; the others carry the export's day."""


def export_name(lab: Lab, account: str) -> str:
    """The file name of an export made now."""
    epoch = int(lab.now.timestamp())
    digest = hashlib.sha256(f"{account} {epoch}".encode()).hexdigest()[:8]
    return f"data-{account}-{epoch}-{digest}-batch-0000.zip"


def export_zip(lab: Lab, account: str) -> bytes:
    """The account export as of the lab's present; the same lab gives the same bytes."""
    holder = lab.account(account)
    members = {
        "users.json": [_user(holder)],
        "conversations.json": _chats(lab, holder),
        "memories.json": [_memories(holder)],
        f"projects/{_project_id(holder)}.json": _starter_project(holder),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, lab.now.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, json.dumps(content, ensure_ascii=False))
    return buffer.getvalue()


def write_export(lab: Lab, account: str, folder: Path) -> Path:
    """Write the export into an existing folder and return the file."""
    path = folder / export_name(lab, account)
    write_atomic(path, export_zip(lab, account))
    return path


def stamp(instant: datetime) -> str:
    """Microseconds and ``Z``, as in the chat export."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _user(holder: Account) -> dict[str, Any]:
    return {
        "uuid": holder.id,
        "full_name": holder.label,
        "email_address": holder.email,
        "verified_phone_number": None,
    }


def _memories(holder: Account) -> dict[str, Any]:
    remembers = holder.preferences.get("memory", True)
    memory = f"{holder.label} uses Lumen to try things out." if remembers else ""
    return {"conversations_memory": memory, "project_memories": {}, "account_uuid": holder.id}


def _project_id(holder: Account) -> str:
    return str(uuid5(NAMESPACE_URL, f"lumen:project:{holder.id}"))


def _starter_project(holder: Account) -> dict[str, Any]:
    made = stamp(holder.created)
    return {
        "uuid": _project_id(holder),
        "name": "How to use Lumen",
        "description": "An example project",
        "is_private": False,
        "is_starter_project": True,
        "prompt_template": "",
        "created_at": made,
        "updated_at": made,
        "creator": {"uuid": holder.id, "full_name": holder.label},
        "docs": [],
    }


def _chats(lab: Lab, holder: Account) -> list[dict[str, Any]]:
    chats = [c for c in lab.visible(holder.id) if c.kind == "chat"]
    return [_chat(chat, lab.now, number) for number, chat in enumerate(chats, 1)]


def _chat(chat: Conversation, now: datetime, number: int) -> dict[str, Any]:
    day = datetime.combine(now.date(), time.min, UTC)
    updated = chat.last_at if number % _KEEPS_ITS_TIME == 0 else max(day, chat.last_at)
    parents = [ROOT, *(m.id for m in chat.messages)]
    return {
        "uuid": chat.id,
        "name": chat.title,
        "summary": "",
        "created_at": stamp(chat.created),
        "updated_at": stamp(updated),
        "account": {"uuid": chat.account},
        "chat_messages": [_message(m, p) for m, p in zip(chat.messages, parents, strict=False)],
    }


def _message(message: Message, parent: str) -> dict[str, Any]:
    at = stamp(message.at)
    block: dict[str, Any] = {
        "start_timestamp": at,
        "stop_timestamp": at,
        "flags": None,
        "type": "text",
        "text": message.text,
        "citations": [],
    }
    return {
        "uuid": message.id,
        "text": message.text,
        "content": [block],
        "sender": _SENDER[message.author],
        "created_at": at,
        "updated_at": at,
        "attachments": [],
        "files": [],
        "parent_message_uuid": parent,
    }
