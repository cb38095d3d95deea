"""The reference is what the code and the packs say now."""

import re
import shutil
import subprocess
import sys

import pytest

from tests.cli.tool import commands
from tests.docs.pages import DOCS
from withhold.packs.loader import builtin_ids, load_builtin
from withhold.policy.rules import RULES
from withhold.report.documents import DOCUMENTS
from withhold.support.errors import WithholdError

REFERENCE = DOCS / "reference"
EVERY = [" ".join(("withhold", *words)) for words, _ in commands()]


def test_committed_pages_are_what_the_code_makes() -> None:
    """Nothing in the reference is older than the code, and nothing is left over."""
    done = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("change", ["altered", "missing", "left over"])
def test_a_stale_page_is_found(change: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The comparison names a page that was changed by hand, one that is missing, one that nothing makes."""
    copy = tmp_path_factory.mktemp("copy") / "docs"
    shutil.copytree(DOCS, copy)
    shutil.copy(DOCS.parent / "README.md", copy.parent)
    page = copy / "reference" / ("extra.md" if change == "left over" else "rules.md")
    if change == "missing":
        page.unlink()
    else:
        page.write_text("Nothing.\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, copy / "generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert page.name in done.stderr


@pytest.mark.parametrize("name", EVERY)
def test_each_command_has_its_part(name: str) -> None:
    """Each command has a heading of its own, words about it, and an example that calls it."""
    text = (REFERENCE / "commands.md").read_text("utf-8")
    (part,) = re.findall(rf"^## {name}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    words, example = re.match(r"\s*(.*?)```sh\n(.*?)\n```", part, re.DOTALL).groups()  # type: ignore[union-attr]
    assert len(words.split()) >= 3
    assert example.startswith(name)


def test_each_document_has_its_schema() -> None:
    """There is a schema for each document, and the page on commands links each one."""
    assert {p.stem for p in (REFERENCE / "schema").iterdir()} == set(DOCUMENTS)
    linked = set(re.findall(r"\(schema/([\w-]+)\.json\)", (REFERENCE / "commands.md").read_text("utf-8")))
    assert linked == set(DOCUMENTS) - {"error"}


def test_each_rule_is_in_the_catalogue() -> None:
    """Each rule stands in the catalogue once, under one heading."""
    assert re.findall(r"^\| `([\w.]+)`", (REFERENCE / "rules.md").read_text("utf-8"), re.MULTILINE) == list(
        RULES
    )


def test_each_failure_is_listed() -> None:
    """Each code word of a failure stands on the page with its exit code."""
    text = (REFERENCE / "exit-codes.md").read_text("utf-8")
    kinds = [WithholdError]
    for kind in kinds:
        kinds += [k for k in kind.__subclasses__() if k.__module__ == kind.__module__]
        assert f"| `{kind.code}` | {kind.exit_code} |" in text


@pytest.mark.parametrize("id_", builtin_ids())
def test_each_pack_has_its_page(id_: str) -> None:
    """A pack's page names every entry, control, label, open point and source of it."""
    text = (REFERENCE / "packs" / f"{id_}.md").read_text("utf-8").replace("\\|", "|")
    pack = load_builtin(id_)
    entries = [t.id for product in pack.products for plan in product.plans for t in plan.terms]
    labels = [" ".join(label.text.split()) for control in pack.controls for label in control.labels]
    assert [
        e for e in (*entries, *pack.sources, *(c.id for c in pack.controls)) if f"`{e}`" not in text
    ] == []
    assert [label for label in labels if label not in text] == []
    assert text.count("\n- ") >= len(pack.uncertainties)
