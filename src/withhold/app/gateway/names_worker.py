"""The process in which the model reads: on Linux it gives up the network before it loads anything."""

import os
import signal

BOOT = (
    "import sys; folder, threads = sys.argv[1:3]; sys.path[:] = sys.argv[3:]; "
    "from withhold.app.gateway.names_worker import main; sys.exit(main(folder, int(threads)))"
)


def main(folder: str, threads: int) -> int:
    """Answer until the pipe ends. Interrupts are for the gateway."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sealed = without_network()
    from withhold.sensitive.names.worker import serve

    return serve(folder, threads, sealed=sealed)


def without_network() -> bool:
    """Have the kernel refuse this process the network, for good; whether it does. Linux alone knows how.

    Sockets of this machine's own (Unix) can still be made, and connected to nothing.
    """
    if not hasattr(os, "sched_getaffinity"):
        return False
    from withhold.local.seal import bpf, syscalls

    machine = syscalls.this_machine()
    if machine is None:
        return False
    try:
        bpf.install(machine)
        bpf.look_that_it_holds()
    except OSError:
        return False
    return True
