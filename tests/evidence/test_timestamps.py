"""Time-stamps of a real authority, and authorities that fail in every way."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.evidence.making import NOON, draft, journal_of, noon
from tests.evidence.tsa import (
    DAY,
    Authoritative,
    issue,
    needs_openssl,
    revocations,
    running,
    simple,
)
from tests.sizes import TIER
from withhold.evidence import sessions, timestamps
from withhold.evidence.authorities import Authorities, authority
from withhold.evidence.bundle.check import RecordCheck, Trust
from withhold.evidence.bundle.contents import Held, gather
from withhold.evidence.bundle.script import script
from withhold.evidence.checkpoints import read_checkpoint
from withhold.evidence.claims import Result, VerifyReport
from withhold.evidence.der import in_order
from withhold.evidence.journal import Journal
from withhold.evidence.proving import Stamped
from withhold.evidence.stamping import PAUSE, stamp, stamp_when_due
from withhold.evidence.timestamps import NoToken, ask, check
from withhold.support.errors import EnvironmentProblem, UsageProblem

pytestmark = needs_openssl
BASH = shutil.which("bash")
DATA = b"the bytes that are time-stamped"


@pytest.fixture
def tsa(tmp_path: Path) -> Iterator[Authoritative]:
    """An authority with a root and an intermediate."""
    with simple(tmp_path / "first-tsa") as running_one:
        yield running_one


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Authoritative]:
    with simple(tmp_path / "second-tsa") as running_one:
        yield running_one


def results(report: VerifyReport, name: str) -> list[Result]:
    return [claim.result for record in report.records for claim in record.claims if claim.name == name]


def test_a_token_is_fetched_and_verified(tsa: Authoritative, tmp_path: Path) -> None:
    """Its time is now; ``openssl ts -verify`` agrees, and refuses it for other bytes."""
    answer, stamped = ask(tsa.named("first"), DATA)
    assert abs(stamped.at - datetime.now(UTC)) < timedelta(seconds=10)
    assert (stamped.accuracy, stamped.policy) == (1.0, "1.2.3.4.1")
    assert check(answer, DATA, tsa.root.pem) == stamped
    for name, data in (("data", DATA), ("other", DATA + b".")):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "token.tsr").write_bytes(answer)
    (tmp_path / "root.pem").write_bytes(tsa.root.pem)
    command = ["openssl", "ts", "-verify", "-in", "token.tsr", "-CAfile", "root.pem", "-data"]
    assert subprocess.run([*command, "data"], cwd=tmp_path, capture_output=True, check=False).returncode == 0
    assert subprocess.run([*command, "other"], cwd=tmp_path, capture_output=True, check=False).returncode != 0
    with pytest.raises(NoToken, match="over other bytes"):
        check(answer, DATA + b".", tsa.root.pem)


def _garbage(answer: bytes) -> bytes:
    return b"<html>" + answer[:40]


def _cut(answer: bytes) -> bytes:
    return answer[: len(answer) // 2]


def _altered(answer: bytes) -> bytes:
    """One bit of the signature, which ends the answer."""
    return answer[:-4] + bytes([answer[-4] ^ 1]) + answer[-3:]


def _huge(answer: bytes) -> bytes:
    return answer + bytes(timestamps.LIMIT)


@pytest.mark.parametrize(
    ("after", "why"),
    [
        (_garbage, "not a time-stamp"),
        (_cut, "not a time-stamp"),
        (_altered, "does not verify|not a time-stamp"),
        (_huge, "more than"),
        (lambda _: b"", "not a time-stamp"),
    ],
)
def test_answers_that_are_no_tokens_are_refused(
    after: Callable[[bytes], bytes], why: str, tsa: Authoritative
) -> None:
    """Garbage, half an answer, a changed one, one without end: each is refused in words."""
    tsa.after = after
    with pytest.raises(NoToken, match=why):
        ask(tsa.named("first"), DATA)


def test_a_token_for_another_request_is_refused(tsa: Authoritative) -> None:
    """A recorded answer over the same bytes has another nonce."""
    recorded, _ = ask(tsa.named("first"), DATA)
    tsa.after = lambda _answer: recorded
    with pytest.raises(NoToken, match="nonce differs"):
        ask(tsa.named("first"), DATA)


def test_a_token_over_another_hash_is_refused(tsa: Authoritative) -> None:
    """The nonce is right and the hash is not."""
    import hashlib

    tsa.before = lambda request: request.replace(hashlib.sha256(DATA).digest(), bytes(32))
    with pytest.raises(NoToken, match="its hash differs"):
        ask(tsa.named("first"), DATA)


def test_a_token_under_another_policy_is_refused(tsa: Authoritative) -> None:
    """Where the person named a policy, no other one counts."""
    ask(tsa.named("first", policy="1.2.3.4.1"), DATA)
    with pytest.raises(NoToken, match=r"under policy 1\.2\.3\.4\.1, not 1\.2\.3\.5"):
        ask(tsa.named("first", policy="1.2.3.5"), DATA)


def test_a_token_up_to_an_unknown_root_is_refused(tsa: Authoritative, second: Authoritative) -> None:
    """Who signed it matters: another root, even one of the same name, does not vouch for it."""
    for root in (second.root, issue("root of first-tsa")):
        with pytest.raises(NoToken, match="does not verify up to the root"):
            ask(tsa.named("first", root.pem), DATA)


def test_a_refusal_is_told(tsa: Authoritative) -> None:
    """An authority that answers with an error status has its reason passed on."""
    tsa.before = lambda _request: b"\x30\x03\x02\x01\x01"
    with pytest.raises(NoToken, match=r"refused|not a time-stamp"):
        ask(tsa.named("first"), DATA)


@pytest.mark.parametrize(
    ("status", "headers"), [(500, {}), (404, {}), (302, {"Location": "http://127.0.0.1:9/"})]
)
def test_http_errors_and_redirects_are_refused(
    status: int, headers: dict[str, str], tsa: Authoritative
) -> None:
    """Nobody is asked whom the person did not name, so a redirect is an error."""
    tsa.status, tsa.headers = status, headers
    with pytest.raises(NoToken, match=f"answered {status}"):
        ask(tsa.named("first"), DATA)


@pytest.mark.parametrize("slow", ["waits", "drips"])
def test_a_slow_authority_is_given_up(slow: str, tsa: Authoritative) -> None:
    """The limit is on the whole answer: neither silence nor one byte at a time holds anybody up."""
    tsa.wait, tsa.drip = (1.5, False) if slow == "waits" else (0.0, True)
    with pytest.raises(NoToken, match=r"within 0\.4 seconds"):
        ask(tsa.named("first"), DATA, timeout=0.4)


def test_nobody_there_is_told() -> None:
    """A port that nobody listens on."""
    root = issue("root").pem
    with pytest.raises(NoToken, match="could not be asked"):
        ask(authority("none", "http://127.0.0.1:9/", root), DATA)


def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    """A token made after its certificate had expired is worth nothing."""
    now = datetime.now(UTC)
    root = issue("root", begins=now - 9 * DAY)
    signer = issue("expired", root, ca=False, begins=now - 3 * DAY, ends=now - DAY)
    with (
        running(Authoritative(tmp_path / "tsa", root, signer)) as tsa,
        pytest.raises(NoToken, match="does not verify"),
    ):
        ask(tsa.named("expired"), DATA)


def test_a_token_outlives_its_certificate(tmp_path: Path) -> None:
    """What was good when it was made stays good: the certificates are judged as of the token's time."""
    root = issue("root")
    signer = issue("short", root, ca=False, ends=datetime.now(UTC) + timedelta(seconds=3))
    with running(Authoritative(tmp_path / "tsa", root, signer)) as tsa:
        answer, stamped = ask(tsa.named("short"), DATA)
    time.sleep(max(0.0, 3.2 - (datetime.now(UTC) - stamped.at).total_seconds()))
    assert signer.certificate.not_valid_after_utc < datetime.now(UTC)
    assert check(answer, DATA, root.pem) == stamped


