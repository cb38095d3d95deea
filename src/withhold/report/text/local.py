"""``withhold local`` in the terminal."""

import textwrap

from rich.console import Console
from rich.text import Text

from withhold.report.documents import local as d
from withhold.report.text.base import bullets, grid

_GIB = 1 << 30
_FITS = {"well": "green", "tightly": "yellow", "no": "red", "unknown": "yellow"}
_FEW = 3
_NAME = 16
_PICKED = {
    "largest at reading speed": "the largest that answers as fast as people read",
    "largest": "the largest that fits well",
    "smallest": "the smallest, to try it",
}


def gib(size: int | None) -> str:
    """A size for people; small ones in MiB."""
    if size is None:
        return "?"
    return f"{size / _GIB:.1f} GiB" if size >= _GIB // 2 else f"{size / (1 << 20):.0f} MiB"


def fit(console: Console, document: d.LocalFitDocument) -> None:
    """The machine, the seal, the probe, then the models."""
    m = document.machine
    console.print(f"{m.processor}, {m.cores} cores, {gib(m.memory)} memory, {gib(m.available)} of it free")
    for gpu in m.gpus:
        console.print(f"{gpu.name}: {gib(gpu.total)} memory, {gib(gpu.free)} of it free ({gpu.read_by})")
    if not m.gpus:
        console.print("No graphics processor whose memory can be read.")
    console.print("Seal:", document.seal.said)
    for why in document.seal.stronger:
        console.print(Text(f"  not had: {why}", style="dim"))
    if document.probe is not None:
        p = document.probe
        console.print(
            f"Measured with {p.of}: {p.tokens_per_second:.1f} tokens/s over {gib(p.weights)} of weights,"
            f" {p.threads} thread(s), {p.seconds:.0f} s"
        )
    console.print()
    if len(document.models) <= _FEW:
        for row in document.models:
            _one(console, row)
    else:
        _table(console, document)
    _picks(console, document)
    for note in document.notes:
        console.print(Text(note, style="dim"))


def _picks(console: Console, document: d.LocalFitDocument) -> None:
    """What to begin with, above the notes, where the eye ends."""
    if not document.picks:
        return
    console.print(Text("To begin with, by size and speed (nobody here rates answers)", style="bold"))
    for pick in document.picks:
        speed = "" if pick.tokens_per_second is None else f", {pick.tokens_per_second:.1f} tokens/s"
        console.print(
            f"  {_PICKED[pick.why]}: {pick.name}{speed}, {gib(pick.download)}, {pick.licence or '?'}"
        )
        console.print(f"    withhold local get {pick.model} --quant {pick.quant}", soft_wrap=True)
    console.print()


def _one(console: Console, row: d.FitRow) -> None:
    console.print(Text(row.name, style="bold"), f"({row.quant or 'quantisation not known'})")
    console.print(Text(f"  fits: {row.fits}", style=_FITS[row.fits]), f"in memory: {row.why}")
    if row.on_gpu is not None:
        console.print(f"  on the graphics processor, under an engine that uses it: {row.on_gpu}")
    kind = "from the file" if row.exact else "estimate"
    console.print(
        f"  needs {gib(row.needs)} at {row.context:,} tokens of context ({kind}):"
        f" weights {gib(row.weights)}, cache {gib(row.cache)}"
    )
    console.print(f"  fits well with {gib(row.memory_wanted)} free")
    console.print(f"  speed: {_speed(row)} tokens/s ({row.speed_by})")
    console.print(
        f"  licence: {row.licence or 'not known'}; download: {gib(row.download)} ({row.download_basis})"
    )


def _table(console: Console, document: d.LocalFitDocument) -> None:
    table = grid("fits", "model", "quant", "needs", "tok/s", "get", "licence")
    for row in document.models:
        mark = Text(row.fits, style=_FITS[row.fits])
        table.add_row(
            mark,
            _folded(row.model),
            row.quant or "?",
            gib(row.needs),
            _speed(row),
            gib(row.download),
            _folded(row.licence or "?"),
        )
    console.print(table)


def _folded(name: str) -> str:
    """A long name on lines that end at its hyphens, so that it can be read and typed."""
    return "\n".join(textwrap.wrap(name, _NAME, break_long_words=False))


def _speed(row: d.FitRow) -> str:
    return "?" if row.tokens_per_second is None else f"{row.tokens_per_second:.1f}"


def got(console: Console, document: d.LocalGetDocument) -> None:
    console.print(f"{document.model}: {document.path}")
    console.print(f"{gib(document.size)}, licence {document.licence or 'not known'}")
    console.print(f"SHA-256 {document.sha256}")
    who = " and by the ".join(document.checked_by)
    console.print(
        f"as stated by the {who}" if who else Text("nobody stated what it should be", style="yellow")
    )
    console.print(f"Next: withhold local chat {document.model}")


def proved(console: Console, document: d.LocalProveDocument) -> None:
    """The sentence that counts first, then each way out."""
    styles = {"proof": "bold green", "no_proof": "yellow", "leak": "bold red"}
    console.print(Text(document.text, style=styles[document.result]))
    table = grid("way out", "inside the seal", "arrived", "without the seal")
    for row in document.attempts:
        inside = Text(f"refused ({row.error})" if row.result == "refused" else "OPEN")
        table.add_row(row.channel, inside, str(row.arrived), row.control)
    console.print(table)
    bullets(console, document.reasons)
    console.print(f"{document.answered} pieces of the answer came meanwhile.")
    console.print(f"Record: {document.record}")


def endpoints(console: Console, document: d.LocalEndpointsDocument) -> None:
    if not document.endpoints:
        console.print("No model server of a known kind answers on this computer.")
    for endpoint in document.endpoints:
        by = f" (program: {endpoint.listener})" if endpoint.listener else ""
        console.print(Text(f"{endpoint.url}: {endpoint.kind}{by}", style="bold"))
        for offer in endpoint.models:
            console.print(Text(f"  {offer.where:8}{offer.model}: {offer.why}"))
    if document.endpoints:
        console.print("Only 'local' stays on this computer; none of them is sealed by withhold.")


def serving(console: Console, document: d.LocalServeDocument) -> None:
    console.print(f"{document.model}, {document.seal}")
    console.print("Chat page:", Text(document.page), soft_wrap=True)
    for name, value in document.environment.items():
        console.print(Text(f"export {name}={value}"), soft_wrap=True)
    if document.record is not None:
        console.print(f"Egress proof: {document.record}")


def config(console: Console, document: d.LocalConfigDocument) -> None:
    for name, text in document.files.items():
        console.print(Text(f"# {name}", style="bold"))
        console.print(Text(text), soft_wrap=True)
    bullets(console, document.notes)
