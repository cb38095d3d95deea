"""The pages: every rendering, language and trap several times, told by parameters."""

from collections.abc import Iterator
from itertools import cycle

from tests.pages.model import HERE, LIBRARIES, Page

LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "ja", "zh", "ko", "ar")
BY_HAND = (
    "switch-button",
    "label-for",
    "nameless",
    "on-off-name",
    "pressed",
    "checkbox",
    "hidden-box",
    "clipped-box",
    "div-role",
    "bare-div",
    "radios",
    "select",
    "segments",
    "segment-radios",
    "verb-button",
    "closed-shadow",
    "three-state",
)
RECORDED = tuple(sorted(path.stem for path in (HERE / "snapshots").glob("*.json")))
BUILT = tuple(sorted(path.stem for path in LIBRARIES.glob("*.js") if not path.stem.startswith("chunk-")))
_WIRES = ("patch", "words", "put", "graphql", "numbers", "form")


def _plain() -> Iterator[Page]:
    langs, wires = cycle(LANGUAGES), cycle(_WIRES)
    for i, name in enumerate(BY_HAND):
        yield Page(name, next(langs), variant=i % 3, wire=next(wires))  # type: ignore[arg-type]
    for i, name in enumerate(RECORDED):
        yield Page(f"recorded:{name}", next(langs), variant=i % 3, wire=next(wires))  # type: ignore[arg-type]


def _wordings() -> Iterator[Page]:
    libraries = cycle(("switch-button", "label-for", "checkbox", "clipped-box", "pressed"))
    for i, lang in enumerate(LANGUAGES):
        yield Page(next(libraries), lang, wording="private", variant=i % 2)
        yield Page(
            next(libraries), lang, wording="private", variant=(i + 1) % 2, private=i % 2 == 0, danger=True
        )
        yield Page(next(libraries), lang, variant=(i + 1) % 3, private=True, alike=i % 2 == 0)
        yield Page(next(libraries), lang, variant=(i + 2) % 3, alike=True, voice="sharing" if i % 2 else "")
    for lang in ("en", "de", "ja", "ar"):
        yield Page("switch-button", lang, wording="double")
        yield Page("checkbox", lang, wording="clash")
        yield Page("checkbox", lang, wording="clash", private=True)
    for lang in ("en", "fr", "ko"):
        yield Page("label-for", lang, voice="sharing")
        yield Page("switch-button", lang, voice="sharing", private=True)
        yield Page("checkbox", lang, voice="private", save_button="near")


def _saving() -> Iterator[Page]:
    langs = cycle(LANGUAGES)
    for server in ("refuses", "drops", "drops-ok-false", "drops-204", "echoes", "flips-back", "forbids"):
        for client in ("reverts", "optimistic", "remembers"):
            yield Page("switch-button", next(langs), server=server, client=client)  # type: ignore[arg-type]
    for delay in (300, 1200):
        yield Page("label-for", next(langs), server="refuses", revert=delay)
    yield Page("clipped-box", next(langs), server="refuses", client="hides-errors")
    yield Page("checkbox", next(langs), server="drops-ok-false", client="reads-ok")
    for client in ("local", "forgets", "inverted"):
        for library in ("switch-button", "checkbox"):
            yield Page(library, next(langs), client=client)  # type: ignore[arg-type]
    yield Page("switch-button", "en", client="local", device=True)
    yield Page("switch-button", "en", client="inverted", private=True)
    yield Page("switch-button", next(langs), mark=True)
    yield Page("switch-button", next(langs), mark=True, mark_lies=True)
    yield Page("label-for", next(langs), mark=True, mark_lies=True, private=True, only="marked")
    for lang in ("en", "it", "ja"):
        yield Page("switch-button", lang, server="slow", spinner=True)
        yield Page("label-for", lang, debounce=800)
    yield Page("checkbox", "de", debounce=1500)


