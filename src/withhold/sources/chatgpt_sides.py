"""Members of a ChatGPT export beside its chats: how they are known, and its manifest."""

import re
from collections.abc import Callable, Iterator, Sequence

import msgspec

from withhold.model.conversation import Unrecognised
from withhold.model.words import ControlState
from withhold.sources.drafts import decoded, listed, part
from withhold.sources.interface import Claim, Entry, Item, Notice, Options, PerhapsPartial
from withhold.sources.json_scanner import Raw
from withhold.sources.json_values import elements, members
from withhold.sources.streams import items_of
from withhold.sources.text import name

Members = dict[str, msgspec.Raw]

CHATS, WRAPPED, GROUPS, CODEX = "chats", "wrapped chats", "group chats", "Codex cloud tasks"
USER, SETTINGS, FEEDBACK, SHARED, VOTES, MANIFEST = (
    "user",
    "settings",
    "feedback",
    "shared links",
    "model comparisons",
    "manifest",
)
BY_SHAPE: tuple[tuple[str, frozenset[str]], ...] = (
    (USER, frozenset({"id", "chatgpt_plus_user"})),
    (SETTINGS, frozenset({"user_id", "settings", "habitat_object_version"})),
    (SETTINGS, frozenset({"user_id", "settings", "beta_settings"})),
    (FEEDBACK, frozenset({"conversation_id", "rating"})),
    (FEEDBACK, frozenset({"message_id", "rating", "user_id"})),
    (SHARED, frozenset({"id", "conversation_id", "is_anonymous"})),
    (VOTES, frozenset({"id", "input", "output", "user_id"})),
    (MANIFEST, frozenset({"export_files", "logical_files"})),
    ("library files", frozenset({"file_id", "file_name", "origination_thread_id"})),
    ("library files", frozenset({"file_id", "file_name", "initiating_conversation_id"})),
)
BY_NAME = {
    "user.json": USER,
    "user_settings.json": SETTINGS,
    "message_feedback.json": FEEDBACK,
    "shared_conversations.json": SHARED,
    "model_comparisons.json": VOTES,
    "group_chats.json": GROUPS,
    "codex.json": CODEX,
    "export_manifest.json": MANIFEST,
    "library_files.json": "library files",
    "conversation_asset_file_names.json": "names of files",
    "tool_messages.json": "tool messages",
    "sora.json": "Sora",
    "ads.json": "advertising",
    "sectioned_conversations.json": "sections",
    "chat.html": "a copy of the chats as a page",
}
_ASSET = re.compile(r"file[-_][\w-]+.*|dalle-generations/.*|.*/audio/.*|user-[\w-]+/.*|sites/.*", re.DOTALL)
_SHARD = re.compile(r"conversations-(\d{3,})\.json")
_SAFE = re.compile(r"[\w. ()-]{1,120}")


def role_of(keys: Members) -> str | None:
    """What an object with these members is in a ChatGPT export; ``None`` if it is not of one."""
    if is_chat(keys):
        return CHATS
    if _first_in(keys, "conversations", is_chat):
        return WRAPPED
    if _first_in(keys, "chats", lambda chat: {"members", "messages"} <= chat.keys()):
        return GROUPS
    if "turns" in keys and _first_in(keys, "turns", _is_task_turn):
        return CODEX
    return next((role for role, wanted in BY_SHAPE if wanted <= keys.keys()), None)


def is_chat(keys: Members) -> bool:
    """Whether this is a conversation. A ``mapping`` alone is not enough: other vendors have one too."""
    if "current_node" in keys or {"conversation_id", "default_model_slug"} <= keys.keys():
        return "inserted_at" not in keys
    if "mapping" not in keys or "inserted_at" in keys:
        return False
    try:
        nodes = [members(node) for node in members(keys["mapping"]).values()]
    except ValueError:
        return False
    return any(_has_author(node) for node in nodes) if nodes else "create_time" in keys


def _has_author(node: Members) -> bool:
    try:
        message = members(node["message"]) if "message" in node else {}
        return "author" in message and "role" in members(message["author"])
    except ValueError:
        return False


def _first_in(keys: Members, key: str, test: Callable[[Members], bool]) -> bool:
    try:
        found = elements(keys[key]) if key in keys else []
        return bool(found) and test(members(found[0]))
    except ValueError:
        return False


def _is_task_turn(turn: Members) -> bool:
    return "turn_status" in turn or ("role" in turn and bool({"input_items", "output_items"} & turn.keys()))


def by_name(entry: Entry) -> str | None:
    """What a member is that only its name tells."""
    if _ASSET.fullmatch(entry.name) or _ASSET.fullmatch("/".join(entry.parts[-3:])):
        return "attached files"
    return CHATS if _SHARD.fullmatch(entry.name) else BY_NAME.get(entry.name)


def missing_shards(claims: Sequence[Claim], options: Options) -> Iterator[Item]:
    """Parts of the chats that are not here: by the manifest, without one by gaps in the numbers."""
    here = {claim.entry.name: claim.entry for claim in claims}
    manifests = [claim.entry for claim in claims if claim.role == MANIFEST]
    for entry in manifests:
        yield from _by_manifest(entry, here, options)
    if not manifests:
        yield from _by_numbers(here)


def _by_manifest(entry: Entry, here: dict[str, Entry], options: Options) -> Iterator[Item]:
    raw = next(items_of(entry, options.limits), None)
    manifest = decoded(raw.data) if isinstance(raw, Raw) else None
    if manifest is None:
        yield Unrecognised(entry.path, "a manifest of an export, but not one that can be read")
        return
    sizes = {name(part(one, "path")): part(one, "size_bytes") for one in listed(manifest.get("export_files"))}
    wanted = [*_logical(manifest), *(path for path in sizes if path and _SHARD.fullmatch(_last(path)))]
    for path in dict.fromkeys(wanted):
        shown = _last(path) if _SAFE.fullmatch(_last(path)) else "a file with an odd name"
        found = here.get(_last(path))
        if found is None:
            text = f"{shown} holds conversations, is named by the manifest, and is not here"
            yield Unrecognised(entry.path, text)
        elif isinstance(size := sizes.get(path), int) and size != found.size:
            yield Notice(f"the manifest says {size} bytes, there are {found.size}", found.path)


def _logical(manifest: dict[str, object]) -> Iterator[str]:
    logical = manifest.get("logical_files")
    for title, parts in logical.items() if isinstance(logical, dict) else ():
        if title == "conversations.json":
            yield from (path for path in map(name, listed(part(parts, "files"))) if path)


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _by_numbers(here: dict[str, Entry]) -> Iterator[Item]:
    shards = {
        int(found.group(1)): entry for title, entry in here.items() if (found := _SHARD.fullmatch(title))
    }
    if not shards or max(shards) > 100_000:
        return
    yield PerhapsPartial(shards[max(shards)].path)
    for number in range(max(shards)):
        if number not in shards:
            title = f"conversations-{number:03}.json"
            yield Unrecognised(
                title, "holds conversations, by the numbers of its neighbours, and is not here"
            )


def switches(row: dict[str, object]) -> Iterator[tuple[str, ControlState]]:
    """The training switches of one row of ``user_settings.json``. One that is no boolean is unknown."""
    for place in (row, row.get("settings")):
        for key, value in place.items() if isinstance(place, dict) else ():
            if "training_allowed" in key:
                state = {True: ControlState.ON, False: ControlState.OFF}.get(value) if _flag(value) else None
                yield name(key, 80) or "training_allowed", state or ControlState.UNKNOWN


def _flag(value: object) -> bool:
    return isinstance(value, bool)
