//! What a repetition does: the calls that the pipeline makes, with the load run's requests and
//! answers.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use clasp_codec::{Decoder, MAX_FRAME_BYTES};
use clasp_dialect::Head;
use clasp_model::{
    ByteString, Dialect, Event, Failure, FinishReason, Frame, Framing, Header, Json, Request,
    Started, Target, ToolCallDelta, Usage,
};
use clasp_plugin_host::{Limits, Options, Runtime};

use crate::body;
use crate::error::Error;
use crate::scenario::{
    self, Answer, CACHED_TOKENS, COMPLETION_TOKENS, PIECES, PROMPT_TOKENS, TOOL,
};
use crate::vendor::script::Script;

/// The plugin that clasp carries and that is measured.
const PLUGIN: &str = "openai";

/// A loaded plugin and what drives it.
pub struct Plugin {
    plugin: clasp_plugin_host::Plugin,
    tokio: tokio::runtime::Runtime,
    target: Target,
}

/// The request of 100 B.
pub fn small() -> ByteString {
    body::small(Answer::Plain).to_string().into()
}

/// The request of 150 KB.
pub fn large() -> ByteString {
    body::large(Answer::Plain).to_string().into()
}

/// The request with 5 MB of images.
pub fn images() -> ByteString {
    body::images(Answer::Plain).to_string().into()
}

/// Reads a request.
pub fn parse(body: &ByteString, times: u32) -> Result<(), Error> {
    for _ in 0..times {
        black_box(request(black_box(body))?);
    }
    Ok(())
}

/// Reads a request and writes it anew, as the native translator does.
pub fn native(body: &ByteString, times: u32) -> Result<(), Error> {
    for _ in 0..times {
        let translated = crate::native::translate(black_box(body).as_bytes());
        black_box(translated.map_err(Error::Other)?.body);
    }
    Ok(())
}

/// Cuts a streamed answer into frames, a frame a push.
pub fn decode(answer: Answer, times: u32) -> Result<(), Error> {
    let chunks = chunks(answer);
    for _ in 0..times {
        black_box(cut(black_box(&chunks))?);
    }
    Ok(())
}

/// Writes a streamed answer.
pub fn encode(answer: Answer, times: u32) -> Result<(), Error> {
    let events = events(answer);
    let mut out = BytesMut::new();
    for _ in 0..times {
        let head = Head {
            id: "msg_01CfVq2yWw0bX8kZr5n1PdT7".to_owned(),
            model: body::MODEL.to_owned(),
            input_estimate: PROMPT_TOKENS,
            ..Head::default()
        };
        let mut encoder = clasp_dialect::encoder(Dialect::AnthropicMessages, true, head);
        encoder.start(&mut out);
        for event in &events {
            encoder.event(event.clone(), &mut out);
            black_box(&out);
            out.clear();
        }
        encoder.end(&mut out);
        if encoder.failure().is_some() || out.is_empty() {
            return Err(Error::other("the stream was not written"));
        }
        out.clear();
    }
    Ok(())
}

