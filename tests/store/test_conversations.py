"""Conversations in the state: what is kept, found again and missed."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.making import NOW, chat, export, message, minute, open_store, put
from withhold.app.state.whole import State
from withhold.model.account import Account
from withhold.model.conversation import Conversation, Deletion, Feedback, Unrecognised
from withhold.model.when import ANY_TIME, When
from withhold.model.words import Author, Kind, Known
from withhold.support.errors import Undetermined, UsageProblem

FULL = Conversation(
    source_id="chat-1",
    provider_id="anthropic",
    kind=Kind.CHAT,
    messages=(
        message("m-1", 5, Author.HUMAN, 7),
        replace(message("m-2", 0, Author.MODEL, 100_000), at=ANY_TIME),
        message("m-3", 1, Author.OTHER, 0),
    ),
    account_ref="ref-1",
    project="thesis",
    incognito=False,
    feedback=(Feedback(minute(2), "thumbs_down"),),
    feedback_visible=True,
    shared=True,
    deletion=Deletion(When.at(NOW), Known.OBSERVED),
    title="kept on request",
)


def _ids(store: State, **filters: object) -> list[str]:
    return [stored.conversation.source_id for stored in store.conversations(**filters)]  # type: ignore[arg-type]


def test_a_conversation_comes_back_whole(tmp_path: Path) -> None:
    """All but the ids of messages returns as it was read: order, times, marks."""
    with open_store(tmp_path) as store:
        put(store, export("one", 0), FULL)
    with open_store(tmp_path) as store:
        (stored,) = store.conversations()
    ids = [m.id for m in stored.conversation.messages]
    anonymous = [replace(m, id=i) for m, i in zip(FULL.messages, ids, strict=True)]
    assert stored.conversation == replace(FULL, messages=tuple(anonymous))
    assert stored.sources == (1,)
    assert stored.first_seen == stored.last_seen == When.at(NOW)


@pytest.mark.parametrize("unknown", [None])
def test_unknown_stays_unknown(unknown: None, tmp_path: Path) -> None:
    """Silence of a source does not become a no."""
    with open_store(tmp_path) as store:
        put(store, export(), replace(FULL, incognito=unknown, shared=unknown, project=unknown, title=unknown))
        (stored,) = store.conversations()
    read = stored.conversation
    assert (read.incognito, read.shared, read.project, read.title) == (None, None, None, None)
    assert stored.last_seen is None


def test_ids_of_messages_leave_no_trace(tmp_path: Path) -> None:
    """The file holds fingerprints under a key of this state: equal messages differ between two states."""
    for name in ("one", "two"):
        with open_store(tmp_path / name) as store:
            put(store, export(), chat(ids=("message-uuid-0001",)))
    with open_store(tmp_path / "one") as one, open_store(tmp_path / "two") as two:
        (first,), (second,) = one.conversations(), two.conversations()
    assert first.conversation.messages[0].id != second.conversation.messages[0].id
    assert first.id != second.id
    for path in (tmp_path / "one").rglob("state.sqlite*"):
        assert b"message-uuid-0001" not in path.read_bytes()


@pytest.mark.parametrize("first", [True, False])
def test_feedback_is_visible_only_if_every_source_shows_it(first: bool, tmp_path: Path) -> None:
    """A source that would not show feedback leaves the question open, whichever is read first."""
    with open_store(tmp_path) as store:
        put(store, export("one"), replace(FULL, feedback_visible=first))
        put(store, export("two"), replace(FULL, feedback_visible=not first))
        (stored,) = store.conversations()
        assert not stored.conversation.feedback_visible


def test_conversations_are_filtered(tmp_path: Path) -> None:
    """By account (its own id counts as a name too), provider and kind; in the order of reading."""
    with open_store(tmp_path) as store:
        store.save_account(Account("acc", "anthropic", "•••", source_account_ids=("ref-1", "ref-2")))
        put(
            store,
            export(),
            chat("c1", account="ref-2"),
            chat("c2", account="acc", kind=Kind.CODING),
            chat("c3", account=None),
            replace(chat("c4", account="ref-9"), provider_id="openai"),
        )
        assert _ids(store) == ["c1", "c2", "c3", "c4"]
        assert _ids(store, account="acc") == ["c1", "c2"]
        assert _ids(store, account="acc", kind=Kind.CODING) == ["c2"]
        assert _ids(store, provider="openai") == ["c4"]


def test_a_prefix_of_an_id_is_enough(tmp_path: Path) -> None:
    """Ids are twelve hexadecimal digits, stable over imports, and found by any unique beginning."""
    with open_store(tmp_path) as store:
        put(store, export("one"), *(chat(f"c{number}") for number in range(40)))
        ids = [stored.id for stored in store.conversations()]
        put(store, export("two"), *(chat(f"c{number}") for number in reversed(range(41))))
        assert [stored.id for stored in store.conversations()][:40] == ids
        assert all(len(identity) == 12 and int(identity, 16) >= 0 for identity in ids)
        assert [store.conversation(identity[:10]).id for identity in ids] == ids
        twin = next(i[0] for i in ids if sum(j[0] == i[0] for j in ids) > 1)
        with pytest.raises(UsageProblem, match="conversations have ids"):
            store.conversation(twin)
        for nothing in ("", "zz", "%"):
            with pytest.raises(UsageProblem, match="no conversation"):
                store.conversation(nothing)


def test_the_same_chat_of_two_accounts_is_two(tmp_path: Path) -> None:
    """A chat shown by the exports of two accounts is kept apart, under two ids."""
    with open_store(tmp_path) as store:
        put(store, export("one"), chat(account="ref-1", ids=("a",)))
        put(store, export("two"), chat(account="ref-2", ids=("b",)))
        found = list(store.conversations())
    assert [s.conversation.account_ref for s in found] == ["ref-1", "ref-2"]
    assert len({s.id for s in found}) == 2


@pytest.mark.parametrize("first", ["ref-1", None])
def test_a_source_that_names_no_account_shows_the_same_chat(first: str | None, tmp_path: Path) -> None:
    """Named and unnamed are one conversation, whichever is read first, and nothing counts twice."""
    second = None if first else "ref-1"
    with open_store(tmp_path) as store:
        put(store, export("one"), chat(account=first, ids=("a", "b")))
        put(store, export("two"), chat(account=second, ids=("b", "c")))
        (stored,) = store.conversations()
    assert stored.conversation.account_ref == "ref-1"
    assert len(stored.conversation.messages) == 3


def test_the_best_known_deletion_counts(tmp_path: Path) -> None:
    """Observed outweighs said; of two equally good ones the later stands, so that no clock ends early."""
    with open_store(tmp_path) as store:
        put(store, export(), chat())
        (stored,) = store.conversations()
        assert stored.conversation.deletion is None
        said = Deletion(minute(90), Known.ATTESTED)
        seen = Deletion(minute(10), Known.OBSERVED)
        later = Deletion(minute(20), Known.OBSERVED)
        for deletion, best in ((said, said), (later, later), (seen, later), (seen, later)):
            store.add_deletion(stored.id, deletion, "record")
            assert store.conversation(stored.id).conversation.deletion == best


def test_what_was_sent_again_is_kept_with_the_conversation(tmp_path: Path) -> None:
    """A fork sends old lines again: the conversation they belong to carries the times, read first or last."""
    with open_store(tmp_path) as store:
        for _ in range(2):
            with store.importing(export()) as batch:
                batch.sent_again("anthropic", "chat-1", "fork", minute(9))
                batch.add(chat())
                batch.sent_again("anthropic", "chat-1", "fork", minute(3))
        (stored,) = store.conversations()
    assert stored.sent_again == (minute(3), minute(9))


def test_a_source_says_what_it_held(tmp_path: Path) -> None:
    """Counts, what was not recognised, warnings and the one account it names; again replaces them."""
    with open_store(tmp_path) as store:
        for rounds in (1, 2):
            with store.importing(export()) as batch:
                batch.add(FULL)
                batch.add(chat("c2"))
                batch.unrecognised(Unrecognised("conversations.json[3]", "no id"))
                batch.warn("partial")
                batch.exported_at(minute(0))
            assert (batch.new_conversations, batch.new_messages) == ((2, 5) if rounds == 1 else (0, 0))
        (source,) = store.sources()
    assert (source.counts.conversations, source.counts.human, source.counts.model) == (2, 3, 1)
    assert (source.counts.feedback, source.counts.shared) == (1, 1)
    assert source.unrecognised == (Unrecognised("conversations.json[3]", "no id"),)
    assert source.warnings == ("partial",)
    assert (source.account_ref, source.exported_at, source.imported_at) == ("ref-1", minute(0), NOW)


def _absent(store: State, source: int) -> list[str]:
    return [stored.conversation.source_id for stored in store.absent_since("acc", source)]


@pytest.fixture
def store(tmp_path: Path) -> State:
    """A store with one account, closed by the test's end."""
    store = open_store(tmp_path)
    store.save_account(Account("acc", "anthropic", "•••", source_account_ids=("ref-1",)))
    return store


