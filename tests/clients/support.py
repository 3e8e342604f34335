"""What the client tests in Python share: the provider's record, the tap's judgement, a tiny runner."""

import json
import os
import traceback
import urllib.error
import urllib.request
import uuid

PROXY = os.environ["CLASP_TEST_PROXY"]
VENDOR = os.environ["CLASP_TEST_VENDOR"]
PATTERN = os.environ.get("CLASP_TEST_PATTERN", "")
MODEL = "claude-sonnet-4-5"

LETTERS = 'h\u00e9llo \u2713 \u65e5\u672c\u8a9e \U0001f980 "quoted" back\\slash\ttab\n</tag>\n'
BEFORE = "first line\nold-word stands here\nlast line\n"

TESTS = []


def _call(url, method="GET"):
    request = urllib.request.Request(url, method=method, data=b"" if method == "POST" else None)
    with urllib.request.urlopen(request, timeout=90) as answer:
        return json.load(answer)


def ask(proxy, body):
    """The answer to one Messages request; a refusal raises with what was said."""
    data = json.dumps(body).encode()
    headers = {"content-type": "application/json", "x-api-key": "client-key"}
    request = urllib.request.Request(proxy + "/v1/messages", data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=90) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{error.code}: {error.read()[:500]}") from None


def requests():
    """Every request that reached the provider since the test began."""
    return _call(VENDOR + "/_vendor/state")["requests"]


def state():
    """By provider, how many answers gave opaque state, and how many of them came back with it."""
    return _call(VENDOR + "/_vendor/state")["state"]


def wait(**counts):
    """Waits until the provider's counts are reached."""
    query = "&".join(f"{name}={value}" for name, value in counts.items())
    return _call(f"{VENDOR}/_vendor/wait?{query}")["counts"]


def play(name, **keys):
    """A prompt that makes the provider play `name`."""
    words = "".join(f" {key.rstrip('_')}={value}" for key, value in keys.items())
    return f"Please do it. {{{{play {name}{words}}}}}"


def once(fault, **keys):
    """Keys of a fault that comes once (or `times` times)."""
    return {"fault": fault, "id": uuid.uuid4().hex[:10], **keys}


def test(function=None, *, name=None, refused=False):
    """Registers a test. `refused`: the provider refuses on purpose, so its record is not judged."""

    def register(function):
        TESTS.append((name or function.__name__.strip("_"), function, refused))
        return function

    return register(function) if function else register


def run(prefix, proxy=PROXY):
    """Runs what was registered; the exit status is 1 when something failed."""
    failed = 0
    for name, function, refused in TESTS:
        name = f"{prefix} {name}"
        if PATTERN not in name:
            continue
        try:
            _call(VENDOR + "/_vendor/reset", "POST")
            _call(proxy + "/_tap/reset", "POST")
            function()
            faults = _call(proxy + "/_tap/state")["faults"]
            assert not faults, f"the stream's grammar: {faults[:3]}"
            violations = _call(VENDOR + "/_vendor/state")["violations"]
            assert refused or not violations, f"the provider would refuse: {violations[:3]}"
            print(f"ok {name}", flush=True)
        except Exception as error:
            failed += 1
            place = traceback.extract_tb(error.__traceback__)[-1]
            text = " ".join(str(error).split())[:700]
            print(
                f"FAILED {name}: {type(error).__name__} {text} ({place.name}:{place.lineno})",
                flush=True,
            )
    raise SystemExit(1 if failed else 0)
