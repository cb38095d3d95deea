"""Closed lists of words. A word is stored and printed as its value, so values never change."""

from enum import StrEnum


class Known(StrEnum):
    """How a fact is known. Only ``OBSERVED`` and ``ATTESTED`` can carry an assurance."""

    OBSERVED = "observed"
    """Captured by us from the provider's own page, file or export."""
    ATTESTED = "attested"
    """The person's word."""
    INFERRED = "inferred"
    """Concluded from files, or from two observations with nothing seen in between."""
    ASSUMED = "assumed"
    """A default. Never evidence."""
    UNKNOWN = "unknown"


class PastExposure(StrEnum):
    """Was the conversation open to training at any time? It can only grow."""

    EXPOSED = "exposed"
    NOT_EXPOSED = "not_exposed"
    UNKNOWN = "unknown"


class FutureEligibility(StrEnum):
    """May the conversation go into a training run that starts from the evaluation instant on?"""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    UNKNOWN = "unknown"


class Extent(StrEnum):
    """How much of an exposed conversation was open."""

    WHOLE = "whole"
    """Everything said up to the last open moment, older parts included."""
    SINCE = "since"
    """Only what was said from the first open moment on."""
    NONE = "none"


class Cause(StrEnum):
    """Why a conversation could get into a training run. The lab uses the same words on its own."""

    SETTING = "setting"
    FEEDBACK = "feedback"
    SAFETY = "safety"


class Kind(StrEnum):
    """What a conversation is. Each kind belongs to one product of the provider."""

    CHAT = "chat"
    CODING = "coding"


class Author(StrEnum):
    """Who wrote a message. Tool results and injected context are ``OTHER``: sent, but nobody's words."""

    HUMAN = "human"
    MODEL = "model"
    OTHER = "other"


class Setting(StrEnum):
    """Position of a training control by its effect, never by the look of the switch."""

    SHARING = "sharing"
    PRIVATE = "private"


class ControlState(StrEnum):
    """What a switch shows on the page."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"


class Polarity(StrEnum):
    """What *on* means."""

    ON_TRAINS = "on_trains"
    ON_PRIVATE = "on_private"
    CHOICE_LIST = "choice_list"
    NOT_TRAINING = "not_training"
    UNKNOWN = "unknown"


class Stance(StrEnum):
    """What the provider's consumer terms say on automated access to its web service."""

    PERMITTED = "permitted"
    RESTRICTED = "restricted"
    PROHIBITED = "prohibited"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    DOCUMENTED = "documented-by-provider"
    PRESS = "reported-by-press"
    UNCERTAIN = "uncertain"


class PlanClass(StrEnum):
    CONSUMER = "consumer"
    COMMERCIAL = "commercial"
    EDUCATION = "education"
    GOVERNMENT = "government"
    API_PAID = "api_paid"
    API_FREE = "api_free"
    DEVELOPER = "developer_individual"


class Allowed(StrEnum):
    """May content be used for training under these terms?"""

    NO = "no"
    YES = "yes"
    """No way to refuse."""
    UNLESS_OFF = "unless_off"
    ONLY_IF_ON = "only_if_on"
    UNKNOWN = "unknown"


class ConsentModel(StrEnum):
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    CONTRACT_EXCLUDED = "contract_excluded"
    NO_CONTROL = "no_control"
    NEVER = "never"


class Default(StrEnum):
    ON = "on"
    OFF = "off"
    CHOICE_AT_SIGNUP = "user_choice_at_signup"


class ExceptionKind(StrEnum):
    FEEDBACK = "feedback"
    SAFETY_FLAGGED = "safety_flagged"
    HUMAN_REVIEW = "human_review"
    CONNECTOR_CONTENT = "connector_content"
    VOICE_AUDIO = "voice_audio"
    VIDEO_IMAGES = "video_images"
    UPLOADS = "uploads"
    TEMPORARY_CHAT = "temporary_chat"
    SHARED_LINK = "shared_link"
    MEMORY = "memory"
    SIGNED_OUT = "signed_out"
    DELETED_CHAT = "deleted_chat"
    OPT_IN_PROGRAMME = "opt_in_programme"
    HEALTH_DATA = "health_data"
    MINORS = "minors"
    REGION = "region"
    OTHER_PRODUCT = "other_product"
    IMPORTED_CHATS = "imported_chats"
    BETA_OR_FREE_MODELS = "beta_or_free_models"
    THIRD_PARTY_PROVIDER = "third_party_provider"
    AGGREGATED_DATA = "aggregated_data"
    WORK_EMAIL_DOMAIN = "work_email_domain"


class Effect(StrEnum):
    TRAINS_EVEN_WHEN_OFF = "trains_even_when_off"
    NEVER_TRAINS = "never_trains"
    SEPARATE_CONTROL = "separate_control"
    EXCLUDED_UNLESS_PASTED_IN = "excluded_unless_pasted_in"
    TRAINS_ONLY_IF_ON = "trains_only_if_on"
    TRAINS_NO_CONTROL = "trains_no_control"
    RETAINED_LONGER = "retained_longer"
    SETTING_NOT_OFFERED = "setting_not_offered"
    UNKNOWN = "unknown"


class Basis(StrEnum):
    """Ground on which something is kept: one retention clock each."""

    TRAINING_ON = "training_on"
    TRAINING_OFF = "training_off"
    AFTER_CHAT_DELETION = "after_chat_deletion"
    AFTER_ACCOUNT_DELETION = "after_account_deletion"
    FLAGGED_CONTENT = "flagged_content"
    FLAGGED_SCORES = "flagged_scores"
    FEEDBACK = "feedback"
    HUMAN_REVIEWED = "human_reviewed"
    TEMPORARY_CHATS = "temporary_chats"
    API = "api"
    LOCAL_COPIES = "local_copies"


class RetentionKind(StrEnum):
    FIXED = "fixed"
    UNTIL_DELETED = "until_deleted"
    NONE = "none"
    CONFIGURABLE = "configurable"
    UNSPECIFIED = "unspecified"
    MIXED = "mixed"


class Bound(StrEnum):
    UP_TO = "up_to"
    AT_LEAST = "at_least"
    EXACT = "exact"


class StartsFrom(StrEnum):
    DELETION = "deletion"
    CREATION = "creation"
    COLLECTION = "collection"
    LAST_ACTIVITY = "last_activity"
    ACCOUNT_CLOSURE = "account_closure"
    SUBMISSION = "submission"
    RESPONSE = "response"


class Mark(StrEnum):
    """A caution that travels with a verdict."""

    STALE_TERMS = "stale_terms"
    BOUNDARY_DAY = "boundary_day"
    CONFLICT = "conflicting_evidence"


class Outcome(StrEnum):
    """How an attempt to set a control ended. Only the first two say that the control is private."""

    CHANGED = "changed"
    ALREADY_PRIVATE = "already_private"
    NOT_PERSISTED = "not_persisted"
    BLOCKED = "blocked"
    NO_CONTROL = "no_control"
    NEEDS_HUMAN = "needs_human"


class Mode(StrEnum):
    GUIDE = "guide"
    WITNESS = "witness"
    ASSIST = "assist"