def test_what_a_newer_export_lacks_is_found(store: State) -> None:
    """Only what older exports of the account show and the newer complete one does not."""
    with store:
        put(
            store,
            export("old", -2),
            chat("stays"),
            chat("goes"),
            chat("coding", kind=Kind.CODING),
            chat("other", account="ref-9"),
            chat("nobody", account=None),
        )
        newer = put(store, export("new", -1, covers=[Kind.CHAT]), chat("stays"), chat("fresh"))
        assert _absent(store, newer) == ["goes"]


def test_what_comes_back_later_is_not_missing(store: State) -> None:
    """A conversation that an even newer export shows was never gone."""
    with store:
        put(store, export("old", -3), chat("back"), chat("goes"))
        newer = put(store, export("new", -2, covers=[Kind.CHAT]), chat("x"))
        put(store, export("newest", -1), chat("back"))
        assert _absent(store, newer) == ["goes"]


def test_an_export_of_unknown_date_proves_no_absence(store: State) -> None:
    """What may be as new as the newer export is left out: it may have been started afterwards."""
    with store:
        put(store, export("undated"), chat("maybe"))
        newer = put(store, export("new", -1, covers=[Kind.CHAT]), chat("x"))
        assert _absent(store, newer) == []


@pytest.mark.parametrize(
    ("day", "covers", "ref"), [(None, [Kind.CHAT], "ref-1"), (-1, [], "ref-1"), (-1, [Kind.CHAT], "ref-9")]
)
def test_absence_from_a_source_that_cannot_tell_is_undetermined(
    day: int | None, covers: list[Kind], ref: str, store: State
) -> None:
    """An undated, incomplete or other account's export says nothing by what it lacks."""
    with store:
        put(store, export("old", -2), chat("goes"))
        newer = put(store, export("new", day, covers=covers), chat("x", account=ref))
        with pytest.raises(Undetermined):
            store.absent_since("acc", newer)
