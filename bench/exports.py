"""Large account exports as people get them, made up: ``exports.py chatgpt|shards|claude MEGABYTES PATH``.

The same seed gives the same bytes. Trees with regenerated answers, hidden context, tools, thoughts, images,
citations, ratings, long code and many scripts are in the shares that published exports and importers'
reports show (docs of the readers name the fields). The maker counts what it writes by itself, so that a
bench can hold what was read against it.
"""

import json
import re
import sys
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

SEED = 20260912
SHARD = 100
"""Conversations of one shard, as the provider cuts them."""
FIRST, LAST = 1_672_531_200, 1_790_000_000
"""2023-01-01 and 2026-09-21."""
WORDS = re.findall(
    r"\w+",
    """the a of to and in that is it for with as on be at this have from or one had by word but not what all
    were we when your can said there use an each which she do how their if will up other about out many then
    them these so some her would make like him into time has look two more write go see number no way could
    people my than first water been call who oil its now find long down day did get come made may part
    function return value index schema query deploy container latency budget paragraph contract clause""",
)
OTHER_SCRIPTS = (
    "Größe über für später Straße",
    "été déjà où français reçu",
    "これは テスト の 文章 です",
    "数据 分析 的 结果 很 好",
    "Привет это проверка текста",
    "שלום עולם",
    "🎉 🚀 🙂 👍🏽",
    "naïve façade — “quoted” … ™",
)
CODE = (
    (
        '```python\ndef process(items: list[str]) -> dict[str, int]:\n    """Count the items."""\n'
        "    found = {}\n    for item in items:\n        found[item] = found.get(item, 0) + 1\n"
        "    return found\n```"
    ),
    (
        "```sql\nSELECT account, COUNT(*) AS n\nFROM events\nWHERE at >= '2025-01-01' AND kind <> 'draft'\n"
        "GROUP BY account\nHAVING COUNT(*) > 10;\n```"
    ),
    (
        '```js\nconst rows = await db.all(`SELECT * FROM t WHERE name = "${name}"`);\n'
        "console.log(rows.map((r) => r.path.replace(/\\\\/g, '/')));\n```"
    ),
)


@dataclass
class Counts:
    """What an export holds, by the one who wrote it. ``first`` and ``last`` are microseconds."""

    conversations: int = 0
    human: int = 0
    model: int = 0
    messages: int = 0
    feedback: int = 0
    first: int = 1 << 62
    last: int = 0
    bytes: int = 0
    files: list[str] = field(default_factory=list)

    def said(self, author: str, micros: int) -> None:
        """One message of a person or a model."""
        self.human += author == "human"
        self.model += author == "model"
        self.first = min(self.first, micros)
        self.last = max(self.last, micros)


