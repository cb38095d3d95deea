"""Reading the gateway's audit."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from withhold.app.bootstrap import Services
from withhold.app.gateway.places import Places
from withhold.gateway.chain import Head, read_lines
from withhold.gateway.chain_check import Checked, Entry, check_chain, check_lines, entries
from withhold.report.documents.gateway import (
    AuditChainRow,
    AuditRow,
    GatewayAuditDocument,
    GatewayAuditVerifyDocument,
)

HEAD_RECORD = "gateway.audit_head"
Line = tuple[bytes, dict[str, Any] | None]


def list_audit(services: Services, last: int, config: Path | None = None) -> GatewayAuditDocument:
    """The last requests of all chains, the oldest first. Checks nothing: :func:`verify_audit` does."""
    stamp = services.stamp()
    chains = _chains(Places(services, config))
    found = [entry for lines in chains.values() for entry in entries(_values(lines))]
    found.sort(key=lambda e: str(e.line.get("at")))
    return GatewayAuditDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        requests=tuple(map(_row, found[-last:])),
        total=len(found),
    )


def verify_audit(services: Services, config: Path | None = None) -> GatewayAuditVerifyDocument:
    """Check every chain against itself and against the heads in the evidence."""
    stamp = services.stamp()
    kept = _kept_heads(services)
    places = Places(services, config)
    if _database(places) is None:
        chains = [check_chain(path, kept.pop(path.stem, [])) for path in _files(places)]
    else:
        chains = [check_lines(name, iter(ls), kept.pop(name, [])) for name, ls in _chains(places).items()]
    for replica, heads in kept.items():
        gone = Checked(replica, heads_kept=len(heads), last_kept=max(h.seq for h in heads))
        gone.problems.append("the evidence holds heads of this chain, and its file is gone")
        chains.append(gone)
    return GatewayAuditVerifyDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        chains=tuple(map(_chain_row, chains)),
        holds=not any(chain.problems for chain in chains),
    )


def _files(places: Places) -> list[Path]:
    return sorted(places.audit.glob("*.jsonl")) if places.audit.is_dir() else []


def _database(places: Places) -> str | None:
    return places.database if places.config_path.exists() else None


def _chains(places: Places) -> dict[str, Sequence[Line]]:
    """All lines of all chains: of the files, or of the database that several gateways share."""
    address = _database(places)
    if address is None:
        return {path.stem: tuple(read_lines(path)) for path in _files(places)}
    from withhold.gateway.database import chains

    found = asyncio.run(chains(address))
    return {name: [(raw, json.loads(raw)) for raw in lines] for name, lines in found.items()}


def _values(lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    return (value for _, value in lines if value is not None)


def _kept_heads(services: Services) -> dict[str, list[Head]]:
    found: dict[str, list[Head]] = {}
    for record in services.journal.records():
        body = record.body
        if record.type == HEAD_RECORD:
            head = Head(str(body["replica"]), int(str(body["seq"])), str(body["hash"]))
            found.setdefault(head.replica, []).append(head)
    return found


def _row(entry: Entry) -> AuditRow:
    line = entry.line
    return AuditRow(
        at=str(line.get("at")),
        client=str(line.get("client")),
        project=str(line.get("project")),
        endpoint=str(line.get("endpoint")),
        models=tuple(line.get("models") or ()),
        route=line.get("route"),
        terms=line.get("terms"),
        trains=line.get("trains"),
        apart_from=tuple(line.get("apart_from") or ()),
        found=dict(line.get("found") or {}),
        redacted=tuple(line.get("redacted") or ()),
        outcome=entry.outcome,
        status=entry.status,
        ms=entry.ms,
        replica=str(line.get("replica")),
        seq=int(line.get("seq", 0)),
    )


def _chain_row(chain: Checked) -> AuditChainRow:
    return AuditChainRow(
        replica=chain.replica,
        lines=chain.lines,
        head=chain.head,
        problems=tuple(chain.problems),
        unfinished=chain.unfinished,
        unknown_whether_answered=chain.unanswered,
        heads_in_evidence=chain.heads_kept,
        covered_up_to=chain.last_kept,
    )
