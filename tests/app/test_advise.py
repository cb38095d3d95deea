"""What ``advise`` says of one's own machine follows the evidence that is on record."""

import pytest

from withhold.app.advise import Asked, advise
from withhold.app.bootstrap import Services
from withhold.app.local.prove import TYPE
from withhold.model.evidence import Draft


@pytest.mark.parametrize(
    ("results", "waits"),
    [((), True), (("proof",), False), (("proof", "leak"), True), (("leak", "proof"), False)],
)
def test_a_leak_found_later_takes_the_proof_back(
    services: Services, results: tuple[str, ...], waits: bool
) -> None:
    """The newest attempt on record decides whether the word still waits for a proof."""
    for result in results:
        services.journal.append(Draft(TYPE, services.clock(), {"result": result}))
    document = advise(services, Asked(providers=("anthropic",)))
    assert (next(row for row in document.routes if row.id == "local").assurance == "to_prove") is waits
