"""The catalogue of rules: each id with what it says. Docs are generated from it.

``{...}`` in a text is filled in when a reason is given. The article's statements (S1 ...) and idea 2 of the
architecture are where the rules come from; the facts come from the packs.
"""

from typing import Final

RULES: Final[dict[str, str]] = {
    # past exposure, one per regime a message was sent in
    "terms.excluded": "The terms in force then did not allow training on this content.",
    "terms.contract": "Sent under a contract that excludes training.",
    "terms.no_refusal": "The terms in force then allowed training and offered no way to refuse.",
    "terms.unknown": "What the provider's terms allowed then is not known.",
    "terms.either": "Which of two entries of the terms applied then is not known: the cautious one is taken.",
    "terms.stale": "The terms were last compared with their source on {checked}; that is too long ago.",
    "acceptance.pending": "The new terms had not been accepted yet, so the older ones still applied.",
    "acceptance.uncertain": "Whether the new terms had been accepted by then is not known.",
    "plan.unknown": "Under which plan this was sent is not known.",
    "region.unknown": "The terms differ by region, and the region is not known.",
    "setting.sharing": "The setting allowed training then ({known}).",
    "setting.private": "The setting was private then ({known}).",
    "setting.between": "Same position before and after, but nobody looked in between.",
    "setting.unknown": "Where the setting stood then is not known. A default is no evidence.",
    "setting.conflict": "Two pieces of evidence disagree about where the setting stood.",
    "setting.as_last_seen": "Since the last look ({looked}) it is taken to stand as it stood then.",
    "scope.unknown": "Whether the terms cover this kind of conversation is not stated.",
    "scope.excluded": "The terms in force then did not cover this kind of conversation.",
    "incognito.never": "Incognito conversations are left out of training.",
    "incognito.unknown": "Whether incognito conversations are left out is not stated for that time.",
    "time.uncertain": "When this was sent is known only within a range.",
    "boundary_day": "Sent on the day the terms changed, somewhere on Earth: the cautious reading is taken.",
    # what one open moment does to the rest
    "resume.whole_chat": "It was resumed while open, and the terms count the entire conversation.",
    "resume.part": "It was resumed while open; the terms count only what was said from then on.",
    "untouched.open": "Stored older conversations were open as well, without being resumed.",
    "feedback.trains": "Feedback was given; that conversation may train whatever the setting says.",
    "feedback.never": "Feedback was given under terms that do not use it for training.",
    "feedback.unknown": "Feedback was given; whether it may train is not stated for that time.",
    "past.never_cleared": "Switching off or deleting later does not undo this: models may have been trained.",
    # future eligibility
    "future.never_shared": "Nothing in it was open to training so far, so a run has no ground to take it.",
    "future.setting_sharing": "It was open before; the setting allowed training at the last look ({looked}).",
    "future.setting_private": "Private at the last look ({looked}); the terms then leave stored ones out.",
    "future.stored_not_excluded": "Private at the last look ({looked}), but stored ones stay usable.",
    "future.stored_unknown": "Private at the last look ({looked}); stored ones are not mentioned.",
    "future.setting_unknown": "Where the setting stands now is not known ({looked}).",
    "future.no_refusal": "The terms in force now allow training and offer no way to refuse.",
    "future.terms_excluded": "The terms in force now do not allow training on it.",
    "future.terms_unknown": "What the provider's terms allow now is not known.",
    "future.deleted": "It was deleted, and deleted conversations are left out of later runs.",
    "future.deletion_unsure": "Whether it was deleted, or what that does, is not certain.",
    "future.feedback_copy": "A copy made with the feedback may still be used, until {until}.",
    "future.feedback_expired": "The copy made with the feedback is past its longest stated keeping time.",
}
