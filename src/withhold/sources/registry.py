"""All formats, and the way from paths to conversations.

============== ========================================================== ==========================
format         what it is                                                 provider
============== ========================================================== ==========================
claude-ai      Claude.ai account export, all eras, chats of the web API   anthropic
claude-code    Claude Code transcripts and prompt history                 anthropic
chatgpt        ChatGPT account export: one file, shards, slim trees;      openai
               ratings, switches, shared links, group chats, cloud tasks
deepseek       DeepSeek account export, with and without fragments        deepseek
grok-web       Grok account export                                        xai
le-chat        Le Chat (Mistral) account export                           mistral
ms-copilot     Microsoft Copilot: CSV files of the privacy dashboard      microsoft
ai-studio      Google AI Studio: prompts as kept in Drive                 google
gemini-takeout Gemini in Google Takeout: pages in any language, JSON      google
open-webui     Open WebUI: JSON export, ``webui.db``                      unknown
lm-studio      LM Studio: ``*.conversation.json``                         local, or unknown
jan            Jan: ``thread.json`` and ``messages.jsonl``                local, or unknown
ollama         Ollama app: ``db.sqlite``                                  local, or unknown
codex          OpenAI Codex: rollouts of both eras, forks, prompt history openai, or unknown
cursor         Cursor: editor's database, command line chats, transcripts cursor
gemini-cli     Gemini CLI: chats of both eras, log of prompts             google, or unknown
vscode-copilot VS Code's chats with Copilot: document, log of changes     github, or unknown
copilot-cli    GitHub Copilot CLI: events, older documents                github
aider          aider: histories of chats and inputs                       unknown
cline          Cline, Roo Code, Kilo Code: messages as sent and as shown  unknown
opencode       OpenCode: database, older storage                          github, or unknown
goose          Goose: database, JSON lines                                unknown
continue       Continue: sessions                                         unknown
amp            Amp: threads                                               unknown
grok-cli       Grok's command line program: chats, updates, prompts       xai
antigravity    Google Antigravity: transcripts, prompts                   unknown
pi             pi: sessions                                               unknown
============== ========================================================== ==========================

Local programs are ``local`` only where their files show that the model ran on this machine.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from withhold.model.conversation import Unrecognised
from withhold.sources.ai_studio import AiStudio
from withhold.sources.aider import Aider
from withhold.sources.amp import Amp
from withhold.sources.antigravity import Antigravity
from withhold.sources.chatgpt import ChatGpt
from withhold.sources.claude_ai import ClaudeAi
from withhold.sources.claude_code import ClaudeCode
from withhold.sources.cline import Cline
from withhold.sources.codex import Codex
from withhold.sources.continue_dev import Continue
from withhold.sources.copilot_cli import CopilotCli
from withhold.sources.cursor import Cursor
from withhold.sources.deepseek import DeepSeek
from withhold.sources.gemini_cli import GeminiCli
from withhold.sources.gemini_takeout import GeminiTakeout
from withhold.sources.goose import Goose
from withhold.sources.grok import Grok
from withhold.sources.grok_cli import GrokCli
from withhold.sources.interface import Claim, Damaged, Entry, Item, Limits, Notice, Options, Reader, Shape
from withhold.sources.jan import Jan
from withhold.sources.le_chat import LeChat
from withhold.sources.lm_studio import LmStudio
from withhold.sources.ms_copilot import MsCopilot
from withhold.sources.ollama import Ollama
from withhold.sources.open import Opened, opened
from withhold.sources.open_webui import OpenWebUi
from withhold.sources.opencode import OpenCode
from withhold.sources.packed import archive_kind
from withhold.sources.pi import Pi
from withhold.sources.shape import shape_of
from withhold.sources.summary import ReadSummary, Tally
from withhold.sources.vscode_chat import VsCodeChat
from withhold.support.errors import NothingRead

READERS: tuple[Reader, ...] = (
    ClaudeAi(),
    ClaudeCode(),
    ChatGpt(),
    DeepSeek(),
    Grok(),
    LeChat(),
    MsCopilot(),
    AiStudio(),
    GeminiTakeout(),
    OpenWebUi(),
    LmStudio(),
    Jan(),
    Ollama(),
    Codex(),
    Antigravity(),
    GrokCli(),
    Goose(),
    OpenCode(),
    Cline(),
    Cursor(),
    VsCodeChat(),
    Continue(),
    Aider(),
    Pi(),
    GeminiCli(),
    CopilotCli(),
    Amp(),
)
UNKNOWN = "unknown"
_FORMS = {
    "array": "a list without an object that can be read: an empty export, or one that was cut",
    "broken": "JSON that is cut or broken",
    "empty": "an empty file",
}


class Reading:
    """What one source holds in one format. Iterate once; then :meth:`summary` is complete."""

    def __init__(self, path: Path, format_name: str, items: Iterator[Item]) -> None:
        self.path = path
        self.format = format_name
        self._items = items
        self._tally = Tally(self.label, format_name)

    @property
    def label(self) -> str:
        """The path as it may be printed and kept: names of files need not be text in any encoding."""
        return str(self.path).encode("utf-8", "replace").decode()

    def __iter__(self) -> Iterator[Item]:
        for item in self._items:
            self._tally.add(item)
            yield item

    def summary(self) -> ReadSummary:
        """The numbers of what was iterated so far."""
        return self._tally.summary()


def read_paths(
    paths: Sequence[Path], limits: Limits | None = None, *, keep_titles: bool = False
) -> Iterator[Reading]:
    """One :class:`Reading` per path and format found in it, in order; a mixed folder gives several.

    A reading must be used before the next is asked for; what its user leaves is read to the end then, so
    that its summary adds up. What no reader knows is ``Unrecognised`` in the first reading of its path.

    Raises :class:`~withhold.support.errors.NothingRead` at the end, with the reasons for each path, if no
    path held a single conversation.
    """
    done: list[ReadSummary] = []
    for path in paths:
        beside = frozenset(other.name for other in paths if other != path)
        options = Options(limits or Limits(), keep_titles, path.name, beside)
        with opened(path, options.limits) as source:
            for reading in _readings(source, options):
                yield reading
                for _ in reading:
                    pass
                done.append(reading.summary())
    if not any(summary.conversations or summary.apart for summary in done):
        raise _nothing(done)


def _readings(source: Opened, options: Options) -> Iterator[Reading]:
    sorting = _Sorting()
    for entry in source.entries:
        sorting.add(entry, options)
    extra: list[Item] = [*source.problems, *source.notices, *sorting.left_over()]
    for reader, claims in sorting.claims.items():
        items = _with(extra, reader.read(claims, options))
        extra = []
        yield Reading(source.path, reader.format, items)
    if extra or not sorting.claims:
        if not extra:
            extra.append(Unrecognised(".", "holds no file"))
        yield Reading(source.path, UNKNOWN, iter(extra))


def _with(first: Sequence[Item], then: Iterator[Item]) -> Iterator[Item]:
    yield from first
    yield from then


class _Sorting:
    """Which reader takes which entry."""

    def __init__(self) -> None:
        self.claims: dict[Reader, list[Claim]] = {}
        self._unclaimed: list[tuple[Entry, Shape]] = []
        self._packed: list[tuple[Entry, str]] = []
        self._damaged: list[Unrecognised] = []

    def add(self, entry: Entry, options: Options) -> None:
        try:
            shape = shape_of(entry, options.limits)
            if (packed := archive_kind(shape.head)) is not None:
                self._packed.append((entry, packed))
                return
            claimed = _claimed(entry, shape)
        except Damaged as damage:
            self._damaged.append(Unrecognised(entry.path, str(damage)))
            return
        if claimed is not None:
            self.claims.setdefault(claimed[0], []).append(claimed[1])
            return
        strange = shape.first and shape.form == "array"
        self._unclaimed.append((entry, Shape("list" if strange else shape.form)))

    def left_over(self) -> Iterator[Item]:
        """Entries of no reader: those with JSON one by one, the others by number."""
        yield from self._damaged
        for entry, kind in self._packed:
            if not self._is_companion(entry):
                reason = f"{kind}, which is not looked into; unpack it and give the folder"
                yield Unrecognised(entry.path, reason)
        others: Counter[str] = Counter()
        for entry, shape in self._unclaimed:
            if self._is_companion(entry):
                continue
            if shape.form == "other":
                others[_suffix(entry)] += 1
            else:
                yield Unrecognised(entry.path, _FORMS.get(shape.form, "JSON of a shape that no reader knows"))
        if others and not self.claims:
            yield from (
                Unrecognised(".", f"{n} files {kind} of no known format") for kind, n in others.items()
            )
        elif others:
            kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(others.items()))
            yield Notice(f"files that hold no JSON were not read: {kinds}")

    def _is_companion(self, entry: Entry) -> bool:
        for reader, claims in self.claims.items():
            claim = reader.companion(entry)
            if claim is not None:
                claims.append(claim)
                return True
        return False


def _claimed(entry: Entry, shape: Shape) -> tuple[Reader, Claim] | None:
    for reader in READERS:
        claim = reader.recognises(entry, shape)
        if claim is not None:
            return reader, claim
    return None


def _suffix(entry: Entry) -> str:
    dot = entry.name.rpartition(".")
    return f".{dot[2].lower()}" if dot[0] and len(dot[2]) < 12 else "(no ending)"


def _nothing(done: Sequence[ReadSummary]) -> NothingRead:
    reasons = []
    for summary in done:
        why = [f"{found.place}: {found.reason}" for found in summary.unrecognised[:5]]
        why += summary.warnings[:3]
        why += [f"only {number} {what}" for what, number in summary.members]
        reasons.append(f"{summary.path}: " + ("; ".join(why) or "no conversation in it"))
    text = "No conversation was read.\n" + "\n".join(reasons or ["no path was given"])
    return NothingRead(text, next_step="give the ZIP or folder of an export, or your home directory")
