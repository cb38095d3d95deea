"""``tools/<id>.md``: what the pack of each tool on a computer states, for people."""

from collections.abc import Iterable, Iterator

from generating import markdown
from generating.markdown import bullets, code, sentence, table
from withhold.packs.tools import Place, SettingFacts, ToolPack, load_tools

SYSTEMS = {"linux": "Linux", "macos": "macOS", "windows": "Windows"}


def pages() -> dict[str, str]:
    """A page for each tool, and one that lists them."""
    packs = load_tools()
    return {"index": _index(packs.values()), **{name: _page(pack) for name, pack in packs.items()}}


def _index(packs: Iterable[ToolPack]) -> str:
    rows = [
        (
            f"[{p.id}]({p.id}.md)",
            p.tool.name,
            p.tool.kind,
            str(len(p.tool.settings)),
            p.tool.training_in_short,
        )
        for p in packs
    ]
    return markdown.page(
        "Tools on a computer",
        "What `withhold scan` knows of each tool, and `withhold apply` may set. `withhold packs show ID`"
        " prints one. A file in the folder `packs/tools` of the state replaces the built-in pack of its id.",
        table(("Tool", "Name", "Kind", "Settings", "Training"), rows),
    )


def _page(pack: ToolPack) -> str:
    tool = pack.tool
    return markdown.page(
        tool.name,
        bullets(
            (
                f"By {tool.vendor}; {tool.kind}; facts compiled on {pack.compiled_on}.",
                sentence(tool.training_in_short),
                f"Examined: {tool.examined_version or 'no version was'}.",
            )
        ),
        "## Settings",
        *(block for setting in tool.settings for block in _setting(setting, pack)),
        "## Copies of what is said",
        table(("What", "Where", "Kept"), map(_copy, tool.transcripts)) or "None is known.",
        "## What misleads",
        bullets(sentence(str(trap["text"])) for trap in pack.traps) or "Nothing is known.",
        "## Sources",
        bullets(
            f"{code(key)}: {source.get('title') or ''} {source.get('url') or ''}"
            for key, source in pack.sources.items()
        ),
    )


def _setting(setting: SettingFacts, pack: ToolPack) -> Iterator[str]:
    yield f"### {setting.id}"
    yield sentence(setting.title)
    rule = pack.rules.settings.get(setting.id)
    facts = [
        f"Purpose: {setting.purpose}; decided by: {setting.authority}; where it can be set: {setting.fix}.",
        f"Private value: {code(_text(setting.private_value)) or 'not known'}.",
        f"Default: {code(_text(setting.default)) or 'not known'}.",
        f"Where nothing sets it: {setting.absent_means.replace('_', ' ')}.",
    ]
    if setting.applies_when:
        facts.append(f"Applies to: {sentence(setting.applies_when)}")
    if rule is not None and rule.no_effect is not None:
        facts.append(f"Without effect: {sentence(rule.no_effect)}")
    facts.append(f"Known from: {', '.join(map(code, setting.sources)) or 'no source'} ({setting.how_known}).")
    yield bullets(facts)
    yield table(("Place", "Name", "Where"), dict.fromkeys(map(_place, setting.where)))
    yield sentence(setting.notes)


def _place(place: Place) -> tuple[str, str, str]:
    paths = "; ".join(
        f"{SYSTEMS[system]}: {code(path)}" for system, path in (place.paths or {}).items() if path
    )
    where = paths or code(place.path or place.domain or "") or (place.url or "")
    return (place.scope or place.kind, code(place.label or place.flag or place.word), where)


def _copy(about: dict[str, object]) -> tuple[str, str, str]:
    paths = about["paths"]
    shown = list(dict.fromkeys(path for path in paths.values() if path)) if isinstance(paths, dict) else []
    return (
        str(about["content"]),
        "; ".join(map(code, shown)),
        str(about["default_retention"] or "not known"),
    )


def _text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
