"""What a settings page of the tests is made of, and which outcomes are right for it.

The words are those of the shared samples' manifest: ``controls`` decide about training, ``decoys`` must
keep their state, ``expected`` says what may be reported and what must be stored in the end.
"""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

HERE = Path(__file__).parent
LIBRARIES = HERE / "libraries" / "dist"
LATER = 2.0
"""Seconds after which a server that changes its mind has done so."""
PRIVATE = frozenset({"changed", "already_private"})
"""Outcomes that claim privacy."""

Server = Literal[
    "keeps", "refuses", "drops", "drops-ok-false", "drops-204", "echoes", "flips-back", "slow", "forbids"
]
Client = Literal[
    "reverts", "optimistic", "hides-errors", "reads-ok", "local", "remembers", "forgets", "inverted"
]
Wording = Literal["train", "private", "double", "clash"]
Kind = Literal["settings", "classic", "sign-in", "sign-up", "terms", "absent"]


@dataclass(frozen=True, slots=True)
class Row:
    """One setting of a page. ``states`` in the order: as the account holds it, as is private."""

    key: str
    label: str
    description: str | None
    initial: str
    private_when: str | None = None
    polarity: str = "on_trains"

    @property
    def matters(self) -> bool:
        return self.private_when is not None

    def told(self) -> dict[str, Any]:
        """This row as the manifest tells it."""
        told: dict[str, Any] = {"key": self.key, "label": self.label, "initial": self.initial}
        if self.matters:
            told |= {"polarity": self.polarity, "private_when": self.private_when}
        return told


@dataclass(frozen=True, slots=True)
class Page:
    """Parameters of one page; everything that is not said is the plain case."""

    library: str
    lang: str = "en"
    wording: Wording = "train"
    variant: int = 0
    kind: Kind = "settings"
    private: bool = False
    """Whether the account is private from the start."""
    voice: Literal["", "sharing", "private"] = ""
    """A second control of the same kind, and how it stands."""
    alike: bool = False
    server: Server = "keeps"
    client: Client = "reverts"
    wire: Literal["patch", "put", "words", "numbers", "form", "graphql"] = "patch"
    question: str = "none"
    place: str = "plain"
    frame: Literal["", "same", "port", "site"] = ""
    curtain: str = ""
    save_button: Literal["", "far", "sticky", "always", "near"] = ""
    loading: Literal["defaults", "skeleton"] = "skeleton"
    busy: bool = False
    stale: bool = False
    """Whether the page shows the opposite until its settings have come."""
    hydrate_after: int = 0
    """Milliseconds until the page asks for its settings at all."""
    state_delay: float = 0.0
    """Seconds that the server takes to tell the settings."""
    debounce: int = 0
    spinner: bool = False
    revert: int = 0
    locked: Literal["", "disabled", "aria"] = ""
    virtual: int = 0
    mark: bool = False
    mark_lies: bool = False
    device: bool = False
    danger: bool = False
    only: str = ""
    """Told apart where two pages have the same parameters but for the words."""

    @property
    def id(self) -> str:
        told = [self.kind if self.kind != "settings" else "", self.library, self.lang, *self.traps]
        return "-".join(part.replace(":", "-") for part in told if part)

    @property
    def traps(self) -> tuple[str, ...]:
        """What differs from the plain case, in words."""
        plain = Page(self.library)
        told = []
        for name in self.__dataclass_fields__:
            given = getattr(self, name)
            if name in {"library", "lang", "kind"} or given == getattr(plain, name):
                continue
            told.append(name if given is True else f"{name}={given}" if name != "only" else given)
        return tuple(told)

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(_rows(self))

    @property
    def expected(self) -> dict[str, Any]:
        """The manifest's ``expected``: the best outcome, those that are right, and what must be stored."""
        outcome, also = _outcomes(self)
        held = {r.key: r.initial for r in self.rows}
        wanted = {r.key: r.private_when for r in self.rows if outcome == "changed" and r.private_when}
        idle = outcome in {"already_private", "blocked", "no_control"} and not also
        return {
            "outcome": outcome,
            "accept_outcomes": [outcome, *also],
            "truth": held | wanted,
            "max_writes": 0 if idle else None,
            "persists": outcome == "changed",
        }

    def manifest(self) -> dict[str, Any]:
        """This page as the shared samples' manifest would tell it."""
        return {
            "id": self.id,
            "task": "set_private",
            "lang": self.lang,
            "library": self.library,
            "controls": [r.told() for r in self.rows if r.matters],
            "decoys": [r.told() for r in self.rows if not r.matters],
            "expected": self.expected,
            "traps": list(self.traps),
        }

    def told(self) -> dict[str, Any]:
        """What the page's own script is told."""
        words = words_of(self.lang)
        flat = {name: said for name, said in words.items() if isinstance(said, str)}
        return {
            **{name: getattr(self, name) for name in self.__dataclass_fields__},
            "words": {**flat, "tab": words["tab"], "train1": words["train"][0][1]},
            "rows": [self._row(r) for r in self.rows],
        }

    def _row(self, row: Row) -> dict[str, Any]:
        flipped = {"on": "off", "off": "on"}.get(row.initial, row.initial)
        return {
            "key": row.key,
            "label": row.label,
            "description": row.description,
            "initial": row.initial,
            "stale": flipped if self.stale and row.matters else None,
            "matters": row.matters,
            "locked": self.locked if row.matters else "",
            "second": words_of(self.lang)["voice"][0],
        }


