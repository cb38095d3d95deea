"""The one exception tree. Exit codes are those of the command line's contract.

WithholdError (70)
├── UsageProblem (2)             the call cannot be carried out as given
│   ├── RefusedByStance (2)      the provider's terms forbid what was asked
│   ├── NothingRead (2)          no input could be read
│   └── PackInvalid (2)          a data pack is wrong; names file and line
├── Undetermined (3)             the answer could not be found out
├── EvidenceBroken (4)           evidence does not verify
└── EnvironmentProblem (5)       something is missing here; names the command that mends it
    ├── StateTooNew (5)          a newer version wrote this state
    └── StateBusy (5)            another process holds the state
"""


class WithholdError(Exception):
    """Base of all errors that a person is told about.

    ``message`` says what is wrong, ``next_step`` what to do about it.
    """

    exit_code = 70
    code = "internal"

    def __init__(self, message: str, *, next_step: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def diagnostics(self) -> str:
        """What happened and what to do next, for people."""
        return self.message if self.next_step is None else f"{self.message}\nNext: {self.next_step}"


class UsageProblem(WithholdError):
    exit_code = 2
    code = "usage"


class RefusedByStance(UsageProblem):
    code = "refused_by_stance"


class NothingRead(UsageProblem):
    code = "nothing_read"


class PackInvalid(UsageProblem):
    code = "pack_invalid"


class Undetermined(WithholdError):
    exit_code = 3
    code = "undetermined"


class EvidenceBroken(WithholdError):
    exit_code = 4
    code = "evidence_broken"


class EnvironmentProblem(WithholdError):
    exit_code = 5
    code = "environment"


class StateTooNew(EnvironmentProblem):
    code = "state_too_new"


class StateBusy(EnvironmentProblem):
    code = "state_busy"
