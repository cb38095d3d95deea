"""Reading exports and transcripts into the index: one transaction a source."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from withhold.app.accounts import account_named, link_account, unclaimed
from withhold.app.bootstrap import Services
from withhold.app.ledger.joining import may_hold
from withhold.model.account import Account
from withhold.model.columns import Columns, micros
from withhold.model.conversation import Conversation, Message, SourceAccount, Unrecognised
from withhold.report import documents as d
from withhold.support.errors import UsageProblem

if TYPE_CHECKING:
    from withhold.app.imports.batch import Batch
    from withhold.sources.interface import SettingSeen
    from withhold.sources.registry import Reading
    from withhold.sources.summary import ReadSummary

CHUNK = 1 << 20


def import_paths(
    services: Services,
    paths: Iterable[Path],
    *,
    account: str | None = None,
    keep_titles: bool = False,
) -> d.ImportDocument:
    """Read ``paths`` into the index. Each source is visible whole or not at all.

    ``account`` (id or label) is whose they are; without it the files' own word counts, and what they do not
    say stays unknown. Raises ``NothingRead`` with the reasons where no path held a conversation.
    """
    from withhold.sources.registry import read_paths

    stamp = services.stamp()
    owner = None if account is None else account_named(services, account)
    rows = []
    for reading in read_paths([p.expanduser() for p in paths], keep_titles=keep_titles):
        services.progress.step(f"reading {reading.label} ({reading.format})")
        rows.append(_Import(services, reading, owner, stamp.generated_at).run())
    return d.ImportDocument(
        generated_at=stamp.generated_at, tool_version=stamp.tool_version, sources=tuple(rows)
    )


class _Import:
    """One source on its way into the state."""

    def __init__(self, services: Services, reading: "Reading", owner: Account | None, now: datetime) -> None:
        self._services = services
        self._reading = reading
        self._owner = owner
        self._read_by = micros(now)
        self._named: list[SourceAccount] = []
        self._providers: Counter[str] = Counter()

    def run(self) -> d.ImportedSource:
        from withhold.store.sources import NewSource

        source = NewSource(
            label=self._reading.label,
            sha256=fingerprint(self._reading.path),
            format=self._reading.format,
        )
        with self._services.store.importing(source) as batch:
            self._read_by = micros(batch.imported_at)
            for count, item in enumerate(self._reading, 1):
                self._take(batch, item)
                self._services.progress.advance(count, None, "items read")
            summary = self._reading.summary()
            self._check_owner(summary)  # a refusal here leaves the state as it was
        new = batch.new_conversations, batch.new_messages
        return self._row(summary, self._account(summary), new)

    def _take(self, batch: "Batch", item: object) -> None:
        from withhold.sources.interface import Apart, ExportedAt, Notice, SentAgain, SettingSeen

        match item:
            case Conversation():
                batch.add(self._placed(item))
            case Apart():
                batch.add(self._placed(item.conversation))
            case SettingSeen():
                batch.warn(_switch(item))
            case Unrecognised():
                batch.unrecognised(item)
            case SourceAccount():
                self._named.append(item)
            case Notice():
                batch.warn(item.text)
            case SentAgain():
                batch.sent_again(self._provider(), item.source_id, item.by, item.at)
            case ExportedAt():
                batch.exported_at(item.when)
            case _:  # members that are understood and hold no conversation are counted by the reading
                return

    def _placed(self, conversation: Conversation) -> Conversation:
        """With the owner where the source names none, and with nothing sent later than now."""
        self._providers[conversation.provider_id] += 1
        if self._owner is not None and conversation.account_ref is None:
            conversation = replace(conversation, account_ref=self._owner.id)
        messages = sent_by(conversation.messages, self._read_by)
        return conversation if messages is conversation.messages else replace(conversation, messages=messages)

    def _provider(self) -> str:
        """Whose conversations these are; one source is of one provider."""
        return self._providers.most_common(1)[0][0] if self._providers else self._reading.format

    def _check_owner(self, summary: "ReadSummary") -> None:
        """The account named has to be one at the provider these conversations are from, and theirs alone."""
        if self._owner is None:
            return
        for provider in self._providers:
            if not may_hold(self._services.packs, self._owner, provider):
                raise UsageProblem(
                    f"{self._reading.label} is of {provider}, and {self._owner.label!r} is an account at"
                    f" {self._owner.provider_id}",
                    next_step=f"withhold account add {provider} LABEL, and import it with that account",
                )
        unclaimed(self._services, summary.account_refs, self._owner.id)

    def _account(self, summary: "ReadSummary") -> str | None:
        """Label of the account; one that an export names for the first time is made known."""
        if self._owner is not None:
            for ref in summary.account_refs:
                if ref != self._owner.id:
                    link_account(self._services, self._owner.id, ref)
            return self._owner.label
        labels = [self._known(ref, summary) for ref in summary.account_refs]
        return ", ".join(labels) or None

    def _known(self, ref: str, summary: "ReadSummary") -> str:
        accounts = self._services.store.accounts()
        held = next((a for a in accounts if ref in (a.id, *a.source_account_ids)), None)
        if held is not None:
            return held.label
        named = next((a for a in summary.accounts if a.ref == ref), None)
        account = Account(
            id=uuid.uuid4().hex[:12],
            provider_id=self._provider(),
            label=_label(named, ref),
            source_account_ids=(ref,),
        )
        self._services.store.save_account(account)
        return account.label

    def _row(self, summary: "ReadSummary", account: str | None, new: tuple[int, int]) -> d.ImportedSource:
        hidden = summary.unrecognised_count - len(summary.unrecognised)
        more = (
            (f"{hidden:,} more {'place was' if hidden == 1 else 'places were'} not recognised",)
            if hidden
            else ()
        )
        return d.ImportedSource(
            path=summary.path,
            format=summary.format,
            account=account,
            conversations=summary.conversations,
            human=summary.human,
            model=summary.model,
            first=summary.first,
            last=summary.last,
            feedback=summary.feedback,
            shared=summary.shared,
            unrecognised=tuple(
                d.UnrecognisedRow(place=u.place, reason=u.reason) for u in summary.unrecognised
            ),
            warnings=(*summary.warnings, *more),
            new_conversations=new[0],
            new_messages=new[1],
            apart=tuple(
                d.ApartRow(
                    what=a.what,
                    conversations=a.conversations,
                    human=a.human,
                    model=a.model,
                    first=a.first,
                    last=a.last,
                )
                for a in summary.apart
            ),
            other_files=tuple(d.OtherFilesRow(what=what, count=count) for what, count in summary.members),
        )


def sent_by(messages: Sequence[Message], read: int) -> Sequence[Message]:
    """What has been read was sent before then, where its own time leaves that open.

    ``read`` is in microseconds: the first import of the source, so that reading it again says the same.
    """
    columns = Columns.of(messages)
    if max(columns.latest, default=read) <= read:
        return messages
    latest = [
        read if early <= read < late else late
        for early, late in zip(columns.earliest, columns.latest, strict=True)
    ]
    return Columns(columns.ids, columns.authors, columns.earliest, latest, columns.sizes)


def _switch(seen: "SettingSeen") -> str:
    """A training switch that an export shows: a fact of its day. When that was is known too roughly to count
    as a look, so it stands as a remark; the person's word or a look of ours settles the setting."""
    return (
        f"the export shows {seen.control}: {seen.state.value}, some time between"
        f" {seen.at.earliest:%Y-%m-%d} and {seen.at.latest:%Y-%m-%d}; this is not taken as a look"
    )


def _label(named: SourceAccount | None, ref: str) -> str:
    from withhold.evidence.mask import mask_email

    if named is not None and named.email:
        return mask_email(named.email)
    return f"account {ref[:8]}"


def fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes; for a folder, of the names, sizes and times of its files.

    The same source again has the same fingerprint; that is all it is for.
    """
    digest = hashlib.sha256()
    if path.is_file():
        with path.open("rb") as source:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest()
    for file in sorted(p for p in path.rglob("*") if p.is_file()):
        stat = file.stat()
        digest.update(
            f"{file.relative_to(path).as_posix()}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode(
                "utf-8", "surrogateescape"
            )
        )
    return digest.hexdigest()