@cache
def words_of(lang: str) -> dict[str, Any]:
    return tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))[lang]


_KEYS = ("training_allowed", "s1", "modelTraining", "data_sharing", "p-42")
_KEYS_OF_REFUSALS = ("training_opt_out", "s1", "excludeFromTraining", "no_training", "p-42")


def _rows(page: Page) -> list[Row]:
    words = words_of(page.lang)
    decoys = [
        Row(f"d{i}", label, None, "on" if i % 2 == 0 else "off") for i, label in enumerate(words["decoys"])
    ]
    if page.kind == "absent":
        return decoys
    if page.alike:
        decoys.insert(1, Row("personal", *words["alike"], initial="on"))
    matter = [_main(page)]
    if page.voice:
        held = "on" if page.voice == "sharing" else "off"
        matter.append(Row("voice", *words["voice"], initial=held, private_when="off"))
    return [decoys[0], *matter, *decoys[1:]]


def _main(page: Page) -> Row:
    words = words_of(page.lang)
    keys = _KEYS_OF_REFUSALS if page.wording == "private" else _KEYS
    key = keys[(len(page.library) + page.variant) % len(keys)]
    if page.library == "three-state":
        label, told = words["train"][page.variant]
        return Row(key, label, told, "on/off", "off/off")
    on_private = page.wording == "private"
    said = {"double": "double", "private": "private"}.get(page.wording, "train")
    label, told = words[said] if said == "double" else words[said][page.variant]
    if page.wording == "clash":
        told = words["clash"]
    private_when = "on" if on_private else "off"
    sharing = "off" if on_private else "on"
    return Row(
        key,
        label,
        told,
        private_when if page.private else sharing,
        private_when,
        "on_private" if on_private else "on_trains",
    )


_HUMAN = ("needs_human",)


def _outcomes(page: Page) -> tuple[str, tuple[str, ...]]:
    """The best outcome and the others that are right to report."""
    if page.kind in {"sign-in", "absent"}:
        return ("needs_human", ("no_control",)) if page.kind == "sign-in" else ("no_control", _HUMAN)
    if (
        page.kind in {"sign-up", "terms"}
        or page.wording == "clash"
        or page.question in {"password", "deletes"}
    ):
        return "needs_human", ()
    if page.locked:
        return ("already_private", ("blocked", "needs_human")) if page.private else ("blocked", _HUMAN)
    if page.client == "local" or page.device or page.client == "inverted":
        return "needs_human", ("not_persisted",)
    if page.server in {"refuses", "drops", "drops-ok-false", "drops-204", "echoes", "flips-back", "forbids"}:
        return "not_persisted", _HUMAN
    if page.client == "forgets":
        return "not_persisted", _HUMAN
    if page.mark_lies:
        return "needs_human", ("changed",)
    if all(row.initial == row.private_when for row in page.rows if row.matters):
        return "already_private", _HUMAN if _hard(page) else ()
    if page.question == "keep_yes":
        return "needs_human", ("changed", "not_persisted")
    return "changed", _HUMAN if _hard(page) else ()


def _hard(page: Page) -> bool:
    """Whether a careful tool may hand such a page over."""
    slow = page.hydrate_after >= 1000 or page.state_delay >= 2
    hidden = (
        page.virtual or page.curtain or page.place not in {"plain", "below", "open_dialog", "nested_scroll"}
    )
    odd = page.library in {"three-state", "bare-div", "verb-button"} or page.wording == "double"
    return bool(slow or hidden or odd or page.question in {"yes_no", "native"})


@dataclass
class Account:
    """What the server holds of one run: the state, and everything that was asked of it."""

    page: Page
    state: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    writes: list[dict[str, Any]] = field(default_factory=list)
    destructive: list[str] = field(default_factory=list)
    """Requests that nobody may cause: deleting, accepting for the person, typing a password."""

    def __post_init__(self) -> None:
        self.state = {row.key: row.initial for row in self.page.rows}
