"""What stands between a program and its provider: nginx, LiteLLM and the gateway, taking turns.

The gateway has everything on: tokens, terms, finders, placeholders, and an audit that is on disk before a
byte leaves. nginx only passes bytes on. All of them, the provider and the clients share this machine.

Measured twice. With ordinary programs at both ends (an HTTP library that parses what it gets), which is what
a proxy is used between; and on a bare wire, with clients and a provider that do next to nothing, so that
nearly all of the time is the proxy's own.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway_wire import LOADS, Measured, load
from peers import Peer
from rows import Row

ROUNDS = 5
CONNECTIONS = (1, 16, 64)
REQUESTS = {"nginx": 1500, "withhold": 600, "litellm": 60}
START_ALLOWED = 90.0
LITELLM = Peer("litellm", "1.106.2", "the proxy", lambda program, *_: [str(program)], extra="proxy")
HERE = Path(__file__).resolve().parent
CONFIG = """
port = {port}
[[route]]
id = "gpt"
upstream = "http://127.0.0.1:{upstream}/v1"
terms = "openai/openai-api-paid"
speaks = ["openai"]
key = "env:UPSTREAM_KEY"
[[rule]]
require = ["no-training", "retention <= 30d"]
found = {{ secrets = "refuse", personal = "redact", unread = "refuse" }}
"""
HOSTS = "[{host: 127.0.0.1, terms: [openai/openai-api-paid], source: the bench, checked: 2026-11-22}]"
NGINX = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  upstream provider {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 1000000; }}
  server {{ listen 127.0.0.1:{port};
    location / {{ proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_buffering off; client_max_body_size 64m; }} }}
}}
"""
LITELLM_CONFIG = """
model_list:
  - model_name: gpt-x
    litellm_params: {{model: openai/gpt-x, api_base: "http://127.0.0.1:{upstream}/v1", api_key: x}}
general_settings: {{master_key: sk-bench}}
litellm_settings: {{telemetry: false}}
"""


@dataclass(frozen=True)
class Standing:
    """A proxy that answers. ``idle`` is its memory in MB after its first few requests."""

    name: str
    port: int
    token: str
    start: float
    idle: float


Found = dict[tuple[str, int], list[Measured]]


def run() -> list[Row]:
    """Requests a second, added time, start and memory, each beside nginx and LiteLLM of the same run."""
    ordinary, bare = between("ordinary"), between("bare")
    return [*rows(*ordinary, ""), *rows_of_proxies(ordinary[0]), *rows(*bare, ", bare wire")]


def between(ends: str) -> tuple[list[Standing], Found]:
    """All proxies between ends of one kind, each started anew."""
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        upstream = free_port()
        command = [sys.executable, str(HERE / "gateway_wire.py"), str(upstream), ends]
        stack.enter_context(running(command, {}))
        wait_for(upstream)
        folder = Path(scratch)
        proxies = [stack.enter_context(nginx(folder, upstream)), stack.enter_context(ours(folder, upstream))]
        program = LITELLM.program()
        if program is not None:
            proxies.append(stack.enter_context(litellm(program, folder, upstream)))
        return proxies, measured(proxies, ends)


def measured(proxies: list[Standing], ends: str) -> Found:
    """All proxies in turn, again and again."""
    found: Found = {}
    for _ in range(ROUNDS):
        for connections in CONNECTIONS:
            for proxy in proxies:
                one = LOADS[ends](
                    proxy.port,
                    proxy.token,
                    connections=connections,
                    requests=max(REQUESTS[proxy.name], connections),
                )
                found.setdefault((proxy.name, connections), []).append(one)
    return found


