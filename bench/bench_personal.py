"""How much personal data is found, what is called so wrongly, and how fast, beside Presidio's recognisers."""

# ruff: noqa: S311 - random values for a bench

import json
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rows import Row

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.sensitive_corpus import NEGATIVES, prose
from withhold.sensitive.personal import PersonalFinder

HERE = Path(__file__).resolve().parent
PEER = HERE.parent / ".venv" / "presidio" / "bin" / "python"
INSTALL = "python -m venv .venv/presidio && .venv/presidio/bin/pip install presidio-analyzer==2.2.366"
EACH, PLAIN = 60, 600
"""How many values of each kind are planted, and lines without any."""
NUMBERS = (
    "order {} shipped",
    "took {} ns",
    "trace id {}",
    "row {} of the table",
    "at {} in the log",
    "{} bytes",
)
"""Numbers that are nobody's."""
SURE = 0.5
"""From this score on, without words beside a value, a hit of Presidio counts as certain here."""


@dataclass(frozen=True)
class Line:
    """A text, and where personal data stands in it (``None``: there is none)."""

    text: str
    start: int | None = None
    end: int = 0


Spans = Sequence[Sequence[tuple[int, int]]]


def run() -> list[Row]:
    """Share of what was planted, findings where nothing was, and speed, for the kinds that both know."""
    lines = corpus(random.Random(5))
    size = sum(len(line.text.encode()) for line in lines)
    finder = PersonalFinder(b"bench")
    finder.in_text(b"warm")
    started = time.perf_counter()
    ours = [_spans(finder, line.text) for line in lines]
    seconds = time.perf_counter() - started
    theirs = presidio([line.text for line in lines])
    mine, wrong = recall(lines, ours), false(lines, ours)
    planted = sum(line.start is not None for line in lines)
    if theirs is None:
        missing = f"Presidio is not there: {INSTALL}"
        return [
            Row("personal data: recall", mine, f"% of {planted}", missing, None),
            Row("personal data: found and not planted", wrong, "", missing, None),
        ]
    rows = []
    for name, least in (("any score", 0.0), (f"score from {SURE}", SURE)):
        hits = [[(a, b) for a, b, score in found if score > 0 and score >= least] for found in theirs[1]]
        share = recall(lines, hits)
        peer = f"Presidio, {name}: {share:.1f} %"
        rows.append(Row("personal data: recall", mine, f"% of {planted}", peer, mine / share))
        peer = f"Presidio, {name}: {false(lines, hits):.0f}"
        rows.append(Row("personal data: found and not planted", wrong, "", peer, None))
    speed, other = size / seconds / 1e6, size / theirs[0] / 1e6
    peer = f"Presidio's {other:.2f} MB/s, line by line"
    return [*rows, Row("personal data: speed", speed, "MB/s", peer, speed / other)]


def presidio(texts: list[str]) -> tuple[float, list[list[tuple[int, int, float]]]] | None:
    """Seconds, and spans with their scores; ``None`` where its environment is not there."""
    if not PEER.exists():
        return None
    command = [str(PEER), str(HERE / "presidio_child.py")]
    ran = subprocess.run(command, input=json.dumps(texts), capture_output=True, check=True, text=True)
    said = json.loads(ran.stdout)
    return said["seconds"], said["found"]


def _spans(finder: PersonalFinder, text: str) -> list[tuple[int, int]]:
    """Places in characters."""
    data = text.encode()
    return [(len(data[: f.start].decode()), len(data[: f.end].decode())) for f in finder.in_text(data)]


def recall(lines: Sequence[Line], found: Spans) -> float:
    """Per cent of the planted values of which most characters lie in a finding."""
    hit = [
        any(2 * (min(b, line.end) - max(a, line.start)) > line.end - line.start for a, b in spans)
        for line, spans in zip(lines, found, strict=True)
        if line.start is not None
    ]
    return 100 * sum(hit) / len(hit)


def false(lines: Sequence[Line], found: Spans) -> float:
    """Findings that touch nothing planted."""
    return float(
        sum(
            line.start is None or b <= line.start or a >= line.end
            for line, spans in zip(lines, found, strict=True)
            for a, b in spans
        )
    )


