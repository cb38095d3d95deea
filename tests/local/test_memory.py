"""What a GGUF file needs, byte for byte as the engine's allocator reported it; and files that lie."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from withhold.local import speed
from withhold.local.gguf import read_header
from withhold.local.memory import Layer, Need, cache_bytes, cells, layers_of, need_of_file, weights_by_type
from withhold.local.speed import made_up
from withhold.local.verdict import Room, fits, room_wanted
from withhold.packs.models import load_models
from withhold.support.errors import NothingRead

MEASURED_KIB = {512: 353428, 4096: 373400, 32768: 459448}
"""Resident memory of the engine with this file, by tokens of context."""


def test_weights_are_those_of_the_tensor_table(model: Path) -> None:
    """Sums by type are the file's own; parameters times bits would miss by a third."""
    sizes = weights_by_type(read_header(model), load_models())
    assert sizes == {"Q8_0": 179824640, "Q5_0": 43591680, "Q4_K": 13271040, "Q6_K": 9676800, "F32": 223744}


def test_sliding_layers_keep_their_window_only(model: Path) -> None:
    """At 32,768 tokens 3 layers keep all and 15 keep 1,024 cells: the allocator's own figures."""
    layers, notes = layers_of(read_header(model), load_models().engine)
    full = tuple(layer for layer in layers if layer.window is None)
    sliding = tuple(layer for layer in layers if layer.window is not None)
    assert (len(full), len(sliding), notes) == (3, 15, ())
    assert cache_bytes(full, 32768) == 100663296
    assert cache_bytes(sliding, 32768) == 15728640
    assert cells(32768, 512) == 1024
    assert cells(512, 512) == 512


@pytest.mark.parametrize("context", MEASURED_KIB)
def test_the_sum_is_near_what_was_measured(model: Path, context: int) -> None:
    """Within 8 % of the resident memory that was measured at three lengths of context."""
    need = need_of_file(read_header(model), load_models(), context)
    assert need.exact
    assert abs(need.ample / (MEASURED_KIB[context] * 1024) - 1) < 0.08


def test_numbers_of_types_are_the_engines_own() -> None:
    """Every element type has the number that the installed engine gives it."""
    xllamacpp = pytest.importorskip("xllamacpp", reason="not run: the extra 'local' is absent")
    theirs = {kind.name.removeprefix("GGML_TYPE_"): kind.value for kind in xllamacpp.ggml_type}
    ours = load_models().engine.type_ids
    assert ours == {name: theirs[name] for name in ours}


def test_a_file_that_was_made_up_for_the_probe_is_read() -> None:
    """The probe's own file is a file like any other: its weights are what it says they are."""
    with made_up() as (path, weights):
        header = read_header(path)
        assert sum(weights_by_type(header, load_models()).values()) == weights
        assert header.size >= weights


def test_verdicts_follow_from_need_and_room() -> None:
    """Well with room to spare, tightly where weights may not stand twice, else no."""
    need = Need(weights=600, cache=100, compute=-(60 << 20), copies=200, exact=True)
    assert fits(need, Room("memory", 2000)) == "well"
    assert fits(need, Room("memory", 800)) == "tightly"
    assert fits(need, Room("memory", 700)) == "no"
    assert fits(need, Room("memory", None)) == fits(None, Room("memory", 10**9)) == "unknown"
    assert fits(need, Room("memory", room_wanted(need))) == "well"


@given(st.integers(0, 1 << 20), st.integers(1, 1 << 17))
def test_a_window_never_needs_more_than_everything(context: int, window: int) -> None:
    """A sliding layer keeps at most what a full one keeps, and grows with the context."""
    assert cells(context, window) <= cells(context, None)
    layer = (Layer(512, window),)
    assert cache_bytes(layer, context) <= cache_bytes(layer, context + 1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GGUF",
        b"ZIP!" + bytes(64),
        b"GGUF" + struct.pack("<IQQ", 9, 0, 0),
        b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 0),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 60),
        b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1 << 62),
        b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1) + b"k" + struct.pack("<IIQ", 9, 4, 1 << 50),
    ],
)
def test_a_file_that_lies_about_itself_is_refused(tmp_path: Path, data: bytes) -> None:
    """Lengths beyond the file are refused before anything of that size is made."""
    path = tmp_path / "x.gguf"
    path.write_bytes(data)
    with pytest.raises(NothingRead):
        read_header(path)


@given(data=st.data())
def test_any_damage_to_the_head_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """A flipped byte anywhere in a head gives a header or ``NothingRead``, never another error."""
    path = tmp_path_factory.mktemp("flip") / "x.gguf"
    head = bytearray(speed._head(list(speed._tensors())))
    at = data.draw(st.integers(0, len(head) - 1))
    head[at] = data.draw(st.integers(0, 255))
    path.write_bytes(head)
    try:
        read_header(path)
    except NothingRead:
        return
