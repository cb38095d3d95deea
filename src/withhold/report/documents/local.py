"""``withhold local``: what fits, what was fetched, what serves, what was proved."""

from typing import Literal

from msgspec import Struct

from withhold.report.documents.base import Document

FitsWord = Literal["well", "tightly", "no", "unknown"]
WhereWord = Literal["local", "remote", "unknown"]
LevelWord = Literal["kernel-netns", "kernel-lsm+seccomp", "platform-sandbox", "none"]


class GpuRow(Struct, kw_only=True, frozen=True):
    """Sizes in bytes."""

    name: str
    total: int
    free: int | None
    read_by: str


class MachineRow(Struct, kw_only=True, frozen=True):
    """This computer. Sizes in bytes; ``null`` is not known."""

    memory: int | None
    available: int | None
    limited_by: str | None
    cores: int
    processor: str
    gpus: tuple[GpuRow, ...]


class ProbeRow(Struct, kw_only=True, frozen=True):
    """What was measured here with the engine itself; ``of`` says with which weights."""

    of: str
    tokens_per_second: float
    weights: int
    seconds: float
    threads: int


class SealRow(Struct, kw_only=True, frozen=True):
    """The strongest seal this machine gave when it was tried, and why stronger ones did not hold."""

    level: LevelWord
    said: str
    stronger: tuple[str, ...]


class FitRow(Struct, kw_only=True, frozen=True):
    """One model. Sizes in bytes. ``exact``: worked out from the file itself.

    ``fits`` speaks of the computer's memory, which is what ``local serve`` uses. ``on_gpu``: the same for its
    best graphics processor, under an engine that uses it; ``null`` where there is none.
    """

    model: str
    name: str
    quant: str | None
    context: int
    fits: FitsWord
    on_gpu: FitsWord | None
    why: str
    needs: int | None
    weights: int | None
    cache: int | None
    exact: bool
    tokens_per_second: float | None
    speed_by: Literal["measured", "from the probe", "not known"]
    download: int | None
    download_basis: str | None
    licence: str | None
    memory_wanted: int | None
    """Free memory with which it would fit well."""


class PickRow(Struct, kw_only=True, frozen=True):
    """A model to begin with, chosen by size and speed alone: nobody here rates answers."""

    why: Literal["largest at reading speed", "largest", "smallest"]
    model: str
    name: str
    quant: str
    tokens_per_second: float | None
    download: int
    licence: str | None


class LocalFitDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.local-fit/1"] = "withhold.local-fit/1"
    machine: MachineRow
    seal: SealRow
    probe: ProbeRow | None
    catalogue_of: str
    picks: tuple[PickRow, ...]
    models: tuple[FitRow, ...]
    notes: tuple[str, ...]


class LocalGetDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.local-get/1"] = "withhold.local-get/1"
    model: str
    path: str
    repo: str | None
    revision: str | None
    quant: str | None
    size: int
    sha256: str
    checked_by: tuple[str, ...]
    """Whose stated SHA-256 it was held against; empty: nobody stated one."""
    licence: str | None


class AttemptRow(Struct, kw_only=True, frozen=True):
    """One way out. ``control_*`` is the same attempt without the seal."""

    channel: str
    result: Literal["refused", "open"]
    error: str | None
    arrived: int
    control: Literal["reached", "open", "failed"]


class LocalProveDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.local-prove/1"] = "withhold.local-prove/1"
    result: Literal["proof", "no_proof", "leak"]
    level: LevelWord
    model: str
    model_sha256: str
    reasons: tuple[str, ...]
    attempts: tuple[AttemptRow, ...]
    strangers: int
    answered: int
    """Pieces of the answer that came while ways out were being tried."""
    record: str
    text: str


class OfferRow(Struct, kw_only=True, frozen=True):
    model: str
    where: WhereWord
    why: str


class EndpointRow(Struct, kw_only=True, frozen=True):
    url: str
    kind: str
    listener: str | None
    models: tuple[OfferRow, ...]


class LocalEndpointsDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.local-endpoints/1"] = "withhold.local-endpoints/1"
    endpoints: tuple[EndpointRow, ...]


class LocalServeDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.local-serve/1"] = "withhold.local-serve/1"
    model: str
    level: LevelWord
    seal: str
    url: str
    token: str
    page: str
    environment: dict[str, str]
    """For clients that speak to OpenAI or Anthropic."""
    record: str | None
    """The egress proof made at the start."""


class LocalConfigDocument(Document, kw_only=True, frozen=True):
    schema: Literal["withhold.local-config/1"] = "withhold.local-config/1"
    engine: str
    files: dict[str, str]
    """Names and contents."""
    notes: tuple[str, ...]
