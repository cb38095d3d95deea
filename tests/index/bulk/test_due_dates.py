"""The calendar counted in bulk says what the rows say, one by one."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from tests.index.bulk import strangers
from tests.index.bulk.agreement import state
from withhold.app.ledger.exposure import ledger
from withhold.app.ledger.filters import EVERYTHING, Filter
from withhold.app.ledger.handing_out import as_calendar
from withhold.report.due_dates import due_dates

NOW = strangers.BEGAN + timedelta(days=900)


@pytest.mark.parametrize("number", range(4))
def test_the_file_is_that_of_the_rows(number: int, tmp_path: Path) -> None:
    """To the byte, for any state, also of conversations that are rated, deleted or filtered out."""
    random = Random(number)
    with state(tmp_path, NOW) as services:
        strangers.furnish(services, random, 120)
        strangers.steady(services, random, NOW)
        strangers.delete(services, random)
        for wanted in (EVERYTHING, Filter(kind="chat"), Filter(past="exposed"), Filter(past="unknown")):
            with ledger(services, as_of=NOW, wanted=wanted) as view:
                [quick] = as_calendar(view, NOW)
                assert quick == due_dates(view.head, NOW.date(), view.rows())
                assert wanted is not EVERYTHING or quick.count(b"BEGIN:VEVENT") > 3
