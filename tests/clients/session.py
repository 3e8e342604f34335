"""A conversation with the real Claude Code, without a terminal.

Only the base URL and a key are set; home and working directory are fresh for each session.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from support import MODEL, PROXY, play

WORK = tempfile.TemporaryDirectory(prefix="clasp-claude-")


def version(binary):
    """E.g. `2.1.329`."""
    command = [binary, "--version"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.split()[0]


class Session:
    """One conversation: a working directory and a home."""

    def __init__(self, binary, proxy=PROXY, model=MODEL):
        self.binary, self.proxy, self.model = binary, proxy, model
        self.directory = Path(tempfile.mkdtemp(dir=WORK.name))
        self.home = tempfile.mkdtemp(dir=WORK.name)
        self.results = []
        self.lines = []
        self.turns = 0

    def file(self, name):
        return (self.directory / name).read_text(encoding="utf-8")

    def command(self, prompt, *extra):
        again = ["--continue"] if self.turns else []
        return [
            self.binary, "-p", prompt, "--output-format", "stream-json", "--verbose",
            "--dangerously-skip-permissions", "--model", self.model, *again, *extra,
        ]

    def environment(self, **more):
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ANTHROPIC", "CLAUDE"))
        }
        return kept | {
            "HOME": self.home,
            "IS_SANDBOX": "1",
            "ANTHROPIC_BASE_URL": self.proxy,
            "ANTHROPIC_API_KEY": "client-key",
        } | more

    def say(self, prompt, *extra, **environment):
        """One turn. The answer's text; what the tools said is in `results`."""
        done = subprocess.run(
            self.command(prompt, *extra), env=self.environment(**environment),
            cwd=self.directory, stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
        )
        self.turns += 1
        self.lines = [
            json.loads(line)
            for line in done.stdout.decode("utf-8").splitlines()
            if line.startswith("{")
        ]
        self.results = [
            block
            for line in self.lines
            if line.get("type") == "user" and isinstance(line["message"]["content"], list)
            for block in line["message"]["content"]
            if block.get("type") == "tool_result"
        ]
        ends = [line for line in self.lines if line.get("type") == "result"]
        assert ends, f"no result: {done.stdout[-300:]!r} {done.stderr[-300:]!r}"
        self.failed = ends[-1].get("is_error")
        self.text = str(ends[-1].get("result"))
        return self.text

    def must_say(self, wanted, prompt, *extra, **environment):
        text = self.say(prompt, *extra, **environment)
        assert wanted in text and not self.failed, f"not {wanted!r} but {text[:300]!r}"

    def play(self, name, **keys):
        self.must_say(f"{name}-over", play(name, dir=self.directory, **keys))
