"""The facts about one tool, from a data file."""

from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Literal

import msgspec
import yaml

from withhold.machine.interface import OsLayout, SettingVerdict, Trainable

Test = Literal["presence", "true", "false", "number"]


class Check(msgspec.Struct, forbid_unknown_fields=True, rename={"test": "is"}, kw_only=True):
    """A value to look for, in a variable or under a key of a settings file.

    ``user_only``: the key counts in the person's own file alone. ``overrides``: a variable that is stronger
    than the files; where it is set otherwise, they decide nothing.
    """

    test: Test
    variable: str | None = None
    setting: tuple[str, ...] | None = None
    low: float = 0
    high: float = 0
    gives: SettingVerdict = SettingVerdict.UNKNOWN
    otherwise: SettingVerdict = SettingVerdict.UNKNOWN
    user_only: bool = False
    overrides: bool = False


class SettingFacts(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One setting: how it is judged. ``account`` settings are decided by the account alone."""

    id: str
    purpose: str
    absent: SettingVerdict
    fix: str
    why: str
    account: bool = False
    managed_only: bool = False
    absent_value: str | None = None
    checks: tuple[Check, ...] = ()


class RouteFacts(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One way to send requests. ``first_party`` ways follow a changed base address.

    Where one of ``addresses`` is set, the requests go where it says, under terms that are not visible.
    ``account_token`` is how a token of an account begins, which then is no key under this way's terms.
    """

    kind: str
    trainable: Trainable
    why: str
    variables: tuple[str, ...] = ()
    setting: tuple[str, ...] | None = None
    switch: bool = False
    first_party: bool = False
    needs_approval: bool = False
    addresses: tuple[str, ...] = ()
    account_token: str | None = None


class OtherHost(msgspec.Struct, forbid_unknown_fields=True):
    variable: str
    own: tuple[str, ...]
    kind: str
    why: str


class Login(msgspec.Struct, forbid_unknown_fields=True):
    kind: str
    trainable: Trainable


class Placebo(msgspec.Struct, forbid_unknown_fields=True, rename={"test": "is"}, kw_only=True):
    """A setting without effect, when found where ``where`` says."""

    where: Literal["user", "any", "file"]
    why: str
    test: Test = "presence"
    variable: str | None = None
    setting: tuple[str, ...] | None = None
    file: str | None = None
    os: OsLayout | None = None
    low: float = 0
    high: float = 0


class Unseen(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    what: str
    why: str
    unless_contract: bool = False
    os: tuple[OsLayout, ...] = ()


class Files(msgspec.Struct, forbid_unknown_fields=True):
    user: str
    credentials: str
    managed: dict[OsLayout, str]
    server_managed: str


class ToolFacts(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """All that is known about one tool."""

    tool: str
    name: str
    compiled_on: date
    config_variable: str
    config_dir: str
    account_file: str
    programs: tuple[str, ...]
    command: str
    files: Files
    routes: tuple[RouteFacts, ...]
    other_host: OtherHost
    logins: dict[str, Login]
    login_texts: dict[str, str]
    settings: tuple[SettingFacts, ...]
    placebos: tuple[Placebo, ...]
    unseen: tuple[Unseen, ...]


@lru_cache(maxsize=4)
def load(tool: str) -> ToolFacts:
    """The built-in facts of a tool. Raises ``msgspec.ValidationError`` where the file breaks its schema."""
    text = (files("withhold.machine") / "data" / f"{tool}.yaml").read_text("utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return msgspec.convert(yaml.load(text, loader), ToolFacts)  # noqa: S506 - a safe loader
