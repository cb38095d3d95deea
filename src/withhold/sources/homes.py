"""Where programs keep transcripts in a home directory. Nothing else in there is opened.

The places are those that the programs' makers document or that their source shows; next to them lie settings,
caches and tokens. aider writes into each repository, so its histories have to be given one by one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from withhold.model.conversation import Unrecognised
from withhold.sources.unread import unread_in


@dataclass(frozen=True, slots=True)
class Program:
    """A program, the folders under a home that it may have, and the patterns of transcripts in them."""

    name: str
    folders: tuple[str, ...]
    inside: tuple[str, ...]


_APPLICATIONS = (".config", "Library/Application Support", "AppData/Roaming")
_EDITORS = ("Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf")
_USERS = tuple(f"{base}/{editor}/User" for base in _APPLICATIONS for editor in _EDITORS)
_CURSOR = tuple(f"{base}/Cursor/User" for base in _APPLICATIONS)
_TASKS = tuple(
    f"globalStorage/{extension}/tasks"
    for extension in ("saoudrizwan.claude-dev", "rooveterinaryinc.roo-cline", "kilocode.kilo-code")
)

PROGRAMS = (
    Program("Claude Code", (".claude",), ("projects", "history.jsonl")),
    Program(
        "Claude's desktop program",
        tuple(f"{base}/Claude" for base in _APPLICATIONS),
        (
            "local-agent-mode-sessions/*/*/local_*.json",
            "local-agent-mode-sessions/*/*/local_*/.claude/projects",
            "claude-code-sessions/*/*/local_*.json",
        ),
    ),
    Program("Codex", (".codex",), ("sessions", "archived_sessions", "history.jsonl", "session_index.jsonl")),
    Program("Gemini CLI", (".gemini", ".qwen"), ("tmp",)),
    Program(
        "Antigravity",
        (".gemini/antigravity-cli",),
        ("history.jsonl", "brain/*/.system_generated/logs", "conversations", "implicit"),
    ),
    Program("Cursor", (".cursor",), ("projects/*/agent-transcripts", "chats")),
    Program("Cursor", _CURSOR, ("globalStorage/state.vscdb", "workspaceStorage/*/state.vscdb")),
    Program("VS Code", _USERS, ("workspaceStorage/*/chatSessions", "globalStorage/emptyWindowChatSessions")),
    Program("Cline and its relatives", _USERS, _TASKS),
    Program("Cline", (".cline/data",), ("tasks", "sessions")),
    Program("Copilot CLI", (".copilot",), ("session-state", "history-session-state")),
    Program("aider", (".",), (".aider.chat.history.md", ".aider.input.history")),
    Program("Continue", (".continue",), ("sessions",)),
    Program(
        "OpenCode",
        (".local/share/opencode",),
        ("opencode*.db", "storage/session", "storage/message", "storage/part"),
    ),
    Program("Amp", (".local/share/amp",), ("threads",)),
    Program("Goose", (".local/share/goose", "AppData/Roaming/Block/goose/data"), ("sessions",)),
    Program("Grok", (".grok",), ("sessions",)),
    Program("pi", (".pi/agent", ".omp/agent"), ("sessions",)),
    Program("LM Studio", (".lmstudio", ".cache/lm-studio"), ("conversations",)),
    Program("Jan", tuple(f"{base}/Jan/data" for base in (".local/share", *_APPLICATIONS)), ("threads",)),
    Program("Ollama", ("Library/Application Support/Ollama", "AppData/Local/Ollama"), ("db.sqlite",)),
)
_ANYWHERE = frozenset({"aider"})
"""Programs whose files in a folder do not make it a home directory: any repository may have them."""


@dataclass(frozen=True, slots=True)
class Places:
    """The places with transcripts, and the programs that they belong to. ``is_home``: all lie in a home.

    ``unread`` are conversations of programs that no reader knows.
    """

    programs: tuple[str, ...]
    paths: tuple[Path, ...]
    is_home: bool
    unread: tuple[Unrecognised, ...] = ()


def places_in(folder: Path) -> Places | None:
    """The places of a home directory or of one program's folder; ``None`` if a folder is neither."""
    owners = [program for program in PROGRAMS if _is_folder_of(folder, program)]
    own = [path for program in owners for path in _inside(folder, program)]
    if own:
        return Places((), tuple(dict.fromkeys(own)), is_home=False)
    found: dict[Path, str] = {}
    there = _names_in(folder)
    for program in PROGRAMS:
        for name in program.folders:
            if name == "." or name.partition("/")[0] in there:
                found.update((path, program.name) for path in _inside(folder / name, program))
    unread = tuple(unread_in(folder, there))
    if unread or set(found.values()) - _ANYWHERE:
        return Places(tuple(dict.fromkeys(found.values())), tuple(found), is_home=True, unread=unread)
    return Places((), tuple(_inside(folder, PROGRAMS[0])), is_home=False) if _is_claude(folder) else None


def is_program_folder(folder: Path) -> bool:
    """Whether a folder has the name of one that a program keeps more in than transcripts."""
    return any(_is_folder_of(folder, program) for program in PROGRAMS)


def _names_in(folder: Path) -> frozenset[str]:
    """What a folder holds: one look spares a hundred in each of its many folders."""
    try:
        return frozenset(path.name for path in folder.iterdir())
    except OSError:
        return frozenset()  # the walk over it names it


def _is_claude(folder: Path) -> bool:
    """Whether a folder is Claude Code's under another name, which a variable may give it."""
    try:
        return next(folder.glob("projects/*/*.jsonl"), None) is not None
    except OSError:
        return False


def _is_folder_of(folder: Path, program: Program) -> bool:
    """Whether a folder has the name that the program gives it, as far as the name says anything."""
    tails = (tuple(part for part in name.split("/") if part != ".") for name in program.folders)
    return any(tail and folder.parts[-len(tail) :] == tail for tail in tails)


def _inside(folder: Path, program: Program) -> Iterator[Path]:
    """What there is of a program's places; nothing from a folder that cannot be listed."""
    try:
        if folder.is_dir():
            for pattern in program.inside:
                yield from sorted(islice(folder.glob(pattern), 100_000))
    except OSError:  # a folder of someone else: the walk over its parent names it if it is asked for
        return
