"""The switches of the settings page, and the ways in which the training switch can behave."""

from collections.abc import Mapping
from dataclasses import dataclass

TRAINING = "help_improve"
OPT_OUT = "training_opt_out"
"""The same setting the other way round, where the switch is worded so."""
TWIN = "help_improve_twin"
LABEL = "Help improve Lumen"
ABOUT = "Allow the use of your chats and coding sessions to train and improve Lumen models"


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch that decides nothing about training. ``default`` holds until the person moves it."""

    key: str
    label: str
    about: str
    default: bool


DECOYS = (
    Switch(
        "location_metadata",
        "Location metadata",
        "Allow Lumen to use coarse location metadata (city or region) to improve product experiences",
        True,
    ),
    Switch("product_emails", "Product e-mails", "Send me news and tips about Lumen", True),
)
MEMORY = Switch("memory", "Memory", "Let Lumen remember relevant context from your chats", True)
TWIN_SWITCH = Switch(TWIN, LABEL, ABOUT, True)
PREFERENCES: Mapping[str, Switch] = {s.key: s for s in (*DECOYS, MEMORY, TWIN_SWITCH)}


@dataclass(frozen=True, slots=True)
class Variant:
    """How the training switch looks and what becomes of a click on it."""

    name: str
    about: str
    label: str | None = None
    """Instead of the label of the wording."""
    locked: bool = False
    """An organisation has set it, and it cannot be moved."""
    box: bool = False
    """A check box out of sight; its label is what one sees and presses."""
    in_dialog: bool = False
    confirms: bool = False
    """Nothing is sent before a second question was answered."""
    twin: bool = False
    """A second switch with the same label stands before it and decides nothing."""
    stores: bool = True
    """If not, the answer says that it was saved and nothing is."""
    refuses_after: float | None = None
    """Seconds until the server refuses the change, so that the page takes the switch back."""


VARIANTS: Mapping[str, Variant] = {
    variant.name: variant
    for variant in (
        Variant("switch", "an honest switch"),
        Variant("silent-failure", "says saved, stores nothing: on again after a reload", stores=False),
        Variant("disabled", "locked by an organisation", locked=True),
        Variant("two-alike", "two switches with the same label", twin=True),
        Variant("unknown-label", "a label no list knows", label="Community learning"),
        Variant("hidden-box", "a check box out of sight under its label", box=True),
        Variant("dialog", "in a dialog that a button opens", in_dialog=True),
        Variant("confirm", "saved only after a second question", confirms=True),
        Variant("reverting", "moves at once and comes back after a second", refuses_after=1.0),
    )
}
