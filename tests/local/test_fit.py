"""What fits is said of the memory that the engine here really uses."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.tool import Tool
from withhold.app.local.picking import READING, Candidate, picks
from withhold.local import hardware
from withhold.packs.models import load_models

MODELS = [model for model in load_models().models if model.gguf and model.gguf[0].size]


@pytest.fixture
def tool(capsys: pytest.CaptureFixture[str]) -> Tool:
    return Tool(capsys)


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A graphics processor with 512 GiB, as the kernel's driver shows one."""
    device = tmp_path / "drm" / "card0" / "device"
    device.mkdir(parents=True)
    (device / "mem_info_vram_total").write_text(str(512 << 30))
    (device / "mem_info_vram_used").write_text("0")
    monkeypatch.setattr(hardware, "_DRM", tmp_path / "drm")


@pytest.mark.usefixtures("card")
def test_a_large_graphics_processor_makes_nothing_fit(tool: Tool) -> None:
    """``local serve`` does not use it: a model beyond the memory is not said to fit, and why is told."""
    document = tool.document("local", "fit", "--no-probe")
    assert [gpu["total"] for gpu in document["machine"]["gpus"] if gpu["read_by"] == "amdgpu"] == [512 << 30]
    beyond = [row for row in document["models"] if (row["needs"] or 0) > document["machine"]["memory"]]
    assert {row["fits"] for row in beyond} <= {"no", "unknown"}
    assert {row["on_gpu"] for row in document["models"] if row["needs"]} == {"well"}
    assert any("not used by 'withhold local serve'" in note for note in document["notes"])
    one = tool("local", "fit", "qwen3-1.7b", "--no-probe")
    assert "under an engine that uses it: well" in one.out


def test_names_can_be_read_and_typed(tool: Tool) -> None:
    """At 80 columns a long id is folded at its hyphens."""
    told = tool("local", "fit", "--no-probe").out
    assert re.search(r"mistral-nemo- +Q.*\n +instruct-2407", told)
    assert max(map(len, told.splitlines())) <= 80


def test_the_context_is_said(tool: Tool) -> None:
    """What a model needs depends on it, so the table says for which context it holds."""
    assert "All for 4,096 tokens of context" in tool("local", "fit", "--no-probe", "--context", "4096").out


def test_without_a_measurement_none_is_picked_for_speed(tool: Tool) -> None:
    """A guess would be no help: largest and smallest remain, with their commands."""
    document = tool.document("local", "fit", "--no-probe")
    assert [pick["why"] for pick in document["picks"]] == ["largest", "smallest"]
    assert {pick["tokens_per_second"] for pick in document["picks"]} == {None}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(MODELS),
            st.sampled_from(["well", "tightly", "no", "unknown"]),
            st.none() | st.floats(0.1, 200),
        ),
        max_size=12,
    )
)
def test_picks_fit_well_and_keep_what_they_are_named_for(
    drawn: list[tuple[object, object, float | None]],
) -> None:
    """Whatever the machine: nothing that does not fit well, none twice, and the quick one is quick."""
    candidates = [Candidate(model, model.gguf[0], word, speed) for model, word, speed in drawn]  # type: ignore[attr-defined,arg-type]
    found = list(picks(candidates))
    assert len({c.model.id for _, c in found}) == len(found) <= 3
    assert all(c.fits == "well" for _, c in found)
    quick = [c for why, c in found if why == "largest at reading speed"]
    able = [c for c in candidates if c.fits == "well" and (c.tokens_per_second or 0) >= READING]
    assert bool(quick) == bool([c for c in able if c.model.parameters])
    assert all((c.tokens_per_second or 0) >= READING for c in quick)
    assert not quick or quick[0].size == max(c.size for c in able)
