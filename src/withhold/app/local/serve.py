"""``withhold local serve``: a sealed model for programs and for the chat page, until it is stopped."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from withhold.app.bootstrap import Services
from withhold.app.local.sealing import level_for
from withhold.app.local.which import Meant, context_for, meant, need_engine, template_for
from withhold.local.hosting import Hosted, hosted, relayed, threads
from withhold.local.seal.launch import Order
from withhold.local.seal.levels import SAID
from withhold.report.documents import local as d
from withhold.support.errors import EnvironmentProblem, WithholdError

HOURLY = 3600.0


def order_for(
    services: Services, model: Meant, *, context: int | None, template: str | None, threads: int | None
) -> Order:
    """What is to be run behind the seal for a model."""
    return Order(
        model=model.path,
        alias=model.alias,
        context=context_for(model.header, context),
        threads=threads or _threads(),
        template=template_for(services, model.header, template),
    )


def _threads() -> int:
    return threads()


@contextmanager
def serving(
    services: Services,
    wanted: str,
    *,
    port: int = 0,
    context: int | None = None,
    template: str | None = None,
    cores: int | None = None,
    unsealed: bool = False,
    proof: bool = True,
) -> Iterator[tuple[Hosted, d.LocalServeDocument]]:
    """A model with its relay. With ``proof`` the seal is proved first, and every hour from then on."""
    model = meant(services, wanted)
    need_engine()
    level = level_for(services, unsealed=unsealed, what=f"serve {model.alias}")
    order = order_for(services, model, context=context, template=template, threads=cores)
    with hosted(order, level, services.progress) as host:
        if proof and level.provable:
            _prove(services, host, model)
        with relayed(host, port=port), _again(services, host, model, on=proof and level.provable):
            yield host, _document(services, host)


def wait(host: Hosted) -> None:
    """Until Ctrl-C, until a proof finds a leak, or until the engine ends: then the reason is raised."""
    while host.sealed.alive and host.leak is None:
        time.sleep(0.5)
    if host.leak is not None:
        raise EnvironmentProblem(f"{host.leak} Serving has ended.", next_step="withhold local prove")
    raise EnvironmentProblem(f"the engine ended: {host.sealed.last_words() or 'it said nothing'}")


def _prove(services: Services, host: Hosted, model: Meant) -> None:
    from withhold.app.local.prove import prove_host

    document = prove_host(services, host, model)
    services.progress.step(document.text)
    if document.result == "leak":
        host.leak = f"{document.text} {'; '.join(document.reasons)}"
        raise EnvironmentProblem(host.leak, next_step="withhold local prove")


@contextmanager
def _again(services: Services, host: Hosted, model: Meant, *, on: bool) -> Iterator[None]:
    """A proof every hour. One that fails takes the word *proof* from the page; a leak ends serving."""
    ended = threading.Event()

    def every_hour() -> None:
        while not ended.wait(HOURLY):
            host.proven = None
            try:
                _prove(services, host, model)
            except WithholdError as problem:
                services.progress.step(problem.diagnostics())

    thread = threading.Thread(target=every_hour, daemon=True)
    if on:
        thread.start()
    try:
        yield
    finally:
        ended.set()


def _document(services: Services, host: Hosted) -> d.LocalServeDocument:
    stamp = services.stamp()
    return d.LocalServeDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        model=host.model,
        level=host.sealed.level.value,
        seal=SAID[host.sealed.level],
        url=host.url,
        token=host.token,
        page=host.page,
        environment={
            "OPENAI_BASE_URL": f"{host.url}/v1",
            "OPENAI_API_KEY": host.token,
            "ANTHROPIC_BASE_URL": host.url,
            "ANTHROPIC_AUTH_TOKEN": host.token,
        },
        record=host.proven,
    )
