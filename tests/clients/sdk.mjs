// The real Anthropic SDK for TypeScript and JavaScript.
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

const proxy = process.env.CLASP_TEST_PROXY;
const vendor = process.env.CLASP_TEST_VENDOR;
const pattern = process.env.CLASP_TEST_PATTERN ?? "";
const MODEL = "claude-sonnet-4-5";
const LETTERS = 'h\u00e9llo \u2713 \u65e5\u672c\u8a9e \u{1f980} "quoted" back\\slash\ttab\n</tag>\n';
const CITIES = ["Oslo", 'S\u00e3o "Paulo"'];

const resolve = createRequire(path.join(process.env.CLASP_TEST_SDK, "index.js")).resolve;
const load = (name) => import(pathToFileURL(resolve(name)).href);
const sdk = await load("@anthropic-ai/sdk");
const Anthropic = sdk.Anthropic ?? sdk.default;
const { betaTool } = await load("@anthropic-ai/sdk/helpers/beta/json-schema");
console.warn = () => {};

const newClient = (more = {}) =>
  new Anthropic({ baseURL: proxy, apiKey: "client-key", maxRetries: 0, timeout: 60_000, ...more });
const client = newClient();

const call = async (url, method = "GET") => (await fetch(url, { method })).json();
const requests = async () => (await call(`${vendor}/_vendor/state`)).requests;
const wait = (counts) => call(`${vendor}/_vendor/wait?${new URLSearchParams(counts)}`);
const once = (fault, more = {}) => ({ fault, id: randomUUID().slice(0, 8), ...more });
const ask = (name, keys = {}) => {
  const words = Object.entries(keys).map(([key, value]) => ` ${key}=${value}`);
  const content = `Please do it. {{play ${name}${words.join("")}}}`;
  return { model: MODEL, max_tokens: 4000, messages: [{ role: "user", content }] };
};

const schema = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
};
const tool = { name: "get_weather", description: "The weather of a city.", input_schema: schema };
const calls = (message) => message.content.filter((block) => block.type === "tool_use");

const tests = [];
const test = (name, body, { refused = false } = {}) => tests.push({ name, body, refused });

test("create", async () => {
  const message = await client.messages.create(ask("greeting"));
  assert.equal(message.content[0].text, "greeting-over");
  assert.deepEqual([message.stop_reason, message.model], ["end_turn", MODEL]);
  assert.ok(message.usage.input_tokens > 0 && message.usage.output_tokens > 0);
});

test("stream", async () => {
  let text = "";
  const stream = client.messages.stream(ask("letters", { pieces: 2, writes: 3 }));
  const message = await stream.on("text", (piece) => (text += piece)).finalMessage();
  assert.equal(text, `${LETTERS}letters-over`);
  assert.equal(message.content[0].text, text);
});

test("raw_events", async () => {
  const events = [];
  const stream = await client.messages.create({ ...ask("greeting"), stream: true });
  for await (const event of stream) events.push(event.type);
  assert.deepEqual([events[0], events.at(-1)], ["message_start", "message_stop"]);
});

test("tool_calls", async () => {
  const message = await client.messages.create({ ...ask("two-cities"), tools: [tool] });
  assert.deepEqual(calls(message).map((each) => each.input.city), CITIES);
  assert.equal(message.stop_reason, "tool_use");
});

test("tool_calls_streamed", async () => {
  for (const layout of ["in-turn", "interleaved", "whole", "same-index"]) {
    const asked = { ...ask("two-cities", { pieces: 3, calls: layout }), tools: [tool] };
    const message = await client.messages.stream(asked).finalMessage();
    assert.deepEqual(calls(message).map((each) => each.input.city), CITIES, layout);
  }
});

test("tool_loop_by_hand", async () => {
  const asked = { ...ask("journey"), tools: [tool] };
  asked.thinking = { type: "enabled", budget_tokens: 1024 };
  let message;
  for (let turn = 0; turn < 5; turn++) {
    message = await client.messages.create(asked);
    asked.messages.push({ role: "assistant", content: message.content });
    const content = calls(message).map((each) => ({
      type: "tool_result",
      tool_use_id: each.id,
      content: `mild in ${each.input.city}`,
    }));
    if (!content.length) break;
    asked.messages.push({ role: "user", content });
  }
  assert.equal(message.content.at(-1).text, "journey-over");
  assert.equal((await requests()).length, 3);
});