def rows(proxies: list[Standing], found: Found, ends: str) -> list[Row]:
    """The medians of the rounds."""
    made = []
    for connections in CONNECTIONS:
        speed = {p.name: statistics.median(m.per_second for m in found[p.name, connections]) for p in proxies}
        for peer in speed.keys() - {"withhold"}:
            what = f"gateway{ends}: requests/s at {connections} connection{'s' if connections > 1 else ''}"
            ratio = speed["withhold"] / speed[peer]
            made.append(Row(what, speed["withhold"], "1/s", f"{peer} {speed[peer]:.0f}/s", ratio))
    half = {p.name: statistics.median(m.p50 for m in found[p.name, 1]) for p in proxies}
    added = half["withhold"] - half["nginx"]
    made.append(
        Row(f"gateway{ends}: added p50 at 1", added, "ms", f"nginx takes {half['nginx']:.2f} ms", None)
    )
    return made


def rows_of_proxies(proxies: list[Standing]) -> list[Row]:
    """Memory and start of each."""
    made = []
    own = next(p for p in proxies if p.name == "withhold")
    for peer in proxies:
        if peer is not own:
            made.append(
                Row(
                    "gateway: idle memory",
                    own.idle,
                    "MB",
                    f"{peer.name} {peer.idle:.0f} MB",
                    own.idle / peer.idle,
                )
            )
            made.append(
                Row(
                    "gateway: start",
                    own.start,
                    "s",
                    f"{peer.name} {peer.start:.2f} s",
                    own.start / peer.start,
                )
            )
    return made


@contextmanager
def nginx(folder: Path, upstream: int) -> Iterator[Standing]:
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    port, place = free_port(), folder / "nginx"
    place.mkdir()
    (place / "conf").write_text(NGINX.format(folder=place, upstream=upstream, port=port), encoding="utf-8")
    command = [program, "-c", str(place / "conf"), "-p", str(place), "-e", str(place / "error")]
    with running(command, {}) as process:
        yield standing("nginx", process, port, "none")


@contextmanager
def ours(folder: Path, upstream: int) -> Iterator[Standing]:
    home, port = folder / "withhold", free_port()
    environ = {"WITHHOLD_HOME": str(home), "UPSTREAM_KEY": "x"}
    withhold = [sys.executable, "-m", "withhold", "gateway"]
    subprocess.run([*withhold, "init"], env=os.environ | environ, check=True, stderr=subprocess.DEVNULL)
    (home / "packs" / "routes").mkdir(parents=True)
    (home / "packs" / "routes" / "hosts.yaml").write_text(HOSTS, encoding="utf-8")
    config = CONFIG.format(port=port, upstream=upstream)
    (home / "gateway" / "gateway.toml").write_text(config, encoding="utf-8")
    told = subprocess.run(
        [*withhold, "env"], env=os.environ | environ, check=True, capture_output=True, text=True
    ).stdout
    token = next(line.partition("=")[2] for line in told.splitlines() if "OPENAI_API_KEY" in line)
    with running([*withhold, "run"], environ) as process:
        yield standing("withhold", process, port, token)


@contextmanager
def litellm(program: Path, folder: Path, upstream: int) -> Iterator[Standing]:
    port, config = free_port(), folder / "litellm.yaml"
    config.write_text(LITELLM_CONFIG.format(upstream=upstream), encoding="utf-8")
    environ = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "DISABLE_ADMIN_UI": "True"}
    command = [str(program), "--config", str(config), "--port", str(port), "--host", "127.0.0.1"]
    with running(command, environ) as process:
        yield standing("litellm", process, port, "sk-bench")


def standing(name: str, process: "subprocess.Popen[bytes]", port: int, token: str) -> Standing:
    """Wait until it takes connections. Raises ``TimeoutError``."""
    took = wait_for(port)
    load(port, token, connections=4, requests=20)
    time.sleep(0.5)
    return Standing(name, port, token, took, memory(process.pid))


@contextmanager
def running(command: list[str], environ: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        command, env=os.environ | environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def wait_for(port: int) -> float:
    """Seconds until somebody listens there."""
    began = time.perf_counter()
    while time.perf_counter() - began < START_ALLOWED:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return time.perf_counter() - began
        time.sleep(0.005)
    raise TimeoutError(f"nobody listens on port {port}")


def memory(pid: int) -> float:
    """Resident memory of a process and its children, in MB (Linux)."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return own / 1024 + sum(memory(int(child)) for child in children)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
