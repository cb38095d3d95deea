"""Entry point: errors become exit codes and messages; commands are loaded when called."""

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

import click

from withhold import __version__
from withhold.cli.lazy import Lazy, LazyGroup

INTERRUPTED = 130
INTERNAL = 70
ALLOCATED = 50_000
"""Objects between two looks for cycles. Loading a command makes very many that stay: by default a twentieth
of the time until it answers goes into looking through them."""


class Root(LazyGroup):
    lazy: Mapping[str, Lazy] = {
        "scan": Lazy("withhold.cli.scan:scan", "What AI tools on this machine show, read-only and offline."),
        "apply": Lazy("withhold.cli.apply:apply", "Set local tools' settings, with backup and undo."),
        "import": Lazy("withhold.cli.importing:import_", "Read exports and transcripts into the index."),
        "status": Lazy("withhold.cli.status:status", "Posture of every account: on, off or unknown."),
        "optout": Lazy("withhold.cli.optout:optout", "Set a training control to private and read it back."),
        "controls": Lazy("withhold.cli.controls:controls", "Look at the controls of a page."),
        "spot": Lazy("withhold.cli.spot:spot", "What a sign-up or terms page would have you agree to."),
        "exposure": Lazy(
            "withhold.cli.exposure:exposure", "What was open to training, and how long it is kept."
        ),
        "findings": Lazy(
            "withhold.cli.findings:findings", "Secrets in exports, transcripts and files: kinds and places."
        ),
        "account": Lazy(
            "withhold.cli.account:account", "Accounts, plans, acceptance, your word on the setting."
        ),
        "index": Lazy("withhold.cli.index:index", "The index for other programs, and whether it is sound."),
        "letter": Lazy("withhold.cli.letter:letter", "Write to a provider under data protection law."),
        "evidence": Lazy("withhold.cli.evidence:evidence", "List, verify and time-stamp the evidence."),
        "advise": Lazy("withhold.cli.advise:advise", "Routes for your own use: who trains, at what cost."),
        "gateway": Lazy(
            "withhold.cli.gateway:gateway", "The proxy that lets a request go only where terms allow."
        ),
        "packs": Lazy("withhold.cli.packs:packs", "List, show, lint and update the provider data."),
        "state": Lazy("withhold.cli.state:state", "Encrypted backup of everything, and restoring it."),
        "forget": Lazy("withhold.cli.forget:forget", "Forget an account, or everything."),
        "completion": Lazy("withhold.cli.completion:completion", "Completion of commands for your shell."),
        "doctor": Lazy("withhold.cli.doctor:doctor", "What is in order here, and what is missing."),
        "ui": Lazy("withhold.cli.ui:ui", "The page: posture, exposure, evidence and what is due."),
        "watch": Lazy("withhold.cli.watch:watch", "Look again at what is due; tell what drifted."),
        "export": Lazy("withhold.cli.export:export", "Get the provider's export, keep it encrypted."),
        "purge": Lazy("withhold.cli.purge:purge", "Delete what matters, and see that it is gone."),
        "local": Lazy("withhold.cli.local:local", "A model on this computer, sealed off, with proof."),
        "lab": Lazy("withhold.cli.lab:lab", "Run the reference provider on this machine."),
        "demo": Lazy("withhold.cli.demo:demo", "The whole story on the lab, in a real browser."),
    }


@click.group(
    cls=Root,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: withhold scan; withhold import export.zip; withhold exposure",
)
@click.version_option(__version__, prog_name="withhold")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document on stdout, nothing else there."
)
@click.option("--profile-name", metavar="NAME", help="A state of its own, as for a firm.")
@click.pass_context
def root(ctx: click.Context, as_json: bool, profile_name: str | None) -> None:  # noqa: ARG001 - talk reads it
    """Keep your conversations with AI out of model training.

    Opts out at the provider, keeps evidence of it, and works out what was exposed before. Without a command
    it prints what it can see on this machine: read-only, offline, asking nothing.
    """
    if ctx.invoked_subcommand is None:
        from withhold.cli.scan import scan

        ctx.invoke(scan, as_json=as_json)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(ALLOCATED, 20, 50)
    arguments = list(sys.argv[1:] if argv is None else argv)
    sys.exit(run(arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command; every failure is said on stderr (and as JSON on stdout where JSON was asked for)."""
    from withhold.cli.failure import report

    as_json = "--json" in arguments or "--jsonl" in arguments
    try:
        result = root.main(args=list(arguments), prog_name="withhold", standalone_mode=False)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _interrupted()
    except SystemExit:  # click's own answer to a closed pipe, even where it is asked to raise
        _nobody_reads()
        return 0
    except Exception as error:  # noqa: BLE001 - the process edge: everything becomes an exit code
        if isinstance(error, OSError) and isinstance(error.__context__, KeyboardInterrupt):
            return _interrupted()  # click could not say so: the terminal was closed
        return report(error, as_json=as_json)
    return result if isinstance(result, int) else 0


def _interrupted() -> int:
    with suppress(OSError):  # the terminal may be gone, which is why
        click.echo("Interrupted. Nothing is left half done.", err=True)
    return INTERRUPTED


def _nobody_reads() -> None:
    """The reader of our output went away (``| head``): what is left to flush goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