def test_a_cross_signed_chain_verifies_by_either_root(tmp_path: Path) -> None:
    """The chain in the token ends in a root that another one signed: both roots are ways to trust it."""
    first, other = issue("first root"), issue("other root")
    crossed = issue("first root", other, key=first.key)
    signer = issue("crossed", first, ca=False)
    with running(Authoritative(tmp_path / "tsa", first, signer, crossed)) as tsa:
        answer, stamped = ask(tsa.named("crossed", first.pem), DATA)
    assert check(answer, DATA, other.pem) == stamped
    assert check(answer, DATA, first.pem + other.pem) == stamped
    with pytest.raises(NoToken, match="does not verify"):
        check(answer, DATA, issue("third root").pem)


def test_a_certificate_that_is_not_for_time_stamping_is_refused(tmp_path: Path) -> None:
    """A signature by the right root's other certificates is no time-stamp."""
    root = issue("root")
    plain = issue("plain", root, ca=True)
    tsa = Authoritative(tmp_path / "tsa", root, plain)
    made = subprocess.run([*tsa.reply_command, "-queryfile", "/dev/null"], capture_output=True, check=False)
    assert made.returncode != 0 or not made.stdout  # openssl itself refuses to sign with it


def test_a_revoked_certificate_is_refused(tsa: Authoritative, tmp_path: Path) -> None:
    """Where the person gave a list of what was revoked, a token by such a certificate is not accepted."""
    middle = issue("middle", tsa.root)
    signer = issue("revoked", middle, ca=False)
    with running(Authoritative(tmp_path / "tsa", tsa.root, signer, middle)) as other:
        named = other.named("revoked")
        ask(replace(named, crl=revocations(middle)), DATA)
        with pytest.raises(NoToken, match="was revoked on"):
            ask(replace(named, crl=revocations(middle, signer)), DATA)


