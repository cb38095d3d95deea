"""Files for a server with graphics processors, where one machine of one's own is outgrown."""

import json

from withhold.app.bootstrap import Services
from withhold.report.documents import local as d

_ENV = """\
VLLM_NO_USAGE_STATS=1
DO_NOT_TRACK=1
VLLM_DO_NOT_TRACK=1
HF_HUB_OFFLINE=1
HF_HUB_DISABLE_TELEMETRY=1
"""
_COMPOSE = """\
services:
  vllm:
    image: vllm/vllm-openai
    env_file: vllm.env
    command: ["--model", "/model", "--served-model-name", {name}, "--host", "0.0.0.0", "--port", "8000"]
    volumes: ["{folder}:/model:ro"]
    networks: [sealed]
    deploy:
      resources:
        reservations:
          devices: [{{driver: nvidia, count: all, capabilities: [gpu]}}]
  door:
    image: caddy
    command: ["caddy", "reverse-proxy", "--from", ":8000", "--to", "vllm:8000"]
    ports: ["127.0.0.1:8000:8000"]
    networks: [sealed, outside]
networks:
  sealed: {{internal: true}}
  outside: {{}}
"""
_NOTES = (
    "Not run here: this needs a machine with a graphics processor and a container engine.",
    "'internal: true' leaves vLLM's container without a way out; only the door can be reached, on loopback.",
    "Pin both images by digest before use, and fetch the weights first: the server is offline.",
    "Several nodes: Ray Serve; see the how-to for what it adds to defend. No llama.cpp RPC.",
    "Such a server is not sealed by withhold, and 'local prove' does not cover it.",
)


def vllm_config(services: Services, folder: str) -> d.LocalConfigDocument:
    """Configuration of vLLM with usage statistics off and its egress blocked."""
    name = folder.rstrip("/").rpartition("/")[2] or "model"
    stamp = services.stamp()
    return d.LocalConfigDocument(
        generated_at=stamp.generated_at,
        tool_version=stamp.tool_version,
        engine="vllm",
        files={"vllm.env": _ENV, "compose.yaml": _COMPOSE.format(name=json.dumps(name), folder=folder)},
        notes=_NOTES,
    )
