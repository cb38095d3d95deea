"""What a report says of records: their own words, the times that bound them, and the limits."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from withhold import __version__
from withhold.evidence.bundle.contents import ARTIFACTS, PROOF, RECORD, Held, file_name
from withhold.evidence.sessions import FIELD, ROOT, TOKEN, value_of
from withhold.evidence.timestamps import NoToken, Stamp, check
from withhold.model.evidence import Record
from withhold.report.evidence.content import (
    Attachment,
    Chapter,
    EvidenceReport,
    File,
    Picture,
)
from withhold.report.evidence.texts import limits

_TITLES = {
    "control.optout": "A privacy setting was changed and read back",
    "control.check": "A privacy setting was read",
    "attestation.capture": "A capture made by the person",
    "attestation.setting": "The person's word on where a setting stood",
    "attestation.plan": "The person's word on the plan of an account",
    "attestation.acceptance": "The person's word on when terms were accepted",
    "attestation.deletion": "The person's word that a conversation was deleted",
    "attestation.feedback": "The person's word that feedback was given",
    "observation.acceptance": "When terms were accepted, as it was observed",
    "deletion.observed": "A conversation was seen being deleted",
    "watch.run": "A run of the watch: what was due, and what came of it",
    "terms.version": "A page on which the provider states its terms, as it was sent",
    "terms.change": "The words of a page of terms changed in what concerns the person's data",
    "letter.written": "A letter to the provider or an authority was drafted (not sent by the program)",
    "letter.sent": "The person's word that a letter was sent",
    "letter.extended": "The person's word that the provider claimed more time to answer",
    "letter.answered": "An answer that the person filed",
    "purge.attested": "The person's word that a conversation was deleted",
    "purge.deleted": "A conversation was deleted in the provider's page; a fresh load did not show it",
    "purge.requested": "Deletion was asked for in the provider's page; a fresh load still showed it",
    "purge.stopped": "Deleting stopped at something unexpected",
    "purge.local.begun": "Removal of local files was begun",
    "purge.local": "Local files were removed; the provider's copy is not touched by that",
    "purge.verify": "A later export was searched for conversations that were deleted",
    "account.deletion": "The person's word on a step of deleting an account",
    "local.egress-proof": "Whether a sealed local model could reach anybody was tried",
    "local.unsealed": "A local model was run without a seal, as the person asked",
}
_PERSONS_WORD = frozenset({"letter.sent", "letter.extended", "purge.attested", "account.deletion"})
"""Types beside ``attestation.*`` that hold nothing but the person's own word."""
_STAGES = (("before", "Before"), ("after", "Right after the change"), ("after_reload", "After a fresh load"))
_SHOWN = (
    (("before.png", "before.control.png"), "Before: as it was found"),
    (("after.png", "after.control.png"), "Right after the change"),
    (("after-reload.png", "after-reload.control.png"), "After a fresh load: as it was saved"),
    (("capture.png",), "The picture that the person gave"),
)
_FACTS = (
    ("provider", "Provider"),
    ("account", "Account (masked, or its id here)"),
    ("url", "Address asked for"),
    ("final_url", "Address in the end"),
    ("outcome", "Outcome"),
    ("why", "Why so"),
    ("control", "Control"),
    ("setting", "Setting"),
    ("tier", "Plan"),
    ("at", "Of what time"),
    ("begins", "From"),
    ("ends", "Until"),
    ("conversation", "Conversation"),
)


def evidence_report(held: Sequence[Held], *, title: str = "Evidence of a privacy setting") -> EvidenceReport:
    """The report on these records: the same records give the same report."""
    key = held[-1].key
    return EvidenceReport(
        title=title,
        subtitle=f"Made by withhold {__version__} from its signed evidence log",
        made_at=max([h.record.at for h in held] + [t.at for h in held for t in h.tokens]),
        tool=__version__,
        found=tuple(_found(held)),
        chapters=tuple(_chapter(one, number) for number, one in enumerate(held, 1)),
        key=(("Log", key.name), ("Key (SHA-256)", key.fingerprint), ("Verifier key", key.vkey)),
        limits=limits(),
        attachments=tuple(_attachments(held)),
    )


