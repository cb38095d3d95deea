"""How a set stands, the steps for a person, and what deleting these conversations leaves."""

from typing import Literal

from withhold.app.bootstrap import Services
from withhold.app.purge.desk import Desk, open_items, resumed
from withhold.model.terms import Provider
from withhold.model.words import ExceptionKind
from withhold.report import documents as d
from withhold.store.purges import PurgeItem

Outcome = Literal["done", "stopped", "needs_human"]
_BESIDE = {
    ExceptionKind.SHARED_LINK: "Shared links",
    ExceptionKind.MEMORY: "Memories",
    ExceptionKind.UPLOADS: "Uploaded files",
}


def steps(desk: Desk) -> tuple[str, ...]:
    """How a person deletes them, by the pack."""
    right = desk.provider.data_rights.get("delete_chat")
    where = [right.how] if right is not None else ["The pack records no way to delete one; look in its help."]
    if right is not None and right.url and right.url.startswith("https:"):
        where.append(f"Source: {right.url}")
    return (
        f"Sign in as {desk.account.label} at {desk.provider.name}.",
        *where,
        "Delete, do not archive: what is archived is kept, and is not deleted.",
        "Load the page afresh: only what is gone then was deleted.",
    )


def beside(services: Services, desk: Desk) -> tuple[str, ...]:
    """What deleting these conversations leaves: links, memories, files of projects."""
    held = [services.store.conversation(i.conversation) for i in desk.purge.items]
    shared = sum(s.conversation.shared is True for s in held)
    projects = sorted({p for s in held if (p := s.conversation.project)})
    lines = ["Shared links: remove each before its conversation; a copy that was opened stays with others."]
    if shared:
        lines[0] = f"{shared} of them have a shared link. {lines[0]}"
    lines.append("Memories made from them are kept apart: look through the memory page too.")
    named = f" ({', '.join(projects[:5])})" if projects else ""
    lines.append(f"Files and instructions of projects stay in the project{named}.")
    return (*lines, *_stated(desk.provider))


def document(services: Services, desk: Desk, outcome: Outcome, why: str) -> d.PurgeRunDocument:
    """How the set stands now."""
    stamp = services.stamp()
    return d.PurgeRunDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        purge=desk.purge.id,
        account=desk.account.label,
        provider=desk.provider.id,
        mode="assist" if desk.purge.mode == "assist" else "guide",
        outcome=outcome,
        why=why,
        items=tuple(map(_item, desk.purge.items)),
        steps=steps(desk) if desk.purge.mode == "guide" and outcome == "needs_human" else (),
        beside=beside(services, desk),
        next=_next(desk, outcome),
    )


def list_purges(services: Services) -> d.PurgeListDocument:
    """All sets, oldest first."""
    stamp = services.stamp()
    rows = []
    for purge in services.store.purges.all():
        desk = resumed(services, purge.id)
        outcome: Outcome = "needs_human" if open_items(purge) else "done"
        rows.append(document(services, desk, outcome, f"begun {purge.begun:%Y-%m-%d}"))
    return d.PurgeListDocument(
        generated_at=stamp.generated_at, tool_version=stamp.tool_version, purges=tuple(rows)
    )


def _next(desk: Desk, outcome: Outcome) -> str:
    if outcome == "done":
        return f"withhold export request {desk.provider.id}; withhold purge verify EXPORT"
    if desk.purge.mode == "guide":
        return f"withhold purge run --resume {desk.purge.id} --deleted ID, for each one you deleted"
    return f"withhold purge run --resume {desk.purge.id}, or with --skip ID to leave one out"


def _item(item: PurgeItem) -> d.PurgeItemRow:
    gone = item.gone if item.state == "deleted" else None
    return d.PurgeItemRow(
        id=item.conversation,
        source_id=item.source_id,
        state=item.state,  # type: ignore[arg-type]  # the database holds these words alone
        gone_earliest=None if gone is None else gone.earliest,
        gone_latest=None if gone is None else gone.latest,
        known="unknown" if item.known is None else item.known.value,
        back_end_until=item.kept_until,
        record=item.record,
    )


def _stated(provider: Provider) -> list[str]:
    """What the pack's terms say of such things."""
    notes = dict.fromkeys(
        (_BESIDE[e.kind], e.note)
        for product in provider.products
        for plan in product.plans
        for t in plan.terms
        if t.ends is None
        for e in t.exceptions
        if e.kind in _BESIDE and e.note
    )
    return [f"{what}, by the pack: {note}" for what, note in list(notes)[:4]]
