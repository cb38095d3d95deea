"""What each place that can hold a setting says on this computer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from withhold.machine.effective import unexpanded
from withhold.machine.interface import Machine, OsLayout
from withhold.machine.places import shown
from withhold.machine.reading import rows
from withhold.machine.reading.documents import Broken, read
from withhold.machine.reading.registry import CONFLICT, UNREADABLE, Registry
from withhold.machine.reading.tree import Tree, file_at
from withhold.packs.tools import Place, ToolPack

EDITORS: Final[Mapping[str, tuple[str, ...]]] = {
    "Code": (".vscode", ".vscode-server"),
    "Code - Insiders": (".vscode-insiders", ".vscode-server-insiders"),
    "VSCodium": (".vscode-oss",),
    "Code - OSS": (".vscode-oss",),
    "Cursor": (".cursor", ".cursor-server"),
    "Windsurf": (".windsurf", ".windsurf-server"),
    "Windsurf - Next": (".windsurf-next",),
    "Kiro": (".kiro",),
    "Antigravity": (".antigravity",),
}
"""Settings folder of an editor of the VS Code family, and folders of the home that hold its extensions."""
OWN_EDITIONS: Final = ("Code", "Code - Insiders", "VSCodium", "Code - OSS")

PRODUCT: Final = "<product>"
_PRODUCT: Final = re.compile(r"[A-Za-z]+\d{4}\.\d")
"""Folder of one product and release, such as PyCharm2026.2, beside folders of another kind."""

LOST: Final = "it is a link that ends nowhere in this copy"

State = Literal["set", "absent", "broken"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One place and what it says. ``context`` names the editor or profile whose own place it is.

    ``path`` is the file that holds, or would hold, the value. ``why`` says why it is ``broken``.
    """

    place: Place
    scope: str
    state: State
    where: str
    value: Any = field(default=None, repr=False)
    context: str = ""
    why: str = ""
    path: Path | None = None