def _found(held: Sequence[Held]) -> Iterator[str]:
    count, each = (f"{len(held)} records", "Each") if len(held) != 1 else ("one record", "It")
    yield (
        f"This report shows {count} of an append-only, signed log. {each} is one act, one look or one"
        " statement, with what was captured at the time. It can be checked without the program that made it:"
        " the files are enclosed."
    )
    yield from (_sentence(one.record) for one in held[:6])
    if len(held) > 6:
        yield f"{len(held) - 6} more records follow below."


def _sentence(record: Record) -> str:
    title = _TITLES.get(record.type, record.type)
    outcome = record.body.get("outcome")
    last = _last_state(record.body)
    setting = record.body.get("setting")
    told = f"; in the end it stood at {last}" if last else f": {_claimed(record)}" if setting else ""
    return f"{_minute(record.at)}: {title}{f' (outcome: {_words(outcome)})' if outcome else ''}{told}."


def _claimed(record: Record) -> str:
    """What the person says of a setting, and of which time: the record's own time is when they said so."""
    body = record.body
    told = [_stated(body[end]) for end in ("at", "begins", "ends") if isinstance(body.get(end), str)]
    when = f"of {' to '.join(told)}" if told else "without a time"
    return f"{_effect(body.get('setting'))}, on their word ({when})"


def _stated(at: object) -> str:
    return f"{str(at)[:16].replace('T', ' ')} UTC"


def _last_state(body: Mapping[str, Any]) -> str | None:
    for control in _items(body.get("controls")):
        for stage, _ in reversed(_STAGES):
            reading = control.get(stage)
            if isinstance(reading, Mapping):
                return f"{_words(reading.get('state'))}, {_meant(control, reading)}"
    return None


def _chapter(held: Held, number: int) -> Chapter:
    record = held.record
    return Chapter(
        id=record.id,
        title=f"{number}. {_TITLES.get(record.type, record.type)}",
        lead=_lead(record),
        facts=(("Record", record.id), *_facts(record)),
        stages=tuple(_stages(record.body)),
        steps=tuple(str(step) for step in _texts(record.body.get("steps"))),
        pictures=tuple(_pictures(held)),
        files=tuple(
            File(a.name, a.media_type, f"{a.size:,} bytes", a.sha256, a.name not in held.left_out)
            for a in record.artifacts
        ),
        missing=record.missing,
        times=tuple(_times(held)),
    )


def _lead(record: Record) -> str:
    if record.type.startswith("attestation.") or record.type in _PERSONS_WORD:
        return (
            "The person's own word, put on record at the time below. Nothing of it was seen by the program."
        )
    if record.body.get("actor") == "person":
        return "The person acted in a browser; the program read and recorded."
    if record.type.startswith("control."):
        return (
            "The program acted in a browser on the person's behalf, loaded the page afresh and read it back."
        )
    return "This was seen by the program and put on record."


def _facts(record: Record) -> Iterator[tuple[str, str]]:
    for field, label in _FACTS:
        value = record.body.get(field)
        if isinstance(value, str) and value:
            yield label, _words(value) if field in ("outcome", "setting") else value
    software = record.body.get("software")
    if isinstance(software, Mapping):
        yield "Software", ", ".join(f"{name} {version}" for name, version in sorted(software.items()))
    pack = record.body.get("pack")
    if isinstance(pack, Mapping) and pack.get("sha256"):
        yield "Facts used (pack)", f"{pack.get('id')}, SHA-256 {pack['sha256']}"
    tls = record.body.get("tls")
    if isinstance(tls, Mapping):
        yield "Server spoken to (TLS)", _connection(tls)
    clock = record.body.get("clock")
    if isinstance(clock, Mapping) and (told := _clock(clock)):
        yield "This computer's clock", told
    if record.body.get("terms_overridden"):
        yield (
            "Automated access",
            "The provider's terms restrict it; the person told the program to act all the same.",
        )


def _connection(tls: Mapping[str, Any]) -> str:
    """Whose certificate the server showed on which connection, and how that is known."""
    days = f"{str(tls.get('valid_from'))[:10]} to {str(tls.get('valid_to'))[:10]}"
    told = (
        f"{tls.get('origin')}, {tls.get('protocol')}: certificate of {tls.get('subject')} by"
        f" {tls.get('issuer')}, valid {days}; of the connection of {tls.get('request')}"
    )
    how = tls.get("chain_held_for_it")
    accepted = "" if tls.get("accepted_by_browser") is True else "; the browser did not accept it"
    return f"{told}{f' ({how})' if how else ''}{accepted}"


