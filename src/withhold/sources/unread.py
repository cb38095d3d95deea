"""Conversations in a home directory that no reader knows: told with number, size and dates.

Their forms are encrypted, binary, or published by nobody. Only names, sizes and times of files are looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from stat import S_ISREG

from withhold.model.conversation import Unrecognised

COUNTED = 10_000
"""Files looked at for each program."""


@dataclass(frozen=True, slots=True)
class Store:
    """Where a program keeps conversations, and why they are not read."""

    name: str
    folders: tuple[str, ...]
    inside: tuple[str, ...]
    why: str


_APPLICATIONS = (".config", ".local/share", "Library/Application Support", "AppData/Roaming", "AppData/Local")
_UNKNOWN = "their form is not known here"


def _in_applications(name: str) -> tuple[str, ...]:
    return tuple(f"{base}/{name}" for base in _APPLICATIONS)


STORES = (
    Store("Windsurf", (".codeium/windsurf",), ("cascade/*.pb",), "they are encrypted"),
    Store("Windsurf", (".windsurf",), ("transcripts/*.jsonl",), _UNKNOWN),
    Store(
        "the ChatGPT desktop program",
        ("Library/Application Support/com.openai.chat",),
        ("conversations-v*/*.data",),
        "they are encrypted; your account's export holds them too",
    ),
    Store("GPT4All", _in_applications("nomic.ai/GPT4All"), ("gpt4all-*.chat",), "they are binary"),
    Store("Ollama", (".ollama",), ("history",), "they are prompts without times, models and chats"),
    Store("Zed", (*_in_applications("zed"), *_in_applications("Zed")), ("threads/*",), _UNKNOWN),
    Store("Kilo Code", (".local/share/kilo",), ("*.db", "storage/**/*.json"), _UNKNOWN),
    Store("Continue", (".continue",), ("dev_data/**/*.jsonl",), "they are logs; some repeat its sessions"),
    Store(
        "Warp",
        (".local/state/warp-terminal", "AppData/Local/warp/Warp/data"),
        ("warp.sqlite",),
        _UNKNOWN,
    ),
    Store("Amazon Q", _in_applications("amazon-q"), ("data.sqlite3",), _UNKNOWN),
    Store("Amazon Q", (".aws/amazonq",), ("history/*",), _UNKNOWN),
    Store("Kiro", _in_applications("Kiro/User/globalStorage"), ("kiro.kiroagent/**/*.chat",), _UNKNOWN),
    Store("Kiro", (".kiro",), ("sessions/cli/*",), _UNKNOWN),
    Store("Open Interpreter", _in_applications("open-interpreter"), ("**/conversations/*",), _UNKNOWN),
    Store("llm", _in_applications("io.datasette.llm"), ("logs.db",), _UNKNOWN),
    Store("the JetBrains AI assistant", (".cache/JetBrains",), ("*/aia/**/*",), _UNKNOWN),
    Store("the JetBrains AI assistant", ("Library/Caches/JetBrains",), ("*/aia/**/*",), _UNKNOWN),
    Store("the JetBrains AI assistant", ("AppData/Local/JetBrains",), ("*/aia/**/*",), _UNKNOWN),
)


def unread_in(home: Path, names: frozenset[str]) -> Iterator[Unrecognised]:
    """One for each store that a home directory has; places are relative to it. ``names`` are its files'."""
    for store in STORES:
        for folder in store.folders:
            if folder.partition("/")[0] in names and (found := _files(home / folder, store)):
                yield Unrecognised(folder, _told(store, found))


def _files(folder: Path, store: Store) -> list[tuple[int, float]]:
    """Sizes and times of its files; nothing from a folder that cannot be listed."""
    found = []
    try:
        for pattern in store.inside if folder.is_dir() else ():
            for path in islice(folder.glob(pattern), COUNTED):
                status = path.lstat()
                if S_ISREG(status.st_mode) and status.st_size:
                    found.append((status.st_size, status.st_mtime))
    except OSError:  # of someone else, or taken away meanwhile: what was seen so far is told
        return found
    return found


def _told(store: Store, found: list[tuple[int, float]]) -> str:
    many = f"{len(found)} or more" if len(found) >= COUNTED else f"{len(found)}"
    first, last = (_day(pick(time for _, time in found)) for pick in (min, max))
    size = sum(size for size, _ in found)
    return (
        f"conversations of {store.name} that cannot be read, since {store.why}: {many} files of {size} "
        f"bytes, changed from {first} to {last}; when and under which setting they were sent is not known"
    )


def _day(time: float) -> str:
    return datetime.fromtimestamp(max(time, 0), UTC).date().isoformat()
