"""The evidence record of one run: what was done, read and captured, by whom and with what."""

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata

from withhold import __version__
from withhold.controls.capture import Camera, CaptureOptions
from withhold.controls.settle import Patience
from withhold.controls.traffic import Write
from withhold.model.control import ControlResult, Reading
from withhold.model.evidence import Draft, Json
from withhold.model.words import Mode, Outcome

Plain = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a run is told about itself and puts into its record.

    ``account`` is a label that is already masked (``m...@example.org``). ``actor`` is ``tool`` or
    ``person``: who moves the control.
    """

    provider_id: str | None
    pack_sha256: str | None
    browser: str
    mode: Mode = Mode.ASSIST
    actor: str = "tool"
    overrode_terms: bool = False
    account: str | None = None
    pack_id: str | None = None
    patience: Patience = field(default_factory=Patience)
    capture: CaptureOptions = field(default_factory=CaptureOptions)


@dataclass(frozen=True, slots=True)
class Story:
    """A finished run, before it is written down."""

    asked_url: str
    final_url: str
    begun: datetime
    ended: datetime
    acted: bool
    outcome: Outcome
    why: str
    control_ids: Sequence[str]
    results: Sequence[ControlResult]
    steps: Sequence[str]
    writes: Sequence[Write]
    decoys_moved: Sequence[str]


def draft(context: RunContext, story: Story, camera: Camera) -> Draft:
    """The record of ``story``: ``control.optout`` where something was operated, else ``control.check``."""
    camera.masker.allow(story.asked_url)
    captured = camera.finish()
    told = _told(story, camera)  # after finish: only then all that is to be masked is known
    return Draft(
        type="control.optout" if story.acted else "control.check",
        at=story.ended,
        body={
            **_about(context),
            **told,
            **captured,
            "masks": camera.masker.masks(),
            "notes": list(camera.notes),
        },
        artifacts=tuple(camera.artifacts),
        missing=tuple(camera.missing),
    )


def _about(context: RunContext) -> dict[str, Json]:
    return {
        "provider": context.provider_id,
        "pack": {"id": context.pack_id or context.provider_id, "sha256": context.pack_sha256},
        "mode": context.mode.value,
        "actor": context.actor,
        "terms_overridden": context.overrode_terms,
        "account": context.account,
        "software": {
            "withhold": __version__,
            "browser": context.browser,
            "driver": f"playwright {_driver_version()}",
            "python": platform.python_version(),
            "system": platform.system(),
        },
    }


def _driver_version() -> str:
    return metadata.version("playwright")


def _told(story: Story, camera: Camera) -> dict[str, Json]:
    masker = camera.masker

    def plain(text: str) -> str:
        return masker.text(text, "record")

    return {
        "url": masker.url(story.asked_url, "record"),
        "final_url": masker.url(story.final_url, "record"),
        "begun": _time(story.begun),
        "ended": _time(story.ended),
        "outcome": story.outcome.value,
        "why": plain(story.why),
        "control_ids": list(story.control_ids),
        "controls": [_result(result, plain) for result in story.results],
        "steps": [camera.step(step) for step in story.steps],
        "requests": [_write(write) for write in story.writes],
        "decoys_moved": [plain(key) for key in story.decoys_moved],
    }


def _result(result: ControlResult, plain: Plain) -> dict[str, Json]:
    stages = {"before": result.before, "after": result.after, "after_reload": result.after_reload}
    return {
        "control": result.before.control_id,
        **{stage: _reading(reading, plain) if reading else None for stage, reading in stages.items()},
    }


def _reading(reading: Reading, plain: Plain) -> dict[str, Json]:
    return {
        "label": plain(reading.label),
        "role": reading.role,
        "section": plain(reading.section) if reading.section else None,
        "state": reading.state.value,
        "polarity": reading.polarity.value,
        "setting": reading.setting.value if reading.setting else None,
        "disabled": reading.disabled,
        "confidence_percent": round(reading.confidence * 100),
        "why": [plain(why) for why in reading.why],
        "at": _time(reading.at),
    }


def _write(write: Write) -> dict[str, Json]:
    return {"method": write.method, "host": write.host, "status": write.status, "doubt": write.doubt}


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
