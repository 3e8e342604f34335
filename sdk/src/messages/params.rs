//! The settings of a request: limits, sampling, the form of the answer, and what clients pass
//! through (rules C7, C11, C12, C18).

use super::body::Body;
use super::content::other_members;
use super::schema;
use super::think::Plan;
use crate::extra;
use crate::names::short_id;
use crate::output::Form;
use crate::types::Field;

/// Longest user id, in characters.
const USER: usize = 256;

impl Body<'_> {
    /// Most tokens of the answer: what is asked for, else all that the model makes.
    pub(super) fn output_limit(&mut self) -> u32 {
        let most = self.target.max_output_tokens;
        let Some(asked) = self.request.max_output_tokens else {
            return most.unwrap_or(self.family.output_limit);
        };
        let most = most.unwrap_or(u32::MAX);
        if asked > most {
            let why = format!("{} makes at most {most} tokens", self.target.model);
            self.notes.clamped("max_output_tokens", why);
        }
        asked.min(most)
    }

    /// Writes sampling, stop sequences, the user and the stream.
    pub(super) fn settings(&mut self, plan: &Plan) {
        self.sampling(plan);
        let request = self.request;
        let (taken, blank): (Vec<&String>, Vec<_>) =
            request.stop_sequences.iter().partition(|text| !text.trim().is_empty());
        if !blank.is_empty() {
            self.notes.dropped("stop_sequences", "Claude takes none of blanks alone");
        }
        if !taken.is_empty() {
            self.writer.key("stop_sequences");
            self.writer.open_array();
            taken.into_iter().for_each(|text| self.writer.string(text));
            self.writer.close_array();
        }
        if !self.has_extra("metadata")
            && let Some(user) = &request.user
        {
            self.writer.key("metadata");
            self.writer.open_object();
            self.writer.string_member("user_id", &short_id(user, USER));
            self.writer.close_object();
        }
        if self.wire.stream && request.stream {
            self.writer.raw_member("stream", "true");
        }
    }

    fn sampling(&mut self, plan: &Plan) {
        let request = self.request;
        let named = [
            ("temperature", request.temperature.filter(|temperature| *temperature != 1.0)),
            ("top_p", request.top_p.filter(|top_p| *top_p != 1.0)),
            ("top_k", request.top_k.map(f64::from)),
        ];
        if !self.family.sampling {
            for (name, _) in named.into_iter().filter(|(_, value)| value.is_some()) {
                self.notes.dropped(name, format!("{} takes none", self.target.model));
            }
            return;
        }
        if plan.is_on() {
            // Thinking wants the usual temperature, and a share of 0.95 at least.
            let (temperature, top_p) = (named[0].1, request.top_p);
            if temperature.is_some() {
                self.notes.dropped("temperature", "a model that thinks takes none");
            }
            if let Some(top_p) = top_p {
                if top_p < 0.95 {
                    self.notes.clamped("top_p", "a model that thinks takes 0.95 to 1");
                }
                self.writer.key("top_p");
                self.writer.number(top_p.max(0.95));
            }
            if request.top_k.is_some() {
                self.notes.dropped("top_k", "a model that thinks takes none");
            }
            return;
        }
        if let Some(temperature) = request.temperature {
            let taken = temperature.clamp(0.0, 1.0);
            if taken != temperature {
                self.notes.clamped("temperature", format!("{taken} is the nearest that is taken"));
            }
            self.writer.key("temperature");
            self.writer.number(taken);
        }
        if let Some(top_p) = request.top_p {
            if self.family.both_samplers || request.temperature.is_none() {
                self.writer.key("top_p");
                self.writer.number(top_p);
            } else {
                self.notes.dropped("top_p", "the model takes it only without a temperature");
            }
        }
        if let Some(top_k) = request.top_k {
            self.writer.key("top_k");
            self.writer.integer(u64::from(top_k));
        }
    }

    /// Writes `output_config`: effort, schema, and what else the client put there.
    pub(super) fn output_config(&mut self, plan: &Plan) {
        let request = self.request;
        let extra = request.extra.iter().find(|field| self.native && field.name == "output_config");
        let others = extra.map(|field| other_members(&field.value, &["effort", "format"]));
        let others = others.unwrap_or_default();
        let format = request.output_schema.as_ref().filter(|_| self.family.schemas);
        if plan.effort.is_none() && format.is_none() && others.is_empty() {
            return;
        }
        self.writer.key("output_config");
        self.writer.open_object();
        if let Some(effort) = plan.effort {
            self.writer.string_member("effort", effort);
        }
        if let Some(output) = format {
            let (schema, repaired) = match self.native {
                true => (output.schema.as_str().into(), None),
                false => schema::closed(&output.schema),
            };
            if let Some(what) = repaired {
                self.notes.repaired("output_schema.schema", what);
            }
            self.writer.key("format");
            self.writer.open_object();
            self.writer.string_member("type", "json_schema");
            self.writer.raw_member("schema", &schema);
            self.writer.close_object();
        }
        for (name, value) in others {
            self.writer.raw_member(&name, &value);
        }
        self.writer.close_object();
    }

    /// Instructions that ask for the form of the answer, where the model has no setting for it.
    pub(super) fn form_text(&mut self) -> Option<String> {
        match Form::of(self.request) {
            Form::Schema(_) if self.family.schemas => None,
            form => form.instruction(&mut self.notes),
        }
    }

    /// Writes the members that the contract has no name for. From clients of other dialects only
    /// the service tier has a counterpart.
    pub(super) fn extra_members(&mut self) {
        let request = self.request;
        if self.native {
            let extra = request.extra.iter().filter(|field| field.name != "output_config");
            return extra.for_each(|field| self.writer.raw_member(&field.name, &field.value));
        }
        for field in extra::members(request) {
            let Field { name, value } = field;
            match name.as_str() {
                "service_tier" if value == "\"auto\"" => self.writer.raw_member(name, value),
                "service_tier" if matches!(value.as_str(), "\"default\"" | "\"standard\"") => {
                    self.writer.string_member(name, "standard_only");
                }
                _ => extra::drop(request, field, &mut self.notes),
            }
        }
    }

    fn has_extra(&self, name: &str) -> bool {
        self.native && self.request.extra.iter().any(|field| field.name == name)
    }
}
