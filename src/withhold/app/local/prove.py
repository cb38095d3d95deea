"""``withhold local prove``: the egress proof as an evidence record."""

import json
import platform
from dataclasses import asdict
from typing import Any

from withhold.app.bootstrap import Services
from withhold.app.local.sealing import level_for
from withhold.app.local.serve import order_for
from withhold.app.local.which import Meant, engine_facts, meant
from withhold.local.hosting import Hosted, hosted
from withhold.local.proof import Proof, Tried, prove
from withhold.model.evidence import Artifact, Draft
from withhold.report.documents import local as d

TYPE = "local.egress-proof"
PROOF = (
    "In this run no third party received anything from the sealed model: while it answered, all {count} ways"
    " out were refused and the canary outside counted nothing; without the seal every way that leads to the"
    " canary reached it."
)
LEAK = "LEAK: something got out of the model's process, or could have. Do not rely on this seal."
NO_PROOF = "No proof: the attempt does not show enough either way."
COVERS = (
    "It covers this process on this kernel at this time, against the ways listed; not flaws of the kernel or"
    " the processor, nor what the person or another program does with the answers."
)


def prove_model(services: Services, wanted: str, *, template: str | None = None) -> d.LocalProveDocument:
    """Run the model behind its seal, prove, and put the outcome on record, whatever it is."""
    model = meant(services, wanted)
    engine_facts()
    level = level_for(services, unsealed=False, what="prove")
    order = order_for(services, model, context=2048, template=template, threads=None)
    with hosted(order, level, services.progress) as host:
        return prove_host(services, host, model)


def prove_host(services: Services, host: Hosted, model: Meant) -> d.LocalProveDocument:
    """Prove a model that is running; the record names model and engine by their hashes."""
    services.progress.step("trying every way out while the model answers")
    found = prove(host.sealed)
    digest = model.sha256
    record = services.journal.append(_draft(services, found, model, digest))
    if found.holds:
        host.proven = record.id
    stamp = services.stamp()
    return d.LocalProveDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        result=_result(found),
        level=found.level.value,
        model=model.alias,
        model_sha256=digest,
        reasons=found.reasons,
        attempts=tuple(map(_row, found.tried)),
        strangers=found.strangers,
        answered=found.answered,
        record=record.id,
        text=_text(found),
    )


def exit_code(document: d.LocalProveDocument) -> int:
    """0 for a proof, 1 for a leak, 3 where neither was shown."""
    return {"proof": 0, "leak": 1, "no_proof": 3}[document.result]


def _result(found: Proof) -> Any:
    if found.holds:
        return "proof"
    return "leak" if found.leaks else "no_proof"


def _text(found: Proof) -> str:
    if found.holds:
        return f"{PROOF.format(count=len(found.tried))} {COVERS}"
    return LEAK if found.leaks else NO_PROOF


def _row(tried: Tried) -> d.AttemptRow:
    return d.AttemptRow(
        channel=tried.channel,
        result="open" if tried.open else "refused",
        error=tried.error,
        arrived=tried.arrived,
        control="reached" if tried.control_arrived else "open" if tried.control_open else "failed",
    )


def _draft(services: Services, found: Proof, model: Meant, digest: str) -> Draft:
    details: dict[str, Any] = {
        "result": _result(found),
        "says": _text(found),
        "level": str(found.level),
        "landlock_abi": found.landlock,
        "kernel": platform.release(),
        "machine": platform.machine(),
        "model": {"name": model.alias, "sha256": digest, "size": model.header.size},
        "engine": engine_facts(),
        "attempts": [asdict(tried) for tried in found.tried],
        "canary_arrivals": sum(t.arrived for t in found.tried) + found.strangers,
        "strangers": found.strangers,
        "answered": found.answered,
        "reasons": list(found.reasons),
        "inside": dict(found.state),
        "process": None
        if found.seen is None
        else {**asdict(found.seen), "foreign": list(found.seen.foreign)},
    }
    data = json.dumps(details, indent=2, sort_keys=True).encode() + b"\n"
    return Draft(
        type=TYPE,
        at=services.clock(),
        body={key: value for key, value in details.items() if key != "attempts"}
        | {"refused": sum(not t.open for t in found.tried), "tried": len(found.tried)},
        artifacts=(Artifact("proof.json", "application/json", data),),
    )
