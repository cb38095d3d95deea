"""A person who answers from a list, and files such as they bring."""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from tests.evidence.web.making import png


class Scripted:
    """Gives its answers in order, then is gone. An exception among them is raised."""

    def __init__(self, answers: Iterable[str | type[BaseException]]) -> None:
        self._answers = list(answers)
        self.heard: list[str] = []
        self.asked: list[str] = []

    def tell(self, text: str) -> None:
        self.heard.append(text)

    def ask(self, question: str) -> str | None:
        self.asked.append(question)
        if not self._answers:
            return None
        answer = self._answers.pop(0)
        if isinstance(answer, type):
            raise answer
        return answer

    @property
    def left(self) -> int:
        return len(self._answers)


def picture(folder: Path, at: datetime, name: str = "seen it.png") -> Path:
    """A screenshot whose file is of ``at``."""
    path = folder / name
    path.write_bytes(png(640, 480))
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def page(folder: Path, url: str, label: str, *, on: bool, saved: str, twice: bool = False) -> Path:
    """A page as SingleFile keeps it, with one switch (or two alike)."""
    switch = f"<label for=t>{label}</label><button id=t role=switch aria-checked={str(on).lower()}></button>"
    path = folder / "page.html"
    path.write_text(
        f"<!DOCTYPE html> <html><!--\n Page saved with SingleFile\n url: {url}\n saved date: {saved}\n-->"
        f"<head><title>Settings</title></head><body>{switch * (1 + twice)}</body></html>"
    )
    return path