def test_a_certificate_that_was_revoked_later_counts_no_more(tsa: Authoritative, tmp_path: Path) -> None:
    """A token whose certificate is on the person's list is told of, and shows no time any more."""
    middle = issue("middle", tsa.root)
    signer = issue("revoked", middle, ca=False)
    with running(Authoritative(tmp_path / "tsa", tsa.root, signer, middle)) as other:
        named = other.named("revoked")
        journal = Journal(tmp_path / "log", noon, authorities=(named,))
        journal.append(draft())
        stamp(journal, noon)
    for crl, word in ((revocations(middle), "verified"), (revocations(middle, signer), "not_checkable")):
        report = Journal(tmp_path / "log", noon, authorities=(replace(named, crl=crl),)).verify()
        claims = {
            c.name: c.result.value for r in report.records for c in r.claims if c.name == "token:revoked"
        }
        times = [c.result.value for c in report.records[1].claims if c.name == "time"]
        assert (claims, times, report.sound) == ({"token:revoked": word}, [word], True)


def test_certificates_are_put_in_order_and_nothing_else_moves(tsa: Authoritative) -> None:
    """Sorting keeps every byte; what is not built like an answer is left as it is."""
    answer, _ = ask(tsa.named("first"), DATA)
    ordered = in_order(answer)
    assert sorted(ordered) == sorted(answer)
    assert in_order(ordered) == ordered
    for other in (b"", b"\x30", b"\x30\x80", answer[:50], b"text" * 20):
        assert in_order(other) == other


def test_any_flip_in_an_answer_is_judged_in_words(tsa: Authoritative) -> None:
    """A changed answer is refused, or still says the same: no signature covers the set of certificates."""
    answer, stamped = ask(tsa.named("first"), DATA)
    for place in range(0, len(answer), 7 if TIER == "check" else 1):
        altered = answer[:place] + bytes([answer[place] ^ 1]) + answer[place + 1 :]
        for judge in (
            lambda data: check(data, DATA, tsa.root.pem) == stamped,
            lambda data: timestamps.embedded_chain(data) is not None,
        ):
            with suppress(NoToken):
                assert judge(altered), f"byte {place}"