impl Plugin {
    /// Loads the plugin at `component`, else the one that clasp carries; compiled code is kept in
    /// `cache`.
    pub fn load(cache: &Path, component: Option<&Path>) -> Result<Self, Error> {
        let patient = Duration::from_secs(600);
        let limits = Limits {
            exchanges: 4,
            begins: 4,
            begin_time: patient,
            call_time: patient,
            ..Limits::default()
        };
        let options = Options { limits, cache: Some(cache.to_owned()), wasi: true };
        let host = Runtime::new(options).map_err(|error| Error::other(error.to_string()))?;
        let plugin = match component {
            Some(path) => {
                let bytes =
                    std::fs::read(path).map_err(Error::io(format!("read {}", path.display())))?;
                host.load(path, &bytes)
            }
            None => {
                let carried = clasp_plugin_bundle::PLUGINS.iter().find(|(id, _)| *id == PLUGIN);
                let (id, bytes) = carried.ok_or_else(|| Error::other("no openai plugin"))?;
                host.load(Path::new(id), bytes)
            }
        };
        let plugin = plugin.map_err(|error| Error::other(error.to_string()))?;
        let tokio = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::io("start tokio"))?;
        let target = Target {
            base_url: "https://api.openai.com/v1".to_owned(),
            model: "gpt-4o".to_owned(),
            context_window: None,
            max_output_tokens: None,
            abilities: None,
            config: Json::from_checked(ByteString::from_static("{}")),
            provider: String::new(),
        };
        Ok(Self { plugin, tokio, target })
    }

    /// Translates a request.
    pub fn begin(&self, body: &ByteString, times: u32) -> Result<(), Error> {
        let request = request(body)?;
        self.tokio.block_on(async {
            for _ in 0..times {
                black_box(self.plugin.begin(&self.target, &request).await.map_err(failed)?);
            }
            Ok(())
        })
    }

    /// Opens an exchange and drops it.
    pub fn open(&self, times: u32) -> Result<(), Error> {
        self.tokio.block_on(async {
            for _ in 0..times {
                black_box(self.plugin.exchange(&self.target, &[]).await.map_err(failed)?);
            }
            Ok(())
        })
    }

    /// Reads a streamed answer, `batch` frames a call.
    pub fn feed(&self, answer: Answer, batch: usize, times: u32) -> Result<(), Error> {
        let request = request(&body::small(answer).to_string().into())?;
        let frames = cut(&chunks(answer))?;
        let headers =
            [Header { name: "content-type".to_owned(), value: "text/event-stream".to_owned() }];
        self.tokio.block_on(async {
            let begun = self.plugin.begin(&self.target, &request).await.map_err(failed)?;
            for _ in 0..times {
                let exchange = self.plugin.exchange(&self.target, &begun.state).await;
                let mut exchange = exchange.map_err(failed)?;
                exchange.accept(200, &headers).await.map_err(failed)?;
                let mut said = 0;
                for frames in frames.chunks(batch) {
                    let events = exchange.feed(frames.to_vec()).await.map_err(failed)?;
                    said += black_box(events).len();
                }
                said += black_box(exchange.end().await.map_err(failed)?).len();
                if said < PIECES {
                    return Err(Error::other(format!("the plugin said only {said} events")));
                }
            }
            Ok(())
        })
    }
}

fn request(body: &ByteString) -> Result<Request, Error> {
    let parsed = clasp_dialect::parse(Dialect::AnthropicMessages, body, &[]);
    parsed.map(|parsed| parsed.request).map_err(failed)
}

fn chunks(answer: Answer) -> Arc<[Bytes]> {
    let script = Script::new();
    if answer.calls_tool() { script.tool } else { script.text }
}

fn cut(chunks: &[Bytes]) -> Result<Vec<Frame>, Error> {
    let mut decoder = Decoder::new(Framing::ServerSentEvents, MAX_FRAME_BYTES);
    let mut frames = Vec::with_capacity(chunks.len());
    let wrong = |error: clasp_codec::DecodeError| Error::other(error.to_string());
    for chunk in chunks {
        decoder.push(chunk, &mut frames).map_err(wrong)?;
    }
    decoder.finish(&mut frames).map_err(wrong)?;
    Ok(frames)
}

/// What a plugin says of the vendor's stream.
fn events(answer: Answer) -> Vec<Event> {
    let started = Started { id: Some("chatcmpl-1".to_owned()), model: Some("gpt-4o".to_owned()) };
    let mut events = vec![Event::Started(started)];
    for index in 0..PIECES {
        events.push(if answer.calls_tool() {
            Event::ToolCall(ToolCallDelta {
                id: (index == 0).then(|| "call_1".to_owned()),
                name: (index == 0).then(|| TOOL.to_owned()),
                arguments: scenario::argument_piece(index),
                ..ToolCallDelta::default()
            })
        } else {
            Event::Text(scenario::text_piece(index))
        });
    }
    let finish = if answer.calls_tool() { FinishReason::ToolCalls } else { FinishReason::EndTurn };
    events.push(Event::Finished(finish));
    events.push(Event::Usage(Usage {
        input: Some(PROMPT_TOKENS),
        cache_read: Some(CACHED_TOKENS),
        output: Some(COMPLETION_TOKENS),
        ..Usage::default()
    }));
    events
}

fn failed(failure: Failure) -> Error {
    Error::other(failure.message)
}
