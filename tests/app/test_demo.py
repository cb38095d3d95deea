"""The demo could fail, and clears nothing that is not its own. Its whole story stands in tests/cli."""

from pathlib import Path

import pytest

from withhold.app.bootstrap import Services
from withhold.app.demo import run_demo
from withhold.app.demo.compare import compare
from withhold.lab.server import running_lab
from withhold.support.errors import UsageProblem


def test_a_result_folder_with_other_things_is_left_alone(services: Services, tmp_path: Path) -> None:
    """The demo clears only what an earlier demo made."""
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(UsageProblem, match="other things"):
        run_demo(services, out=tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "precious"


def test_a_wrong_prediction_does_not_agree(services: Services, tmp_path: Path) -> None:
    """A verdict of "not exposed" for what the lab took by the setting is shown as disagreeing."""
    from withhold.app.ledger.exposure import row_of
    from withhold.app.ledger.joining import Judged
    from withhold.model.conversation import Conversation, Message
    from withhold.model.when import When
    from withhold.model.words import Author, Kind

    with running_lab() as running:
        lab = running.lab
        account = lab.create_account("Pro")
        lab.advance(lab.terms.binding_from)
        lab.accept_terms(account, sharing=True)
        chat = lab.start_conversation(account, "chat", text="Hello")
        lab.run_training("run-1")
        lab.run_training("run-2")
        conversation = Conversation(chat, "lab", Kind.CHAT, (Message("1", Author.HUMAN, When.at(lab.now)),))
        row = row_of(Judged("id", conversation, None, None, None, None))
        for past, future, agrees in (
            ("exposed", "eligible", True),
            ("not_exposed", "eligible", False),
            ("exposed", "not_eligible", False),
            ("unknown", "unknown", False),
        ):
            said = _with(row, past, future)
            (line,) = compare(lab, [said], before="run-1", after="run-2")
            assert line.agrees is agrees


def _with(row, past, future):  # type: ignore[no-untyped-def]
    import msgspec

    return msgspec.structs.replace(row, past_exposure=past, future_eligibility=future)
