"""Conversations of the real Claude Code with providers that must get their opaque state back.

continuity.py BINARY [--all]; without --all one conversation with each of them in turn. The providers
are those of the scripted one that think: each gives state with its answers (signatures, encrypted
reasoning), and refuses what comes back without it, changed or at another place. State of another
provider is a violation.
"""

import json
import sys

from proxy import Clasp
from session import Session, version
from support import BEFORE, VENDOR, ask, play, run, state, test

BINARY = sys.argv[1]

# The scripted provider's APIs, and a model of each as the client names it.
MODELS = {
    "gemini": "gemini/gemini-3.1-pro-preview",
    "openai": "openai/gpt-5",
    "deepseek": "deepseek/deepseek-v4-pro",
    "openrouter": "openrouter/anthropic/claude-sonnet-4.5",
    "anthropic": "anthropic/claude-opus-4-8",
}

CLASP = Clasp({
    "PROVIDER": "openai",
    "GEMINI_API_KEY": "key-of-gemini",
    "GEMINI_BASE_URL": f"{VENDOR}/gemini",
    "OPENAI_API_KEY": "key-of-openai",
    "OPENAI_BASE_URL": f"{VENDOR}/openai/v1",
    "DEEPSEEK_API_KEY": "key-of-deepseek",
    "DEEPSEEK_BASE_URL": f"{VENDOR}/deepseek",
    "OPENROUTER_API_KEY": "key-of-openrouter",
    "OPENROUTER_BASE_URL": f"{VENDOR}/openrouter/api/v1",
    "ANTHROPIC_API_KEY": "sk-test-0123456789abcdef0123456789abcdef",
    "CLASP_ANTHROPIC_BASE_URL": f"{VENDOR}/anthropic",
})

# Answers of a round that tell thoughts.
THOUGHTS = 4


class Conversation(Session):
    """Prompts of several tool-using turns each, to one provider or another."""

    def __init__(self):
        super().__init__(BINARY, CLASP.url)
        self.rounds = 0

    def go_on(self, provider, rounds=1):
        self.model = MODELS[provider]
        for _ in range(rounds):
            self.rounds += 1
            self.must_say(
                f"round-over {self.rounds}", play("round", dir=self.directory, n=self.rounds)
            )
            written = self.file(f"round-{self.rounds}.txt")
            assert written == BEFORE.replace("old-word", "new-word"), written
            done = [f"{number}\n" for number in range(1, self.rounds + 1)]
            assert self.file("rounds.txt") == "".join(done), "a command ran twice or not at all"
            assert len(self.results) == 6, f"{len(self.results)} tool results"
            assert not any(result.get("is_error") for result in self.results), self.results


def came_back(provider, rounds):
    """Every answer's state came back but the last one's, for which there was no further request."""
    counts = state()[provider]
    assert counts["given"] >= THOUGHTS * rounds, f"{provider} was not asked to think: {counts}"
    assert counts["returned"] == counts["given"] - 1, f"{provider}'s state was lost: {counts}"


def goes_on(provider):
    def body():
        Conversation().go_on(provider, 5)
        came_back(provider, 5)

    return body


def goes_on_after_a_restart(provider):
    def body():
        conversation = Conversation()
        conversation.go_on(provider)
        CLASP.restart()
        conversation.go_on(provider)
        CLASP.restart()
        conversation.go_on(provider)
        came_back(provider, 3)

    return body


def goes_elsewhere_and_back(provider, other):
    def body():
        conversation = Conversation()
        for asked in (provider, other, provider):
            conversation.go_on(asked)
        came_back(provider, 2)
        came_back(other, 1)

    return body


def plain_answers(provider):
    """Without streams, asked by hand."""

    def body():
        tool = {
            "name": "get_weather", "description": "The weather of a city.",
            "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
        }
        messages = [{"role": "user", "content": play("journey")}]
        asked = {
            "model": MODELS[provider], "max_tokens": 4000, "messages": messages, "tools": [tool],
            "thinking": {"type": "enabled", "budget_tokens": 1024},
        }
        for results in (1, 1, 0):
            content = ask(CLASP.url, asked)["content"]
            messages.append({"role": "assistant", "content": content})
            messages.append({"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": block["id"], "content": json.dumps(block)}
                for block in content if block["type"] == "tool_use"
            ]})
            assert len(messages[-1]["content"]) == results, content
            CLASP.restart()
        assert [block["text"] for block in content if block["type"] == "text"] == ["journey-over"]
        assert state()[provider]["returned"] == 2, state()

    return body


def in_turn():
    conversation = Conversation()
    for provider in PROVIDERS:
        conversation.go_on(provider)
    CLASP.restart()
    for provider in PROVIDERS:
        conversation.go_on(provider)
    for provider in PROVIDERS:
        came_back(provider, 2)


PROVIDERS = list(MODELS)
test(in_turn, name="c10_each_in_turn")
if "--all" in sys.argv:
    for index, provider in enumerate(PROVIDERS):
        other = PROVIDERS[(index + 1) % len(PROVIDERS)]
        test(goes_on(provider), name=f"c09_{provider}")
        test(goes_on_after_a_restart(provider), name=f"c09_{provider}_after_a_restart")
        test(goes_elsewhere_and_back(provider, other), name=f"c10_{provider}_{other}_and_back")
        test(plain_answers(provider), name=f"c09_{provider}_plain")

try:
    run(f"continuity-{version(BINARY)}", CLASP.url)
finally:
    CLASP.stop()