class Maker:
    """Draws texts, ids and times."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - made-up text, not a secret
        self.counts = Counts()
        self._pool = [self._paragraph() for _ in range(4000)]

    def _paragraph(self) -> str:
        draw = self.random.random()
        if draw < 0.10:
            return self.random.choice(CODE)
        words = self.random.choices(WORDS, k=self.random.randint(12, 110))
        if draw < 0.28:
            words[3:3] = [self.random.choice(OTHER_SCRIPTS)] * self.random.randint(1, 6)
        text = " ".join(words).capitalize() + "."
        return f"- **{words[0]}**: {text}" if draw > 0.8 else text

    def text(self, most: int) -> str:
        return "\n\n".join(self.random.choices(self._pool, k=self.random.randint(1, most)))

    def id(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def chance(self, share: float) -> bool:
        return self.random.random() < share


class ChatGpt(Maker):
    """Conversations of a ChatGPT export; their ratings are kept for the file beside them."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.ratings: list[dict[str, object]] = []

    def conversation(self) -> dict[str, object]:
        self.counts.conversations += 1
        self._at = float(self.random.randint(FIRST, LAST - 40_000_000)) + self.random.random()
        began = self._at
        self._nodes: dict[str, dict[str, object]] = {}
        root = "client-created-root" if self.chance(0.5) else self.id()
        self._nodes[root] = {"id": root, "message": None, "parent": None, "children": []}
        leaf = self._context(root)
        for _ in range(min(1 + int(self.random.expovariate(0.13)), 150)):
            leaf = self._exchange(leaf)
        source_id = self.id()
        if self.chance(0.03):
            self._rate(source_id, leaf)
        nodes = self._nodes
        if self.chance(0.3):
            keys = list(nodes)
            self.random.shuffle(keys)
            nodes = {key: nodes[key] for key in keys}
        return {
            "title": self.text(1)[:40],
            "create_time": round(began, 6),
            "update_time": round(self._at, 6),
            "mapping": nodes,
            "moderation_results": [],
            "current_node": leaf,
            "plugin_ids": None,
            "conversation_id": source_id,
            "conversation_template_id": None,
            "gizmo_id": None,
            "gizmo_type": None,
            "is_archived": False,
            "is_starred": None,
            "safe_urls": ["https://example.org/" + self.id()] if self.chance(0.1) else [],
            "blocked_urls": [],
            "default_model_slug": "gpt-4o",
            "conversation_origin": None,
            "is_read_only": None,
            "voice": None,
            "async_status": None,
            "disabled_tool_ids": [],
            "is_do_not_remember": False,
            "memory_scope": "global_enabled",
            "context_scopes": None,
            "sugar_item_id": None,
            "is_study_mode": False,
            "owner": None,
            "id": source_id,
        }

    def _context(self, root: str) -> str:
        """Hidden messages before the first prompt: a system text, often custom instructions."""
        leaf = self._node(root, "system", self._said([""]), None, hidden=True)
        if self.chance(0.4):
            content = {
                "content_type": "user_editable_context",
                "user_profile": self.text(1),
                "user_instructions": self.text(2),
            }
            leaf = self._node(leaf, "user", content, None, hidden=True, instructions=True)
        return leaf

    def _exchange(self, leaf: str) -> str:
        self._at += self.random.expovariate(1 / 600_000 if self.chance(0.05) else 1 / 90)
        asked = self._node(leaf, "user", self._question(), self._at)
        answer = self._answer(asked)
        if self.chance(0.08):
            answer = self._answer(asked)
        return answer

    def _question(self) -> dict[str, object]:
        if self.chance(0.06):
            image = {
                "content_type": "image_asset_pointer",
                "asset_pointer": f"sediment://file_{self.id()}",
                "size_bytes": 240_512,
                "width": 1024,
                "height": 768,
                "fovea": None,
                "metadata": None,
            }
            return {"content_type": "multimodal_text", "parts": [image, self.text(1)]}
        return self._said([self.text(14 if self.chance(0.1) else 2)])

    def _answer(self, leaf: str) -> str:
        if self.chance(0.15):
            thoughts = [
                {"summary": self.text(1)[:60], "content": self.text(2), "chunks": [], "finished": True}
                for _ in range(self.random.randint(1, 4))
            ]
            content: dict[str, object] = {"content_type": "thoughts", "thoughts": thoughts}
            leaf = self._node(
                leaf, "assistant", {**content, "source_analysis_msg_id": self.id()}, self._tick()
            )
        if self.chance(0.12):
            call = {"content_type": "code", "language": "unknown", "response_format_name": None}
            leaf = self._node(
                leaf, "assistant", {**call, "text": 'search("' + self.text(1)[:80] + '")'}, self._tick()
            )
            shown = {"content_type": "tether_browsing_display", "summary": None, "assets": None}
            leaf = self._node(
                leaf, "tool", {**shown, "result": self.text(6), "tether_id": None}, self._tick()
            )
        return self._node(leaf, "assistant", self._said([self.text(9)]), self._tick())

    def _tick(self) -> float:
        self._at += self.random.random() * 20
        return self._at

    @staticmethod
    def _said(parts: list[str]) -> dict[str, object]:
        return {"content_type": "text", "parts": parts}

    def _node(
        self,
        parent: str,
        role: str,
        content: dict[str, object],
        at: float | None,
        *,
        hidden: bool = False,
        instructions: bool = False,
    ) -> str:
        key = self.id()
        at = None if at is None else round(at, 6)
        self.counts.messages += 1
        if not hidden and role in {"user", "assistant"} and at is not None:
            self.counts.said("human" if role == "user" else "model", round(at * 1_000_000))
        message = {
            "id": key,
            "author": {"role": role, "name": "web" if role == "tool" else None, "metadata": {}},
            "create_time": at,
            "update_time": None,
            "content": content,
            "status": "finished_successfully",
            "end_turn": True if role == "assistant" else None,
            "weight": 1.0,
            "metadata": self._metadata(role, hidden=hidden, instructions=instructions),
            "recipient": "all",
            "channel": None,
        }
        self._nodes[key] = {"id": key, "message": message, "parent": parent, "children": []}
        below = self._nodes[parent]["children"]
        assert isinstance(below, list)
        below.append(key)
        return key

    def _metadata(self, role: str, *, hidden: bool, instructions: bool) -> dict[str, object]:
        found: dict[str, object] = {"request_id": self.id(), "timestamp_": "absolute", "message_type": None}
        if hidden:
            found["is_visually_hidden_from_conversation"] = True
        if instructions:
            found["is_user_system_message"] = True
            found["user_context_message_data"] = {
                "about_user_message": self.text(1),
                "about_model_message": "",
            }
        if role == "user":
            found |= {"serialization_metadata": {"custom_symbol_offsets": []}, "message_source": None}
        if role == "assistant":
            found |= {
                "finish_details": {"type": "stop", "stop_tokens": [200002]},
                "is_complete": True,
                "citations": [self._citation() for _ in range(self.random.randint(1, 4))]
                if self.chance(0.1)
                else [],
                "content_references": [self._citation() for _ in range(self.random.randint(1, 6))]
                if self.chance(0.1)
                else [],
                "model_slug": "gpt-4o",
                "default_model_slug": "auto",
                "parent_id": self.id(),
                "gizmo_id": None,
            }
        return found

    def _citation(self) -> dict[str, object]:
        page = {
            "type": "webpage",
            "title": self.text(1)[:70],
            "url": f"https://example.org/{self.id()}?utm=1",
            "text": self.text(1)[:300],
            "pub_date": None,
            "extra": {"cited_message_idx": 3},
        }
        return {"start_ix": 120, "end_ix": 180, "citation_format_type": "tether_og", "metadata": page}

    def _rate(self, source_id: str, leaf: str) -> None:
        self.counts.feedback += 1
        self.ratings.append(
            {
                "id": self.id(),
                "conversation_id": source_id,
                "message_id": leaf,
                "user_id": "user-bench",
                "rating": self.random.choice(["thumbs_up", "thumbs_down"]),
                "content": "{}",
                "create_time": datetime.fromtimestamp(self._at, UTC).isoformat(),
            }
        )


