"""Letters that nobody answered in time, as a part of ``watch run``: drafts of what follows. Sends nothing."""

from withhold.app.bootstrap import Services
from withhold.app.letters.filing import follow_up_drafts
from withhold.report import documents as d


def follow_up_overdue(services: Services) -> tuple[tuple[d.LetterDraftRow, ...], tuple[str, ...]]:
    """A reminder and a complaint for each overdue letter without one, and what could not be written."""
    rows, problems = [], []
    for letter, made in follow_up_drafts(services):
        if isinstance(made, str):
            problems.append(f"No draft that follows the overdue letter {letter.id} could be written: {made}")
            continue
        rows.append(
            d.LetterDraftRow(
                id=made.id,
                about=letter.id,
                provider=made.provider,
                stage="complaint" if made.stage == "complaint" else "reminder",
                text=f"No answer is filed to your letter ({letter.kind}) of {letter.sent_on};"
                f" the draft of a {made.stage} was written.",
                next=f"withhold letter follow-up {letter.id}"
                f"{' --complain' if made.stage == 'complaint' else ''} -o {made.stage}.pdf",
            )
        )
    return tuple(rows), tuple(problems)
