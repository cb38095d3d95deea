"""Personal data: published examples fit their check digits, look-alikes are set aside."""

import random
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.sensitive_corpus import NEGATIVES, prose
from withhold.sensitive.engines import ENGINES
from withhold.sensitive.finder import Finder
from withhold.sensitive.personal import PersonalFinder, finder
from withhold.sensitive.personal.checks import CERTAIN, CHECKS, tables
from withhold.sensitive.personal.rules import all_rules, kinds, rows
from withhold.sensitive.together import Together

KEY = b"a key of the test"
PUBLISHED = {
    "aadhaar": ["234123412346"], "ar-cuit": ["20123456786"], "at-svnr": ["1237010180"],
    "au-abn": ["51824753556"], "au-medicare": ["2123456701"], "au-tfn": ["123456782"],
    "baltic": ["37605030299", "33309240064"], "be-national": ["85073003328"], "bg-egn": ["7523169263"],
    "bitcoin": ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"],
    "br-cnpj": ["11222333000181"], "br-cpf": ["52998224725"], "ca-sin": ["130692544"],
    "card": ["4012888888881881", "5555555555554444", "378282246310005"], "ch-ahv": ["7569217076985"],
    "cl-rut": ["123456785"], "cn-id": ["11010519491231002X"], "cz-birth": ["7103192745"],
    "de-pension": ["15070649C103", "65180539W001"], "de-tax": ["86095742719", "47036892816"],
    "es-nif": ["12345678Z", "X1234567L"], "fi-hetu": ["131052-308T"], "fr-nir": ["255081416802538"],
    "gr-amka": ["01013099997"], "hk-id": ["A1234563", "C6686689"], "hr-oib": ["33392005961"],
    "iban": ["DE89370400440532013000", "GB82WEST12345698765432", "NO9386011117947"],
    "ie-pps": ["1234567T", "1234567FA"], "il-id": ["123456782"], "it-fiscal": ["RSSMRA85T10A562S"],
    "jp-number": ["123456789018"], "mx-curp": ["HEGG560427MVZRRL04"], "nl-bsn": ["111222333"],
    "no-fnr": ["15076500565"], "pl-pesel": ["44051401458"], "pt-nif": ["123456789"],
    "ro-cnp": ["1800101221144"], "se-personal": ["8112289874"], "sg-nric": ["S1234567D"],
    "tr-id": ["10000000146"], "tw-id": ["A123456789"], "uk-nhs": ["9434765919"],
    "us-dea": ["AP5836727"], "us-npi": ["1234567893"], "us-routing": ["021000021"],
    "za-id": ["8001015009087"],
}  # fmt: skip
TEXTS = {
    "anna.schmidt@posteo.de": ("email-address", "mail {} now"),
    "+49 30 901820": ("phone-number", "call {}."),
    "030 / 901820-12": ("phone-number", '"tel: {}"'),
    "(650) 253-0000": ("phone-number", "or {}, please"),
    "DE02 1203 0000 0000 2020 51": ("iban", "IBAN {}\n"),
    "4539 1488 0343 6467": ("payment-card", "card {}."),
    "536-90-4399": ("social-security-number", "it is {}"),
    "943 476 5919": ("health-number", "NHS number: {}"),
    "44051401458": ("national-id", "PESEL: {}"),
    "131052-308T": ("national-id", "hetu {}"),
    "1984-03-12": ("date-of-birth", "DOB: {}"),
    "12 March 1984": ("date-of-birth", "I was born on {} in Hull"),
    "C01X00T47": ("passport-number", "Passport No: {}"),
    "depression": ("health-term", "my {} got worse"),
    "F32.1": ("health-term", "diagnosis: {}"),
    "1600 Amphitheatre Parkway, Mountain View, CA 94043": ("postal-address", "to {} today"),
    "Königsallee 12, 40212 Düsseldorf": ("postal-address", "Anschrift: {}"),
    "10 Downing Street, London SW1A 2AA": ("postal-address", "at {}."),
    "12 rue de la Paix, 75002 Paris": ("postal-address", "{}"),
    "1HB5XMLmzFVj8ALj6mfBsbifRoD4miY36v": ("bitcoin-address", "pay to {}"),
    "81.2.69.142": ("public-ip-address", "from {} at noon"),
}
NONE = (
    "git@github.com:a/b.git", "icon@2x.png", "you@example.com", "react@18.2.0", "@app.route('/x')",
    "10.0.0.1 and 192.168.1.4 and version 1.2.3.4", "4242 4242 4242 4242", "4539 1488 0343 6468",
    "DE02 1203 0000 0000 2020 52", "000-12-3456", "1700000000000", "2024-01-02 03:04:05",
    "diabetes is an illness",
    "order 44051401458", "DE89 3704 0044 0532 0130 00", "see RFC 5322", "using 130692544", "+1 234",
    "123e4567-e89b-12d3-a456-426614174000", "sha 1234567890123456789012345678901234567890",
)  # fmt: skip


