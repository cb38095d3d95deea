"""What a tool's pack holds: facts (``tool``, ``sources``, ``traps``) and rules that a program can follow.

The facts are written as they were collected. Prose that decides a verdict stands once more in ``rules``,
in a form that can be judged: without it a value counts only if the facts list it.
"""

from typing import Any, Literal

from msgspec import Struct

System = Literal["linux", "macos", "windows"]
Means = Literal["good", "bad", "partly"]
Scalar = str | int | float | bool | None


class Place(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """One place that can hold a setting. ``key`` is a path of keys; a dotted part is one literal key."""

    kind: Literal[
        "file", "env", "registry", "plist-domain", "sqlite", "account", "cli-flag", "web-local-storage"
    ]
    scope: str | None = None
    format: str | None = None
    paths: dict[System, str | None] | None = None
    key: tuple[str, ...] | str | int | None = None
    name: str | None = None
    value_semantics: str | None = None
    hive: Literal["HKLM", "HKCU"] | None = None
    path: str | None = None
    type: str | None = None
    domain: str | None = None
    flag: str | None = None
    url: str | None = None
    label: str | None = None
    table: str | None = None
    key_column: str | None = None
    value_column: str | None = None
    value_format: str | None = None
    json_path: tuple[str, ...] | None = None
    note: str | None = None

    @property
    def word(self) -> str:
        """The name people know the place's key by: a variable, a registry value, or keys joined by ``/``."""
        if self.name is not None:
            return self.name
        return "/".join(self.key) if isinstance(self.key, tuple) else str(self.key)


class SettingFacts(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """One setting as the facts state it. ``absent_means`` says what it means that no place holds it."""

    id: str
    purpose: str
    title: str
    where: tuple[Place, ...]
    private_value: Scalar
    also_private: tuple[Scalar, ...]
    not_private_values: tuple[Scalar, ...]
    partly_private_values: tuple[Scalar, ...]
    default: Any
    absent_means: Literal["private", "not_private", "unknown", "depends"]
    authority: Literal["local", "account", "account-with-local-cache", "policy", "local-or-policy"]
    applies_when: str | None
    fix: Literal["edit-file", "offer-only", "guide-to-account", "admin-only", "none"]
    since_version: str | None
    how_known: str
    sources: tuple[str, ...]
    notes: str | None


class Detect(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    binaries: tuple[str, ...]
    config_dirs: tuple[str, ...]
    app_paths: tuple[str, ...]
    extension_ids: tuple[str, ...]
    package_names: tuple[str, ...]
    registry: tuple[str, ...]
    how_known: str


class ToolFacts(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    id: str
    name: str
    vendor: str
    kind: str
    status: str
    examined_version: str | None
    training_in_short: str
    detect: Detect
    settings: tuple[SettingFacts, ...]
    account_signals: tuple[dict[str, Any], ...]
    transcripts: tuple[dict[str, Any], ...]
    config_rules: tuple[str, ...]
    notes: tuple[str, ...]


class Slot(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """Places judged together. ``match`` names their words (``*`` at the end: any ending); empty: all others.

    ``test`` reads a value where listing values is not enough: ``presence`` (any text, number or list that is
    not empty), ``number`` (a whole number from ``low`` to ``high``), ``days`` (``30d`` up to ``high``),
    ``no-http`` (a list whose ``destination`` members stay on this computer), ``exists`` (the file is there),
    ``word`` (any text that is not listed as bad), ``on`` and ``off`` (a switch, by the place's semantics).
    """

    match: tuple[str, ...] = ()
    scope: str | None = None
    role: Literal["main", "switch", "veto", "ignore"] = "main"
    test: Literal["listed", "presence", "number", "days", "no-http", "word", "on", "off"] = "listed"
    good: tuple[Scalar, ...] | None = None
    bad: tuple[Scalar, ...] | None = None
    partly: tuple[Scalar, ...] | None = None
    fits: Means = "good"
    otherwise: Means | None = None
    semantics: str | None = None
    low: int = 0
    high: int = 2**31
    needs_extension_only: bool = False
    only_without: tuple[str, ...] = ()
    """Files of a newer release: where one exists the program reads these places no more."""


class Sign(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A fact on the computer. One of ``env``, ``file``, ``sqlite`` with what it must be."""

    env: tuple[str, ...] = ()
    file: str | None = None
    layers: tuple[str, ...] = ()
    """Files instead of one, strongest first: of those that have the key the first decides."""
    format: str = "json"
    key: tuple[str, ...] | None = None
    row: str | None = None
    values: tuple[Scalar, ...] | None = None
    ends: tuple[str, ...] = ()
    """Text values that end so count (names of models)."""
    absent: bool = False
    """Holds where the key is *not* there although the file is."""


class When(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A condition, as far as files can show it: it holds, it does not, or that cannot be told.

    ``any`` and ``all`` join others. ``ways`` are kinds of ways of sending content that were seen. ``setting``
    names another setting of the pack: it holds where that one was found not private, and not where a
    value that is set was found private. A ``sign`` shows that it holds; that a sign is missing shows nothing.
    Nothing at all: no file can tell.
    """

    any: tuple["When", ...] = ()
    all: tuple["When", ...] = ()
    ways: tuple[str, ...] = ()
    setting: str | None = None
    sign: Sign | None = None
    elsewhere: Literal["unknown", "not-applicable"] = "unknown"
    """What is to be said where it does not hold: nothing is known of the setting's effect there, or what
    the setting is about does not happen there at all (nothing is sent, a contract rules it out)."""


class Rule(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """How a setting's places come to one verdict.

    ``first``: the first main slot that is set decides; ``all``: every main slot must be good;
    ``each``: the same, and one that is not set leaves it unknown; ``all-set``: every one that is set must be
    good; ``agree``: those that are set must say the same, else
    unknown; ``policy-or-all``: the first slot is a policy that decides alone, else all others must be good.
    """

    combine: Literal["first", "all", "each", "all-set", "agree", "policy-or-all"] = "first"
    slots: tuple[Slot, ...] = ()
    no_effect: str | None = None
    """Why a value that is set does nothing; it is then reported as a placebo."""
    extra: tuple[Place, ...] = ()
    absent: Literal["unknown"] | None = None
    """Where the notes take back what ``absent_means`` says."""
    when: When | None = None
    """The setting's condition (``applies_when`` of the facts). It is good only where it counts, or where
    nothing is sent where it does not; see :class:`When`."""
    pins: dict[str, str] = {}
    """For a setting that holds a login to a contract: the value of each place, by its word. ``{login}`` and
    ``{organisation}`` stand for what only the organisation knows."""
    shared_by_profiles: bool = False
    """Whether the default profile's file counts for all profiles of an editor (application scope)."""


class WayRule(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """One way of sending content. All signs must hold. ``possible``: other ways may be taken too."""

    kind: str
    trainable: Literal["yes", "no", "unknown"]
    why: str
    signs: tuple[Sign, ...] = ()
    possible: bool = False


class PlaceboRule(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A key that people set and no program reads as they think."""

    why: str
    file: str | None = None
    format: str = "jsonc"
    key: tuple[str, ...] = ()
    env: str | None = None
    registry: str | None = None
    values: tuple[Scalar, ...] | None = None


class Sessions(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """Where a tool keeps conversations in a format that the import reads, named as the import names it."""

    format: str
    paths: dict[System, tuple[str, ...]]


class Rules(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """The rules of one tool.

    ``moves`` maps a variable to the folder (as the facts write it) that it moves. ``order`` lists scopes,
    strongest first. ``uncertain`` are scopes that may not count (an untrusted project): where they would
    change a verdict it is unknown.
    """

    scanner: str | None = None
    sessions: tuple[Sessions, ...] = ()
    order: tuple[str, ...] | None = None
    uncertain: tuple[str, ...] = ()
    moves: dict[str, str] = {}
    unsure_variables: tuple[str, ...] = ()
    """Variables that point the tool to settings which are not read: where one is set, nothing is good."""
    env_files: tuple[str, ...] = ()
    profile_key: tuple[str, str] | None = None
    """Key that names a profile, and the table that profiles stand in, which win over the top level."""
    managed_needs: str | None = None
    """Key that must be true beside a policy in a macOS preference domain."""
    siblings: dict[str, tuple[str, ...]] = {}
    """Other names of a settings file in the same folder. Where several exist none is known to win."""
    settings: dict[str, Rule] = {}
    ways: tuple[WayRule, ...] = ()
    placebos: tuple[PlaceboRule, ...] = ()
    trailing_commas: bool = False
    """Whether the program takes a comma after the last member of its JSON, as editors of the VS Code family
    do in their own settings."""
    not_a_route: bool = False
    """A browser, a system, a library: it has no route of its own."""
    hidden_layers: tuple[str, ...] = ()
    """Files that can override the others and are not understood. Where one exists, nothing is good."""


class ToolPack(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A whole pack."""

    compiled_on: str
    tool: ToolFacts
    rules: Rules = Rules()
    traps: tuple[dict[str, Any], ...] = ()
    sources: dict[str, dict[str, Any]] = {}

    @property
    def id(self) -> str:
        return self.tool.id

    def setting(self, name: str) -> SettingFacts:
        """The setting of this id. Raises ``KeyError`` where there is none (the linter sees to it)."""
        for setting in self.tool.settings:
            if setting.id == name:
                return setting
        raise KeyError(name)
