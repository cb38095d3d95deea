"""The tree is that of RFC 9162, whatever its size."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence import naive
from withhold.evidence import merkle
from withhold.evidence.rows import Growing, Kind

LEAVES = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def grown(leaves: list[bytes]) -> Growing:
    tree = Growing()
    for leaf in leaves:
        tree.add(leaf, Kind.RECORD)
    return tree


@given(LEAVES)
def test_roots_are_those_of_the_text(leaves: list[bytes]) -> None:
    """Every beginning of the row of hashes gives the root of the tree of that size."""
    tree = grown(leaves)
    for size in range(len(leaves) + 1):
        assert tree.root(size) == naive.mth(leaves[:size])
    assert len(tree.hashes) == merkle.stored(len(leaves)) * merkle.HASH


@given(LEAVES, st.data())
def test_inclusion_proofs_are_those_of_the_text(leaves: list[bytes], data: st.DataObject) -> None:
    """The path is the RFC's, it leads to the root, and no other leaf or place gets there by it."""
    tree = grown(leaves)
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion(index, size, tree.hash_at)
    assert path == naive.path(index, leaves[:size])
    leaf = merkle.leaf_hash(leaves[index])
    assert merkle.root_by_inclusion(index, size, leaf, path) == tree.root(size)
    assert merkle.root_by_inclusion(index, size, merkle.leaf_hash(b"another"), path) != tree.root(size)
    assert merkle.root_by_inclusion(index, size, leaf, [*path, leaf]) is None
    if path:
        assert merkle.root_by_inclusion(index, size, leaf, path[:-1]) is None


@given(LEAVES, st.data())
def test_consistency_proofs_are_those_of_the_text(leaves: list[bytes], data: st.DataObject) -> None:
    """One tree is the beginning of the other, and with any other root the proof fails."""
    tree = grown(leaves)
    new = data.draw(st.integers(1, len(leaves)))
    old = data.draw(st.integers(1, new))
    path = merkle.consistency(old, new, tree.hash_at)
    assert path == naive.proof(old, leaves[:new])
    old_root, new_root, other = tree.root(old), tree.root(new), hashlib.sha256(b"other").digest()
    assert merkle.consistent(old, old_root, new, new_root, path)
    assert not merkle.consistent(old, other, new, new_root, path)
    assert not merkle.consistent(old, old_root, new, other, path)
    assert not merkle.consistent(old, old_root, new, new_root, [*path, other])
    assert not path or not merkle.consistent(old, old_root, new, new_root, path[:-1])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 2)])
def test_leaves_that_are_not_there_have_no_proof(index: int, size: int) -> None:
    """A place outside the tree is refused, by the prover and by the verifier."""
    tree = grown([b"a", b"b", b"c"])
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion(index, size, tree.hash_at)
    assert merkle.root_by_inclusion(index, size, merkle.leaf_hash(b"a"), []) is None


def test_known_roots() -> None:
    """The empty tree, and the tree over one empty leaf, have the hashes that RFC 6962's vectors give."""
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    one = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.EMPTY_ROOT.hex() == empty
    assert grown([b""]).root(1).hex() == one