def _clock(clock: Mapping[str, Any]) -> str | None:
    """How far it was from the server's, between which bounds."""
    least, most = clock.get("ahead_at_least_ms"), clock.get("ahead_ms")
    if not isinstance(most, int):
        return None
    below = f"{least / 1000:+.1f} and " if isinstance(least, int) else "at most "
    between = "between " if isinstance(least, int) else ""
    return f"{between}{below}{most / 1000:+.1f} s ahead of the server's (+: ahead, -: behind)"


def _stages(body: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for control in _items(body.get("controls")):
        for stage, said in _STAGES:
            reading = control.get(stage)
            if isinstance(reading, Mapping):
                at = str(reading.get("at"))[:19].replace("T", " ")
                label = f"{_words(reading.get('state'))} (“{reading.get('label')}”)"
                yield f"{said}, {at} UTC", label, _meant(control, reading)


def _meant(control: Mapping[str, Any], reading: Mapping[str, Any]) -> str:
    """What the state means: by the provider's words as the pack has them, or as the label alone reads."""
    effect = _effect(reading.get("setting"))
    if control.get("control") is not None:
        return f"by the provider's words {effect}"
    sure = reading.get("confidence_percent")
    return f"{effect}, as the program reads the label{f' ({sure} % sure)' if isinstance(sure, int) else ''}"


def _effect(setting: object) -> str:
    return {"private": "not used for training", "sharing": "open to training"}.get(str(setting), "not known")


def _pictures(held: Held) -> Iterator[Picture]:
    """One picture a stage: the section, or else the crop of the control."""
    found = {a.name: held.files.get(ARTIFACTS + file_name(a)) for a in held.record.artifacts}
    for names, caption in _SHOWN:
        name = next((n for n in names if _whole(found.get(n))), None)
        if name is not None:
            yield Picture(name, caption, found[name] or b"")


def _whole(data: bytes | None) -> bool:
    """Whether it begins and ends as a PNG does: a broken picture would spoil the whole report."""
    return data is not None and data.startswith(b"\x89PNG\r\n") and data.endswith(b"IEND\xaeB`\x82")


def _times(held: Held) -> Iterator[tuple[str, str]]:
    yield "By the computer's clock", f"{_second(held.record.at)} (no proof by itself)"
    if isinstance(held.record.body.get(FIELD), Mapping):
        yield "Not before", _not_before(held)
    else:
        yield "Not before", "not known: no timestamp authority was asked before"
    for token in held.tokens:
        try:
            latest = _second(_latest(check(token.answer, token.checkpoint, token.root)))
            yield "Not later than", f"{latest}, by {token.authority} ({token.url})"
        except NoToken as problem:
            yield "Not later than", f"the token of {token.authority} does not verify: {problem}"
    if not held.tokens:
        yield "Not later than", "not known: no timestamp authority has signed the log since"


def _not_before(held: Held) -> str:
    """The token from before the session, less what its authority may be wrong by."""
    begun = held.record.body[FIELD]
    name = begun.get("authority") if isinstance(begun, Mapping) else None
    answer, root = (held.files.get(ARTIFACTS + part) for part in (TOKEN, ROOT))
    if answer is None or root is None:
        return f"not checkable: the token by {name} was left out"
    try:
        stamp = check(answer, value_of(held.record) or b"", root)
    except (NoToken, ValueError) as problem:
        return f"the token by {name} does not verify: {problem}"
    return f"{_second(stamp.at - timedelta(seconds=stamp.accuracy))}, by {name}: see start.tsr"


def _latest(stamp: Stamp) -> datetime:
    return stamp.at + timedelta(seconds=stamp.accuracy)


def _attachments(held: Sequence[Held]) -> Iterator[Attachment]:
    for one in held:
        short = one.record.id[:12]
        yield Attachment(
            f"{short}-record.json", "application/json", "the record, to the byte", one.files[RECORD]
        )
        yield Attachment(f"{short}.tlog-proof", "text/plain", "its place in the signed log", one.files[PROOF])
        for token in one.tokens:
            name = f"{short}-{token.authority}.tsr"
            yield Attachment(
                name, "application/timestamp-reply", "a time-stamp over the log's head", token.answer
            )
    yield Attachment("log.pem", "application/x-pem-file", "the key that signs the log", held[-1].key.pem)


def _items(value: object) -> list[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, Sequence) else []


def _texts(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _words(value: object) -> str:
    return str(value).replace("_", " ")


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _second(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
