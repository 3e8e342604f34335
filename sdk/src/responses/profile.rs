//! What tells one Responses server from another, and what an operator may ask of it.

use crate::history::MidSystem;
use crate::names::{Alphabet, NameRule};
use crate::types::MediaKind;

/// For [`Profile::in_results`].
pub const IMAGES_AND_DOCUMENTS: &[MediaKind] = &[MediaKind::Image, MediaKind::Document];

/// Whether a model thinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thinks {
    /// Never; it refuses to be asked.
    Never,
    /// When it is asked to, with whatever effort the client names.
    Asked,
    /// Always, with one of these efforts, weakest first.
    Always(&'static [&'static str]),
}

/// A Responses server's ways. Start from [`Profile::COMPATIBLE`] and say what differs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Profile {
    /// Below the base URL.
    pub path: &'static str,
    /// Takes `temperature` and `top_p`.
    pub sampling: bool,
    /// Whether the model thinks.
    pub thinks: Thinks,
    /// The role of instructions inside a conversation: `system` or `developer`.
    pub system_role: &'static str,
    /// What becomes of system messages after the first turn.
    pub mid_system: MidSystem,
    /// Sees images. Where [`Target::abilities`](crate::Target) are known they decide.
    pub images: bool,
    /// Reads documents. As for `images`.
    pub documents: bool,
    /// The kinds of payload that a tool result may hold.
    pub in_results: &'static [MediaKind],
    /// The rule for tool names.
    pub tool_names: NameRule,
    /// The rule for ids of tool calls.
    pub call_ids: NameRule,
    /// Keeps strictly to a tool's schema if told to.
    pub strict_tools: bool,
    /// Takes `parallel_tool_calls`.
    pub parallel_tools: bool,
    /// Searches the web itself.
    pub web_search: bool,
    /// Takes `prompt_cache_key`.
    pub cache_key: bool,
    /// The member that takes an end user's id: `safety_identifier` or `user`.
    pub user: Option<&'static str>,
    /// Members that clients of the OpenAI dialects may pass through.
    pub extra: &'static [&'static str],
}

impl Profile {
    /// What servers of this API have in common.
    pub const COMPATIBLE: Self = Self {
        path: "/responses",
        sampling: true,
        thinks: Thinks::Asked,
        system_role: "system",
        mid_system: MidSystem::Folded,
        images: true,
        documents: true,
        in_results: &[],
        tool_names: NameRule { alphabet: Alphabet::Word, min: 1, max: 64 },
        call_ids: NameRule { alphabet: Alphabet::Any, min: 1, max: 64 },
        strict_tools: false,
        parallel_tools: true,
        web_search: false,
        cache_key: false,
        user: None,
        extra: &[],
    };
}

/// What an operator asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How much of its thinking a model is asked to tell.
    pub summary: Summary,
    /// The provider keeps the conversation (`store`), and only what is new is sent, as long as the
    /// client has what was sent before unchanged.
    pub session: bool,
    /// Tokens of a prompt above which the provider compacts it.
    pub compact_threshold: Option<u32>,
}

/// How much of its thinking a model is asked to tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Summary {
    /// As much as the model offers.
    #[default]
    Auto,
    /// Little.
    Concise,
    /// Much.
    Detailed,
    /// Nothing.
    None,
}

impl Summary {
    /// The API's word for it.
    pub(crate) fn word(self) -> Option<&'static str> {
        match self {
            Self::Auto => Some("auto"),
            Self::Concise => Some("concise"),
            Self::Detailed => Some("detailed"),
            Self::None => None,
        }
    }
}