def test_the_pack_names_its_sources() -> None:
    """Every rule says where its form comes from, and names a check that there is."""
    assert all(len(row.source) > 2 and row.check in CHECKS for row in rows())
    assert len({row.region for row in rows()}) > 25
    assert len(kinds()) > 20


@pytest.mark.parametrize("check", PUBLISHED)
def test_published_examples_fit_their_check_digit(check: str) -> None:
    """What agencies print as an example passes; with one digit changed it does not."""
    for value in PUBLISHED[check]:
        assert CHECKS[check](value)
        if check in CERTAIN - {"au-medicare"}:  # its last digit is no check digit
            last = max(i for i, c in enumerate(value) if c.isdecimal())
            changed = value[:last] + str((int(value[last]) + 1) % 10) + value[last + 1 :]
            assert not CHECKS[check](changed), changed


@pytest.mark.parametrize("value", TEXTS)
def test_each_kind_is_found_at_its_place(value: str) -> None:
    """A value is found as it stands, and inside a JSON string, and its place is the value's own."""
    kind, form = TEXTS[value]
    text = form.format(value).encode()
    found = finder(KEY).in_text(text)
    assert [f.kind for f in found] == [kind]
    assert value.encode() in text[found[0].start : found[0].end] or kind == "postal-address"
    inside = b'{"text":"line\\n' + text.replace(b"\n", b"\\n").replace(b'"', b'\\"') + b'"}'
    assert kind in {f.kind for f in finder(KEY).in_text(inside)}


@pytest.mark.parametrize("text", NONE)
def test_look_alikes_are_no_findings(text: str) -> None:
    """Examples of documents, private addresses, wrong check digits and numbers that nothing names."""
    assert [f.kind for f in finder(KEY).in_text(text.encode())] == []


def test_what_is_no_personal_data_in_bulk() -> None:
    """Hashes, images, lock files and code hold none."""
    rng = random.Random(4)
    for make in NEGATIVES:
        assert [f.kind for _ in range(20) for f in finder(KEY).in_text(make(rng).encode())] == []


def test_engines_say_the_same() -> None:
    """Every engine that is installed finds the same at the same places."""
    text = "\n".join(form.format(value) for value, (_, form) in TEXTS.items()).encode()
    said = []
    for make in ENGINES:
        try:
            said.append(PersonalFinder(KEY, make(all_rules())).in_text(text))
        except ImportError:
            continue
    assert all(one == said[0] for one in said)
    assert len(said[0]) >= len(TEXTS)


def test_chunks_hide_nothing() -> None:
    """What lies across two chunks is found once, at its place, also beside a finder of secrets."""
    value, edge = b"DE02120300000000202051", 1 << 20
    for shift in (-22, -10, -1, 0, 3):
        before = (prose(random.Random(6), 200_000)[: edge + shift - 1] + " ").encode()
        text = before + value + b" " + b"and so on. " * 4_000
        for searching in (finder(KEY), Together(Finder(KEY), finder(KEY))):
            found = list(searching.in_stream(BytesIO(text).read))
            assert [(f.kind, f.start, f.end) for f in found] == [("iban", len(before), len(before) + 22)]


def test_a_secret_is_no_mail_address() -> None:
    """The password in a login and its host are one finding, not a mail address."""
    text = b"postgresql://app:x9Kd82mQpL1z@db.acme-corp.io:5432/main"
    assert [f.kind for f in Together(Finder(KEY), finder(KEY)).in_text(text)] == ["postgres-password"]


def test_the_extra_judges_by_numbering_plans() -> None:
    """Where ``phonenumbers`` is installed a number that no plan has is set aside."""
    pytest.importorskip("phonenumbers")
    assert finder(KEY).in_text(b"call +49 30 901820 now")
    assert not finder(KEY).in_text(b"call +1 111 222 3456 now")


@given(st.binary(max_size=400))
def test_any_bytes_are_searched(data: bytes) -> None:
    """No input makes the finder fail, and places lie within the text."""
    for found in finder(KEY).in_text(b"SSN 536-90-4399 " + data):
        assert 0 <= found.start < found.end <= len(data) + 16


@given(st.text("0123456789ABCXYZ-", max_size=20))
def test_checks_take_any_text_that_rules_pass(value: str) -> None:
    """A check answers or says that the value is none of its own; nothing else comes out."""
    for check in CHECKS.values():
        try:
            assert check(value) in {True, False}
        except (ValueError, IndexError, KeyError):
            continue


def test_the_tables_are_sound() -> None:
    """Lengths of IBANs lie in the norm's bounds."""
    assert all(15 <= size <= 34 for size in tables().iban_lengths.values())
