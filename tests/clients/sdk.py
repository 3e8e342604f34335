"""The real Anthropic SDK for Python."""

import asyncio
import warnings

import anthropic
from anthropic import beta_tool
from pydantic import BaseModel

from support import LETTERS, MODEL, PROXY, once, play, requests, run, test, wait

warnings.simplefilter("ignore")

TOOL = {
    "name": "get_weather",
    "description": "The weather of a city.",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}
CITIES = ["Oslo", 'S\u00e3o "Paulo"']


def new_client(kind=anthropic.Anthropic, **more):
    settings = {"api_key": "client-key", "max_retries": 0, "timeout": 60}
    return kind(base_url=PROXY, **(settings | more))


client = new_client()


def ask(name, **keys):
    content = play(name, **keys)
    return {"model": MODEL, "max_tokens": 4000, "messages": [{"role": "user", "content": content}]}


def calls(message):
    return [block for block in message.content if block.type == "tool_use"]


@beta_tool
def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"mild in {city}"


@test
def create():
    message = client.messages.create(**ask("greeting"))
    assert message.content[0].text == "greeting-over"
    assert (message.stop_reason, message.model) == ("end_turn", MODEL)
    assert message.usage.input_tokens > 0 and message.usage.output_tokens > 0


@test
def stream():
    with client.messages.stream(**ask("letters", pieces=2, writes=3)) as stream:
        text = "".join(stream.text_stream)
        message = stream.get_final_message()
    assert text == message.content[0].text == LETTERS + "letters-over"
    assert message.usage.output_tokens > 0


@test
def raw_events():
    events = [event.type for event in client.messages.create(**ask("greeting"), stream=True)]
    assert events[0] == "message_start" and events[-1] == "message_stop", events


@test
def tool_calls():
    message = client.messages.create(**ask("two-cities"), tools=[TOOL])
    assert [call.input["city"] for call in calls(message)] == CITIES
    assert message.stop_reason == "tool_use"


@test
def tool_calls_streamed():
    for layout in ("in-turn", "interleaved", "whole", "same-index"):
        asked = ask("two-cities", pieces=3, calls=layout)
        with client.messages.stream(**asked, tools=[TOOL]) as stream:
            events = [event.type for event in stream]
            message = stream.get_final_message()
        assert [call.input["city"] for call in calls(message)] == CITIES, layout
        assert "input_json" in events


@test
def tool_loop_by_hand():
    asked = ask("journey") | {"tools": [TOOL]}
    thinking = {"type": "enabled", "budget_tokens": 1024}
    for _ in range(5):
        message = client.messages.create(**asked, thinking=thinking)
        asked["messages"].append({"role": "assistant", "content": message.content})
        results = [
            {"type": "tool_result", "tool_use_id": call.id, "content": get_weather(**call.input)}
            for call in calls(message)
        ]
        if not results:
            break
        asked["messages"].append({"role": "user", "content": results})
    assert message.content[-1].text == "journey-over"
    assert len(requests()) == 3


@test
def tool_runner():
    messages = list(client.beta.messages.tool_runner(**ask("journey"), tools=[get_weather]))
    assert len(messages) == 3 and messages[-1].content[-1].text == "journey-over"


@test
def tool_runner_streamed():
    runner = client.beta.messages.tool_runner(**ask("two-cities"), tools=[get_weather], stream=True)
    last = [stream.get_final_message() for stream in runner][-1]
    assert last.content[-1].text == "two-cities-over"


@test
def structured_output():
    class Person(BaseModel):
        name: str
        age: int

    message = client.messages.parse(**ask("person"), output_format=Person)
    assert message.parsed_output == Person(name="Ada", age=36)
    sent = requests()[-1]["body"]["response_format"]
    assert sent["type"] == "json_schema", sent


@test
def thinking():
    thinking = {"type": "enabled", "budget_tokens": 1024}
    message = client.messages.create(**ask("think"), thinking=thinking)
    assert [block.type for block in message.content] == ["thinking", "text"]


@test
def counted_tokens():
    messages = [{"role": "user", "content": "hello " * 50}]
    counted = client.messages.count_tokens(model=MODEL, messages=messages, tools=[TOOL])
    assert counted.input_tokens > 50


@test
def models():
    listed = list(client.models.list(limit=2))
    assert listed and all(model.id for model in listed)
    assert client.models.retrieve(listed[0].id).id == listed[0].id


@test
def beta_parameters():
    edits = {"edits": [{"type": "clear_tool_uses_20250919"}]}
    message = client.beta.messages.create(
        **ask("greeting"), betas=["context-management-2025-06-27"], context_management=edits
    )
    assert message.content[0].text == "greeting-over"


@test
def bearer_key():
    message = new_client(api_key=None, auth_token="client-key").messages.create(**ask("greeting"))
    assert message.content[0].text == "greeting-over"


@test
def request_id():
    message = client.messages.create(**ask("greeting"))
    assert message._request_id, "no request id"


def refused(fault, expected, streamed):
    def body():
        asked = ask("greeting", **once(fault, times=999))
        try:
            if streamed:
                with client.messages.stream(**asked) as stream:
                    stream.get_final_message()
            else:
                client.messages.create(**asked)
        except anthropic.APIStatusError as error:
            assert isinstance(error, expected), type(error).__name__
            assert error.body["type"] == "error" and error.body["error"]["message"], error.body
            if fault == "overflow":
                assert "prompt is too long: 208310 tokens > 128000 maximum" in str(error)
            return
        raise AssertionError("no exception")

    return body


for fault, expected in [
    ("400", anthropic.BadRequestError),
    ("overflow", anthropic.BadRequestError),
    ("401", anthropic.AuthenticationError),
    ("403", anthropic.PermissionDeniedError),
    ("404", anthropic.NotFoundError),
    ("429", anthropic.RateLimitError),
    ("500", anthropic.InternalServerError),
]:
    for streamed in (False, True):
        how = "stream" if streamed else "create"
        test(refused(fault, expected, streamed), name=f"error_{fault}_{how}", refused=True)


@test
def errors_within_a_stream_are_raised():
    # Always: a break that comes together with the first content is still mended by a retry.
    for fault in ("error", "cut", "clean-cut", "reset"):
        try:
            with client.messages.stream(**ask("letters", **once(fault, after=4, times=999))) as stream:
                stream.get_final_message()
        except anthropic.APIError:
            continue
        raise AssertionError(f"{fault}: no exception")


@test
def retries_recover():
    retrying = new_client(max_retries=3)
    for fault in ("429", "500", "503", "reset-at-once"):
        message = retrying.messages.create(**ask("greeting", **once(fault)))
        assert message.content[0].text == "greeting-over", fault


@test
def forty_at_once():
    async def all_of_them():
        async with new_client(anthropic.AsyncAnthropic) as many:

            async def one():
                async with many.messages.stream(**ask("letters", pieces=1)) as stream:
                    return (await stream.get_final_message()).content[0].text

            return await asyncio.gather(*[one() for _ in range(40)])

    assert set(asyncio.run(all_of_them())) == {LETTERS + "letters-over"}


@test
def leaving_a_stream_ends_the_provider_s_work():
    with client.messages.stream(**ask("letters", **once("stall", after=4))) as stream:
        for _ in stream.text_stream:
            break
    wait(open=0, left=1)


@test
def a_client_that_times_out_ends_the_provider_s_work():
    try:
        new_client(timeout=0.5).messages.create(**ask("greeting", **once("no-answer")))
    except anthropic.APITimeoutError:
        wait(open=0, left=1)
        return
    raise AssertionError("no exception")


run("sdk-python")
