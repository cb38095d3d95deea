"""Nasty settings files: one value changes, no other byte does, and the way back leads to the same bytes."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.machine.edit.documents import DOCUMENTS, Document
from withhold.machine.apply.plan import Change, plan
from withhold.machine.apply.runs import Runs
from withhold.machine.edit import CannotEdit, Format, Scalar, edited

NOW = datetime(2026, 11, 23, tzinfo=UTC)
VALUES = st.sampled_from([True, False, 7, "off", "no", "two words", "a.b/c"])
BOM = "\N{BYTE ORDER MARK}"


@given(DOCUMENTS, VALUES, st.booleans())
def test_a_value_changes_and_no_other_byte(document: Document, value: Scalar, marked: bool) -> None:
    """What stands before and after the value is the old text, byte for byte, or the file is refused."""
    head = (BOM if marked else "") + document.head
    data = (head + document.old + document.tail).encode()
    try:
        after = edited(data, document.kind, document.path, value)
    except CannotEdit:
        return
    if after != data:
        assert after.startswith(head.encode())
        assert after.endswith(document.tail.encode())
        assert len(after) >= len((head + document.tail).encode())
    assert edited(after, document.kind, document.path, value) == after


@given(DOCUMENTS, VALUES)
def test_a_new_key_is_added_and_nothing_taken_away(document: Document, value: Scalar) -> None:
    """The old text is still there, in its order; what is new stands in at most two places (a comma too)."""
    path = (*document.path[:-1], "NEW_ONE")
    try:
        after = edited(document.text.encode(), document.kind, path, value).decode()
    except CannotEdit:
        return
    old = document.text
    head = next((i for i, (a, b) in enumerate(zip(old, after, strict=False)) if a != b), len(old))
    rest, new = old[head:], after[head:]
    tail = next((i for i in range(len(rest)) if rest[-1 - i] != new[-1 - i]), len(rest))
    middle = rest[: len(rest) - tail]
    assert middle in new[: len(new) - tail]


@given(DOCUMENTS, VALUES)
def test_undo_gives_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, document: Document, value: Scalar
) -> None:
    """Written to the disk and taken back: the very bytes, whatever the file was like."""
    tmp_path = tmp_path_factory.mktemp("undo")
    file = tmp_path / "settings"
    file.write_bytes(document.text.encode())
    made = plan([Change("tool.some", file, document.kind, document.path, value)])
    runs = Runs(tmp_path / "runs")
    if made.files:
        run, written = runs.perform(made.files, NOW)
        assert [w.problem for w in written] == [None]
        assert [w.problem for w in runs.undo(run, NOW)] == [None]
    assert file.read_bytes() == document.text.encode()


@given(DOCUMENTS)
def test_plain_ones_are_not_refused(document: Document) -> None:
    """Refusing everything would pass the tests above: what each format surely has is edited."""
    plain = {
        Format.JSON: ('{"a": 1 /* x */, "key": ', ",}"),
        Format.TOML: ("[t]\nkey = ", " # x\n"),
        Format.YAML: ("t:\n  key: ", " # x\n"),
        Format.INI: ("[t]\nkey = ", "\n"),
        Format.SHELL: ("export KEY=", " # x\n"),
    }[document.kind]
    path = {Format.JSON: ("key",), Format.SHELL: ("KEY",)}.get(document.kind, ("t", "key"))
    assert edited((plain[0] + "1" + plain[1]).encode(), document.kind, path, 7).decode() == "7".join(plain)


SHELL_TRAPS = {
    "a here-document": "cat <<EOF\nexport KEY=0\nEOF\n",
    "an indented here-document": "cat <<-'END'\n\tx\nexport KEY=0\nEND\n",
    "a text of several lines": "alias a='\nexport KEY=0\n'\n",
    "a double-quoted text": 'echo "\nexport KEY=0\n"\n',
    "a condition that is not set in": "if false; then\nexport KEY=0\nfi\n",
    "a function": "f() {\nexport KEY=0\n}\n",
    "a case": "case $x in\na)\nexport KEY=0\n;;\nesac\n",
    "a loop": "while false; do\nexport KEY=0\ndone\n",
    "a line that goes on": "echo \\\nexport KEY=0\n",
}


@pytest.mark.parametrize("name", SHELL_TRAPS)
def test_a_line_that_only_looks_like_an_assignment(name: str) -> None:
    """Inside a text, a here-document or a condition a line sets nothing for sure: it is left as it is."""
    with pytest.raises(CannotEdit):
        edited(SHELL_TRAPS[name].encode(), Format.SHELL, ["KEY"], "1")


PROFILES = {
    "of Debian": """case $- in
    *i*) ;;
      *) return;;
