"""How many names the model of ``names = true`` finds, by language, what it takes for one, and how fast."""

import re
import time
from pathlib import Path

from rows import Row
from withhold.app.gateway.names_worker import BOOT
from withhold.sensitive.names.files import model_files
from withhold.sensitive.names.reader import NamesReader, worker_program

ROOT = Path(__file__).resolve().parent.parent
PEER = "two words with capitals"
_TWO_WORDS = re.compile(r"\b[^\W\d_a-z][\w'’-]+ [^\W\d_a-z][\w'’-]+")

PEOPLE = {
    "English": ["Emily Carter", "Daniel Osborne", "Grace Whitfield", "Thomas O'Neill", "Margaret Hughes"],
    "German": ["Jürgen Müller", "Sabine Schäfer", "Annegret Weiß", "Uwe Köhler", "Heike Brandstätter"],
    "French": ["Chloé Lefèvre", "Guillaume Dubois", "Amélie Rousseau", "Étienne Marchand", "Océane Girard"],
    "Spanish": ["María Fernández", "José Luis Ortega", "Lucía Romero", "Iñaki Etxeberria", "Pilar Núñez"],
    "Polish": ["Anna Kowalska", "Zbigniew Wójcik", "Małgorzata Dąbrowska", "Łukasz Nowak", "Ewa Zając"],
    "Turkish": ["Ayşe Yılmaz", "Mehmet Öztürk", "Gülşen Şahin", "Emre Doğan", "Çağla Aydın"],
    "Arabic in Latin letters": ["Fatima Zahra Benali", "Khalid Al-Mansouri", "Noor Haddad", "Omar Suleiman"],
    "Indian in Latin letters": ["Priya Raghunathan", "Arjun Mehta", "Lakshmi Iyer", "Harpreet Singh Gill"],
    "Nigerian": ["Chukwuemeka Okonkwo", "Ngozi Adeyemi", "Oluwaseun Balogun", "Ifeoma Eze"],
    "Vietnamese": ["Nguyễn Thị Hoa", "Trần Văn Minh", "Phạm Quỳnh Anh", "Lê Đức Thắng"],
    "Chinese": ["王小明", "李娜", "张伟", "陈美玲"],
    "Japanese": ["佐藤健", "鈴木花子", "田中一郎", "高橋美咲"],
}
"""Made up for the bench: usual given names and surnames put together."""
SENTENCES = {
    "German": ["Ich heiße {} und brauche Hilfe bei einem Brief.", "Die Akte von {} liegt noch beim Amt."],
    "French": ["Je m'appelle {} et je cherche un logement.", "Le dossier de {} est encore à la mairie."],
    "Spanish": ["Me llamo {} y necesito ayuda con una carta.", "El expediente de {} sigue en la oficina."],
    "Chinese": ["我叫{}，请帮我写一封信。", "{}昨天没有来上班。"],
    "Japanese": ["私は{}です。手紙を書くのを手伝ってください。", "{}さんは昨日来ませんでした。"],
}
ENGLISH = [
    "My name is {} and I need help with a letter.",
    "{} was seen again on Monday because of the cough.",
    "Can you rewrite the mail that {} sent me about the flat?",
    "meeting with {} tomorrow, 9am, about the contract",
]


def run() -> list[Row]:
    """Recall by language in English sentences and in the language's own; wrong findings; speed."""
    files = model_files()
    if files is None:
        return [Row("names: not measured", 0.0, "", "withhold[pii-model] is not installed", None)]
    reader = NamesReader(files, worker_program(BOOT, files, threads=1))
    try:
        reader.start()
        return [*_recall(reader), *_wrong(reader), _speed(reader)]
    finally:
        reader.close()


def _recall(reader: NamesReader) -> list[Row]:
    rows = []
    for language, people in PEOPLE.items():
        for where, sentences in (("English", ENGLISH), ("its own", SENTENCES.get(language, []))):
            texts = [(sentence.format(name), name) for sentence in sentences for name in people]
            if not texts:
                continue
            share = 100 * sum(_covered(text, name, _ours(reader, text)) for text, name in texts) / len(texts)
            peer = 100 * sum(_covered(text, name, _theirs(text)) for text, name in texts) / len(texts)
            ratio = share / peer if peer else None
            rows.append(
                Row(
                    f"names: whole, {language}, sentences {where}",
                    share,
                    f"% of {len(texts)}",
                    f"{PEER} {peer:.0f} %",
                    ratio,
                )
            )
    return rows


def _ours(reader: NamesReader, text: str) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in reader.spans(text)]


def _theirs(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _TWO_WORDS.finditer(text)]


def _covered(text: str, name: str, found: list[tuple[int, int]]) -> bool:
    """Whether nothing of the name stays: the end of ``O'Neill`` is as telling as the whole."""
    at = text.index(name)
    places = {place for start, end in found for place in range(start, end)}
    return all(at + n in places or not sign.isalpha() for n, sign in enumerate(name))


def _wrong(reader: NamesReader) -> list[Row]:
    """Findings in texts that name nobody: this program's own documents and code."""
    rows = []
    for what, paths in (
        ("prose (our how-tos)", sorted((ROOT / "docs" / "how-to").glob("*.md"))),
        ("code (our rules)", sorted((ROOT / "src" / "withhold" / "policy").glob("*.py"))),
    ):
        text = "\n\n".join(path.read_text(encoding="utf-8") for path in paths)[:60_000]
        words = len(text.split())
        ours = 1000 * len(reader.spans(text)) / words
        theirs = 1000 * len(_theirs(text)) / words
        ratio = ours / theirs if theirs else None
        rows.append(
            Row(f"names: found where none is, {what}", ours, "per 1,000 words", f"{PEER} {theirs:.1f}", ratio)
        )
    return rows


def _speed(reader: NamesReader) -> Row:
    text = "".join(
        f"On day {n} the group talked about point {n}, and nobody wrote it down. " for n in range(1500)
    )
    began = time.perf_counter()
    reader.look([text], until=time.monotonic() + 600)
    speed = len(text.encode()) / (time.perf_counter() - began) / 1000
    return Row("names: read for the first time, one thread", speed, "KB/s", "nothing to compare with", None)
