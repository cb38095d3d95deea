"""The last step of the demo: the opt-out as a bundle, checked by tools that know nothing of withhold."""

from pathlib import Path

from withhold.app.bootstrap import Services
from withhold.app.demo.steps import Step, Steps
from withhold.app.evidence.bundles import bundle, verify_bundle
from withhold.app.evidence.checking import failed
from withhold.evidence.bundle.packing import unpack
from withhold.evidence.bundle.script import missing_tools, run_script
from withhold.support.files import private_dir

BUNDLE = "bundle.zip"


def hand_over(services: Services, steps: Steps, folder: Path, record: str) -> None:
    """Bundle ``record`` below ``folder``, verify it here, and by bash, openssl and coreutils."""
    with steps.step(
        "hand-over", "The opt-out is bundled for a stranger, who checks it without withhold"
    ) as step:
        made = bundle(services, [record], str(folder / BUNDLE))
        step.note(f"{BUNDLE}: {made.size:,} bytes, one record; of the others only salted hashes")
        checked = verify_bundle(services, folder / BUNDLE)
        step.must(not failed(checked), "withhold evidence verify finds nothing that fails")
        _script(step, _unpacked(folder), made.keys)


def _unpacked(folder: Path) -> Path:
    top = folder / "bundle"
    for path, data in unpack((folder / BUNDLE).read_bytes())[0].items():
        target = top / path
        private_dir(target.parent)
        target.write_bytes(data)
    return top


def _script(step: Step, top: Path, keys: tuple[str, ...]) -> None:
    """3 is right here: nobody has time-stamped the demo's log, and the script must say so."""
    missing = missing_tools()
    if missing:
        step.note(f"verify.sh was not run: {', '.join(missing)} is not installed")
        return
    ran = run_script(top, keys)
    passed = sum(line.startswith("PASS") for line in ran.lines)
    open_ = [line.split("  ", 3)[-1].strip() for line in ran.lines if line.startswith("NOT CHECKABLE")]
    step.must(
        ran.code in (0, 3), f"verify.sh with openssl and sha256sum: {passed} claims passed, none failed"
    )
    for line in open_:
        step.note(f"not checkable, and said so: {line}")
    for line in ran.lines:
        if line.startswith("FAIL"):
            step.must(truth=False, text=line)