def test_a_round_stamps_the_log(tsa: Authoritative, second: Authoritative, tmp_path: Path) -> None:
    """Two tokens over one checkpoint go into a record; every record before it is stamped by two."""
    named = (tsa.named("first"), second.named("second"))
    journal_of(tmp_path / "log", 3)
    journal = Journal(tmp_path / "log", noon, authorities=named)
    records = list(journal.records())
    assert {journal.status(r).word for r in records} == {Stamped.UNSTAMPED}
    assert journal.unstamped(["first", "second"]) == {"first": 4, "second": 4}
    outcome = stamp(journal, noon)
    assert (len(outcome.got), outcome.refused, outcome.size) == (2, (), 4)
    assert {journal.status(r).word for r in records} == {Stamped.STAMPED}
    assert journal.status(records[0]).authorities == ("first", "second")
    assert journal.unstamped(["first", "second"]) == {}
    report = journal.verify()
    assert report.sound
    assert results(report, "time") == [*4 * [Result.VERIFIED], Result.NOT_CHECKABLE]
    assert results(report, "token:first") == results(report, "token:second") == [Result.VERIFIED]
    tokens = journal.tokens(records[1].id)
    assert [token.authority for token in tokens] in (["first", "second"], ["second", "first"])
    for token, source in zip(sorted(tokens, key=lambda t: t.authority), (tsa, second), strict=True):
        assert check(token.answer, token.checkpoint, source.root.pem).at == token.at
        assert token.root == source.root.pem
        assert token.chain.count(b"BEGIN CERTIFICATE") == 2
        assert read_checkpoint(token.checkpoint)[0].size == token.size == 4
    proof = journal.proof(records[1].id)
    assert proof.endswith(tokens[0].checkpoint), "the proof leads to the checkpoint that was stamped"
    assert tsa.asked == second.asked == 1
    assert stamp(journal, noon).got == ()
    assert tsa.asked == 1, "nobody is asked for what is stamped already"


def test_a_later_round_covers_the_earlier_tokens(tsa: Authoritative, tmp_path: Path) -> None:
    """Tokens are records, so that newer ones renew them."""
    journal = Journal(tmp_path / "log", noon, authorities=(tsa.named("first"),))
    first = journal.append(draft(0))
    earlier = stamp(journal, noon).record
    assert earlier is not None
    journal.append(draft(1))
    later = stamp(journal, noon).record
    assert later is not None
    assert [token.record for token in journal.tokens(earlier.id)] == [later.id]
    assert [token.record for token in journal.tokens(first.id)] == [earlier.id, later.id]
    assert journal.status(first).word is Stamped.BY_ONE
    assert journal.verify().sound


def test_one_authority_that_fails_does_not_hold_up_the_other(
    tsa: Authoritative, second: Authoritative, tmp_path: Path
) -> None:
    """The record tells which one failed and why; the next round asks that one alone."""
    journal = Journal(tmp_path / "log", noon, authorities=(tsa.named("first"), second.named("second")))
    record = journal.append(draft())
    tsa.status = 503
    outcome = stamp(journal, noon)
    assert [name for name, _ in outcome.refused] == ["first"]
    assert outcome.record is not None
    assert outcome.record.missing == (("first.tsr", outcome.refused[0][1]),)
    assert journal.status(record).word is Stamped.BY_ONE
    tsa.status = 200
    assert [got.authority.name for got in stamp(journal, noon).got] == ["first"]
    assert second.asked == 1
    assert journal.status(record).word is Stamped.STAMPED
    assert journal.verify().sound


def test_offline_the_record_is_complete_and_unstamped(tsa: Authoritative, tmp_path: Path) -> None:
    """No token, no record of the attempt, nothing lost; a pause keeps the next commands quick."""
    now = [NOON]
    journal = Journal(tmp_path / "log", lambda: now[0], authorities=(tsa.named("first"),))
    record = journal.append(draft())
    tsa.status, marker = 500, tmp_path / "marker"
    outcome = stamp_when_due(journal, lambda: now[0], marker, timeout=5)
    assert outcome is not None
    assert outcome.record is None
    assert journal.verify().sound
    assert journal.status(record).word is Stamped.UNSTAMPED
    tsa.status = 200
    assert stamp_when_due(journal, lambda: now[0], marker, timeout=5) is None
    now[0] += PAUSE
    assert stamp_when_due(journal, lambda: now[0], marker, timeout=5) is not None
    assert journal.status(record).word is Stamped.BY_ONE
    assert stamp_when_due(journal, lambda: now[0], marker, timeout=5) is None
    assert tsa.asked == 2


def test_a_pause_that_lies_in_the_future_is_none(tsa: Authoritative, tmp_path: Path) -> None:
    """A clock that was ahead when the pause was noted does not keep stamping off for ever."""
    journal = Journal(tmp_path / "log", noon, authorities=(tsa.named("first"),))
    journal.append(draft())
    (tmp_path / "marker").write_text("2036-01-01T00:00:00.000000Z")
    assert stamp_when_due(journal, noon, tmp_path / "marker", timeout=5) is not None


