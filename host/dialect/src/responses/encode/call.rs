//! Calls of the client's tools, as the kind of item that the client knows each tool by.
//!
//! Rule: arguments are passed on as they come, also when they are cut (A7). What must be an object
//! of its own form waits for its end; a call that does not fit that form stays a plain
//! `function_call`, which tells the client all there is.

use bytes::{BufMut, BytesMut};
use serde_json::{Map, Value};

use super::wire::{Place, Wire, item, raw, text};
use crate::blocks::Arguments;
use crate::free_text::FreeText;
use crate::json::write;
use crate::responses::callee::{Callee, Kind};

#[derive(Debug)]
pub(super) struct Call {
    place: Place,
    id: String,
    /// As the client knows the tool.
    callee: Callee,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Function(Function),
    Custom(FreeText),
    /// One of the kinds whose arguments stand in the item as an object.
    Object(String),
}

/// Arguments of a function.
#[derive(Debug, Default)]
struct Function {
    text: String,
    progress: Arguments,
    /// They begin like an object and are passed on.
    passing: bool,
}

/// A call that is over.
pub(super) struct Done {
    pub(super) item: String,
    pub(super) cut: bool,
}

/// How ids of items begin that call this tool.
pub(super) fn prefix(callee: Option<&Callee>) -> &'static str {
    match callee.map_or(Kind::Function, |callee| callee.kind) {
        Kind::Function => "fc_",
        Kind::Custom => "ctc_",
        Kind::LocalShell => "lsh_",
        Kind::Shell => "sh_",
        Kind::ApplyPatch => "apc_",
        Kind::ToolSearch => "tsc_",
    }
}

impl Call {
    pub(super) fn open(
        place: Place,
        id: String,
        name: String,
        callee: Option<Callee>,
        wire: &mut Wire,
        out: &mut BytesMut,
    ) -> Self {
        let callee = callee.unwrap_or(Callee { kind: Kind::Function, namespace: None, name });
        let form = match callee.kind {
            Kind::Function => Form::Function(Function::default()),
            Kind::Custom => Form::Custom(FreeText::default()),
            Kind::LocalShell | Kind::Shell | Kind::ApplyPatch | Kind::ToolSearch => {
                Form::Object(String::new())
            }
        };
        let call = Self { place, id, callee, form };
        match &call.form {
            Form::Function(_) => wire.added(&call.place, &call.function("in_progress", ""), out),
            Form::Custom(_) => wire.added(&call.place, &call.custom("in_progress", ""), out),
            Form::Object(_) => {}
        }
        call
    }

    pub(super) fn delta(&mut self, delta: &str, wire: &mut Wire, out: &mut BytesMut) {
        match &mut self.form {
            Form::Function(function) => {
                if let Some(delta) = function.push(delta) {
                    tell_function(&self.place, delta, wire, out);
                }
            }
            Form::Custom(input) => {
                let delta = input.push(delta);
                tell_custom(&self.place, &delta, wire, out);
            }
            Form::Object(text) => text.push_str(delta),
        }
    }

    /// Ends it.
    pub(super) fn close(mut self, wire: &mut Wire, out: &mut BytesMut) -> Done {
        match std::mem::replace(&mut self.form, Form::Object(String::new())) {
            Form::Function(mut function) => {
                if !function.passing {
                    function.settle();
                    tell_function(&self.place, &function.text, wire, out);
                }
                self.close_function(&function.text, function.progress.is_cut(), wire, out)
            }
            Form::Custom(mut input) => {
                let rest = input.finish();
                tell_custom(&self.place, &rest, wire, out);
                let cut = input.is_cut();
                let members = |out: &mut BytesMut| text(out, "input", input.text());
                let kind = "response.custom_tool_call_input.done";
                wire.event(kind, &self.place, None, members, out);
                let item = self.custom(status(cut), input.text());
                wire.done(&self.place, &item, out);
                Done { item, cut }
            }
            Form::Object(arguments) => self.close_object(&arguments, wire, out),
        }
    }

    fn close_function(
        &self,
        arguments: &str,
        cut: bool,
        wire: &mut Wire,
        out: &mut BytesMut,
    ) -> Done {
        let members = |out: &mut BytesMut| text(out, "arguments", arguments);
        wire.event("response.function_call_arguments.done", &self.place, None, members, out);
        let item = self.function(status(cut), arguments);
        wire.done(&self.place, &item, out);
        Done { item, cut }
    }

    fn close_object(&self, arguments: &str, wire: &mut Wire, out: &mut BytesMut) -> Done {
        if let Some((kind, member, object)) = self.object(arguments) {
            let item = |status| {
                item(kind, &self.place, Some(status), |out| {
                    text(out, "call_id", &self.id);
                    if self.callee.kind == Kind::ToolSearch {
                        text(out, "execution", "client");
                    }
                    raw(out, member, &object);
                })
            };
            wire.added(&self.place, &item("in_progress"), out);
            let item = item("completed");
            wire.done(&self.place, &item, out);
            return Done { item, cut: false };
        }
        let mut function = Function::default();
        let _ = function.push(arguments);
        if !function.passing {
            function.settle();
        }
        wire.added(&self.place, &self.function("in_progress", ""), out);
        tell_function(&self.place, &function.text, wire, out);
        self.close_function(&function.text, function.progress.is_cut(), wire, out)
    }

