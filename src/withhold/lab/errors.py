"""What the lab refuses.

LabRefusal (UsageProblem)
├── BackwardsInTime     the instant lies before the lab's present, or has no zone
├── ChoiceNeeded        the account must accept the terms before it can send anything
├── NotOffered          this account is not offered that (terms, switch, tier)
└── Gone                the conversation was deleted or purged, or never existed
"""

from withhold.support.errors import UsageProblem


class LabRefusal(UsageProblem):
    code = "lab_refused"


class BackwardsInTime(LabRefusal):
    code = "lab_backwards"


class ChoiceNeeded(LabRefusal):
    code = "lab_choice_needed"


class NotOffered(LabRefusal):
    code = "lab_not_offered"


class Gone(LabRefusal):
    code = "lab_gone"
