"""The index for other programs, and whether it holds what it says."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.app.state.whole import State
from withhold.model.columns import micros
from withhold.model.when import When
from withhold.report import documents as d
from withhold.support.errors import UsageProblem
from withhold.support.files import private_dir

_Columns = dict[str, tuple[str, Sequence[object]]]


def export_index(services: Services, folder: Path, *, member: str | None = None) -> d.IndexExportDocument:
    """Write everything that judging needs into ``folder`` as Parquet, all as of one moment.

    Never text; titles only where they were kept on request. ``member`` names whose it is in every row.
    Raises ``UsageProblem`` where ``folder`` cannot be written.
    """
    from withhold.index.export import export, table_of

    stamp = services.stamp()
    target = folder.expanduser()
    store = services.store
    services.progress.step(f"writing the index to {target}")
    with store.reading():
        snapshot = store.snapshot()
        others = {name: table_of(columns) for name, columns in _facts(store).items()}
    try:
        target = target if target.is_dir() else private_dir(target)
        written = export(snapshot, target, member, others)
    except OSError as problem:
        raise UsageProblem(
            f"{target} cannot be written: {problem.strerror or problem}",
            next_step="name a folder that you may write to",
        ) from problem
    finally:
        snapshot.close()
    return d.IndexExportDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        folder=str(target),
        member=member,
        files=tuple(
            d.IndexFileRow(table=w.table, path=str(w.path), rows=w.rows, bytes=w.size) for w in written
        ),
    )


def check_index(services: Services) -> d.IndexCheckDocument:
    """Compare every file of the index with what was written, and every row with what it follows from."""
    from withhold.index.check import problems

    stamp = services.stamp()
    services.progress.step("reading every segment")
    snapshot = services.store.snapshot()
    try:
        found = tuple(d.IndexProblemRow(file=p.file, what=p.what) for p in problems(snapshot))
        conversations = snapshot.count()
    finally:
        snapshot.close()
    return d.IndexCheckDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        segments=len(snapshot.listing.segments),
        conversations=conversations,
        bytes=sum(f.size for s in snapshot.listing.segments for f in s.files),
        problems=found,
    )


def _facts(store: State) -> Mapping[str, _Columns]:
    """What judging needs beside the index, as columns."""
    return {
        "sources": _sources(store),
        **_accounts(store),
        "settings": _settings(store),
        "deletions": _deletions(store),
        "sent_again": _sent_again(store),
    }


def _sources(store: State) -> _Columns:
    """Without their paths, which are nobody else's business."""
    held = store.sources()
    return {
        "id": ("number", [s.id for s in held]),
        "sha256": ("text", [s.sha256 for s in held]),
        "format": ("text", [s.format for s in held]),
        "imported_at": ("number", [micros(s.imported_at) for s in held]),
        **_span("exported", [s.exported_at for s in held]),
        "account_ref": ("text", [s.account_ref for s in held]),
        "covers": ("texts", [sorted(s.covers) for s in held]),
        "unrecognised": ("number", [len(s.unrecognised) for s in held]),
    }


def _accounts(store: State) -> dict[str, _Columns]:
    accounts = store.accounts()
    plans = [(a.id, p) for a in accounts for p in a.plans]
    said = [(a.id, s) for a in accounts for s in a.acceptances]
    return {
        "accounts": {
            "id": ("text", [a.id for a in accounts]),
            "provider_id": ("text", [a.provider_id for a in accounts]),
            "label": ("text", [a.label for a in accounts]),
            "region": ("text", [a.region for a in accounts]),
            "refs": ("texts", [list(a.source_account_ids) for a in accounts]),
        },
        "plans": {
            "account": ("text", [account for account, _ in plans]),
            "tier": ("text", [p.tier for _, p in plans]),
            **_span("begins", [p.begins for _, p in plans]),
            **_span("ends", [p.ends for _, p in plans]),
            "known": ("text", [p.known for _, p in plans]),
        },
        "acceptances": {
            "account": ("text", [account for account, _ in said]),
            **_span("when", [s.when for _, s in said]),
            "known": ("text", [s.known for _, s in said]),
        },
    }


def _settings(store: State) -> _Columns:
    looks = [(a.id, e) for a in store.accounts() for e in store.setting_evidence(a.id)]
    return {
        "account": ("text", [account for account, _ in looks]),
        "id": ("text", [e.id for _, e in looks]),
        "control": ("text", [e.control_id for _, e in looks]),
        "begins": ("number", [micros(e.begins) for _, e in looks]),
        "ends": ("number", [micros(e.ends) for _, e in looks]),
        "setting": ("text", [e.setting for _, e in looks]),
        "known": ("text", [e.known for _, e in looks]),
        "record": ("text", [e.record for _, e in looks]),
    }


def _deletions(store: State) -> _Columns:
    found = store.facts.deletions()
    return {
        "key": ("number", list(found)),
        **_span("deleted", [deletion.when for deletion in found.values()]),
        "known": ("text", [deletion.known for deletion in found.values()]),
    }


def _sent_again(store: State) -> _Columns:
    rows = [(*names, at) for names, spans in store.facts.sent_again().items() for at in spans]
    return {
        "provider_id": ("text", [row[0] for row in rows]),
        "source_id": ("text", [row[1] for row in rows]),
        **_span("sent", [row[2] for row in rows]),
    }


def _span(name: str, spans: Sequence[When | None]) -> _Columns:
    """A span as two columns of microseconds."""
    return {
        f"{name}_earliest": ("number", [None if s is None else micros(s.earliest) for s in spans]),
        f"{name}_latest": ("number", [None if s is None else micros(s.latest) for s in spans]),
    }
