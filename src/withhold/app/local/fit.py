"""``withhold local fit``: which models this machine can run, how well, and how fast."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.app.local.picking import Candidate, picks
from withhold.app.local.which import need_engine, shelf
from withhold.local import memory, speed
from withhold.local.gguf import Header, read_header
from withhold.local.hardware import Hardware, read_hardware
from withhold.local.seal.launch import best_level
from withhold.local.seal.levels import SAID, Level
from withhold.local.verdict import Fits, Room, fits, room_wanted
from withhold.packs.models import GgufFile, ModelFacts, Models, load_models
from withhold.report.documents import local as d
from withhold.support.errors import EnvironmentProblem

CONTEXT = 8192
_EXACT = "worked out from the file's own tensor table"
_WORDS = {
    "well": "room to spare",
    "tightly": "little room beside it: close other programs",
    "no": "more than there is",
    "unknown": "not enough is known to say",
}
_ORDER: dict[Fits, int] = {"well": 0, "tightly": 1, "unknown": 2, "no": 3}


@dataclass(frozen=True, slots=True)
class _Bench:
    """What every row is held against."""

    room: Room
    gpus: tuple[Room, ...]
    measured: speed.Speed | None
    context: int
    models: Models


def fit(
    services: Services,
    wanted: str | None,
    *,
    context: int | None = None,
    probe: bool = True,
    buy: bool = False,
) -> d.LocalFitDocument:
    """Judge ``wanted`` (a model's id or a GGUF file), or the whole catalogue.

    ``probe`` measures this machine with the engine for about ten seconds; without it no speed is given. With
    ``buy`` no machine is judged: the rows say how much memory each would want.
    """
    models, stamp = load_models(), services.stamp()
    hardware = read_hardware()
    level, failed = best_level()
    file = _file(services, wanted)
    measured, notes = _measured(services, file, models, level) if probe and not buy else (None, ())
    bench = _Bench(_memory(hardware), _gpus(hardware), measured, context or CONTEXT, models)
    rows = [_of_file(file, bench)] if file is not None else list(_of_catalogue(services, wanted, bench))
    if buy:
        rows = sorted(rows, key=lambda row: (row.memory_wanted is None, row.memory_wanted or 0))
    else:
        rows = sorted(rows, key=lambda row: (_ORDER[row.fits], -(row.weights or 0)))
    return d.LocalFitDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        machine=_machine(hardware),
        seal=d.SealRow(level=level.value, said=SAID[level], stronger=failed),
        probe=None if measured is None else _probe_row(measured, file),
        catalogue_of=models.as_of,
        picks=() if buy or wanted is not None else tuple(_picks(bench)),
        models=tuple(rows),
        notes=(*notes, *_notes(models, rows, buy=buy)),
    )


def _file(services: Services, wanted: str | None) -> Path | None:
    """A file that is here: a path, or a model of the catalogue that was fetched."""
    if wanted is None:
        return None
    path = Path(wanted).expanduser()
    if path.suffix == ".gguf" or path.is_file():
        return path
    found = shelf(services).find(wanted)
    return None if found is None else found[0]


def _memory(hardware: Hardware) -> Room:
    """The machine's own memory: the engine runs on the processor (``Order.gpu_layers``)."""
    return Room("memory", hardware.available or hardware.total)


def _gpus(hardware: Hardware) -> tuple[Room, ...]:
    """Graphics processors with memory of their own, for engines that use them."""
    return tuple(Room(gpu.name, gpu.free or gpu.total) for gpu in hardware.gpus if not gpu.shared)


def _measured(
    services: Services, file: Path | None, models: Models, level: Level
) -> tuple[speed.Speed | None, tuple[str, ...]]:
    try:
        need_engine()
        if level is Level.NONE:
            return None, (
                "speed was not measured: no seal can be had here, and nothing runs without one unasked",
            )
        services.progress.step(
            "measuring this machine with the engine, about ten seconds (--no-probe skips it)"
        )
        if file is None:
            return speed.probe(level), ()
        weights = sum(memory.weights_by_type(read_header(file), models).values())
        return speed.measure(file, weights, level), ()
    except EnvironmentProblem as problem:
        return None, (f"speed was not measured: {problem.diagnostics()}",)


def _of_file(path: Path, bench: _Bench) -> d.FitRow:
    header = read_header(path)
    most = header.whole("context_length")
    context = min(bench.context, most) if most else bench.context
    need = memory.need_of_file(header, bench.models, context)
    word = fits(need, bench.room)
    speed_now = None if bench.measured is None else round(bench.measured.tokens_per_second, 1)
    return d.FitRow(
        model=str(path),
        name=header.text("general.name") or path.stem,
        quant=_main_type(header, bench.models),
        context=context,
        fits=word,
        on_gpu=_on_gpu(need, bench),
        why="; ".join([_WORDS[word], *need.notes]),
        needs=need.least,
        weights=need.weights,
        cache=need.cache,
        exact=need.exact,
        tokens_per_second=speed_now,
        speed_by="measured" if speed_now is not None else "not known",
        download=path.stat().st_size,
        download_basis="the file itself",
        licence=header.text("general.license"),
        memory_wanted=room_wanted(need),
    )


def _main_type(header: Header, models: Models) -> str:
    sizes = memory.weights_by_type(header, models)
    return f"mostly {max(sizes, key=lambda name: sizes[name])}"


def _of_catalogue(services: Services, wanted: str | None, bench: _Bench) -> Iterator[d.FitRow]:
    chosen = bench.models.models if wanted is None else (bench.models.model(wanted),)
    here = {kept.id: path for path, kept in shelf(services).all()}
    for model in chosen:
        yield _of_model(model, bench, here.get(model.id))


def _picks(bench: _Bench) -> Iterator[d.PickRow]:
    judged = ((model, _judged(model, bench, _context(model, bench))) for model in bench.models.models)
    candidates = [
        Candidate(model, file, word, _per_second(model, need, bench))
        for model, files in judged
        for file, need, word in files
    ]
    for why, c in picks(candidates):
        yield d.PickRow(
            why=why,
            model=c.model.id,
            name=c.model.name,
            quant=c.file.quant,
            tokens_per_second=c.tokens_per_second,
            download=c.file.size or 0,
            licence=c.model.license,
        )


def _context(model: ModelFacts, bench: _Bench) -> int:
    return min(bench.context, model.context_tokens or bench.context)


def _of_model(model: ModelFacts, bench: _Bench, here: Path | None) -> d.FitRow:
    """The best quantisation that fits; what is here already is read instead of estimated."""
    context = _context(model, bench)
    judged = _judged(model, bench, context)
    if not judged:
        return _unknown(model, context, "the catalogue holds no size of it")
    file, need, word = min(judged, key=lambda j: (_ORDER[j[2]], -(j[0].size or 0)))
    if word == "no" and any(g.size is None for g in model.gguf):
        word, why = "unknown", "what it holds a size of is too large; a smaller file exists, of unknown size"
    else:
        why = _WORDS[word]
    per_second = _per_second(model, need, bench)
    return d.FitRow(
        model=model.id,
        name=model.name + (" (on this computer)" if here else ""),
        quant=file.quant,
        context=context,
        fits=word,
        on_gpu=min((_on_gpu(n, bench) for _, n, _ in judged), key=lambda w: _ORDER[w or "no"], default=None),
        why=why,
        needs=need.least,
        weights=need.weights,
        cache=need.cache,
        exact=False,
        tokens_per_second=per_second,
        speed_by="not known" if per_second is None else "from the probe",
        download=file.size,
        download_basis=file.size_basis,
        licence=model.license,
        memory_wanted=room_wanted(need),
    )


def _judged(model: ModelFacts, bench: _Bench, context: int) -> list[tuple[GgufFile, memory.Need, Fits]]:
    """Each file of the catalogue whose size is known."""
    sized = [(file, file.size) for file in model.gguf if file.size is not None]
    needs = [
        (file, memory.need_of_facts(model, size, file.quant, bench.models.engine, context))
        for file, size in sized
    ]
    return [(file, need, fits(need, bench.room)) for file, need in needs]


def _on_gpu(need: memory.Need, bench: _Bench) -> Fits | None:
    return min((fits(need, room) for room in bench.gpus), key=lambda word: _ORDER[word], default=None)


def _per_second(model: ModelFacts, need: memory.Need, bench: _Bench) -> float | None:
    measured = bench.measured
    return None if measured is None else round(measured.of(_active(model, need.weights)), 1)


def _active(model: ModelFacts, weights: int) -> int:
    """Bytes read for a token: a mixture of experts reads a part of its weights."""
    if model.active_parameters is None or not model.parameters:
        return weights
    return max(1, weights * model.active_parameters // model.parameters)


def _unknown(model: ModelFacts, context: int, why: str) -> d.FitRow:
    return d.FitRow(
        model=model.id, name=model.name, quant=None, context=context, fits="unknown", on_gpu=None, why=why,
        needs=None, weights=None, cache=None, exact=False, tokens_per_second=None, speed_by="not known",
        download=None, download_basis=None, licence=model.license, memory_wanted=None,
    )  # fmt: skip


def _machine(hardware: Hardware) -> d.MachineRow:
    return d.MachineRow(
        memory=hardware.total,
        available=hardware.available,
        limited_by=hardware.limited_by,
        cores=hardware.cores,
        processor=hardware.processor,
        gpus=tuple(
            d.GpuRow(name=g.name, total=g.total, free=g.free, read_by=g.read_by) for g in hardware.gpus
        ),
    )


def _probe_row(measured: speed.Speed, file: Path | None) -> d.ProbeRow:
    return d.ProbeRow(
        of="made-up weights" if file is None else file.name,
        tokens_per_second=round(measured.tokens_per_second, 2),
        weights=measured.weights,
        seconds=round(measured.seconds, 1),
        threads=measured.threads,
    )


def _notes(models: Models, rows: list[d.FitRow], *, buy: bool) -> Iterator[str]:
    if buy:
        yield "'needs' is what must be free while it runs; a machine fits well with a quarter more than that."
    if len({row.context for row in rows}) == 1 < len(rows):
        yield f"All for {rows[0].context:,} tokens of context; --context asks for another."
    if any(not row.exact for row in rows):
        yield f"Estimates from the catalogue of {models.as_of}; a file that was fetched is read exactly."
    if any(row.speed_by == "from the probe" for row in rows):
        yield "Speeds follow from the probe by the bytes a token reads, at short context; no promise."
    if any(row.on_gpu is not None for row in rows):
        yield (
            "The graphics processor is not used by 'withhold local serve', so nothing above counts on it;"
            " 'withhold local serve MODEL --engine vllm' prints the configuration of an engine that does."
        )


def undetermined(document: d.LocalFitDocument) -> bool:
    """Whether the one model that was asked for could not be judged."""
    return len(document.models) == 1 and document.models[0].fits == "unknown"