class Claude(Maker):
    """Conversations of a Claude.ai export."""

    def conversation(self) -> dict[str, object]:
        self.counts.conversations += 1
        self._at = self.random.randint(FIRST, LAST - 40_000_000) * 1_000_000 + self.random.randint(0, 999_999)
        self._parent = "00000000-0000-4000-8000-000000000000"
        began = self._stamp()
        messages = []
        for _ in range(min(1 + int(self.random.expovariate(0.16)), 150)):
            self._at += int(self.random.expovariate(1 / 600_000 if self.chance(0.05) else 1 / 90) * 1_000_000)
            messages.append(self._human())
            asked = self._parent
            messages.append(self._assistant())
            if self.chance(0.08):
                self._parent = asked
                messages.append(self._assistant())
        return {
            "uuid": self.id(),
            "name": self.text(1)[:40],
            "summary": self.text(2) if self.chance(0.6) else "",
            "created_at": began,
            "updated_at": self._stamp(),
            "account": {"uuid": ACCOUNT},
            "chat_messages": messages,
        }

    def _stamp(self) -> str:
        at = datetime.fromtimestamp(self._at // 1_000_000, UTC).replace(microsecond=self._at % 1_000_000)
        return at.isoformat(timespec="microseconds").replace("+00:00", "Z")

    def _human(self) -> dict[str, object]:
        attachments = []
        if self.chance(0.06):
            body = self.text(30)
            attachments.append(
                {
                    "file_name": "paste.txt",
                    "file_size": len(body),
                    "file_type": "txt",
                    "extracted_content": body,
                }
            )
        text = "" if attachments and self.chance(0.3) else self.text(2)
        return self._message("human", [self._block(text)] if text else [], text, attachments)

    def _assistant(self) -> dict[str, object]:
        self._at += self.random.randint(0, 20_000_000) if self.chance(0.7) else 0
        text = self.text(9)
        blocks = [self._block(text)]
        if self.chance(0.12):
            blocks.insert(
                0,
                {
                    **self._times(),
                    "type": "thinking",
                    "thinking": self.text(6),
                    "summaries": [{"summary": self.text(1)[:60]}],
                    "cut_off": False,
                },
            )
        if self.chance(0.10):
            blocks += self._tool()
            text += "\n```\nThis block is not supported on your current device yet.\n```"
        return self._message("assistant", blocks, text, [])

    def _tool(self) -> list[dict[str, object]]:
        used = {
            **self._times(),
            "type": "tool_use",
            "id": self.id(),
            "name": "web_search",
            "input": {"query": self.text(1)[:80]},
            "message": None,
            "integration_name": None,
        }
        shown = [
            {"type": "text", "text": self.text(4), "uuid": self.id()}
            for _ in range(self.random.randint(1, 3))
        ]
        result = {
            **self._times(),
            "type": "tool_result",
            "tool_use_id": used["id"],
            "name": "web_search",
            "content": shown,
            "is_error": False,
        }
        return [used, result]

    def _times(self) -> dict[str, object]:
        return {"start_timestamp": self._stamp(), "stop_timestamp": self._stamp(), "flags": None}

    def _block(self, text: str) -> dict[str, object]:
        cited = (
            [
                {
                    "uuid": self.id(),
                    "start_index": 4,
                    "end_index": 40,
                    "details": {"type": "web_search_citation", "url": f"https://example.org/{self.id()}"},
                }
            ]
            if self.chance(0.05)
            else []
        )
        return {**self._times(), "type": "text", "text": text, "citations": cited}

    def _message(
        self, sender: str, blocks: list[dict[str, object]], text: str, attachments: list[dict[str, object]]
    ) -> dict[str, object]:
        key, stamp = self.id(), self._stamp()
        self.counts.messages += 1
        self.counts.said("human" if sender == "human" else "model", self._at)
        made = {
            "uuid": key,
            "text": text,
            "content": blocks,
            "sender": sender,
            "created_at": stamp,
            "updated_at": stamp,
            "attachments": attachments,
            "files": [{"file_name": "image.png"}] if self.chance(0.03) else [],
            "parent_message_uuid": self._parent,
        }
        self._parent = key
        return made


ACCOUNT = "0f0e0d0c-0b0a-4909-8807-060504030201"


def make(kind: str, megabytes: float, folder: Path, seed: int = SEED) -> Counts:
    """Write an export of about this size into ``folder`` and beside it ``folder.counts.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    maker = Claude(seed) if kind == "claude" else ChatGpt(seed)
    limit = int(megabytes * 1_000_000)
    shard = 0
    while maker.counts.bytes < limit:
        title = f"conversations-{shard:03}.json" if kind == "shards" else "conversations.json"
        most = SHARD if kind == "shards" else sys.maxsize
        _write_chats(maker, folder / title, limit, most)
        maker.counts.files.append(title)
        shard += 1
    _write_sides(maker, folder)
    folder.with_name(f"{folder.name}.counts.json").write_text(json.dumps(asdict(maker.counts)), "utf-8")
    return maker.counts


def _write_chats(maker: Maker, path: Path, limit: int, most: int) -> None:
    """ChatGPT writes ASCII with spaces behind its separators, Claude UTF-8 without."""
    assert isinstance(maker, ChatGpt | Claude)
    ascii_only = isinstance(maker, ChatGpt)
    encoder = json.JSONEncoder(ensure_ascii=ascii_only, separators=(", ", ": ") if ascii_only else (",", ":"))
    with path.open("wb") as out:
        out.write(b"[")
        for number in range(most):
            between = (b", " if ascii_only else b",") if number else b""
            maker.counts.bytes += out.write(between + encoder.encode(maker.conversation()).encode())
            if maker.counts.bytes >= limit:
                break
        out.write(b"]")


def _write_sides(maker: Maker, folder: Path) -> None:
    if isinstance(maker, ChatGpt):
        user = {"id": "user-bench", "email": "person@example.org", "chatgpt_plus_user": True}
        (folder / "user.json").write_text(json.dumps(user), "utf-8")
        (folder / "message_feedback.json").write_text(json.dumps(maker.ratings), "utf-8")
        return
    user = {"uuid": ACCOUNT, "full_name": "Person", "email_address": "person@example.org"}
    (folder / "users.json").write_text(json.dumps([user]), "utf-8")


if __name__ == "__main__":
    print(json.dumps(asdict(make(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3])))))
