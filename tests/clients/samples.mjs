// The vendors' own SDKs for TypeScript and JavaScript read answers to any events.
//
//   samples.mjs FOLDER    a folder that the test `samples_are_written` has filled
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";

const SHOWN = 5;
const folder = process.argv[2];
const load = async (home, name) => {
  const { resolve } = createRequire(path.join(process.env[home], "index.js"));
  const module = await import(pathToFileURL(resolve(name)).href);
  return module.default;
};
const Anthropic = await load("CLASP_TEST_SDK", "@anthropic-ai/sdk");
const OpenAI = await load("CLASP_TEST_OPENAI", "openai");
console.warn = () => {};

const lines = (name) => readFileSync(path.join(folder, `${name}.jsonl`), "utf8").trim().split("\n");
const names = ["chat", "messages", "responses"];
const samples = Object.fromEntries(names.map((name) => [name, lines(name).map(JSON.parse)]));

// Serves sample INDEX of a dialect below /DIALECT/INDEX/.
const server = createServer((request, response) => {
  let text = "";
  request.on("data", (piece) => (text += piece));
  request.on("end", () => {
    const { stream = false } = JSON.parse(text);
    const [, dialect, index] = request.url.split("/");
    const sample = samples[dialect][Number(index)];
    const type = stream ? "text/event-stream" : "application/json";
    response.writeHead(stream ? 200 : sample.status, { "content-type": type });
    response.end(stream ? sample.stream : sample.plain);
  });
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));

const argument = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const check = (good, fault) => {
  if (!good) throw new Error(fault);
};

const ofMessage = (message) => {
  const blocks = (kind) => message.content.filter((block) => block.type === kind);
  return {
    text: blocks("text").map((block) => block.text).join(""),
    thinking: blocks("thinking").map((block) => block.thinking).join(""),
    stop: message.stop_reason,
    calls: blocks("tool_use").map((block) => [block.name, block.input]),
    usage: [message.usage.input_tokens, message.usage.output_tokens],
  };
};

const messages = async (client, stream) => {
  const asked = { model: "m", max_tokens: 9, messages: [{ role: "user", content: "x" }] };
  if (!stream) return ofMessage(await client.messages.create(asked));
  let text = "";
  const events = client.messages.stream(asked).on("text", (piece) => (text += piece));
  const said = ofMessage(await events.finalMessage());
  check(text === said.text, `the pieces say ${JSON.stringify(text)}`);
  return said;
};

const ofResponse = (response) => {
  const parts = (kind, member) =>
    response.output.filter((item) => item.type === kind).flatMap((item) => item[member]);
  const calls = response.output.filter((item) => item.type.endsWith("_call"));
  return {
    text: response.output_text,
    thinking: parts("reasoning", "summary").map((part) => part.text).join(""),
    stop: response.incomplete_details?.reason ?? response.status,
    calls: calls
      .filter((item) => ["function_call", "custom_tool_call"].includes(item.type))
      .map((item) => [item.name, "input" in item ? item.input : argument(item.arguments)]),
    usage: [response.usage.input_tokens, response.usage.output_tokens],
  };
};

const responses = async (client, stream) => {
  const asked = { model: "m", input: "x" };
  if (!stream) return ofResponse(await client.responses.create(asked));
  let text = "";
  const events = client.responses.stream(asked);
  events.on("response.output_text.delta", ({ delta }) => (text += delta));
  let failed = false;
  events.on("response.failed", () => (failed = true));
  const response = await events.finalResponse();
  if (failed) return null;
  const said = ofResponse(response);
  check(text === said.text, `the pieces say ${JSON.stringify(text)}`);
  return said;
};

const ofCompletion = ({ choices: [choice], usage }) => ({
  text: choice.message.content ?? "",
  thinking: choice.message.reasoning_content ?? "",
  stop: choice.finish_reason,
  calls: (choice.message.tool_calls ?? []).map((call) => [
    call.function.name,
    argument(call.function.arguments),
  ]),
  usage: [usage.prompt_tokens, usage.completion_tokens],
});

const chat = async (client, stream) => {
  const asked = { model: "m", messages: [{ role: "user", content: "x" }] };
  if (!stream) return ofCompletion(await client.chat.completions.create(asked));
  let thinking = "";
  const events = client.chat.completions.stream(asked);
  // The helper joins the members that it knows; what others added, users join themselves.
  events.on("chunk", ({ choices }) => (thinking += choices[0]?.delta.reasoning_content ?? ""));
  return { ...ofCompletion(await events.finalChatCompletion()), thinking };
};

// What differs. Chat sets texts apart by line ends; an input that is no JSON may be anything.
const differs = (dialect, said, wanted) => {
  const form = (answer) => {
    if (dialect !== "chat") return answer;
    const plain = (text) => text.replaceAll("\n", "");
    return { ...answer, text: plain(answer.text), thinking: plain(answer.thinking) };
  };
  [said, wanted] = [form(said), form(wanted)];
  if (dialect === "messages")
    said.calls.forEach((call, at) => {
      const input = wanted.calls[at]?.[1];
      if (!isObject(input)) call[1] = input;
    });
  const other = Object.keys(wanted).filter((name) => !isDeepStrictEqual(said[name], wanted[name]));
  return other.map((name) => `${name} ${JSON.stringify([said[name], wanted[name]])}`).join(" ");
};

// What is wrong with what the SDK reads, if anything.
const judge = async (dialect, { wanted }, read) => {
  let said;
  try {
    said = await read();
  } catch (error) {
    const told = error instanceof Anthropic.APIError || error instanceof OpenAI.APIError;
    if (told && wanted === null) return "";
    // What the model wrote is no JSON, and goes on as it is (rule A7); the SDK tells its user.
    const broken = wanted === null || wanted.calls.some(([, input]) => !isObject(input));
    const tells = error instanceof Anthropic.AnthropicError && /\bJSON\b/.test(error.message);
    if (broken && dialect === "messages" && tells) return "";
    return `${error?.constructor?.name} ${error}`;
  }
  if (said === null || wanted === null)
    return said === wanted ? "" : `${JSON.stringify(said)} of a failure`;
  return differs(dialect, said, wanted);
};

const readers = { chat, messages, responses };
let failed = false;
for (const dialect of names) {
  const faults = [];
  for (const [index, sample] of samples[dialect].entries()) {
    const baseURL = `http://127.0.0.1:${server.address().port}/${dialect}/${index}`;
    const settings = { apiKey: "key", maxRetries: 0, timeout: 60_000, baseURL };
    const client = dialect === "messages" ? new Anthropic(settings) : new OpenAI(settings);
    for (const stream of [true, false]) {
      const fault = await judge(dialect, sample, () => readers[dialect](client, stream));
      if (fault) faults.push(`${index} ${stream ? "streamed" : "plain"}: ${fault}`);
    }
  }
  const count = `${samples[dialect].length} answers`;
  console.log(`${faults.length ? "FAILED" : "ok"} samples.mjs ${dialect}, ${count}`);
  for (const fault of faults.slice(0, SHOWN)) console.log(`  ${fault.slice(0, 900)}`);
  if (faults.length > SHOWN) console.log(`  and ${faults.length - SHOWN} more`);
  failed ||= faults.length > 0;
}
server.close();
process.exit(failed ? 1 : 0);
