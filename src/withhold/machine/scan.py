"""A look at this computer, or at a copy of its files: what AI tools are here, under which terms.

Read-only and offline: nothing is started, no socket is opened, no file with tokens is opened, no value of a
secret is kept. What cannot be seen is said.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from withhold.machine.claude_code import TOOL, Profile, found, profiles, server_managed
from withhold.machine.facts import ToolFacts, load
from withhold.machine.interface import (
    Machine,
    RouteRow,
    Scan,
    Session,
    TranscriptRow,
    Transcripts,
    UnseenRow,
)
from withhold.machine.judge import placebo_rows, setting_rows
from withhold.machine.places import shown
from withhold.machine.routes import routes
from withhold.machine.transcripts import transcript_row
from withhold.model.conversation import Unrecognised
from withhold.model.when import When


def scan(machine: Machine, transcripts: Transcripts | None = None, since: When | None = None) -> Scan:
    """Look for Claude Code.

    ``since`` is the date of a change of terms: sessions resumed after it are counted. Without
    ``transcripts`` sessions are not read, and ``unseen`` says so.
    """
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
