//! Writes a Responses request (rules C1–C9, C11–C14, C16, C18).
//!
//! <https://developers.openai.com/api/reference/resources/responses/methods/create>, as of
//! 2026-11-21.

use serde::{Deserialize, Serialize};

use super::input::{Input, write_joined};
use super::keep::{Kept, host_of};
use super::profile::{Options, Profile};
use super::{media, params, search, tools};
use crate::history::{Earlier, Rules, Said, Turn, arrange};
use crate::names::Names;
use crate::notes::Notes;
use crate::output::Form;
use crate::provider::Begun;
use crate::tools::Offer;
use crate::types::{Failure, Request, Target};
use crate::{body, json, size};

/// What reading the answer remembers of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// A stream was asked for.
    #[serde(rename = "s")]
    pub stream: bool,
    /// Tools that are called otherwise here.
    #[serde(rename = "n", skip_serializing_if = "Names::is_empty")]
    pub names: Names,
    /// The web search tool's name, if there is one.
    #[serde(rename = "w", skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// Stands for what was sent, where the provider keeps the conversation.
    #[serde(rename = "k", skip_serializing_if = "Option::is_none")]
    pub sum: Option<String>,
}

/// A request that has been written up to its settings.
pub(crate) struct Written<'a> {
    pub(crate) writer: json::Writer,
    pub(crate) offer: Offer<'a>,
    pub(crate) notes: Notes,
    /// As [`State::sum`].
    pub(crate) sum: Option<String>,
    /// What the provider has of the conversation.
    pub(crate) previous: Option<String>,
}

/// The part of the conversation that is sent.
#[derive(Clone, Copy, Default)]
struct Start {
    /// The first turn, and the first of its parts.
    turn: usize,
    part: usize,
}

/// Writes `request` in the ways of `profile`.
///
/// # Errors
/// What the provider cannot take, by its path.
pub fn begin(
    profile: &Profile,
    options: &Options,
    target: &Target,
    request: &Request,
) -> Result<Begun<State>, Failure> {
    let Written { mut writer, offer, mut notes, sum, previous } =
        write(profile, options, target, request)?;
    if let Some(previous) = &previous {
        writer.string_member("previous_response_id", previous);
    }
    let search = search::offered(profile, request);
    tools::write(profile, &offer, request, &mut notes, &mut writer)?;
    params::write(profile, options, target, request, search.is_some(), &mut notes, &mut writer);
    if request.stream {
        writer.raw_member("stream", "true");
    }
    writer.close_object();
    notes.cache_hints(request);
    Ok(Begun {
        http: body::post(profile.path, request.stream, writer),
        state: State { stream: request.stream, names: offer.names(), search, sum },
        notes: notes.into_vec(),
    })
}

/// Writes the model, the instructions and the conversation.
pub(crate) fn write<'a>(
    profile: &Profile,
    options: &Options,
    target: &Target,
    request: &'a Request,
) -> Result<Written<'a>, Failure> {
    let mut notes = Notes::default();
    let rules = Rules {
        target,
        media: media::takes(profile),
        in_results: profile.in_results,
        call_ids: profile.call_ids,
        mid_system: profile.mid_system,
        thinking: Earlier::All,
        error_field: false,
        message_extra: &[],
    };
    let turns = arrange(&rules, request, &mut notes)?;
    let runs = |hosted: &_| tools::runs(profile, request, hosted);
    let offer = Offer::new(profile.tool_names, request, runs, &mut notes);
    let free_text = tools::free_text(request);
    let host = host_of(&target.base_url);
    let input = Input { profile, offer: &offer, host, free_text: &free_text };
    let mut writer = json::Writer::with_capacity(size::body(request));
    writer.open_object();
    writer.string_member("model", &target.model);
    // Who asks for JSON must say the word; by reports it is looked for in the input alone.
    let json = matches!(Form::of(request), Form::Json(_)) && compacted(host, &turns).is_none();
    let turns = match turns.as_slice() {
        // Without an input the provider answers nothing.
        [Turn::System(pieces, _), rest @ ..] if !rest.is_empty() && !json => {
            writer.key("instructions");
            write_joined(pieces, "\n\n", &mut writer);
            rest
        }
        all => all,
    };
    let mut sum = None;
    let mut previous = None;
    let mut start = Start::default();
    if options.session {
        sum = Some(input.sum(turns));
        if let Some((turn, id)) = kept_by_provider(&input, turns) {
            start.turn = turn;
            previous = Some(id);
        }
    } else if let Some(found) = compacted(host, turns) {
        start = found;
        let why = "what came before the provider's own summary of it is left out";
        notes.dropped("messages", why);
    }
    writer.key("input");
    writer.open_array();
    input.write(turns.get(start.turn..).unwrap_or_default(), start.part, &mut notes, &mut writer);
    writer.close_array();
    Ok(Written { writer, offer, notes, sum, previous })
}

/// The turn after the last answer that the provider keeps, and that answer's id. What came before
/// must be what the provider has, or all is sent again.
fn kept_by_provider(input: &Input<'_>, turns: &[Turn<'_>]) -> Option<(usize, String)> {
    let stored = |(index, turn)| {
        let kept = kept(turn, input.host);
        let (id, sum) = kept
            .filter_map(|(_, kept)| kept.answer)
            .last()
            .map(|stored| (stored.id, stored.sum))?;
        Some((index, id, sum))
    };
    let (index, id, sum) = turns.iter().enumerate().rev().find_map(stored)?;
    let (before, after) = turns.split_at_checked(index)?;
    // Without anything new there is nothing to send.
    (after.len() > 1 && input.sum(before) == sum).then_some((index + 1, id))
}

/// The last place where the provider replaced what came before by its own summary.
fn compacted(host: &str, turns: &[Turn<'_>]) -> Option<Start> {
    turns.iter().enumerate().rev().find_map(|(turn, said)| {
        let summary = |(_, kept): &(usize, Kept)| {
            kept.item.as_ref().is_some_and(|item| item.contains(r#""compaction""#))
        };
        let (part, _) = kept(said, host).filter(summary).last()?;
        Some(Start { turn, part })
    })
}

/// The state in an assistant turn, with the number of its part.
fn kept(turn: &Turn<'_>, host: &str) -> impl Iterator<Item = (usize, Kept)> {
    let said = match turn {
        Turn::Assistant(said, _) => said.as_slice(),
        Turn::System(..) | Turn::User(..) | Turn::Result(_) => &[],
    };
    said.iter().enumerate().filter_map(move |(part, said)| match said {
        Said::Thinking(thinking) => Some((part, Kept::read(thinking.state.as_deref()?, host)?)),
        Said::Text(_) | Said::Call(_) => None,
    })
}