@dataclass
class Sight:
    """The computer through the eyes of one tool."""

    pack: ToolPack
    machine: Machine
    registry: Registry
    editors: tuple[str, ...] = ("Code",)
    has_program: bool = False
    cache: dict[tuple[Path, str], Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        moves = {
            folder: value
            for name, folder in self.pack.rules.moves.items()
            if (value := self.machine.environment.get(name))
        }
        if self.machine.os is OsLayout.WINDOWS:
            moves |= {old.replace("~", "%USERPROFILE%").replace("/", "\\"): new for old, new in moves.items()}
        self.tree = Tree(self.machine, moves)

    def content(self, path: Path, form: str) -> Any:
        """A file's content, parsed once. Raises :class:`Broken`."""
        if (path, form) not in self.cache:
            try:
                own, commas = of_editor(path), self.pack.rules.trailing_commas
                self.cache[path, form] = read(path, form, marked=own, commas=own or commas)
            except Broken as problem:
                self.cache[path, form] = problem
        found = self.cache[path, form]
        if isinstance(found, Broken):
            raise found
        return found

    def variable(self, name: str) -> tuple[str, str] | None:
        """A variable with its place: the environment, else the first of the tool's own files of variables.

        Only that one is loaded by the tools that have such files.
        """
        value = self.machine.environment.get(name)
        if value is not None:
            return value, "environment"
        for documented in self.pack.rules.env_files:
            path = self.tree.one(documented)
            if path is None and self.tree.lost(documented):
                raise Broken(f"{documented}: {LOST}")
            if path is None or path.is_dir():
                continue  # a folder of this name often is a Python environment
            held = self.content(path, "dotenv")
            return (held[name], shown(path, self.machine)) if name in held else None
        return None

    def readings(self, place: Place) -> tuple[Reading, ...]:
        """All that ``place`` comes to here; nothing where this system has no such place."""
        match place.kind:
            case "env":
                return (self._of_environment(place),)
            case "file":
                return tuple(self._of_files(place))
            case "registry" if self.machine.os is OsLayout.WINDOWS:
                return (self._of_registry(place),)
            case "plist-domain" if self.machine.os is OsLayout.MACOS:
                return tuple(self._of_domain(place))
            case "sqlite":
                return tuple(self._of_rows(place))
            case _:
                return ()

    def _of_environment(self, place: Place) -> Reading:
        try:
            found = self.variable(place.word)
        except Broken as problem:
            return Reading(place, "env", "broken", "a file of variables", why=str(problem))
        if found is None or found[0] == "":
            return Reading(place, "env", "absent", "environment")
        if unexpanded(found[0]):
            why = f"a shell puts something else into {place.word}"
            return Reading(place, "env", "broken", found[1], why=why)
        return Reading(place, "env", "set", found[1], found[0])

    def documented(self, place: Place) -> tuple[str, ...]:
        """The paths of a file, as documentation writes them for this system."""
        text = (place.paths or {}).get(self.machine.os.value)
        if text is None:
            return ()
        if " or " in text:
            return tuple(text.split(" or "))
        if text.endswith("prefs.js, user.js"):
            folder = text.removesuffix("prefs.js, user.js")
            return (folder + "user.js", folder + "prefs.js")
        folder, name = _split(text)
        if name == "<id>.json":
            applied = self._applied(folder)
            return () if applied is None else (f"{folder}{applied}.json",)
        return (text, *(folder + other for other in self.pack.rules.siblings.get(name, ())))

    def _applied(self, folder: str) -> str | None:
        """The one of several configurations that a file beside them says is in force."""
        path = self.tree.one(folder + "_meta.json")
        if path is None:
            return None
        try:
            found = self.content(path, "json")
        except Broken:
            return None
        name = found.get("appliedId") if isinstance(found, dict) else None
        plain = isinstance(name, str) and name != "" and all(c.isalnum() or c in "-_" for c in name)
        return name if plain else None

    def _of_files(self, place: Place) -> Iterator[Reading]:
        scope = place.scope or "user"
        for documented in self.documented(place):
            here = tuple(self._at(place, scope, documented))
            yield from here or (Reading(place, scope, "absent", documented),)

    def _at(self, place: Place, scope: str, documented: str) -> Iterator[Reading]:
        """Readings at one documented path: one for each file that it stands for."""
        for context, spelt in self._contexts(documented):
            found = [p for p in self.tree.find(spelt) if place.format != "marker-file" or file_at(p)]
            for path in found:
                yield self._of_file(place, scope, path, context or _profile(spelt, path))
            if not found and self.tree.lost(spelt):
                yield Reading(place, scope, "broken", spelt, context=context, why=LOST)
                continue
            yield from self._undecided(place, scope, spelt, found)
            wanted = None if found else self.tree.wanted(spelt)
            if wanted is not None and (context == "" or wanted.parent.is_dir()):
                where = shown(wanted, self.machine)
                yield Reading(place, scope, "absent", where, context=context, path=wanted)

    def _undecided(self, place: Place, scope: str, spelt: str, found: Sequence[Path]) -> Iterator[Reading]:
        """Products of a family that are here and lack the file that others of them have."""
        folder, mark, rest = spelt.partition(PRODUCT)
        having = {_profile(spelt, path) for path in found}
        for path in self.tree.find(folder + PRODUCT) if mark else ():
            if _PRODUCT.match(path.name) and path.name not in having:
                where = f"{shown(path, self.machine)}{rest}"
                yield Reading(place, scope, "absent", where, context=path.name)

    def _contexts(self, documented: str) -> Iterator[tuple[str, str]]:
        """Each editor of the family that has the tool, for a path of VS Code; its profiles too."""
        for sign in ("/", "\\"):
            middle = f"{sign}Code{sign}User{sign}"
            if middle not in documented:
                continue
            for editor in self.editors:
                path = documented.replace(middle, f"{sign}{editor}{sign}User{sign}")
                yield (editor, path)
                if path.endswith("settings.json"):
                    profiles = path.replace("settings.json", f"profiles{sign}*{sign}settings.json")
                    for found in self.tree.find(profiles):
                        yield (f"{editor}, profile {found.parent.name}", _literal(path, found, sign))
            return
        yield from self._own_profiles(documented)

    def _own_profiles(self, documented: str) -> Iterator[tuple[str, str]]:
        """An editor's own settings, with those of its profiles where it has any."""
        sign = "\\" if "\\" in documented else "/"
        folder, end, _ = documented.partition(f"{sign}User{sign}settings.json")
        profiles = f"{folder}{sign}User{sign}profiles{sign}*{sign}settings.json"
        found = tuple(self.tree.find(profiles)) if end else ()
        editor = folder.rpartition(sign)[2]
        yield (editor if found else "", documented)
        for path in found:
            yield (f"{editor}, profile {path.parent.name}", _literal(documented, path, sign))

    def _of_file(self, place: Place, scope: str, path: Path, context: str) -> Reading:
        where = shown(path, self.machine)
        if place.format == "marker-file":
            return Reading(place, scope, "set", where, "file exists", context, path=path)
        try:
            content = self.content(path, place.format or "json")
            state, value = self._looked_up(content, place)
        except Broken as problem:
            return Reading(place, scope, "broken", where, context=context, why=str(problem), path=path)
        return Reading(place, scope, state, where, value, context, path=path)

    def _looked_up(self, content: Any, place: Place) -> tuple[State, Any]:
        key = place.key if isinstance(place.key, tuple) else (str(place.key),)
        if not isinstance(content, dict):
            raise Broken("it holds no table of settings")
        selector = self.pack.rules.profile_key
        if selector is not None and isinstance(name := content.get(selector[0]), str):
            state, value = lookup(content, (selector[1], name, *key))
            if state == "set":
                return state, value
        if place.format == "jetbrains-consents" and key == ("eap",):
            answers = {v for k, v in content.items() if k == "eap" or k.startswith("eap.")}
            return (
                ("set", answers.pop())
                if len(answers) == 1
                else ("set", sorted(answers))
                if answers
                else ("absent", None)
            )
        state, value = lookup(content, key)
        self._same_for_languages(content, key, value, place)
        return state, value

    @staticmethod
    def _same_for_languages(
        content: Mapping[str, Any], key: tuple[str, ...], value: Any, place: Place
    ) -> None:
        """An editor's block for a language wins in its files. Raises :class:`Broken` where one differs."""
        for name, block in content.items() if place.format == "jsonc" else ():
            if str(name).startswith("[") and isinstance(block, dict) and block.get(key[-1], value) != value:
                raise Broken("for one language it says something else")

    def _of_registry(self, place: Place) -> Reading:
        hive, path, name = place.hive or "HKLM", place.path or "", place.name or ""
        where = f"{hive}\\{path.strip(chr(92))}\\{name}"
        scope = place.scope or "managed"
        if self.registry.broken:
            why = f"the export {self.registry.broken[0]} cannot be read"
            return Reading(place, scope, "broken", where, why=why)
        found = self.registry.get(hive, path, name)
        if found is None:
            return Reading(place, scope, "absent", where)
        if found[0] is CONFLICT or found[0] is UNREADABLE:
            return Reading(place, scope, "broken", where, why="its value is not understood")
        return Reading(place, scope, "set", where, found[0])

    def _of_domain(self, place: Place) -> Iterator[Reading]:
        scope, name = place.scope or "managed", f"{place.domain}.plist"
        if scope == "managed":
            user = self.machine.home.name
            paths = [f"/Library/Managed Preferences/{name}", f"/Library/Managed Preferences/{user}/{name}"]
        else:
            paths = [f"~/Library/Preferences/{name}"]
        for documented in paths:
            path = self.tree.one(documented)
            if path is None:
                lost = self.tree.lost(documented)
                state: State = "broken" if lost else "absent"
                yield Reading(place, scope, state, documented, why=LOST if lost else "")
                continue
            yield self._of_plist(place, scope, path)

    def _of_plist(self, place: Place, scope: str, path: Path) -> Reading:
        where = shown(path, self.machine)
        try:
            content = self.content(path, "plist")
            if not isinstance(content, dict):
                raise Broken("it holds no table of settings")
        except Broken as problem:
            return Reading(place, scope, "broken", where, why=str(problem))
        needs = self.pack.rules.managed_needs
        if needs is not None and content.get(needs) is not True:
            return Reading(place, scope, "absent", where)
        key = str(place.key)
        ways: list[tuple[str, ...]] = [(key,), tuple(key.split(".")), tuple(key.split("__"))]
        for way in ways:
            state, value = lookup(content, way)
            if state == "set":
                return Reading(place, scope, "set", where, value)
        return Reading(place, scope, "absent", where)

    def _of_rows(self, place: Place) -> Iterator[Reading]:
        scope = place.scope or "user"
        for documented in self.documented(place):
            for context, spelt in self._contexts(documented):
                yield self._of_row(place, scope, context, spelt)

    def _of_row(self, place: Place, scope: str, context: str, spelt: str) -> Reading:
        path = self.tree.one(spelt)
        if path is None and self.tree.lost(spelt):
            return Reading(place, scope, "broken", spelt, context=context, why=LOST)
        if path is None:
            return Reading(place, scope, "absent", spelt, context="")
        where = shown(path, self.machine)
        try:
            value = row_value(path, place)
        except Broken as problem:
            return Reading(place, scope, "broken", where, context=context, why=str(problem))
        return Reading(place, scope, "absent" if value is None else "set", where, value, context)


def row_value(path: Path, place: Place) -> Any:
    """The named row, or the named field of its JSON. Nothing else of the table is read."""
    import json

    key: str | int = place.key if isinstance(place.key, str | int) else str(place.key)
    if place.value_format == "integer" and isinstance(key, str) and key.isdecimal():
        key = int(key)
    value = rows.value(path, place.table or "", place.key_column or "", place.value_column or "", key)
    if isinstance(value, bytes):
        try:
            value = value.decode("utf-8")
        except UnicodeDecodeError:
            raise Broken("the row is not text") from None
    if place.value_format != "json" or value is None:
        return value
    try:
        found = json.loads(value)
    except (ValueError, TypeError, RecursionError):
        raise Broken("the row is not JSON") from None
    for part in place.json_path or ():
        if not isinstance(found, dict):
            raise Broken("the row is not as expected")
        found = found.get(part)
    return found


def of_editor(path: Path) -> bool:
    """Whether a file is one of the settings that an editor of the VS Code family keeps."""
    folder = path.parent
    profile = folder.parent.name == "profiles" and folder.parent.parent.name == "User"
    own = folder.name in {"User", "Machine", ".vscode"} or profile
    return path.name == "settings.json" and own


def lookup(content: Any, key: tuple[str, ...]) -> tuple[State, Any]:
    """The value under a path of keys. Raises :class:`Broken` where a key on the way holds no table."""
    for index, part in enumerate(key):
        if not isinstance(content, dict):
            raise Broken(f"{'.'.join(key[:index])} in it is no table")
        if part not in content:
            return "absent", None
        if any(
            isinstance(k, str)
            and k != part
            and k.casefold() == part.casefold()
            and content[k] != content[part]
            for k in content
        ):
            raise Broken("a key stands in it twice, in letters of other case")
        content = content[part]
    return "set", content


def _split(text: str) -> tuple[str, str]:
    at = max(text.rfind("/"), text.rfind("\\")) + 1
    return text[:at], text[at:]


def _profile(spelt: str, path: Path) -> str:
    """The name that stood for ``<profile>`` or ``<product>``: each of them is a context of its own."""
    names = re.split(r"[/\\]", spelt)
    for word in ("<profile>", PRODUCT):
        if word in names:
            return path.parts[names.index(word) - len(names)]
    return ""


def _literal(path: str, found: Path, sign: str) -> str:
    return path.replace("settings.json", f"profiles{sign}{found.parent.name}{sign}settings.json")