def _loading() -> Iterator[Page]:
    langs = cycle(LANGUAGES)
    for after in (300, 1000, 3000):
        yield Page("switch-button", next(langs), loading="defaults", stale=True, hydrate_after=after)
        yield Page(
            "label-for", next(langs), loading="defaults", stale=True, hydrate_after=after, private=True
        )
    for delay in (0.5, 1.5, 3.0):
        yield Page("checkbox", next(langs), loading="defaults", stale=True, state_delay=delay)
        yield Page(
            "clipped-box", next(langs), loading="defaults", stale=True, state_delay=delay, private=True
        )
        yield Page("switch-button", next(langs), busy=True, state_delay=delay)
    yield Page("recorded:mui", next(langs), loading="defaults", stale=True, state_delay=1.0)


def _structure() -> Iterator[Page]:
    langs = cycle(LANGUAGES)
    for place in ("tabs", "folded", "accordion", "dialog", "open_dialog", "below", "nested_scroll"):
        yield Page("switch-button", next(langs), place=place)
        yield Page("checkbox", next(langs), place=place, danger=True)
    for frame in ("same", "port", "site"):
        yield Page("switch-button", next(langs), frame=frame)  # type: ignore[arg-type]
        yield Page("clipped-box", next(langs), frame=frame)  # type: ignore[arg-type]
        yield Page("label-for", next(langs), frame=frame, server="drops")  # type: ignore[arg-type]
    for count in (8, 60, 400):
        yield Page("switch-button", next(langs), virtual=count)
    for curtain in ("cookies", "terms", "overlay"):
        yield Page("switch-button", next(langs), curtain=curtain)
        yield Page("checkbox", next(langs), curtain=curtain, private=True)
    for kind in ("sign-in", "sign-up", "terms", "absent"):
        for lang in ("en", next(langs), "ar"):
            yield Page("checkbox", lang, kind=kind, danger=True)  # type: ignore[arg-type]
    for lang in ("en", "fr", "zh", "ar"):
        yield Page("checkbox", lang, kind="classic")
        yield Page("checkbox", lang, kind="classic", wording="private")


def _completing() -> Iterator[Page]:
    langs = cycle(LANGUAGES)
    for question in ("confirm", "reversed", "yes_no", "keep_yes", "native", "deletes", "password"):
        yield Page("switch-button", "en", question=question)
        yield Page("label-for", next(langs), question=question, danger=True)
    for button in ("far", "sticky", "always", "near"):
        yield Page("checkbox", next(langs), save_button=button)  # type: ignore[arg-type]
        yield Page("switch-button", next(langs), save_button=button, danger=True)  # type: ignore[arg-type]
    yield Page("checkbox", "en", save_button="sticky", server="drops")
    yield Page("switch-button", "ar", save_button="far", question="reversed", wording="train", danger=True)
    for locked in ("disabled", "aria"):
        for private in (False, True):
            yield Page("switch-button", next(langs), locked=locked, private=private)  # type: ignore[arg-type]
    yield Page("checkbox", next(langs), locked="disabled")


def _built() -> Iterator[Page]:
    """The real builds: each plain, and each once more with a trap."""
    langs = cycle(LANGUAGES)
    for name in BUILT:
        yield Page(f"live:{name}", next(langs))
        yield Page(f"live:{name}", next(langs), variant=1, server="refuses")
        yield Page(
            f"live:{name}", next(langs), wording="private", loading="defaults", stale=True, state_delay=0.8
        )


def without_npm() -> tuple[Page, ...]:
    """The pages that any clone can serve."""
    makers = (_plain, _wordings, _saving, _loading, _structure, _completing)
    pages = [page for maker in makers for page in maker()]
    return tuple({page.id: page for page in pages}.values())


def built() -> tuple[Page, ...]:
    """The pages of the libraries' own builds, as far as ``libraries/dist`` holds them."""
    return tuple(_built())


def some(count: int, *, among: tuple[Page, ...] | None = None) -> tuple[Page, ...]:
    """``count`` pages spread over the catalogue, always the same; all where there are fewer."""
    pages = without_npm() if among is None else among
    step = max(1.0, len(pages) / max(1, count))
    return tuple(pages[int(i * step)] for i in range(min(count, len(pages))))
