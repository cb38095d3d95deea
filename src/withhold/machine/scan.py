"""A look at this computer, or at a copy of its files: what AI tools are here, under which terms.

Read-only and offline: nothing is started, no socket is opened, no file with tokens is opened, no value of a
secret is kept. What cannot be seen is said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from withhold.machine.claude_code import TOOL, Profile, found, profiles, server_managed
from withhold.machine.copies import copy_rows, kept_sessions
from withhold.machine.facts import ToolFacts, load
from withhold.machine.interface import (
    CopyRow,
    Machine,
    Memory,
    OsLayout,
    RouteRow,
    Scan,
    Since,
    TranscriptRow,
    Transcripts,
    UnseenRow,
)
from withhold.machine.judge import placebo_rows, setting_rows
from withhold.machine.places import resolve, shown
from withhold.machine.reading.registry import exports
from withhold.machine.routes import routes
from withhold.machine.tools import look, signs_of, surroundings
from withhold.machine.transcripts import transcript_rows
from withhold.packs.tools import ToolPack, load_tools


def scan(
    machine: Machine,
    transcripts: Transcripts | None = None,
    since: Since | None = None,
    packs: Mapping[str, ToolPack] | None = None,
    memory: Memory | None = None,
) -> Scan:
    """Look for every tool that ``packs`` know (``None``: those that come with the program).

    ``since`` is when each provider's terms changed: sessions resumed after it are counted. Without
    ``transcripts`` sessions are not read, and ``unseen`` says so. ``memory`` spares reading them again.
    """
    known = load_tools() if packs is None else packs
    reading = Reading(transcripts, {} if since is None else since, memory)
    around = surroundings(machine, known)
    signs = signs_of(known[TOOL], around) if TOOL in known else ()
    own = _with_conditions(_claude_code(machine, reading, signs), known)
    others = look(around, known)
    here = [known[t.id] for t in (*own.tools, *(o.tool for o in others)) if t.id in known]
    copies = tuple(chain.from_iterable(copy_rows(pack, machine) for pack in here))
    return Scan(
        tools=(*own.tools, *(o.tool for o in others)),
        routes=(*own.routes, *chain.from_iterable(o.routes for o in others)),
        settings=(*own.settings, *chain.from_iterable(o.settings for o in others)),
        placebos=(*own.placebos, *chain.from_iterable(o.placebos for o in others)),
        transcripts=(*own.transcripts, *reading.of_packs(here, machine)),
        unseen=(
            *own.unseen,
            *chain.from_iterable(o.unseen for o in others),
            *_system(machine),
            *_unread(here, copies),
        ),
        facts_as_of=own.facts_as_of,
        copies=copies,
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """How sessions are read, if they are."""

    reader: Transcripts | None
    since: Since
    memory: Memory | None

    def rows(self, tool: str, form: str, folders: Sequence[Path]) -> tuple[TranscriptRow, ...]:
        """The sessions of a tool under ``folders``; none where nothing is read."""
        reader = self.reader
        if reader is None or not folders:
            return ()

        def sum_up() -> tuple[TranscriptRow, ...]:
            found = chain.from_iterable(reader.sessions(folder, form) for folder in folders)
            return transcript_rows(tool, found, self.since)

        return sum_up() if self.memory is None else self.memory.rows(tool, folders, sum_up)

    def of_packs(self, packs: Sequence[ToolPack], machine: Machine) -> Iterator[TranscriptRow]:
        """Sessions of tools that keep them where their packs say."""
        for pack in packs:
            for kept in pack.rules.sessions:
                yield from self.rows(pack.id, kept.format, kept_sessions(kept, pack, machine))


def _unread(packs: Sequence[ToolPack], copies: Sequence[CopyRow]) -> Iterator[UnseenRow]:
    """Copies of conversations in formats that no reader has."""
    reads = {p.id for p in packs if p.rules.sessions or p.rules.scanner}
    for tool in dict.fromkeys(row.tool for row in copies if row.tool not in reads):
        yield UnseenRow(f"sessions of {tool}", "they are kept here in a form that is not read; only counted")


def _with_conditions(own: Scan, packs: Mapping[str, ToolPack]) -> Scan:
    """Rows of the scanner of its own, with what the tool's pack says that each setting applies to."""
    pack = packs.get(TOOL)
    applies = {} if pack is None else {s.id: s.applies_when for s in pack.tool.settings}
    rows = tuple(replace(row, applies_when=applies.get(row.id)) for row in own.settings)
    return replace(own, settings=rows)


def _claude_code(machine: Machine, reading: Reading, signs: Sequence[str]) -> Scan:
    facts = load(TOOL)
    tool = found(facts, machine, signs)
    if tool is None:
        unseen = tuple(_unseen(facts, machine, ()))
        return Scan((), (), (), (), (), unseen, facts.compiled_on)
    present = profiles(facts, machine)
    ways = tuple(dict.fromkeys(chain.from_iterable(routes(facts, p.effective, p.account) for p in present)))
    active = present[0].effective
    return Scan(
        tools=(tool,),
        routes=ways,
        settings=setting_rows(facts, active, ways),
        placebos=placebo_rows(facts, active),
        transcripts=reading.rows(TOOL, TOOL, [p.config for p in present]),
        unseen=(*_unseen(facts, machine, ways), *_of_profiles(facts, machine, present, reading.reader)),
        facts_as_of=facts.compiled_on,
    )


def _system(machine: Machine) -> Iterator[UnseenRow]:
    """What no tool's own rows say."""
    copied = machine.root != Path(machine.root.anchor)
    if machine.os is OsLayout.WINDOWS and copied and not any(exports(machine)):
        yield UnseenRow("the registry", "the copy holds no export of it (.reg); policies win over files")
    if machine.os is OsLayout.LINUX and (machine.root / "mnt/c/Users").is_dir():
        text = "look there with --root /mnt/c --home /mnt/c/Users/NAME --os windows"
        yield UnseenRow("the Windows side of this WSL", text)
    for folder, kind in (
        (("~/.var/app", "Flatpak"), ("~/snap", "Snap")) if machine.os is OsLayout.LINUX else ()
    ):
        if resolve(folder, machine).is_dir():
            yield UnseenRow(
                f"programs installed by {kind}", f"they keep settings below {folder}, which was not read"
            )
    if machine.os is OsLayout.WINDOWS:
        yield UnseenRow("homes inside WSL", "they lie in disk images; run withhold inside them")


def _unseen(facts: ToolFacts, machine: Machine, ways: Sequence[RouteRow]) -> Iterator[UnseenRow]:
    contract = bool(ways) and all(way.trainable == "no" for way in ways)
    for row in facts.unseen:
        if (row.unless_contract and contract) or (row.os and machine.os not in row.os):
            continue
        yield UnseenRow(row.what, row.why)


def _of_profiles(
    facts: ToolFacts, machine: Machine, present: Sequence[Profile], reader: Transcripts | None
) -> Iterator[UnseenRow]:
    for profile in present:
        files = (*profile.effective.broken, *([profile.account.file] if profile.account.file.broken else []))
        for file in files:
            yield UnseenRow(shown(file.path, machine), "the file cannot be read as JSON")
        if server_managed(profile, facts):
            text = "an organisation delivers them to this profile; they win over files and are not read"
            yield UnseenRow("settings delivered by a server", text)
    for other in present[1:]:
        yield UnseenRow(
            f"settings of the profile {shown(other.config, machine)}", "another profile is active"
        )
    if reader is None:
        yield UnseenRow("sessions on this computer", "transcripts were not read")