def corpus(draw: random.Random) -> list[Line]:
    """Values with a word beside them as people write them, among lines without any; in any order."""
    lines = [_line(*kind(draw)) for kind in KINDS for _ in range(EACH)]
    lines += [Line(f"{prose(draw, 12)} {draw.choice(NEGATIVES)(draw)[:300]}") for _ in range(PLAIN)]
    lines += [Line(draw.choice(NUMBERS).format(_digits(draw, draw.randint(8, 16)))) for _ in range(PLAIN)]
    draw.shuffle(lines)
    return lines


def _line(sentence: str, value: str) -> Line:
    start = sentence.index("{}")
    return Line(sentence.format(value), start, start + len(value))


def _digits(draw: random.Random, count: int) -> str:
    return "".join(draw.choices("0123456789", k=count))


def email(draw: random.Random) -> tuple[str, str]:
    name = draw.choice(["anna.k", "b_meier", "j.o'neill", "li.wei", "sofia+x"]).replace("'", "")
    return (
        "write to {} please",
        f"{name}{_digits(draw, 2)}@{draw.choice(['posteo.de', 'gmail.com', 'uni-ulm.de'])}",
    )


def iban(draw: random.Random) -> tuple[str, str]:
    body = draw.choice(["37040044", "10010010", "50070010"]) + _digits(draw, 10)
    value = f"DE{98 - int(body + '131400') % 97:02}{body}"
    spaced = " ".join(value[i : i + 4] for i in range(0, len(value), 4))
    return "my IBAN: {} thanks", draw.choice([value, spaced])


def card(draw: random.Random) -> tuple[str, str]:
    body = draw.choice(["4539", "5425", "4716"]) + _digits(draw, 11)
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(body))
    value = body + str(-total % 10)
    return "the card {} was charged", draw.choice(
        [value, " ".join(value[i : i + 4] for i in range(0, 16, 4))]
    )


def phone(draw: random.Random) -> tuple[str, str]:
    forms = [f"+49 30 {_digits(draw, 1)}01{_digits(draw, 4)}", f"(650) 253-0{_digits(draw, 3)}"]
    return "call me at {} tonight", draw.choice([*forms, f"+44 20 7946 0{_digits(draw, 3)}"])


def ssn(draw: random.Random) -> tuple[str, str]:
    return "her SSN is {} .", f"{draw.randint(100, 665)}-{draw.randint(10, 99)}-{draw.randint(1000, 9999)}"


def nhs(draw: random.Random) -> tuple[str, str]:
    while True:
        body = "9" + _digits(draw, 8)
        check = 11 - sum(int(d) * (10 - i) for i, d in enumerate(body)) % 11
        if check != 10:
            value = body + str(check % 11)
            return "NHS number {} on file", f"{value[:3]} {value[3:6]} {value[6:]}"


def pesel(draw: random.Random) -> tuple[str, str]:
    body = f"{draw.randint(50, 99)}{draw.randint(1, 12):02}{draw.randint(1, 28):02}{_digits(draw, 4)}"
    total = sum(int(d) * w for d, w in zip(body, (1, 3, 7, 9) * 3, strict=False))
    return "numer PESEL {} w umowie", body + str(-total % 10)


def address(draw: random.Random) -> tuple[str, str]:
    return (
        "logged in from {} at noon",
        f"81.{draw.randint(1, 254)}.{draw.randint(1, 254)}.{draw.randint(1, 254)}",
    )


def sin(draw: random.Random) -> tuple[str, str]:
    body = "1" + _digits(draw, 7)
    total = sum(sum(divmod(int(d) * (1 + i % 2), 10)) for i, d in enumerate(body))
    value = body + str(-total % 10)
    return "my SIN is {} in Canada", f"{value[:3]} {value[3:6]} {value[6:]}"


KINDS = (email, iban, card, phone, ssn, nhs, pesel, address, sin)
"""The kinds that both look for without a model of language."""
