//! Requests of Chat Completions, in one pass over the body.
//!
//! Rule: what has a name in the vocabulary is checked, and a fault names its path (D5); what has
//! none goes into `extra`, or stays as it is, and is never refused (C12).

mod assistant;
mod content;
mod conversation;
mod media;
mod options;
#[cfg(test)]
mod tests;
mod tools;

use clasp_model::{ByteString, Dialect, Failure, OutputSchema, Reasoning, Request, Tool};

use self::conversation::Conversation;
use self::tools::{Choice, Offered};
use super::ChatEcho;
use crate::json::read::{Fault, Read, Reader};
use crate::openai;

/// What is known only when the whole body has been read.
#[derive(Default)]
struct Draft {
    model: Option<ByteString>,
    conversation: Option<Conversation>,
    tools: Vec<Offered>,
    /// `functions`, the older form of tools.
    functions: Option<Vec<Offered>>,
    choice: Option<Choice>,
    /// The older form of a choice.
    function_call: Option<Choice>,
    web_search: Option<Tool>,
    max_tokens: Option<u32>,
    max_completion_tokens: Option<u32>,
    safety_identifier: Option<ByteString>,
    effort: Option<ByteString>,
    reasoning: Option<Reasoning>,
    schema: Option<OutputSchema>,
}

/// Reads a request.
///
/// # Errors
/// A failure of source client, whose message names the path of the fault (rule D5).
pub(crate) fn parse(body: &ByteString) -> Result<(Request, ChatEcho), Failure> {
    let mut request = Request { dialect: Dialect::OpenaiChat, ..Request::default() };
    let mut draft = Draft::default();
    let mut echo = ChatEcho::default();
    let mut reader = Reader::new(body);
    document(&mut reader, &mut request, &mut draft, &mut echo)
        .and_then(|()| finish(&mut request, draft, &mut echo))
        .map_err(|fault| openai::failure(fault, body))?;
    Ok((request, echo))
}

fn document(
    reader: &mut Reader<'_>,
    request: &mut Request,
    draft: &mut Draft,
    echo: &mut ChatEcho,
) -> Read<()> {
    reader.document(|reader, name| member(reader, name, request, draft, echo))
}

fn member(
    reader: &mut Reader<'_>,
    name: &str,
    request: &mut Request,
    draft: &mut Draft,
    echo: &mut ChatEcho,
) -> Read<()> {
    match name {
        "model" => draft.model = Some(reader.string()?),
        "messages" => draft.conversation = Some(Conversation::read(reader)?),
        "max_tokens" => draft.max_tokens = reader.optional(|r| r.integer(1))?,
        "max_completion_tokens" => {
            draft.max_completion_tokens = reader.optional(|r| r.integer(1))?;
        }
        "temperature" => request.temperature = reader.optional(|r| r.up_to(2))?,
        "top_p" => request.top_p = reader.optional(Reader::share)?,
        "top_k" => options::top_k(reader, request)?,
        "stop" => request.stop_sequences = reader.optional(options::stop)?.unwrap_or_default(),
        "n" => options::one_choice(reader)?,
        "tools" => draft.tools = reader.optional(tools::list)?.unwrap_or_default(),
        "functions" => draft.functions = reader.optional(tools::functions)?,
        "tool_choice" => draft.choice = reader.optional(tools::choice)?,
        "function_call" => draft.function_call = reader.optional(tools::function_choice)?,
        "parallel_tool_calls" => request.parallel_tools = reader.optional(Reader::boolean)?,
        "web_search_options" => {
            draft.web_search = options::web_search(reader, &mut request.extra)?;
        }
        "response_format" => draft.schema = options::format(reader, &mut request.extra)?,
        "reasoning_effort" => draft.effort = reader.optional(Reader::string)?,
        "reasoning" => draft.reasoning = reader.optional(options::reasoning)?,
        "user" => request.user = reader.optional(Reader::string)?,
        "safety_identifier" => {
            draft.safety_identifier = reader.clone().optional(Reader::string)?;
            reader.extra(name, &mut request.extra)?;
        }
        "prompt_cache_key" => {
            request.session = reader.optional(Reader::string)?.map(|key| key.to_string());
        }
        "stream" => request.stream = reader.optional(Reader::boolean)?.unwrap_or_default(),
        "stream_options" => {
            reader.optional(|reader| options::stream(reader, echo))?;
        }
        name => reader.extra(name, &mut request.extra)?,
    }
    Ok(())
}

fn finish(request: &mut Request, draft: Draft, echo: &mut ChatEcho) -> Read<()> {
    request.model = draft.model.ok_or_else(|| Fault::missing("model"))?;
    if request.model.trim().is_empty() {
        return Err(Fault::new("Input should be the name of a model, not empty").under("model"));
    }
    let conversation = draft.conversation.ok_or_else(|| Fault::missing("messages"))?;
    request.system = conversation.system;
    request.messages = conversation.messages;
    request.max_output_tokens = draft.max_completion_tokens.or(draft.max_tokens);
    // An id of the end user under its newer name; a plugin that knows that name sends it as such.
    request.user = request.user.take().or(draft.safety_identifier);
    request.reasoning = options::thinking(draft.reasoning, draft.effort);
    request.output_schema = draft.schema;
    let choice = match draft.functions {
        None => draft.choice,
        Some(_) if !draft.tools.is_empty() => {
            return Err(Fault::new("Use `tools` alone, not both").under("functions"));
        }
        Some(functions) => {
            echo.functions = true;
            // The older form has room for one call.
            request.parallel_tools = Some(false);
            tools::offer(functions, None, request, echo)?;
            draft.function_call.or(draft.choice)
        }
    };
    tools::offer(draft.tools, choice, request, echo)?;
    request.tools.extend(draft.web_search);
    Ok(())
}
