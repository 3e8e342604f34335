//! Every plugin's cases again through its built component: it must say what the native build says.
//!
//! The host tags opaque state on its way out and takes the tag off on its way in (rule C10); cases
//! hold it without, so the tag is put on and taken off here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::path::{Path, PathBuf};

use clasp_model::{
    Begun, ByteString, Event, Failure, Frame, Framing, Header, HttpResponse, Json, Part, Request,
    Target,
};
use clasp_plugin::cases::{Reading, Subject, run_with};
use clasp_plugin_host::{Exchange, Options, Plugin, Runtime};
use tokio::runtime::Runtime as Tokio;

struct Component {
    plugin: Plugin,
    tokio: Tokio,
}

struct Answer<'a> {
    exchange: Exchange,
    component: &'a Component,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn components_agree_with_their_cases() {
    let runtime = Runtime::new(Options::default()).unwrap();
    for (id, bytes) in clasp_plugin_bundle::PLUGINS {
        let plugin = runtime.load(Path::new(id), bytes).unwrap();
        assert_eq!(plugin.manifest().id, *id, "a plugin's folder has its id");
        let tokio = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let component: &'static Component = Box::leak(Box::new(Component { plugin, tokio }));
        run_with(&component, root().join("plugins").join(id));
    }
}

#[test]
fn every_plugin_is_in_the_bundle_and_has_cases() {
    let mut folders = Vec::new();
    for entry in root().join("plugins").read_dir().unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        if name != "bundle" && folder.join("Cargo.toml").is_file() {
            let cases = folder.join("cases").read_dir().map_or(0, Iterator::count);
            assert!(cases > 0, "{name} has no cases");
            folders.push(name);
        }
    }
    folders.sort();
    let bundled: Vec<&str> = clasp_plugin_bundle::PLUGINS.iter().map(|(id, _)| *id).collect();
    assert_eq!(folders, bundled);
}

impl Component {
    fn tag(&self) -> String {
        format!("clasp1:{}:", self.plugin.manifest().id)
    }

    fn untagged(&self, mut events: Vec<Event>) -> Vec<Event> {
        let tag = self.tag();
        let untag = |state: &mut String| {
            if !state.is_empty() {
                *state = state.strip_prefix(&tag).expect("state is tagged").to_owned();
            }
        };
        for event in &mut events {
            match event {
                Event::State(state) | Event::RedactedThinking(state) => untag(state),
                Event::ToolCall(call) => call.state.iter_mut().for_each(untag),
                Event::Block(block) => {
                    *block = Json::from_checked(block.as_str().replacen(&tag, "", 1).into());
                }
                _ => {}
            }
        }
        events
    }
}

impl Subject for &'static Component {
    fn begin(&self, target: &Target, request: &Request) -> Result<Begun, Failure> {
        let mut request = request.clone();
        let tag = |state: &mut Option<ByteString>| {
            if let Some(state) = state {
                *state = format!("{}{state}", self.tag()).into();
            }
        };
        for part in request.messages.iter_mut().flat_map(|message| &mut message.parts) {
            match part {
                Part::Text(text) => tag(&mut text.state),
                Part::Thinking(thinking) => tag(&mut thinking.state),
                Part::ToolCall(call) => tag(&mut call.state),
                Part::Media(_) | Part::ToolResult(_) | Part::Other(_) => {}
            }
        }
        self.tokio.block_on(self.plugin.begin(target, &request))
    }

    fn exchange(&self, target: &Target, state: &[u8]) -> Result<Box<dyn Reading>, Failure> {
        let exchange = self.tokio.block_on(self.plugin.exchange(target, state))?;
        Ok(Box::new(Answer { exchange, component: self }))
    }
}

impl Reading for Answer<'_> {
    fn accept(&mut self, status: u16, headers: &[Header]) -> Result<Framing, Failure> {
        self.component.tokio.block_on(self.exchange.accept(status, headers))
    }

    fn feed(&mut self, frames: Vec<Frame>) -> Result<Vec<Event>, Failure> {
        let events = self.component.tokio.block_on(self.exchange.feed(frames))?;
        Ok(self.component.untagged(events))
    }

    fn end(&mut self) -> Result<Vec<Event>, Failure> {
        let events = self.component.tokio.block_on(self.exchange.end())?;
        Ok(self.component.untagged(events))
    }

    fn reject(&mut self, response: &HttpResponse) -> Result<Failure, Failure> {
        self.component.tokio.block_on(self.exchange.reject(response))
    }
}