esac
HISTCONTROL=ignoreboth
[ -x /usr/bin/lesspipe ] && eval "$(SHELL=/bin/sh lesspipe)"
if [ -z "${debian_chroot:-}" ] && [ -r /etc/debian_chroot ]; then
    debian_chroot=$(cat /etc/debian_chroot)
fi
case "$TERM" in
xterm*|rxvt*)
    PS1="\\[\\e]0;${debian_chroot:+($debian_chroot)}\\u@\\h: \\w\\a\\]$PS1"
    ;;
*)
    ;;
esac
alias alert='notify-send "$(history|tail -n1|sed -e '\\''s/^ //'\\'')"'
""",
    "with functions": """mkcd() { mkdir -p "$1" && cd "$1"; }
function up {
  local d=$((1<<2)); for i in $(seq "$1"); do cd ..; done
}
while read -r line; do
  echo "$line" # it's fine
done < <(printf 'a\\nb\\n')
cat > /dev/null <<'EOF'
if this is never closed, 'nor this
EOF
( cd /; ls ) || true; echo ${x#y} $# "${y##*/}"
""",
    "of zsh": """autoload -Uz compinit && compinit
plugins=(git docker)
if [[ "$OSTYPE" == darwin* ]]; then export A=1; fi
bindkey '^[[A' up-line-or-search
typeset -A m; m=(a 1)
source $HOME/.oh-my-zsh.sh
""",
}


@pytest.mark.parametrize("name", PROFILES)
def test_profiles_that_people_have_are_edited(name: str) -> None:
    """What stands in usual profiles is followed: the variable is added, and changed in its place."""
    text = PROFILES[name]
    added = edited(text.encode(), Format.SHELL, ["NEW"], "1").decode()
    assert added == f"{text}export NEW=1\n"
    changed = edited(f"export NEW=0\n{text}".encode(), Format.SHELL, ["NEW"], "1").decode()
    assert changed == f"export NEW=1\n{text}"


FISH_TRAPS = [
    "if false\nset -gx KEY 0\nend\n",
    "function f\nset -gx KEY 0\nend\n",
    "echo '\nset -gx KEY 0\n'\n",
]


@pytest.mark.parametrize("text", FISH_TRAPS)
def test_blocks_of_fish(text: str) -> None:
    """fish closes every block with the same word; inside one a line is left as it is."""
    with pytest.raises(CannotEdit):
        edited(text.encode(), Format.FISH, ["KEY"], "1")
    assert (
        edited((text + "set -gx B 0\n").encode(), Format.FISH, ["B"], "1")
        == (text + "set -gx B 1\n").encode()
    )


OPEN_ENDS = [
    "echo a \\",
    "echo a \\\n",
    "cat <<EOF\nhello\n",
    "alias a='\nb\n",
    'echo "x\n',
    "if true; then\n",
    "f() {\n",
]


@pytest.mark.parametrize("text", OPEN_ENDS)
def test_nothing_is_added_to_what_is_still_open(text: str) -> None:
    """A new line behind an open text or command would become a part of it."""
    with pytest.raises(CannotEdit):
        edited(text.encode(), Format.SHELL, ["NEW"], "1")


@pytest.mark.parametrize("text", ["return 0\n", "exit\n", "exec zsh\n"])
def test_nothing_is_added_where_the_shell_has_left(text: str) -> None:
    """Behind a line that leaves the file at its top level a new assignment may never be reached."""
    with pytest.raises(CannotEdit):
        edited(text.encode(), Format.SHELL, ["NEW"], "1")
