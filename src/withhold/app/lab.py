"""The only door to the lab, for the commands ``lab`` and ``demo``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from withhold.lab.server import RunningLab


def serve_lab(
    *, port: int, data: Path | None, toggle: str, wording: str | None = None, language: str | None = None
) -> None:
    """Serve until interrupted; says where on stderr."""
    from withhold.lab.server import serve
    from withhold.lab.web.switches import VARIANTS
    from withhold.lab.web.wording import LANGUAGES, WORDINGS
    from withhold.support.errors import UsageProblem

    for what, asked, known in (("wording", wording, WORDINGS), ("language", language, LANGUAGES)):
        if asked is not None and asked not in known:
            raise UsageProblem(f"the lab has no {what} {asked!r}", next_step="one of: " + ", ".join(known))
    if toggle not in VARIANTS:
        raise UsageProblem(
            f"no toggle is called {toggle!r}", next_step="one of: " + ", ".join(sorted(VARIANTS))
        )

    def ready(running: "RunningLab") -> None:
        running.site.choose_wording(wording or running.site.wording.name)
        running.site.choose_language(language or running.site.language)
        _announce(running)

    serve(port=port, data=data, variant=toggle, ready=ready)


def _sign_in(url: str) -> str:
    """The command that makes a profile whose cookies ``optout`` can read: the keyring is left out of it."""
    keys = "--use-mock-keychain" if sys.platform == "darwin" else "--password-store=basic"
    return f"chromium {keys} --user-data-dir=DIR {url}"


def _announce(running: "RunningLab") -> None:
    click.echo(f"The lab, a provider that is not real, is at {running.url}  (Ctrl-C stops it)", err=True)
    click.echo(f"Its admin pages: {running.url}/admin", err=True)
    click.echo(f"To sign in there first, and then close that browser: {_sign_in(running.url)}", err=True)
    click.echo(
        f"To opt out there: withhold optout --pack lab --url {running.url} --mode assist --profile DIR",
        err=True,
    )