test("tool_runner", async () => {
  const run = async (input) => `mild in ${input.city}`;
  const runnable = betaTool({ name: "get_weather", description: "d", inputSchema: schema, run });
  const asked = { ...ask("journey"), tools: [runnable] };
  const message = await client.beta.messages.toolRunner(asked);
  assert.equal(message.content.at(-1).text, "journey-over");
});

test("structured_output", async () => {
  const person = {
    type: "object",
    properties: { name: { type: "string" }, age: { type: "integer" } },
    required: ["name", "age"],
    additionalProperties: false,
  };
  const format = { type: "json_schema", schema: person };
  const message = await client.messages.create({ ...ask("person"), output_config: { format } });
  assert.deepEqual(JSON.parse(message.content[0].text), { name: "Ada", age: 36 });
  assert.equal((await requests()).at(-1).body.response_format.type, "json_schema");
});

test("counted_tokens", async () => {
  const messages = [{ role: "user", content: "hello ".repeat(50) }];
  const counted = await client.messages.countTokens({ model: MODEL, messages, tools: [tool] });
  assert.ok(counted.input_tokens > 50);
});

test("models", async () => {
  const listed = [];
  for await (const model of client.models.list({ limit: 2 })) listed.push(model.id);
  assert.ok(listed.length > 0 && new Set(listed).size === listed.length);
  assert.equal((await client.models.retrieve(listed[0])).id, listed[0]);
});

for (const [fault, kind] of [
  ["400", "BadRequestError"],
  ["overflow", "BadRequestError"],
  ["401", "AuthenticationError"],
  ["404", "NotFoundError"],
  ["429", "RateLimitError"],
  ["500", "InternalServerError"],
]) {
  const body = async () => {
    const asked = ask("greeting", once(fault, { times: 999 }));
    await assert.rejects(client.messages.create(asked), (error) => {
      assert.ok(error instanceof Anthropic[kind], error.constructor.name);
      assert.equal(error.error.type, "error");
      assert.ok(error.requestID, "no request id");
      return true;
    });
  };
  test(`error_${fault}`, body, { refused: true });
}

test("errors_within_a_stream_are_thrown", async () => {
  // Always: a break that comes together with the first content is still mended by a retry.
  for (const fault of ["error", "cut", "clean-cut", "reset"]) {
    const stream = client.messages.stream(ask("letters", once(fault, { after: 4, times: 999 })));
    await assert.rejects(stream.finalMessage(), fault);
  }
});

test("retries_recover", async () => {
  for (const fault of ["429", "500", "reset-at-once"]) {
    const retrying = newClient({ maxRetries: 3 });
    const message = await retrying.messages.create(ask("greeting", once(fault)));
    assert.equal(message.content[0].text, "greeting-over", fault);
  }
});

test("forty_at_once", async () => {
  const one = () => client.messages.stream(ask("letters", { pieces: 1 })).finalText();
  const texts = await Promise.all(Array.from({ length: 40 }, one));
  assert.deepEqual(new Set(texts), new Set([`${LETTERS}letters-over`]));
});

test("leaving_a_stream_ends_the_provider_s_work", async () => {
  const stream = client.messages.stream(ask("letters", once("stall", { after: 4 })));
  stream.on("text", () => stream.abort());
  await assert.rejects(stream.finalMessage());
  const { counts } = await wait({ open: 0, left: 1 });
  assert.equal(counts.open, 0);
});

test("aborting_a_plain_request_ends_the_provider_s_work", async () => {
  const leaving = new AbortController();
  const asked = client.messages.create(ask("greeting", once("no-answer")), {
    signal: leaving.signal,
  });
  await wait({ open: 1 });
  leaving.abort();
  await assert.rejects(asked);
  const { counts } = await wait({ open: 0, left: 1 });
  assert.equal(counts.open, 0);
});

let failed = 0;
for (const { name, body, refused } of tests) {
  const full = `sdk-typescript ${name}`;
  if (!full.includes(pattern)) continue;
  try {
    await call(`${vendor}/_vendor/reset`, "POST");
    await call(`${proxy}/_tap/reset`, "POST");
    await body();
    const { faults } = await call(`${proxy}/_tap/state`);
    assert.deepEqual(faults, [], "the stream's grammar");
    const { violations } = await call(`${vendor}/_vendor/state`);
    if (!refused) assert.deepEqual(violations, [], "the provider would refuse");
    console.log(`ok ${full}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${full}: ${String(error.stack ?? error).replace(/\s+/g, " ").slice(0, 700)}`);
  }
}
process.exit(failed ? 1 : 0);
