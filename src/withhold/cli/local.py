"""``withhold local``."""

from pathlib import Path

import click

from withhold.cli.talk import F, json_option, services, show, tell

_model_options = (
    click.option("--context", type=click.IntRange(128), help="Tokens of context; default 8192 at most."),
    click.option("--template", help="Chat template: 'gemma', or a Jinja file; default: the model's own."),
    click.option("--unsealed", is_flag=True, help="Run without a seal. It is put on record."),
)


def _with_model(command: F) -> F:
    for option in reversed(_model_options):
        command = option(command)
    return command


@click.group(short_help="A model on this computer, sealed off, with proof.")
def local() -> None:
    """Run a model on this computer, sealed off from every network, and prove it.

    Example: withhold local fit
    """


@local.command()
@click.argument("model", required=False)
@click.option("--context", type=click.IntRange(128), help="Tokens of context that are wanted.")
@click.option("--buy", is_flag=True, help="What machine would run it: memory wanted, smallest first.")
@click.option("--no-probe", is_flag=True, help="Do not measure this machine: no speeds.")
@json_option
def fit(model: str | None, context: int | None, buy: bool, no_probe: bool, as_json: bool) -> None:
    """Say which models this machine can run, how well, and how fast.

    MODEL is an id of the catalogue or a GGUF file, which is then read exactly; without it every model of the
    catalogue is judged. Takes about ten seconds: the speed is measured. Offline.

    Example: withhold local fit model.gguf --context 32768
    """
    from withhold.app.local.fit import fit as run
    from withhold.app.local.fit import undetermined

    document = run(services(), model, context=context, probe=not no_probe, buy=buy)
    show(document, as_json=as_json)
    if undetermined(document):
        click.get_current_context().exit(3)


@local.command()
@click.argument("model")
@click.option("--quant", help="Quantisation, e.g. Q4_K_M.")
@click.option("--file", "file", help="File of the repository, where MODEL is owner/repository.")
@json_option
def get(model: str, quant: str | None, file: str | None, as_json: bool) -> None:
    """Fetch a model from the hub and hold it against its SHA-256; goes on where it was stopped.

    MODEL is an id of the catalogue, owner/repository, or a GGUF file of yours. No telemetry, no token.

    Example: withhold local get gemma-3-1b-it
    """
    from withhold.app.local.get import get as run

    show(run(services(), model, quant=quant, file=file), as_json=as_json)


@local.command()
@click.argument("model")
@click.option("--port", type=click.IntRange(0, 65535), default=8766, show_default=True, help="0: any.")
@_with_model
@click.option("--threads", type=click.IntRange(1), help="Threads of the engine; default: the cores.")
@click.option("--no-prove", is_flag=True, help="Leave out the egress proof at the start and every hour.")
@click.option(
    "--engine", type=click.Choice(["llama.cpp", "vllm"]), default="llama.cpp", show_default=True,
    help="vllm: print configuration for a server with graphics processors, and run nothing.",
)  # fmt: skip
@json_option
def serve(
    model: str,
    port: int,
    context: int | None,
    template: str | None,
    unsealed: bool,
    threads: int | None,
    no_prove: bool,
    engine: str,
    as_json: bool,
) -> None:
    """Serve a sealed model on loopback for the chat page and for OpenAI and Anthropic clients, until Ctrl-C.

    MODEL is a GGUF file or a model that was fetched. Clients need the token that is printed.

    Example: withhold local serve gemma-3-1b-it
    """
    from withhold.app.local.serve import serving, wait
    from withhold.support.interrupts import interruptible

    ours = services()
    if engine == "vllm":
        from withhold.app.local.config import vllm_config

        show(vllm_config(ours, model), as_json=as_json)
        return
    with interruptible(), serving(
        ours, model, port=port, context=context, template=template, cores=threads, unsealed=unsealed,
        proof=not no_prove,
    ) as (host, document):  # fmt: skip
        try:
            show(document, as_json=as_json)
            tell("Ctrl-C stops it.")
            wait(host)
        except KeyboardInterrupt:
            tell("Stopped; nothing of what was said is kept here.")


@local.command()
@click.argument("model", required=False)
@_with_model
@click.option(
    "--endpoint", help="A server that is there already, e.g. http://127.0.0.1:11434; see 'endpoints'."
)
@click.option(
    "--history", type=click.Path(path_type=Path, dir_okay=False), help="Keep the conversation in FILE."
)
@click.option("--max-tokens", type=click.IntRange(1), help="End an answer after so many tokens.")
@click.option("--page", is_flag=True, help="Open the chat page in the browser instead.")
def chat(
    model: str | None,
    context: int | None,
    template: str | None,
    unsealed: bool,
    endpoint: str | None,
    history: Path | None,
    max_tokens: int | None,
    page: bool,
) -> None:
    """Talk with a sealed model in the terminal. Ctrl-C stops an answer; an empty line or Ctrl-D ends it.

    Nothing is kept unless you name a file with --history.

    Example: withhold local chat gemma-3-1b-it; withhold local chat gemma-3-1b-it --page
    """
    if model is None and endpoint is None:
        raise click.UsageError("name a model, or a server with --endpoint")
    from withhold.app.local.chat import conversing
    from withhold.cli.local_talk import ended_by_signals, open_page, talk

    ours = services()
    if page:
        open_page(ours, model or "", context=context, template=template, unsealed=unsealed)
        return
    with (
        ended_by_signals(),
        conversing(
            ours, model, endpoint=endpoint, context=context, template=template, unsealed=unsealed
        ) as conversation,
    ):
        conversation.most = max_tokens
        talk(conversation, history)


@local.command()
@click.argument("model")
@click.option("--template", help="Chat template: 'gemma', or a Jinja file; default: the model's own.")
@json_option
def prove(model: str, template: str | None, as_json: bool) -> None:
    """Prove that a sealed model can reach nobody, as an evidence record.

    While the model answers, every known way out is tried inside the seal; a canary outside counts; the same
    without the seal must reach the canary. Exit code 0: proof; 1: something got out; 3: neither was shown.

    Example: withhold local prove gemma-3-1b-it
    """
    from withhold.app.local.prove import exit_code, prove_model
    from withhold.support.interrupts import interruptible

    with interruptible():
        document = prove_model(services(), model, template=template)
    show(document, as_json=as_json)
    click.get_current_context().exit(exit_code(document))


@local.command()
@click.argument("url", required=False)
@json_option
def endpoints(url: str | None, as_json: bool) -> None:
    """Judge model servers that are there already (Ollama, LM Studio, llama-server, vLLM), model by model.

    An address on this computer does not mean that the model runs here.

    Example: withhold local endpoints http://127.0.0.1:11434
    """
    from withhold.app.local.endpoints import endpoints as run

    show(run(services(), url), as_json=as_json)
