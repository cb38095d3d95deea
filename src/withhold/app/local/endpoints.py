"""Model servers that are there already, and talking to one of them."""

from withhold.app.bootstrap import Services
from withhold.local.adopted import Endpoint, examine, present
from withhold.model.evidence import Draft
from withhold.report.documents import local as d
from withhold.support.errors import EnvironmentProblem, UsageProblem


def endpoints(services: Services, url: str | None = None) -> d.LocalEndpointsDocument:
    """What answers at ``url``, or at the usual ports of this computer, judged model by model."""
    found = present() if url is None else tuple(filter(None, (examine(url),)))
    stamp = services.stamp()
    return d.LocalEndpointsDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        endpoints=tuple(map(_row, found)),
    )


def adopt(services: Services, url: str, model: str | None, *, unsealed: bool) -> tuple[Endpoint, str]:
    """The endpoint and the model to talk to. Raises ``UsageProblem`` for one that runs elsewhere.

    A server of others is never sealed by us: it is used only where ``unsealed`` was typed, which is
    journalled.
    """
    found = examine(url)
    if found is None:
        raise EnvironmentProblem(f"no model server of a known kind answers at {url}")
    offer = next((o for o in found.offers if model in (None, o.model)), None)
    if offer is None:
        names = ", ".join(o.model for o in found.offers) or "none"
        raise UsageProblem(f"{url} offers no model {model}", next_step=f"it offers: {names}")
    if offer.where == "remote":
        raise UsageProblem(f"{offer.model} answers here and runs elsewhere: {offer.why}", next_step=_NEXT)
    if not unsealed:
        raise UsageProblem(
            f"{offer.model} at {url} is not sealed by withhold ({offer.where}: {offer.why})",
            next_step="type --unsealed to use it all the same, or run one of your own: withhold local fit",
        )
    body = {"what": f"chat with {offer.model}", "endpoint": url, "kind": found.kind, "where": offer.where}
    services.journal.append(Draft(type="local.unsealed", at=services.clock(), body=body))
    services.progress.step(f"NOT sealed, as you asked; {offer.where}: {offer.why}")
    return found, offer.model


_NEXT = "withhold local fit names models that run on this computer"


def _row(found: Endpoint) -> d.EndpointRow:
    return d.EndpointRow(
        url=found.url,
        kind=found.kind,
        listener=found.listener,
        models=tuple(d.OfferRow(model=o.model, where=o.where, why=o.why) for o in found.offers),
    )
