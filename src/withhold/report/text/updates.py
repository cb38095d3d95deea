"""Updates of the packs, and bundles that were made."""

from collections import Counter

from rich.console import Console
from rich.text import Text

from withhold.report.documents import PacksSignDocument, PacksUpdateDocument, PackUpdateRow
from withhold.report.text.base import bullets, plural

_SILENT = "{} is older than what comes along with the program, which goes on speaking"
_WITHDRAWN = "{} is not in this update any more"


def packs_update(console: Console, document: PacksUpdateDocument) -> None:
    if document.done == "key_forgotten":
        console.print(f"The key {_short(document.key)} is no longer trusted. The update in force stays.")
    elif document.done == "undone":
        back = "the packs that came along" if document.after is None else _named(document.after)
        console.print(f"{_named(document.before)} is undone: {back} speak again.", soft_wrap=True)
    else:
        _offered(console, document)
    if document.record:
        console.print(f"On record: {document.record[:12]}")


def _offered(console: Console, document: PacksUpdateDocument) -> None:
    dry = document.done == "dry_run"
    if dry:
        _differences(console, document)
    head = "would be taken" if dry else "is in force"
    console.print(f"{_named(document.after)} {head}, signed by {_short(document.key)}.", soft_wrap=True)
    if document.before is not None:
        console.print(f"Before: {_named(document.before)}.", soft_wrap=True)
    counts = Counter(row.change for row in document.packs)
    said = ", ".join(f"{counts[word]} {word}" for word in ("new", "changed", "same") if counts[word])
    console.print(f"{plural(len(document.packs), 'pack')}: {said or 'none that speaks'}")
    notes = {"silent": _SILENT, "withdrawn": _WITHDRAWN}
    bullets(console, [notes[row.change].format(row.id) for row in document.packs if row.change in notes])
    if dry:
        console.print("Nothing was changed.")
    else:
        console.print("Back: withhold packs update --undo")
        if counts["new"] or counts["changed"] or counts["withdrawn"]:
            console.print("Verdicts may differ now: withhold exposure")


def _differences(console: Console, document: PacksUpdateDocument) -> None:
    for row in document.packs:
        if row.change not in ("new", "changed"):
            continue
        console.print(Text(f"{row.id} ({row.kind}, {row.change})", style="bold"))
        for x in row.differences:
            console.print(f"  {x.path}", soft_wrap=True)
            if x.before is not None:
                console.print(Text(f"    - {x.before}", style="red"), soft_wrap=True)
            if x.after is not None:
                console.print(Text(f"    + {x.after}", style="green"), soft_wrap=True)


def packs_sign(console: Console, document: PacksSignDocument) -> None:
    console.print(
        f"{document.file}: version {document.version} of {document.name},"
        f" {plural(len(document.files), 'pack')}, for withhold {document.requires} or newer",
        soft_wrap=True,
    )
    console.print("It was read back as an update would read it.")
    console.print(f"Key: {document.key}", soft_wrap=True)
    console.print("Give the public key to those who will use it by another way than the bundle.")


def _named(row: PackUpdateRow | None) -> str:
    return "nothing" if row is None else f"version {row.version} of {row.name} ({row.compiled_on})"


def _short(key: str | None) -> str:
    return "an unknown key" if key is None else key[:16]
