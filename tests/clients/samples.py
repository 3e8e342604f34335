"""The vendors' own SDKs for Python read answers to any events.

    samples.py FOLDER    a folder that the test `samples_are_written` has filled
"""

import json
import sys
import threading
import warnings
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import anthropic
import openai

warnings.simplefilter("ignore")
SHOWN = 5


def read(folder):
    # `splitlines` would also cut at line ends that stand in texts.
    files = {path.stem: path.read_bytes().decode() for path in Path(folder).glob("*.jsonl")}
    lines = {name: text.rstrip("\n").split("\n") for name, text in files.items()}
    return {name: [json.loads(line) for line in lines] for name, lines in lines.items()}


SAMPLES = read(sys.argv[1])


class Handler(BaseHTTPRequestHandler):
    """Serves sample INDEX of a dialect below /DIALECT/INDEX/."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        _, dialect, index, *_ = self.path.split("/")
        sample = SAMPLES[dialect][int(index)]
        stream = asked.get("stream", False)
        body = sample["stream" if stream else "plain"].encode()
        self.send_response(200 if stream else sample["status"])
        self.send_header("content-type", "text/event-stream" if stream else "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    disable_nagle_algorithm = True


def argument(text):
    """Arguments as what they stand for, or as they are."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def is_broken(call):
    return not isinstance(call[1], dict)


# --- Anthropic -----------------------------------------------------------------------------------


def of_message(message):
    blocks = lambda kind: [block for block in message.content if block.type == kind]
    return {
        "text": "".join(block.text for block in blocks("text")),
        "thinking": "".join(block.thinking for block in blocks("thinking")),
        "stop": message.stop_reason,
        "calls": [[block.name, block.input] for block in blocks("tool_use")],
        "usage": [message.usage.input_tokens, message.usage.output_tokens],
    }


def messages(client, stream):
    asked = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]}
    if not stream:
        return of_message(client.messages.create(**asked))
    with client.messages.stream(**asked) as events:
        text = "".join(events.text_stream)
        said = of_message(events.get_final_message())
    assert text == said["text"], f"the pieces say {text!r}"
    return said


# --- OpenAI --------------------------------------------------------------------------------------


def of_response(response):
    items = lambda kind: [item for item in response.output if item.type == kind]
    calls = []
    for item in response.output:
        if item.type == "function_call":
            calls.append([item.name, argument(item.arguments)])
        elif item.type == "custom_tool_call":
            calls.append([item.name, item.input])
    why = response.incomplete_details
    return {
        "text": response.output_text,
        "thinking": "".join(part.text for item in items("reasoning") for part in item.summary),
        "stop": why.reason if why else response.status,
        "calls": calls,
        "usage": [response.usage.input_tokens, response.usage.output_tokens],
    }


def responses(client, stream):
    asked = {"model": "m", "input": "x"}
    if not stream:
        return of_response(client.responses.create(**asked))
    with client.responses.stream(**asked) as events:
        pieces, last = "", None
        for event in events:
            pieces += event.delta if event.type == "response.output_text.delta" else ""
            last = event
        if last.type == "response.failed":
            return None
        said = of_response(last.response)
        if last.type == "response.completed":
            assert of_response(events.get_final_response()) == said, "the helper says otherwise"
    assert pieces == said["text"], f"the pieces say {pieces!r}"
    return said


def of_completion(answer):
    choice = answer.choices[0]
    message = choice.message
    return {
        "text": message.content or "",
        "thinking": getattr(message, "reasoning_content", None) or "",
        "stop": choice.finish_reason,
        "calls": [
            [call.function.name, argument(call.function.arguments)]
            for call in message.tool_calls or []
        ],
        "usage": [answer.usage.prompt_tokens, answer.usage.completion_tokens],
    }


def chat(client, stream):
    asked = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
    if not stream:
        return of_completion(client.chat.completions.create(**asked))
    with client.chat.completions.stream(**asked) as events:
        for _ in events:
            pass
        try:
            return of_completion(events.get_final_completion())
        except (openai.LengthFinishReasonError, openai.ContentFilterFinishReasonError):
            # So it does with OpenAI's own answers: what it has is there all the same.
            return of_completion(events.current_completion_snapshot)


# -------------------------------------------------------------------------------------------------


def same(dialect, said, wanted):
    """What differs. Chat sets texts apart by line ends; an input that is no JSON may be anything."""
    said, wanted = dict(said), dict(wanted)
    if dialect == "chat":
        for name in ("text", "thinking"):
            said[name] = said[name].replace("\n", "")
            wanted[name] = wanted[name].replace("\n", "")
    if dialect == "messages":
        for told, call in zip(said["calls"], wanted["calls"]):
            if is_broken(call):
                told[1] = call[1]
    return {name: (said[name], wanted[name]) for name in wanted if said[name] != wanted[name]}


def judge(dialect, sample, read):
    """What is wrong with what the SDK reads, if anything."""
    try:
        said = read()
    except (anthropic.APIError, openai.APIError) as error:
        return None if sample["wanted"] is None else f"{type(error).__name__} {error}"
    except Exception as error:
        # What the model wrote is no JSON, and goes on as it is (rule A7); the SDK tells its user.
        wanted = sample["wanted"]
        broken = wanted is None or any(is_broken(call) for call in wanted["calls"])
        if broken and dialect == "messages" and "Unable to parse tool parameter JSON from model" in str(error):
            return None
        return f"{type(error).__name__} {error}"
    if said is None or sample["wanted"] is None:
        return None if said is sample["wanted"] else f"{said} of a failure"
    return same(dialect, said, sample["wanted"]) or None


def main():
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = {"api_key": "key", "max_retries": 0, "timeout": 60}
    failed = False
    for dialect, samples in sorted(SAMPLES.items()):
        kind = anthropic.Anthropic if dialect == "messages" else openai.OpenAI
        client = kind(base_url="http://127.0.0.1", **settings)
        faults = []
        for index, sample in enumerate(samples):
            url = f"http://127.0.0.1:{server.server_port}/{dialect}/{index}/"
            one = client.with_options(base_url=url)
            for stream in (True, False):
                fault = judge(dialect, sample, lambda: globals()[dialect](one, stream))
                if fault:
                    faults.append(f"{index} {'streamed' if stream else 'plain'}: {fault}")
        kinds = Counter(fault.split(":")[1][:60] for fault in faults)
        print(f"{'FAILED' if faults else 'ok'} samples.py {dialect}, {len(samples)} answers", end="")
        print(f": {len(faults)} faults {dict(kinds.most_common(SHOWN))}" if faults else "")
        for fault in faults[:SHOWN]:
            print(f"  {fault[:900]}")
        failed |= bool(faults)
    raise SystemExit(1 if failed else 0)


main()
