"""Published samples of coding assistants' transcripts, each counted exactly."""

from collections.abc import Callable

import pytest

from tests.sources.conftest import Result
from tests.sources.expected import COLLECTED, needs_collected

Read = Callable[..., Result]

SAMPLES = [  # folder, file, conversations, human, model, unrecognised
    ("codex", "agentgrep--codex-history--example.jsonl", 2, 3, 0, 0),
    ("codex", "agentgrep--codex-sessions--rollout-2026-05-17T12-00-00-example.jsonl", 1, 1, 1, 0),
    ("codex", "agentsview--fc_args_1.jsonl", 1, 1, 0, 0),
    ("codex", "agentsview--fc_args_2.jsonl", 1, 1, 0, 0),
    ("codex", "agentsview--fc_stdin.jsonl", 1, 1, 0, 0),
    ("codex", "agentsview--function_calls.jsonl", 1, 1, 0, 0),
    ("codex", "agentsview--standard_session.jsonl", 1, 1, 1, 0),
    ("codex", "atif-make--codex-rollout.jsonl", 1, 1, 1, 0),
    ("codex", "cc-session-core--codex_rollout.jsonl", 1, 1, 2, 0),
    ("codex", "hstry--codex--test-session-rollout.jsonl", 1, 1, 1, 0),
    ("codex", "polylogue--functions_exec_multiple.jsonl", 1, 0, 0, 0),
    ("codex", "polylogue--functions_exec_single.jsonl", 1, 0, 0, 0),
    ("codex", "polylogue--interleaved_stream.jsonl", 1, 2, 2, 0),
    ("codex", "polylogue--text_only_stream.jsonl", 1, 1, 1, 0),
    ("codex", "polylogue--tool_call_stream.jsonl", 1, 1, 1, 0),
    ("gemini-cli", "agentgrep--gemini-tmp-chats--session-2026-05-17T12-00-00-example.jsonl", 1, 1, 1, 0),
    ("gemini-cli", "agentgrep--gemini-tmp-logs--logs.json", 1, 2, 0, 0),
    ("gemini-cli", "agentsview--standard_session.json", 1, 2, 2, 0),
    ("gemini-cli", "agentsview--system_messages.json", 1, 0, 0, 0),
    ("gemini-cli", "agentsview--thinking_only.json", 1, 1, 1, 0),
    ("gemini-cli", "agentsview--tool_calls.json", 1, 1, 1, 0),
    ("copilot-cli", "atif-make--copilot-cli.jsonl", 1, 1, 2, 0),
    ("cursor", "agentgrep--cursor-cli-prompt_history--prompt_history.json", 1, 3, 0, 0),
    ("cursor", "agentgrep--cursor-cli-transcripts--example.jsonl", 1, 1, 2, 0),
    ("cursor", "atif-make--transcript.jsonl", 1, 1, 3, 0),
    ("opencode", "agentgrep--opencode-prompt_history--prompt-history.jsonl", 1, 2, 0, 1),
    (
        "opencode",
        "hstry--opencode--project--test-project--storage--session--info--ses_test001.json",
        1,
        0,
        0,
        0,
    ),
    (
        "opencode",
        "hstry--opencode--project--test-project--storage--session--message--ses_test001--msg_001.json",
        1,
        1,
        0,
        0,
    ),
    (
        "opencode",
        "hstry--opencode--project--test-project--storage--session--message--ses_test001--msg_002.json",
        1,
        0,
        1,
        0,
    ),
    (
        "opencode",
        "hstry--opencode--project--test-project--storage--session--part--ses_test001--msg_001--prt_001.json",
        1,
        0,
        0,
        1,
    ),
    (
        "opencode",
        "hstry--opencode--project--test-project--storage--session--part--ses_test001--msg_002--prt_002.json",
        1,
        0,
        0,
        1,
    ),
    ("goose", "hstry--goose--test-session.jsonl", 1, 1, 1, 0),
    ("grok-cli", "agentgrep--grok-prompt_history--prompt_history.jsonl", 2, 2, 0, 0),
    ("grok-cli", "agentgrep--grok-sessions--chat_history.jsonl", 1, 1, 1, 0),
    ("antigravity", "agentgrep--antigravity-cli-history--history.jsonl", 1, 1, 0, 0),
    ("pi", "agentgrep--pi-sessions--example.jsonl", 1, 1, 1, 0),
    ("vscode-copilot", "agentgrep--vscode-chat_sessions--example.json", 1, 2, 2, 0),
    ("vscode-copilot", "agentgrep--vscode-chat_sessions--example.jsonl", 1, 2, 2, 0),
]
NO_CONVERSATION = {"agentgrep--grok-subagents--meta.json"}


@needs_collected
@pytest.mark.parametrize("row", SAMPLES, ids=lambda row: row[1])
def test_a_published_sample_is_counted_exactly(row: tuple[str, str, int, int, int, int], read: Read) -> None:
    """Persons, answers and what cannot be read, as counted by eye."""
    folder, name, *numbers = row
    found = read(COLLECTED / folder / name).only
    assert found.format == folder
    assert [found.conversations, found.human, found.model, found.unrecognised_count] == numbers


@needs_collected
def test_no_published_sample_is_left_out() -> None:
    """Each file of these folders stands in the table, save notes that hold no conversation."""
    told = {(row[0], row[1]) for row in SAMPLES}
    for folder in {row[0] for row in SAMPLES}:
        for path in (COLLECTED / folder).iterdir():
            assert (folder, path.name) in told or path.name in NO_CONVERSATION


@needs_collected
@pytest.mark.parametrize("folder", sorted({row[0] for row in SAMPLES}))
def test_a_folder_of_samples_is_of_its_format_alone(folder: str, read: Read) -> None:
    """No reader takes another tool's files."""
    assert {row.format for row in read(COLLECTED / folder).summaries} == {folder}
