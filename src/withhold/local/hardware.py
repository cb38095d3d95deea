"""What this machine has: memory, cores, and the memory of graphics processors. What cannot be read is
unknown.
"""

import ctypes
import os
import platform
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC, _CGROUP, _DRM = Path("/proc"), Path("/sys/fs/cgroup"), Path("/sys/class/drm")
_NVML_NAME = 96
_SYSTEM = platform.system()


@dataclass(frozen=True, slots=True)
class Gpu:
    """One graphics processor; sizes in bytes. ``shared``: its memory is the computer's own (Apple)."""

    name: str
    total: int
    free: int | None
    read_by: str
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Hardware:
    """Sizes in bytes; ``None`` is not known. ``available`` is what could be had without swapping."""

    total: int | None
    available: int | None
    cores: int
    processor: str
    gpus: tuple[Gpu, ...]
    limited_by: str | None = None
    """Why less than the machine's memory counts (a container's limit)."""


def read_hardware() -> Hardware:
    """This machine, as far as it can be read without rights."""
    total, available = _memory()
    limit = _container_limit()
    limited = limit is not None and (available is None or limit < available)
    return Hardware(
        total=total,
        available=limit if limited else available,
        cores=physical_cores(),
        processor=_processor(),
        gpus=tuple(_gpus()),
        limited_by="the memory limit of this container" if limited else None,
    )


def physical_cores() -> int:
    """Cores this process may use, threads of one core counted once where the system tells them apart."""
    usable = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
    siblings = {_siblings(cpu) for cpu in usable}
    return max(1, len(siblings))


def _siblings(cpu: int) -> str:
    path = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
    return path.read_text(encoding="ascii").strip() if path.exists() else str(cpu)


def _memory() -> tuple[int | None, int | None]:
    if _SYSTEM == "Linux":
        rows = dict(line.split(":", 1) for line in (_PROC / "meminfo").read_text("ascii").splitlines())
        return tuple(_kib(rows.get(name)) for name in ("MemTotal", "MemAvailable"))  # type: ignore[return-value]
    if _SYSTEM == "Darwin":
        total = _sysctl("hw.memsize")
        return (None, None) if total is None else (int(total), None)
    if _SYSTEM == "Windows":
        return _windows_memory()
    return None, None


def _kib(text: str | None) -> int | None:
    return None if text is None else int(text.split()[0]) << 10


def _windows_memory() -> tuple[int | None, int | None]:
    status = (ctypes.c_ulonglong * 8)()
    ctypes.memmove(status, (ctypes.c_uint32 * 1)(ctypes.sizeof(status)), 4)
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - absent elsewhere than on Windows
    if not kernel.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None, None
    return status[1], status[2]


def _container_limit() -> int | None:
    """What a control group leaves to this process; ``None`` without a limit."""
    try:
        limit = (_CGROUP / "memory.max").read_text("ascii").strip()
        used = int((_CGROUP / "memory.current").read_text("ascii"))
    except (OSError, ValueError):
        return None
    return None if limit == "max" else max(0, int(limit) - used)


def _processor() -> str:
    if _SYSTEM == "Darwin":
        return _sysctl("machdep.cpu.brand_string") or platform.machine()
    with suppress(OSError):
        for line in (_PROC / "cpuinfo").read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _gpus() -> Iterator[Gpu]:
    yield from _nvidia()
    yield from _amd()
    yield from _apple()


def _nvidia() -> Iterator[Gpu]:
    """Through NVML, the driver's own library."""
    try:
        nvml = ctypes.CDLL("nvml.dll" if _SYSTEM == "Windows" else "libnvidia-ml.so.1")
    except OSError:
        return
    if nvml.nvmlInit_v2():
        return
    try:
        count = ctypes.c_uint()
        nvml.nvmlDeviceGetCount_v2(ctypes.byref(count))
        for index in range(count.value):
            yield from _nvidia_device(nvml, index)
    finally:
        nvml.nvmlShutdown()


def _nvidia_device(nvml: ctypes.CDLL, index: int) -> Iterator[Gpu]:
    device, memory = ctypes.c_void_p(), (ctypes.c_ulonglong * 3)()
    name = ctypes.create_string_buffer(_NVML_NAME)
    if nvml.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(device)):
        return
    if nvml.nvmlDeviceGetMemoryInfo(device, ctypes.byref(memory)):
        return
    nvml.nvmlDeviceGetName(device, name, _NVML_NAME)
    yield Gpu(name.value.decode(errors="replace"), memory[0], memory[1], "NVML")


def _amd() -> Iterator[Gpu]:
    """Through the kernel's driver, which ROCm uses too."""
    for card in sorted(_DRM.glob("card[0-9]*/device")):
        with suppress(OSError, ValueError):
            total = int((card / "mem_info_vram_total").read_text("ascii"))
            used = int((card / "mem_info_vram_used").read_text("ascii"))
            yield Gpu(f"AMD {card.parent.name}", total, total - used, "amdgpu")


def _apple() -> Iterator[Gpu]:
    if _SYSTEM == "Darwin" and platform.machine() == "arm64":
        total = _sysctl("hw.memsize")
        if total is not None:
            yield Gpu(f"{_processor()} (Metal)", int(total), None, "sysctl", shared=True)


def _sysctl(name: str) -> str | None:
    try:
        ran = subprocess.run(  # noqa: S603 - a system program with a name of ours
            ["/usr/sbin/sysctl", "-n", name], capture_output=True, check=False, timeout=5
        )
    except OSError:
        return None
    return ran.stdout.decode().strip() or None if ran.returncode == 0 else None
