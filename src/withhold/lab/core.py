"""The provider itself, without HTTP. It only runs forward: no event lies before the last one.

The rules, in the lab's own words (instants and spans: ``terms.toml``):

L1  Old terms until new ones are on offer; from then each consumer account comes under the new terms when it
    accepts, and from the binding instant every consumer account is under them.
L2  Signing up on a consumer tier under the new terms includes the acceptance and the choice (pre-set on).
    After the binding instant a consumer account that never accepted must choose before it sends anything.
    Without a choice there is no setting, and no setting shares nothing.
L3  A message shares its whole conversation when, as it is sent, the tier is a consumer one, the account under
    the new terms, the setting on and the conversation not incognito. Switching on later shares nothing.
L4  A training run takes every shared, stored conversation of accounts whose setting is on at the snapshot,
    except what was sent under a commercial contract.
L5  Feedback copies the whole conversation; the copy trains whatever the setting. Only feedback on coding
    sessions of consumer accounts under old terms is for debugging.
L6  A safety flag keeps a copy that trains, unless commercial or a coding session under old terms.
L7  Deleting takes a conversation out of history and of runs by setting at once, out of the store later.
    While it is stored, the provider can bring it back.
L8  The retention job purges what is due whenever the clock moves (``retention``).
L9  An update of the terms may flip the setting of those who have chosen back to on.
L10 A run stays what it was.

Nothing here knows what time it is: every method takes the instant, or stands at the lab's present.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from withhold.lab.books import Books
from withhold.lab.errors import NotOffered
from withhold.lab.events import PERSON, PROVIDER, PURGE, Event, Scalar
from withhold.lab.responder import chat_answer, coding_turn
from withhold.lab.retention import RetentionJob
from withhold.lab.runs import Run, take
from withhold.lab.state import Account, Conversation, Copy, Message
from withhold.lab.terms import LabTerms

KINDS = ("chat", "coding")


class Lab(Books):
    """The reference provider. Things are named by id; the values themselves stand in ``accounts`` and
    ``conversations`` and are to be read, not changed. ``advance`` moves the clock.

    ``seed`` decides all ids. Every refusal is a ``LabRefusal`` and leaves the lab as it was.
    """

    def __init__(self, start: datetime, terms: LabTerms | None = None, *, seed: int = 0) -> None:
        super().__init__(start, terms)
        self.seed = seed
        self.events: list[Event] = []
        self.listeners: list[Callable[[Event], None]] = []
        """Called with each event as it is written down, just before it takes effect."""
        self._job = RetentionJob(self.terms.keep)
        self._random = Random(seed)  # noqa: S311 - ids of a simulator, not secrets

    # what an account does

    def create_account(
        self,
        tier: str,
        at: datetime | None = None,
        *,
        sharing: bool = True,
        email: str | None = None,
        label: str | None = None,
    ) -> str:
        """Sign up and return the account's id. ``sharing`` is the choice made on the consent screen; it
        counts only where there is one (consumer tier, new terms)."""
        moment = self._instant(at)
        self._known_tier(tier)
        number = len(self.accounts) + 1
        email = email or f"person{number}@example.invalid"
        if self.account_by_email(email) is not None:
            raise NotOffered(f"{email} has an account already", next_step="sign in with it")
        args: dict[str, Scalar] = {"tier": tier, "sharing": sharing, "email": email, "label": label}
        account = Account(self._id(), email, label or f"Person {number}", moment, tier)
        self._happen(moment, PERSON, "create_account", args, account=account.id)
        account.tiers.append((tier, moment))
        if tier in self.terms.consumer and moment >= self.terms.new_terms_from:
            account.accepted = moment
            self._set(account, sharing, moment)
        self.accounts[account.id] = self._by_email[email.strip().lower()] = account
        return account.id

    def accept_terms(self, account: str, sharing: bool, at: datetime | None = None) -> None:
        """Accept the new terms with the choice made beside the button. Consumer accounts only, once."""
        moment, holder = self._instant(at), self.account(account)
        if not self.may_accept(account, moment):
            raise NotOffered("no terms are waiting for this account's acceptance")
        self._happen(
            moment, PERSON, "accept_terms", {"account": account, "sharing": sharing}, account=account
        )
        holder.accepted = moment
        self._set(holder, sharing, moment)

    def set_setting(self, account: str, on: bool, at: datetime | None = None) -> None:
        """Move the training switch. It is there for consumer accounts that have made their first choice."""
        moment, holder = self._instant(at), self.account(account)
        if not self.has_switch(account):
            raise NotOffered(
                "this account has no training switch", next_step="accept the terms, or change the tier"
            )
        self._happen(moment, PERSON, "set_setting", {"account": account, "on": on}, account=account)
        self._set(holder, on, moment)

    def set_preference(self, account: str, name: str, on: bool, at: datetime | None = None) -> None:
        """Move another switch, which decides nothing about training."""
        moment, holder = self._instant(at), self.account(account)
        args: dict[str, Scalar] = {"account": account, "name": name, "on": on}
        self._happen(moment, PERSON, "set_preference", args, account=account)
        holder.preferences[name] = on

    def change_tier(self, account: str, tier: str, at: datetime | None = None) -> None:
        moment, holder = self._instant(at), self.account(account)
        self._known_tier(tier)
        self._happen(moment, PERSON, "change_tier", {"account": account, "tier": tier}, account=account)
        if tier != holder.tier:
            holder.tier = tier
            holder.tiers.append((tier, moment))

    # what happens in conversations

    def start_conversation(
        self,
        account: str,
        kind: str,
        at: datetime | None = None,
        *,
        incognito: bool = False,
        text: str = "Hello",
        project: str | None = None,
        answer_after: int = 0,
    ) -> str:
        """Open a ``chat`` or ``coding`` session with a first message and return its id. ``project`` is the
        folder a coding session works in; ``answer_after`` seconds pass before the answer."""
        moment, holder = self._instant(at), self.account(account)
        if kind not in KINDS or (incognito and kind != "chat"):
            raise NotOffered(f"no such conversation: {kind}{' incognito' if incognito else ''}")
        self._may_send(holder, moment, answer_after)
        args: dict[str, Scalar] = {
            "account": account, "kind": kind, "incognito": incognito, "text": text, "project": project,
            "answer_after": answer_after,
        }  # fmt: skip
        title = " ".join(text.split())[:48]
        conversation = Conversation(self._id(), account, kind, incognito, title, moment, project)
        self._happen(moment, PERSON, "start_conversation", args, account, conversation.id)
        self.conversations[conversation.id] = conversation
        holder.conversations.append(conversation)
        self._exchange(holder, conversation, text, moment, answer_after)
        return conversation.id

    def send(
        self, conversation: str, at: datetime | None = None, text: str = "Go on", *, answer_after: int = 0
    ) -> None:
        """Write on in a conversation, be it new or years old, and get the answer."""
        moment = self._instant(at)
        target = self._open(conversation, moment)
        holder = self.account(target.account)
        self._may_send(holder, moment, answer_after)
        args: dict[str, Scalar] = {"conversation": conversation, "text": text, "answer_after": answer_after}
        self._happen(moment, PERSON, "send", args, holder.id, conversation)
        self._exchange(holder, target, text, moment, answer_after)

    def give_feedback(self, conversation: str, at: datetime | None = None, kind: str = "thumbs_up") -> None:
        """A thumb on an answer: a copy of the whole conversation as it is now goes to the provider."""
        moment = self._instant(at)
        target = self._open(conversation, moment)
        args: dict[str, Scalar] = {"conversation": conversation, "kind": kind}
        self._happen(moment, PERSON, "give_feedback", args, target.account, conversation)
        keep, old = self.terms.keep, self._consumer_under_old_terms(target.account, moment)
        span = keep.feedback
        if old:
            span = keep.feedback_old_terms_coding if target.kind == "coding" else keep.feedback_old_terms_chat
        trains = not (old and target.kind == "coding")
        self._copy(target, Copy("feedback", moment, span.after(moment), trains, kind, tuple(target.messages)))

    def delete(self, conversation: str, at: datetime | None = None) -> None:
        """Delete one conversation: gone from history now, from the store after the stated days."""
        moment = self._instant(at)
        target = self._open(conversation, moment)
        self._happen(moment, PERSON, "delete", {"conversation": conversation}, target.account, conversation)
        target.deleted_at = moment
        self._job.watch(target)

    # what the provider does

    def bring_back(self, conversation: str, at: datetime | None = None) -> None:
        """A deleted conversation that is still stored is in the history again."""
        moment = self._instant(at)
        target = self._stored(conversation, moment)
        if target.deleted_at is None:
            raise NotOffered("this conversation is not deleted")
        self._happen(
            moment, PROVIDER, "bring_back", {"conversation": conversation}, target.account, conversation
        )
        target.deleted_at = None
        self._job.watch(target)

    def flag_safety(self, conversation: str, at: datetime | None = None) -> None:
        """Flag a conversation that is still stored, deleted or not. The person never sees it."""
        moment = self._instant(at)
        target = self._stored(conversation, moment)
        self._happen(
            moment, PROVIDER, "flag_safety", {"conversation": conversation}, target.account, conversation
        )
        keep = self.terms.keep
        consumer = self.account(target.account).tier in self.terms.consumer
        old_coding = target.kind == "coding" and self._consumer_under_old_terms(target.account, moment)
        trains = consumer and not old_coding
        content = tuple(target.messages)
        self._copy(
            target,
            Copy("flagged_content", moment, keep.flagged_content.after(moment), trains, "flag", content),
        )
        self._copy(target, Copy("flagged_scores", moment, keep.flagged_scores.after(moment), False, "flag"))

    def publish_terms_update(self, at: datetime | None = None, *, flip: bool = False) -> None:
        """Publish a later update; with ``flip`` all who have chosen on a consumer tier are set to on."""
        moment = self._instant(at)
        self._happen(moment, PROVIDER, "publish_terms_update", {"flip": flip})
        for holder in self.accounts.values():
            if flip and holder.setting is not None and holder.tier in self.terms.consumer:
                self._set(holder, True, moment)

    def run_training(self, name: str, at: datetime | None = None) -> Run:
        """Take the snapshot and start a run. Names are used once."""
        moment = self._instant(at)
        if name in self.runs:
            raise NotOffered(f"there is a run named {name} already")
        self._happen(moment, PROVIDER, "run_training", {"name": name})
        items = take(self.accounts.values(), moment, self.terms.keep)
        self.runs[name] = Run(name, snapshot=moment, start=moment, finish=None, items=items)
        return self.runs[name]

    def finish_run(self, name: str, at: datetime | None = None) -> Run:
        moment = self._instant(at)
        run = self.runs.get(name)
        if run is None or run.finish is not None:
            raise NotOffered(f"no run named {name} is under way")
        self._happen(moment, PROVIDER, "finish_run", {"name": name})
        self.runs[name] = replace(run, finish=moment)
        return self.runs[name]

    def advance(self, at: datetime) -> None:
        """Move the clock forward to ``at``; the retention job does its work on the way."""
        self._happen(self._instant(at), PROVIDER, "advance", {})

    # how it works

    def _id(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def _happen(
        self,
        at: datetime,
        actor: str,
        what: str,
        args: dict[str, Scalar],
        account: str | None = None,
        conversation: str | None = None,
    ) -> None:
        self._move(at)
        self._tell(Event(at, actor, what, account, conversation, args))

    def _tell(self, event: Event) -> None:
        self.events.append(event)
        for listener in self.listeners:
            listener(event)

    def _move(self, at: datetime) -> None:
        for purge in self._job.run(at):
            self.purges.append(purge)
            account = self.conversations[purge.conversation].account
            self._tell(Event(purge.at, PROVIDER, PURGE, account, purge.conversation, {"basis": purge.basis}))
        self.now = at

    def _set(self, holder: Account, on: bool, at: datetime) -> None:
        if holder.setting is not on:
            holder.setting = on
            holder.settings.append((on, at))

    def _copy(self, target: Conversation, copy: Copy) -> None:
        target.copies.append(copy)
        self._job.watch_copy(target, copy)

    def _exchange(
        self, holder: Account, target: Conversation, text: str, at: datetime, answer_after: int
    ) -> None:
        commercial = holder.tier in self.terms.commercial
        turn = sum(m.author == "human" for m in target.messages)
        answer_at = at + timedelta(seconds=answer_after)
        answers = (
            coding_turn(text, turn) if target.kind == "coding" else (("model", chat_answer(text, turn)),)
        )
        target.messages.append(Message(self._id(), "human", at, text, commercial))
        target.messages.extend(Message(self._id(), who, answer_at, said, commercial) for who, said in answers)
        if self._shares(holder, target, at):
            target.last_shared = at
        self._job.watch(target)
        self._move(answer_at)
