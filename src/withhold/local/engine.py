"""llama.cpp through the wheel ``xllamacpp``: the one place that knows its names.

Runs inside the seal. Its server speaks OpenAI's chat, completions and responses and Anthropic's messages,
on a
Unix socket; what it offers beyond answering is switched off here.
"""

import os
import threading
from collections.abc import Mapping
from typing import Any

QUIET = {"OMP_WAIT_POLICY": "passive", "GGML_LOG_LEVEL": "error"}
"""Environment of the engine. Threads of OpenMP that wait by spinning bring a busy machine to a standstill."""
PROMPT_CACHE_MIB = 256


def serve(spec: Mapping[str, Any]) -> None:
    """Load the model and answer on the socket until the process is ended.

    ``spec``: ``model`` and ``socket`` (paths), ``context`` and ``threads`` (numbers), ``template`` (a name
    that llama.cpp knows or a Jinja text; empty: the model's own), ``gpu_layers``.
    """
    import xllamacpp  # type: ignore[import-untyped]

    os.umask(0o177)
    server = xllamacpp.Server(_parameters(xllamacpp, spec))
    try:
        threading.Event().wait()
    finally:
        del server


def _parameters(xllamacpp: Any, spec: Mapping[str, Any]) -> Any:
    made = xllamacpp.CommonParams()
    made.model.path = spec["model"]
    made.model_alias = {spec["alias"]}
    made.hostnames = [spec["socket"]]
    made.n_ctx = spec["context"]
    made.n_gpu_layers = spec["gpu_layers"]
    made.chat_template = spec["template"]
    for cpu in (made.cpuparams, made.cpuparams_batch):
        cpu.n_threads = spec["threads"]
    made.cache_ram_mib = PROMPT_CACHE_MIB
    made.fit_params = False
    made.verbosity = 1
    return _closed(made)


def _closed(made: Any) -> Any:
    """Nothing fetched, nothing shown of others' prompts, no page, no tools, no files."""
    made.offline = True
    made.ui = made.ui_mcp_proxy = False
    made.endpoint_slots = made.endpoint_props = made.endpoint_metrics = False
    made.server_tools = []
    made.mcp_servers_config = made.mcp_servers_json = made.media_path = made.models_dir = ""
    made.models_autoload = False
    made.cors_credentials = False
    made.cors_origins = ""
    return made
