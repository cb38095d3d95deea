"""An index of any size for the benches of judgement, written by the index's own writer of segments.

``verdicts_index.py FOLDER CONVERSATIONS MESSAGES`` makes a state in FOLDER: MESSAGES messages in each of
CONVERSATIONS conversations of two accounts at two providers, a tenth of them resumed after months, one of a
hundred rated, with four looks at a setting and a word on it.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from withhold.app.bootstrap import Services
from withhold.index.arrow import schema
from withhold.index.segment import SegmentWriter
from withhold.model.account import Acceptance, Account, PlanPeriod, SettingEvidence
from withhold.model.columns import micros
from withhold.model.segments import Change
from withhold.model.when import When
from withhold.model.words import Known, Setting
from withhold.support.paths import StateHome
from withhold.support.storage import Disk

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BEGAN = datetime(2023, 1, 1, tzinfo=UTC)
GROUP = 250_000
"""Messages in a row group."""
STEP = 160_111 * 7
"""Odd, so that numbering by it modulo a power of two repeats no key."""


def services_in(folder: Path) -> Services:
    """A state in ``folder`` whose clock stands still."""
    return Services(home=StateHome(folder), environ={}, user_home=folder, clock=lambda: NOW)


def build(folder: Path, conversations: int, messages: int) -> Path:
    """Make the state, unless it is there; returns its folder."""
    if (folder / "state.sqlite").exists():
        return folder
    services = services_in(folder)
    store = services.store
    for provider, ref, control in (
        ("anthropic", "person-a", "claude-help-improve"),
        ("openai", "person-b", "chatgpt-improve-model"),
    ):
        store.save_account(account(provider, ref))
        for evidence in looks(control):
            store.add_setting_evidence(ref, evidence)
    disk = Disk()
    with store.index.writing():
        writer = SegmentWriter(store.index.folder, 1, disk)
        for tables in groups(conversations, messages):
            writer.write(tables)
        store.catalogue.commit(Change(add=(writer.finish(conversations),)))
    services.close()
    return folder


def account(provider: str, ref: str) -> Account:
    tier = {"anthropic": "Pro", "openai": "Plus"}[provider]
    return Account(
        id=ref,
        provider_id=provider,
        label=ref,
        plans=(PlanPeriod(f"plan-{ref}", tier, When.at(BEGAN), None, Known.ATTESTED),),
        acceptances=(
            Acceptance(f"accepted-{ref}", When.at(datetime(2025, 9, 10, tzinfo=UTC)), Known.ATTESTED),
        ),
    )


def looks(control: str) -> Iterator[SettingEvidence]:
    """Sharing until the spring of 2026 by the person's word; then a look in each of several months."""
    until = datetime(2026, 2, 1, tzinfo=UTC)
    yield SettingEvidence(f"{control}-word", control, BEGAN, until, Setting.SHARING, Known.ATTESTED)
    for month in (3, 5, 8, 11):
        at = datetime(2026, month, 15, 9, tzinfo=UTC)
        yield SettingEvidence(f"{control}-{month}", control, at, at, Setting.PRIVATE, Known.OBSERVED)


def groups(conversations: int, messages: int) -> Iterator[dict[str, pa.Table]]:
    """Row groups of all tables, made by DuckDB."""
    import duckdb

    connection = duckdb.connect()
    size = max(GROUP // messages, 1)
    for start in range(0, conversations, size):
        end = min(start + size, conversations)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE c AS {_conversations(start, end)}")
        connection.execute(f"CREATE OR REPLACE TEMP TABLE m AS {_messages(messages)}")
        found = {name: connection.sql(sql).to_arrow_table() for name, sql in _TABLES.items()}
        yield {name: _cast(name, table) for name, table in found.items()}


def _cast(name: str, table: pa.Table) -> pa.Table:
    form = schema(name)
    columns = [table[f.name].combine_chunks().cast(f.type) for f in form]
    return pa.Table.from_arrays(columns, schema=form)


def _conversations(start: int, end: int) -> str:
    span = int((NOW - BEGAN - timedelta(days=200)) / timedelta(seconds=1))
    return f"""
        SELECT c, (c * {STEP} + 13) % (1::BIGINT << 48) AS key, c % 5 >= 3 AS other, c % 10 = 0 AS resumed,
            {micros(BEGAN)} + (hash(c) % {span})::BIGINT * 1000000 AS began,
            (40 + hash(c + 7) % 150)::BIGINT * 86400000000 AS pause
        FROM range({start}, {end}) t(c)"""


def _messages(messages: int) -> str:
    return f"""
        SELECT c, key, n::INTEGER AS n, unhex(left(md5(key::VARCHAR || '-' || n::VARCHAR), 24)) AS id,
            CASE WHEN n % 2 = 0 THEN 'h' ELSE 'm' END AS author, moment AS earliest,
            CASE WHEN c % 40 = 7 THEN moment + 93600000000 ELSE moment END AS latest,
            (100 + n)::BIGINT AS size
        FROM (SELECT c.*, i.n, began + i.n * 45000000::BIGINT
                + CASE WHEN resumed AND i.n * 2 >= {messages} THEN pause ELSE 0 END AS moment
              FROM c, range({messages}) i(n)) ORDER BY c, n"""


_TABLES = {
    "conversations": """
        SELECT c.key, c.c + 1 AS seq, CASE WHEN other THEN 'openai' ELSE 'anthropic' END AS provider_id,
            'conversation-' || c.c AS source_id,
            CASE WHEN c.c % 7 = 0 THEN NULL WHEN other THEN 'person-b' ELSE 'person-a' END AS account_ref,
            CASE WHEN c.c % 5 = 0 THEN 'coding' ELSE 'chat' END AS kind,
            CASE WHEN c.c % 5 = 0 THEN '/home/p/project-' || (c.c % 200) END AS project,
            NULL AS product_id, NULL AS title, CASE WHEN c.c % 3 = 0 THEN NULL ELSE false END AS incognito,
            false AS shared,
            CASE WHEN c.c % 100 = 3
                THEN [{'kind': 'thumbs_up', 'earliest': first, 'latest': first}] ELSE [] END AS feedback,
            other AS feedback_visible, human, model, human + model AS messages, first, last,
            first AS shown_first, last AS shown_last,
            CASE WHEN resumed THEN [again] ELSE [] END AS resumed,
            CASE WHEN c.c % 3 = 0 THEN NULL ELSE c.c % 4 END AS attachments,
            CASE WHEN c.c % 5 = 0 THEN 20 END AS tool_outputs, NULL AS digest
        FROM c JOIN (SELECT key, min(earliest) AS first, max(latest) AS last,
                        count(*) FILTER (author = 'h') AS human, count(*) FILTER (author = 'm') AS model,
                        arg_min(earliest, n) FILTER (n * 2 >= (SELECT max(n) + 1 FROM m)) AS again
                     FROM m GROUP BY key) USING (key) ORDER BY c.c""",
    "sendings": """
        SELECT key, (n // 2)::INTEGER AS n, earliest, latest FROM m WHERE author = 'h' ORDER BY c, n""",
    "messages": """
        SELECT key, n, id, author, earliest, latest, size FROM m ORDER BY c, n""",
    "sightings": "SELECT key, 1 AS source FROM c ORDER BY c.c",
}


if __name__ == "__main__":
    build(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
