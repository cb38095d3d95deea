"""A look at this computer, or at a copy of its files: what AI tools are here, under which terms.

Read-only and offline: nothing is started, no socket is opened, no file with tokens is opened, no value of a
secret is kept. What cannot be seen is said.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from withhold.machine.claude_code import TOOL, Profile, found, profiles, server_managed
from withhold.machine.facts import ToolFacts, load
from withhold.machine.interface import (
    Machine,
    OsLayout,
    RouteRow,
    Scan,
    Session,
    TranscriptRow,
    Transcripts,
    UnseenRow,
)
from withhold.machine.judge import placebo_rows, setting_rows
from withhold.machine.places import shown
from withhold.machine.reading.registry import exports
from withhold.machine.routes import routes
from withhold.machine.tools import look
from withhold.machine.transcripts import transcript_row
from withhold.model.conversation import Unrecognised
from withhold.model.when import When
from withhold.packs.tools import ToolPack, load_tools


def scan(
    machine: Machine,
    transcripts: Transcripts | None = None,
    since: When | None = None,
    packs: Mapping[str, ToolPack] | None = None,
) -> Scan:
    """Look for every tool that ``packs`` know (``None``: those that come with the program).

    ``since`` is the date of a change of terms: sessions resumed after it are counted. Without
    ``transcripts`` sessions are not read, and ``unseen`` says so.
    """
    own = _claude_code(machine, transcripts, since)
    others = look(machine, load_tools() if packs is None else packs)
    return Scan(
        tools=(*own.tools, *(o.tool for o in others)),
        routes=(*own.routes, *chain.from_iterable(o.routes for o in others)),
        settings=(*own.settings, *chain.from_iterable(o.settings for o in others)),
        placebos=(*own.placebos, *chain.from_iterable(o.placebos for o in others)),
        transcripts=own.transcripts,
        unseen=(*own.unseen, *chain.from_iterable(o.unseen for o in others), *_system(machine)),
        facts_as_of=own.facts_as_of,
    )


def _claude_code(machine: Machine, transcripts: Transcripts | None, since: When | None) -> Scan:
    facts = load(TOOL)
    tool = found(facts, machine)
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
        transcripts=_transcripts(present, transcripts, since),
        unseen=(*_unseen(facts, machine, ways), *_of_profiles(facts, machine, present, transcripts)),
        facts_as_of=facts.compiled_on,
    )


def _system(machine: Machine) -> Iterator[UnseenRow]:
    """What no tool's own rows say."""
    copied = machine.root != Path(machine.root.anchor)
    if machine.os is OsLayout.WINDOWS and copied and not any(exports(machine)):
        yield UnseenRow("the registry", "the copy holds no export of it (.reg); policies win over files")
    if machine.os is OsLayout.WINDOWS:
        yield UnseenRow("homes inside WSL", "they lie in disk images; run withhold inside them")


def _transcripts(
    present: Sequence[Profile], reader: Transcripts | None, since: When | None
) -> tuple[TranscriptRow, ...]:
    if reader is None:
        return ()

    def sessions() -> Iterator[Session | Unrecognised]:
        for profile in present:
            yield from reader.sessions(profile.config)

    return (transcript_row(TOOL, sessions(), since),)


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