    /// The item's type and the member that holds what the arguments say; none if they do not fit.
    fn object(&self, arguments: &str) -> Option<(&'static str, &'static str, String)> {
        let Ok(Value::Object(arguments)) = serde_json::from_str(arguments) else { return None };
        let (kind, member, object) = match self.callee.kind {
            Kind::Function | Kind::Custom => return None,
            Kind::LocalShell => ("local_shell_call", "action", exec(arguments)?),
            Kind::Shell => ("shell_call", "action", commands(arguments)?),
            Kind::ApplyPatch => ("apply_patch_call", "operation", operation(arguments)?),
            Kind::ToolSearch => ("tool_search_call", "arguments", arguments),
        };
        Some((kind, member, Value::Object(object).to_string()))
    }

    fn function(&self, status: &str, arguments: &str) -> String {
        self.item("function_call", status, "arguments", arguments)
    }

    fn custom(&self, status: &str, input: &str) -> String {
        self.item("custom_tool_call", status, "input", input)
    }

    fn item(&self, kind: &str, status: &str, member: &str, value: &str) -> String {
        item(kind, &self.place, Some(status), |out| {
            text(out, "call_id", &self.id);
            text(out, "name", &self.callee.name);
            if let Some(namespace) = &self.callee.namespace {
                text(out, "namespace", namespace);
            }
            text(out, member, value);
        })
    }
}

impl Function {
    /// What can be passed on now.
    fn push<'a>(&'a mut self, piece: &'a str) -> Option<&'a str> {
        self.text.push_str(piece);
        self.progress.push(piece);
        if self.passing {
            return Some(piece);
        }
        self.passing = self.text.trim_start().starts_with('{');
        self.passing.then_some(&self.text)
    }

    /// Clients read an object: none at all is the empty one. Anything else is theirs to judge.
    fn settle(&mut self) {
        if matches!(self.text.trim(), "" | "null") {
            self.text = "{}".to_owned();
        }
    }
}

fn status(cut: bool) -> &'static str {
    if cut { "incomplete" } else { "completed" }
}

fn tell_function(place: &Place, delta: &str, wire: &mut Wire, out: &mut BytesMut) {
    tell("response.function_call_arguments.delta", place, delta, wire, out);
}

fn tell_custom(place: &Place, delta: &str, wire: &mut Wire, out: &mut BytesMut) {
    tell("response.custom_tool_call_input.delta", place, delta, wire, out);
}

fn tell(kind: &str, place: &Place, delta: &str, wire: &mut Wire, out: &mut BytesMut) {
    if delta.is_empty() {
        return;
    }
    out.reserve(delta.len() + 180);
    let members = |out: &mut BytesMut| {
        out.put_slice(b",\"delta\":");
        write::string(out, delta);
    };
    wire.event(kind, place, None, members, out);
}

/// `{"type":"exec","command":[…],"env":{…},…}`.
fn exec(mut arguments: Map<String, Value>) -> Option<Map<String, Value>> {
    let mut action = Map::new();
    action.insert("type".into(), "exec".into());
    action.insert("command".into(), command(arguments.remove("command")?)?);
    let env = arguments.remove("env").filter(is_env);
    action.insert("env".into(), env.unwrap_or_else(|| Value::Object(Map::new())));
    if let Some(timeout) = arguments.remove("timeout_ms").filter(Value::is_u64) {
        action.insert("timeout_ms".into(), timeout);
    }
    for name in ["user", "working_directory"] {
        if let Some(value) = arguments.remove(name).filter(Value::is_string) {
            action.insert(name.into(), value);
        }
    }
    Some(action)
}

/// A program and its arguments; a line is for the shell.
fn command(command: Value) -> Option<Value> {
    match command {
        Value::Array(_) if is_texts(&command) => Some(command),
        Value::String(line) => Some(vec!["bash".into(), "-lc".into(), line].into()),
        _ => None,
    }
}

/// `{"commands":[…],"timeout_ms":…,"max_output_length":…}`.
fn commands(mut arguments: Map<String, Value>) -> Option<Map<String, Value>> {
    let commands = match arguments.remove("commands")? {
        Value::String(line) => vec![line].into(),
        commands if is_texts(&commands) => commands,
        _ => return None,
    };
    let mut action = Map::new();
    action.insert("commands".into(), commands);
    for name in ["timeout_ms", "max_output_length"] {
        let value = arguments.remove(name).filter(Value::is_u64);
        action.insert(name.into(), value.unwrap_or_default());
    }
    Some(action)
}

/// `{"type":"update_file","path":…,"diff":…}`.
fn operation(mut arguments: Map<String, Value>) -> Option<Map<String, Value>> {
    let mut text = |name: &str| arguments.remove(name).filter(Value::is_string);
    let (kind, path, diff) = (text("type")?, text("path")?, text("diff"));
    let mut operation = Map::new();
    match (kind.as_str()?, diff) {
        ("delete_file", _) => {}
        ("create_file" | "update_file", Some(diff)) => {
            operation.insert("diff".into(), diff);
        }
        _ => return None,
    }
    operation.insert("type".into(), kind);
    operation.insert("path".into(), path);
    Some(operation)
}

fn is_texts(value: &Value) -> bool {
    value.as_array().is_some_and(|list| list.iter().all(Value::is_string))
}

fn is_env(value: &Value) -> bool {
    value.as_object().is_some_and(|env| env.values().all(Value::is_string))
}
