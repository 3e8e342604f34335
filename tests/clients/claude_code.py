"""The real Claude Code, without a terminal: claude_code.py BINARY."""

import functools
import json
import struct
import subprocess
import sys
import zlib

import session as sessions
from support import BEFORE, LETTERS, once, play, requests, run, test, wait

BINARY = sys.argv[1]
VERSION = sessions.version(BINARY)
# From here on an answer that breaks after its first block is asked for again.
MENDS_LATE_BREAKS = tuple(int(part) for part in VERSION.split(".")) >= (2, 1, 200)

Session = functools.partial(sessions.Session, BINARY)


def whole_session(**keys):
    session = Session()
    (session.directory / "a.txt").write_text(BEFORE, encoding="utf-8")
    session.play("session", **keys)
    assert session.file("a.txt") == BEFORE.replace("old-word", "new-word")
    assert session.file("b.txt") == "one\n"
    assert session.file("c.txt") == LETTERS
    assert len(session.results) == 7, f"{len(session.results)} tool results"
    assert session.results[-1].get("is_error") is True, "exit 7 is no error"
    thoughts = [
        block
        for line in session.lines
        if line.get("type") == "assistant"
        for block in line["message"]["content"]
        if block.get("type") == "thinking"
    ]
    assert thoughts, "the thinking was lost"
    return session


@test
def session_of_several_turns():
    whole_session()
    models = [each for each in requests() if each["body"] and each["body"].get("tools")]
    assert len(models) == 6, f"{len(models)} requests for 6 turns"


@test
def session_in_single_characters_and_bytes():
    whole_session(pieces=1, writes=1)


@test
def session_with_interleaved_calls():
    whole_session(calls="interleaved", pieces=3)


@test
def session_with_whole_calls():
    whole_session(calls="whole")


@test
def session_with_calls_of_one_index():
    whole_session(calls="same-index")


@test
def the_prefix_stays_the_same():
    session = Session()
    session.play("shell")
    session.play("shell")
    main = [each["body"] for each in requests() if each["body"].get("tools")]
    assert len(main) == 4, f"{len(main)} requests"
    assert all(each["tools"] == main[0]["tools"] for each in main), "the tools changed"
    assert all(each["messages"][0] == main[0]["messages"][0] for each in main), "the system changed"
    assert "billing-header" not in json.dumps(main)


@test
def a_conversation_goes_on():
    session = Session()
    session.play("shell")
    session.play("shell")
    assert session.file("ran.txt") == "ran\nran\n"


@test
def pictures_are_read():
    session = Session()
    rows = b"".join(b"\0" + bytes([x, 0, 255 - x] * 16) for x in range(16))

    def chunk(kind, data):
        sum_ = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + sum_

    header = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    picture = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    picture += chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    (session.directory / "dot.png").write_bytes(picture)
    session.play("picture")


@test
def tokens_are_counted():
    text = Session().say("/context")
    assert "Context Usage" in text, text[:200]


@test
def a_bearer_key_does():
    session = Session()
    environment = {"ANTHROPIC_AUTH_TOKEN": "client-key", "ANTHROPIC_API_KEY": ""}
    session.must_say("greeting-over", play("greeting"), **environment)


@test
def models_are_discovered():
    session = Session()
    environment = {"CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY": "1"}
    session.must_say("greeting-over", play("greeting"), **environment)


@test
def structured_output():
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["name", "age"],
    }
    session = Session()
    text = session.say(play("person"), "--json-schema", json.dumps(schema))
    assert "Ada" in text, text[:200]


def mended(fault, **keys):
    """The fault comes once; the session must end well and run its command once."""

    def body():
        session = Session()
        session.play("shell", **once(fault, **keys))
        assert session.file("ran.txt") == "ran\n", "the command ran twice"

    return body


for fault, keys in [
    ("429", {}),
    ("500", {}),
    ("503", {}),
    ("html", {}),
    ("reset-at-once", {}),
    ("cut", {"after": 1}),
    ("cut", {"after": 3, "pieces": 2}),
    ("clean-cut", {"after": 3, "pieces": 2}),
    ("reset", {"after": 3, "pieces": 2}),
]:
    where = "_after_%s" % keys["after"] if keys else ""
    test(mended(fault, **keys), name=f"mended_{fault}{where}")
if MENDS_LATE_BREAKS:
    for fault in ("cut", "clean-cut", "error"):
        test(mended(fault, after=10, pieces=2), name=f"mended_{fault}_in_a_call")


@test(refused=True)
def an_overflow_compacts():
    session = Session()
    session.play("long")
    session.play("long")
    session.say(play("greeting", **once("overflow")))
    compacted = any(line.get("subtype") == "compact_boundary" for line in session.lines)
    assert compacted, f"no compaction: {session.text[:300]}"


def final(fault, words):
    """The fault always comes; the session must end with words that help."""

    def body():
        session = Session()
        keys = once(fault, times=999)
        text = session.say(play("greeting", **keys), CLAUDE_CODE_MAX_RETRIES="1")
        assert session.failed and any(word in text for word in words), text[:300]

    return body


for fault, words in [
    ("overflow", ["Prompt is too long"]),
    ("401", ["401", "API key", "authent"]),
    ("404", ["model", "404"]),
    ("400", ["400", "Scripted failure"]),
    ("500", ["500", "502", "529", "Scripted failure"]),
]:
    test(final(fault, words), name=f"final_{fault}", refused=True)


@test
def leaving_ends_the_provider_s_work():
    session = Session()
    prompt = play("greeting", **once("stall", after=2))
    process = subprocess.Popen(
        session.command(prompt), env=session.environment(), cwd=session.directory,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        wait(open=1)
    finally:
        process.kill()
        process.wait()
    wait(open=0, left=1)


run(f"claude-code-{VERSION}")