def test_a_session_dates_its_records(tsa: Authoritative, tmp_path: Path) -> None:
    """Each record holds the random value and its token: it was not made before. A changed value fails."""
    journal = Journal(tmp_path / "log", noon, authorities=(tsa.named("first"),))
    session = sessions.begin(journal.authorities)
    journal.use_session(session)
    record = journal.append(draft())
    journal.use_session(None)
    plain = journal.append(draft(1))
    assert record.body["not_before"] == {
        "authority": "first",
        "time": str(session.at and session.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")),
        "value": session.value.hex(),
    }
    assert check(journal.artifact(record, "start.tsr"), session.value, tsa.root.pem).at == session.at
    assert "not_before" not in plain.body
    assert results(journal.verify(), "not_before") == [Result.VERIFIED]
    assert results(Journal(tmp_path / "log", noon).verify(), "not_before") == [Result.NOT_CHECKABLE]


def test_a_session_without_a_token_says_why(tsa: Authoritative, tmp_path: Path) -> None:
    """The record is made all the same, and the missing token stands in it with its reason."""
    tsa.status = 500
    journal = Journal(tmp_path, noon, authorities=(tsa.named("first"),))
    journal.use_session(sessions.begin(journal.authorities))
    record = journal.append(draft())
    name, why = record.missing[-1]
    assert name == "start.tsr"
    assert "answered 500" in why
    assert journal.verify().sound


def test_a_root_that_was_withdrawn_leaves_the_time_unchecked(tsa: Authoritative, tmp_path: Path) -> None:
    """A token beside its own root proves nothing to who does not trust that root."""
    journal = Journal(tmp_path, noon, authorities=(tsa.named("first"),))
    journal.append(draft())
    stamp(journal, noon)
    report = Journal(tmp_path, noon).verify()
    assert report.sound
    assert set(results(report, "time")) == set(results(report, "token:first")) == {Result.NOT_CHECKABLE}


def test_a_token_that_is_exchanged_fails_its_claim(tsa: Authoritative, tmp_path: Path) -> None:
    """A token over another checkpoint, logged as one over this, is found out, and dates nothing."""
    journal = Journal(tmp_path, noon, authorities=(tsa.named("first"),))
    journal.append(draft())
    real = stamp(journal, noon).record
    assert real is not None
    foreign, stamped = ask(tsa.named("first"), b"another checkpoint")
    from withhold.evidence.stamping import Got, _draft

    forged = _draft(journal.checkpoint(), [Got(tsa.named("first"), foreign, stamped)], [], NOON)
    record = journal.append_own(forged)
    report = journal.verify()
    assert [(r.id, c.name) for r, c in report.failures()] == [(record.id, "token:first")]
    assert "over other bytes" in next(report.failures())[1].why


def test_clocks_that_are_wrong_are_mentioned(tsa: Authoritative, tmp_path: Path) -> None:
    """A clock that went back, and one that is ahead of an authority: said, and nothing is lost."""
    times = [NOON, NOON, NOON - DAY]
    journal = Journal(tmp_path / "back", lambda: times.pop(0) if len(times) > 1 else times[0])
    for number in range(3):
        journal.append(draft(number))
    report = journal.verify()
    assert report.sound
    assert [note for note in report.notes if "clock went back" in note]
    ahead = Journal(tmp_path / "ahead", lambda: datetime.now(UTC) + DAY, authorities=(tsa.named("first"),))
    ahead.append(draft())
    stamp(ahead, noon)
    report = ahead.verify()
    assert report.sound
    assert [note for note in report.notes if "clock was ahead" in note]


def by_the_script(held: Held, folder: Path, roots: bytes) -> str:
    """What verify.sh prints of one record; the manifests around it do not matter here."""
    for path, data in held.files.items():
        place = folder / "bag" / "data" / held.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    (folder / "verify.sh").write_bytes(script())
    (folder / "roots.pem").write_bytes(roots)
    command = [BASH or "", "verify.sh", "--root", "roots.pem", "bag"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def test_an_authority_whose_clock_goes_back_dates_nothing_earlier(
    tsa: Authoritative, second: Authoritative, tmp_path: Path
) -> None:
    """A token that is earlier than one it covers: said, and no record counts as there by that time."""
    journal = Journal(tmp_path / "log", noon, authorities=(tsa.named("first"), second.named("second")))
    first = journal.append(draft())
    stamp(journal, noon)
    tsa.behind = DAY
    journal.append(draft(1))
    stamp(journal, noon)
    report = journal.verify()
    assert report.sound
    assert [note for note in report.notes if "authorities contradict each other: first gives" in note]
    times = [c.why for r in report.records for c in r.claims if c.name == "time" and "there by" in c.why]
    days = {f"{datetime.now(UTC):%Y-%m-%d}", f"{datetime.now(UTC) - timedelta(minutes=5):%Y-%m-%d}"}
    assert len(times) >= 4
    assert all(any(day in why for day in days) for why in times)
    until = journal.status(first.id).not_later_than
    assert until is not None
    assert until > datetime.now(UTC) - timedelta(minutes=5)


def test_an_authority_that_is_behind_the_token_before_dates_nothing(
    tsa: Authoritative, second: Authoritative, tmp_path: Path
) -> None:
    """A record cannot have been there before the value in it was seen.

    In the log the later time counts; in a bundle that holds nothing else the time is not checkable.
    """
    journal = Journal(tmp_path / "log", noon, authorities=(tsa.named("first"),))
    journal.use_session(sessions.begin((second.named("second"),)))
    record = journal.append(draft())
    journal.use_session(None)
    tsa.behind = DAY
    stamp(journal, noon)
    named = (tsa.named("first"), second.named("second"))
    report = Journal(tmp_path / "log", noon, authorities=named).verify()
    assert report.sound
    assert [note for note in report.notes if "authorities contradict each other" in note]
    held = gather(journal, record)
    checked = RecordCheck(1, record.id, held.files, Trust(roots=(tsa.root.pem, second.root.pem)))
    if BASH is not None:
        said = by_the_script(held, tmp_path, tsa.root.pem + second.root.pem)
        assert "NOT CHECKABLE" in said
        assert "a clock was wrong" in said
    (told,) = (claim for claim in checked.run().claims if claim.name == "time")
    assert told.result is Result.NOT_CHECKABLE
    assert "contradict" in told.why
    assert checked.by is None


def test_two_processes_may_stamp_at_once(tsa: Authoritative, tmp_path: Path) -> None:
    """Rounds that overlap give two records, and a log that verifies."""
    import threading

    journals = [Journal(tmp_path / "log", noon, authorities=(tsa.named("first"),)) for _ in range(2)]
    journals[0].append(draft())
    tsa.wait = 0.1
    threads = [threading.Thread(target=stamp, args=(journal, noon)) for journal in journals]
    for thread in threads:
        thread.start()
    journals[1].append(draft(1))
    for thread in threads:
        thread.join()
    assert journals[0].verify().sound


def test_authorities_are_listed_added_and_removed(tmp_path: Path) -> None:
    """The list is TOML that a person can read; roots lie beside it."""
    known = Authorities(tmp_path)
    root = issue("root").pem
    first = authority("first", "http://127.0.0.1:1/a?b=c", root, "1.2.3")
    known.add(first)
    known.add(authority("second", "https://tsa.example/", root, crl=revocations(issue("root"))))
    assert known.all()[0] == first
    assert [a.name for a in known.all()] == ["first", "second"]
    known.add(replace(first, policy=None))
    assert [a.policy for a in known.all() if a.name == "first"] == [None]
    known.remove("second")
    assert [a.name for a in known.all()] == ["first"]
    with pytest.raises(UsageProblem, match="second"):
        known.remove("second")
    (tmp_path / "authorities.toml").write_text("not toml [")
    with pytest.raises(EnvironmentProblem, match="cannot be read"):
        known.all()


@pytest.mark.parametrize(
    ("name", "url", "policy"),
    [
        ("First", "http://a/", None),
        ("a", "ftp://a/", None),
        ("a", "http://a b/", None),
        ("a", "http://a/", "x"),
    ],
)
def test_what_cannot_be_an_authority_is_refused(name: str, url: str, policy: str | None) -> None:
    """Names, addresses and policies are checked before anything is stored."""
    with pytest.raises(UsageProblem):
        authority(name, url, issue("root").pem, policy)


def test_a_root_that_is_none_is_refused() -> None:
    """Neither garbage nor a key is a root."""
    for root in (b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(UsageProblem, match="not a certificate"):
            authority("a", "http://a/", root)
