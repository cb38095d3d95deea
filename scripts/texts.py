"""The English texts for people that rooms hold unmarked: sentences, and templates of f-strings.

Every such text outside of ``LEFT_OUT`` has to be in each catalogue. A template names its places after
what fills them in (``{path}``); a choice within a text gives one template for each of its outcomes.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from itertools import chain, product
from pathlib import Path
from typing import Any

import yaml

LEFT_OUT: tuple[str, ...] = (
    # what others read for years, in the language of its claims: reports, VERIFY.md, the page of the demo
    "app/demo/page.py",
    "app/demo/person.py",
    "app/evidence/reporting.py",
    "evidence/bundle/guide.py",
    "evidence/bundle/steps.py",
    "report/evidence",
    # the provider that tests and the demo play on
    "lab",
    # what programs read: SQL, scripts for pages, file formats, words of dates, folders
    "app/local/picking.py",
    "app/packs/origins.py",
    "controls/finder/survey.py",
    "controls/lens.py",
    "controls/spotter/look.py",
    "evidence/web/mhtml.py",
    "evidence/web/warc.py",
    "index/bulk/base.py",
    "index/bulk/cutting.py",
    "index/bulk/grid.py",
    "index/schema.py",
    "index/snapshot.py",
    "local/seal/seatbelt.py",
    "machine/copies.py",
    "machine/edit/interface.py",
    "machine/interface.py",
    "machine/places.py",
    "machine/reading/tree.py",
    "model",
    "packs/convert.py",
    "report/spreadsheet.py",
    "sources/codex_lines.py",
    "sources/gemini_months.py",
    "sources/workers.py",
    "terms/sentences.py",
)
"""Files and folders of ``src/withhold`` in which nothing is for people, or is to stay English. In all others
every text for people has a translation.
"""

NOTED = ("training_rules", "retention_rules", "exceptions", "controls", "other_routes", "data_rights")
SAID = ("note", "confirm_step", "what_it_does", "how", "format")

CLICKS = (
    "Usage",
    "Options",
    "Commands",
    "Example:",
    "Show this message and exit.",
    "Show the version and exit.",
    "No such command {name}.",
    "No such option: {name}",
    "Option {name} requires an argument.",
    "Option {name} does not take a value.",
    "Missing argument {name}.",
    "Missing option {name}.",
    "Invalid value for {name}: {problem}",
    "Got unexpected extra argument ({value})",
    "Got unexpected extra arguments ({value})",
)
"""What click itself says in a help text and of a call that it does not understand."""

SPEAKING = frozenset({"Text", "print", "grid", "spoken", "_line", "_aside", "step", "tell", "add_column"})
"""Calls whose arguments people read even where they are one word."""

LOOK = frozenset({"style", "justify", "overflow", "header_style"})
LOOKS = frozenset({"compile", "execute", "executemany", "TypeVar", "_", "ngettext"})
"""Arguments and calls that hold no text for people, or one that is marked."""

PATH = re.compile(r"([~/]|(Library|AppData)/|[\w ]+\.app/)")
COLUMNS = re.compile(r"[a-z_0-9]+(, [a-z_0-9]+){3,}")
STYLE = re.compile(r"(bold|dim|red|green|yellow|underline| )+")
MOST_FORMS = 12
COMMAND = re.compile(r"(Example:|withhold|BEGIN|SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|DROP|ALTER|WITH) ")
CODE = re.compile(
    r"<[!?a-z]|\(?[bmr]\.\w|CASE WHEN|CAST\(|-----BEGIN|-//|\(\?|\(\) =>|\w+ => |function ?\(|import \w+[ ,;]"
    r"|\[Unit\]|\[screen|\[A-Z|svg \{|default-src |camera=|(Content-Length|Connection|Host|Payload-Oxum): "
    r"|services:\n|set -gx|input\[|attachment; |hive_|(root|crl) = |# What may go where"
    r"|\{(name|agent)\}(\n|/)|withhold/\{"
)
"""How markup, scripts, queries, patterns, headers and configuration begin."""
WORDS = re.compile(r"[A-Za-z]{2,}")
HOLE = re.compile(r"\{[a-z][a-z0-9_]*\}")

DocHolder = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def files(source: Path) -> list[Path]:
    """Every file but those of :data:`LEFT_OUT`."""
    out = [source / name for name in LEFT_OUT]
    return [
        path
        for path in sorted(source.rglob("*.py"))
        if not any(path == one or one in path.parents for one in out)
    ]


def notes(source: Path) -> list[str]:
    """What the packs of providers say in our words: remarks, other routes, ways to export and to delete."""
    found: list[str] = []
    for pack in sorted((source / "packs" / "data").glob("*.yaml")):
        document = yaml.safe_load(pack.read_text("utf-8"))
        rules = (rule for part in NOTED for rule in _rows(document.get(part, [])))
        said = (rule[key].strip() for rule in rules for key in SAID if isinstance(rule.get(key), str))
        found += [text for text in said if len(text.split()) > 2]
    return found + unseen(source)


def unseen(source: Path) -> list[str]:
    """What a look at a computer could not see, and why, in the facts of tools with their own scanner."""
    rows = (
        row
        for facts in sorted((source / "machine" / "data").glob("*.yaml"))
        for row in yaml.safe_load(facts.read_text("utf-8"))["unseen"]
    )
    return [row[key].strip() for row in rows for key in ("what", "why")]


def _rows(part: Any) -> list[dict[str, Any]]:
    """The entries of one part of a pack, which are listed or named."""
    return list(part.values()) if isinstance(part, dict) else list(part)


def texts(path: Path) -> Iterator[str]:
    """Every text for people in one file."""
    reader = _Reader(commands="cli" in path.parts)
    reader.visit(ast.parse(path.read_text("utf-8")))
    yield from reader.found


class _Reader(ast.NodeVisitor):
    """Collects texts; docstrings, keys and what programs read are passed by."""

    def __init__(self, *, commands: bool) -> None:
        self.found: list[str] = []
        self.commands = commands

    def _body(self, node: DocHolder) -> None:
        if self.commands and isinstance(node, ast.FunctionDef) and _is_command(node):
            self.found += paragraphs(ast.get_docstring(node) or "")
        for decorator in getattr(node, "decorator_list", ()):
            self.visit(decorator)
        for default in node.args.defaults if isinstance(node, ast.FunctionDef) else ():
            self.visit(default)
        for statement in node.body:
            if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
                self.visit(statement)

    visit_Module = visit_ClassDef = visit_FunctionDef = visit_AsyncFunctionDef = _body  # noqa: N815

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Assert(self, node: ast.Assert) -> None:
        """What only a programmer can see is no text for people."""

    def visit_Dict(self, node: ast.Dict) -> None:
        for value in node.values:
            self.visit(value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name == "plural":
            self._counted(node)
        if not isinstance(node.func, ast.Name):
            self.visit(node.func)
        if name in LOOKS:
            return
        for argument in (*node.args, *(k.value for k in node.keywords if k.arg not in LOOK)):
            spoken = name in SPEAKING or (name == "Lazy" and argument is node.args[-1])
            if spoken and isinstance(argument, ast.Constant | ast.JoinedStr | ast.IfExp):
                self._take(argument, least=1)
            elif name != "plural" or not isinstance(argument, ast.Constant):
                self.visit(argument)

    def _counted(self, node: ast.Call) -> None:
        forms = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if forms:
            self.found += [f"{{count}} {form}" for form in (forms[0], [*forms, forms[0] + "s"][1])]

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._take(node, least=2)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._take(node, least=2)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if _is_joined(node):
            self._take(node, least=2)
        else:
            self.generic_visit(node)

    def _take(self, node: ast.expr, least: int) -> None:
        for form in forms_of(node):
            core = form.strip()
            words = WORDS.findall(HOLE.sub(" ", core))
            if len(words) >= least and (least == 1 or " " in core) and not _for_programs(core):
                self.found.append(core)
        for below in ast.walk(node):
            if isinstance(below, ast.FormattedValue):
                self.visit(below.value)


def _for_programs(text: str) -> bool:
    return bool(
        COMMAND.match(text)
        or CODE.match(text)
        or PATH.match(text)
        or STYLE.fullmatch(text)
        or COLUMNS.fullmatch(text)
    )


def _is_joined(node: ast.BinOp) -> bool:
    """Whether texts are put together, not numbers added."""
    sides = (node.left, node.right)
    return isinstance(node.op, ast.Add) and any(
        _is_text(side) or (isinstance(side, ast.BinOp) and _is_joined(side)) for side in sides
    )


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_command(node: ast.FunctionDef) -> bool:
    made = (d.func if isinstance(d, ast.Call) else d for d in node.decorator_list)
    return any(getattr(m, "attr", "") in ("command", "group") for m in made)


def paragraphs(doc: str) -> list[str]:
    """The paragraphs of a help text that are prose, each on one line."""
    parts = [" ".join(p.split()) for p in inspect.cleandoc(doc).split("\n\n")]
    return [p for p in parts if p and not p.startswith(("Example:", "\\b", "\b"))]


Piece = str | ast.expr


def forms_of(node: ast.expr) -> Iterator[str]:
    """The templates that an expression of text can come to."""
    ways = list(_ways(node))
    if len(ways) > MOST_FORMS:
        ways = [_flat(node)]
    for way in ways:
        yield _named(way)


def _ways(node: ast.expr) -> list[list[Piece]]:
    """Each outcome of the choices within, as pieces of text and values."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [[node.value]]
    if isinstance(node, ast.JoinedStr):
        return [list(chain(*way)) for way in product(*map(_ways, node.values))]
    if isinstance(node, ast.FormattedValue):
        return _ways(node.value) if node.format_spec is None else [[node.value]]
    if isinstance(node, ast.IfExp):
        return [*_ways(node.body), *_ways(node.orelse)]
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        return list(chain(*map(_ways, node.values)))
    if isinstance(node, ast.BinOp) and _is_joined(node):
        return [a + b for a, b in product(_ways(node.left), _ways(node.right))]
    return [[node]]


def _flat(node: ast.expr) -> list[Piece]:
    """One form alone, with each choice as a value."""
    if isinstance(node, ast.JoinedStr):
        return list(chain(*map(_flat, node.values)))
    if isinstance(node, ast.FormattedValue):
        return [node.value]
    if isinstance(node, ast.BinOp) and _is_joined(node):
        return _flat(node.left) + _flat(node.right)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else [node]


def _named(pieces: list[Piece]) -> str:
    """Pieces as one template, every place under a name of its own."""
    names: dict[str, str] = {}
    out = []
    for piece in pieces:
        if isinstance(piece, str):
            out.append(piece)
            continue
        wanted, written = _name(piece), ast.dump(piece)
        if written not in names:
            taken = set(names.values())
            tries = (wanted if i == 1 else f"{wanted}{i}" for i in range(1, 99))
            names[written] = next(name for name in tries if name not in taken)
        out.append(f"{{{names[written]}}}")
    return "".join(out)


def _name(node: ast.expr) -> str:
    """A name for a value: its variable or attribute, that of what is counted or shown, else ``value``."""
    if isinstance(node, ast.Attribute):
        return _clean(node.attr)
    if isinstance(node, ast.Name):
        return _clean(node.id)
    if isinstance(node, ast.Call):
        if getattr(node.func, "attr", "") == "join" and node.args:
            return _name(node.args[0])
        if node.args:
            return _name(node.args[0])
        return _name(node.func.value) if isinstance(node.func, ast.Attribute) else _name(node.func)
    if isinstance(node, ast.Subscript):
        return _name(node.value)
    if isinstance(node, ast.BinOp):
        return _name(node.left)
    if isinstance(node, ast.GeneratorExp | ast.ListComp):
        return _name(node.generators[0].iter)
    return "value"


def _clean(name: str) -> str:
    short = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return short if short[:1].isalpha() else "value"
