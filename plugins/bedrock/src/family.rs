//! What the families of models take, told from a model's id (rules C2, C6–C9, C11).
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html>,
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html> and
//! <https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html>, as of
//! 2026-11-21. An id that tells nothing (a provisioned model, an application's profile) gets what
//! all models take.

use clasp_plugin::media::{Sources, Takes};
use clasp_plugin::messages::Family as Claude;

/// A family of models.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Family {
    Claude(Claude),
    Nova,
    /// Thinks, if it is told to.
    Nova2,
    GptOss,
    Mistral,
    Cohere,
    DeepSeek,
    /// Without a system prompt: Titan, and the first models of Mistral's.
    Titan,
    Other,
}

const IMAGES: Sources =
    Sources { types: &["image/png", "image/jpeg", "image/gif", "image/webp"], ..Sources::NONE };

const DOCUMENTS: Sources = Sources {
    types: &[
        "application/pdf",
        "application/msword",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ],
    ..Sources::NONE
};

const VIDEO: Sources = Sources {
    types: &["video/mp4", "video/quicktime", "video/webm", "video/x-matroska", "video/mpeg"],
    ..Sources::NONE
};

impl Family {
    /// The family of a model's id, an inference profile's, or an ARN.
    pub(crate) fn of(model: &str) -> Self {
        let has = |word: &str| model.contains(word);
        if has("anthropic.claude") || has("claude-") {
            Self::Claude(Claude::of(model))
        } else if has("amazon.nova-2") {
            Self::Nova2
        } else if has("amazon.nova") {
            Self::Nova
        } else if has("openai.gpt-oss") {
            Self::GptOss
        } else if has("mistral.mistral-7b") || has("mistral.mixtral") || has("amazon.titan") {
            Self::Titan
        } else if has("mistral.") {
            Self::Mistral
        } else if has("cohere.") {
            Self::Cohere
        } else if has("deepseek.r1") {
            Self::DeepSeek
        } else {
            Self::Other
        }
    }

    pub(crate) fn claude(&self) -> Option<&Claude> {
        match self {
            Self::Claude(claude) => Some(claude),
            _ => None,
        }
    }

    fn is_nova(&self) -> bool {
        matches!(self, Self::Nova | Self::Nova2)
    }

    /// Payloads. Which model sees is not told by its family; the service says so.
    pub(crate) fn media(&self) -> Takes {
        let video = if self.is_nova() { VIDEO } else { Sources::NONE };
        Takes { images: IMAGES, documents: DOCUMENTS, audio: Sources::NONE, video }
    }

    /// Results have a status, and may hold images and documents.
    pub(crate) fn rich_results(&self) -> bool {
        self.claude().is_some() || self.is_nova()
    }

    /// Answers keep to a schema.
    pub(crate) fn keeps_to_schemas(&self) -> bool {
        self.claude().is_none_or(|claude| claude.schemas)
    }

    pub(crate) fn has_system(&self) -> bool {
        *self != Self::Titan
    }

    /// Cache points in the instructions and in messages.
    pub(crate) fn caches(&self) -> bool {
        self.claude().is_some() || self.is_nova()
    }

    /// Cache points after tools, and for an hour.
    pub(crate) fn caches_tools(&self) -> bool {
        self.claude().is_some()
    }

    /// Some tool can be forced; a certain one.
    pub(crate) fn forced_tools(&self) -> (bool, bool) {
        match self {
            Self::Claude(claude) => (claude.forced_tools, claude.forced_tools),
            Self::Nova | Self::Nova2 => (true, true),
            Self::Mistral => (true, false),
            _ => (false, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_profiles_and_arns_are_told_apart() {
        let claude = |id: &str| Family::of(id).claude().is_some();
        assert!(claude("anthropic.claude-haiku-4-5-20251001-v1:0"));
        assert!(claude("global.anthropic.claude-opus-5-5"));
        let profile =
            "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-4-6-v1";
        assert!(claude(profile));
        assert_eq!(Family::of("us.amazon.nova-2-lite-v1:0"), Family::Nova2);
        assert_eq!(Family::of("amazon.nova-micro-v1:0"), Family::Nova);
        assert_eq!(Family::of("mistral.mistral-large-2407-v1:0"), Family::Mistral);
        assert_eq!(Family::of("mistral.mixtral-8x7b-instruct-v0:1"), Family::Titan);
        let opaque = "arn:aws:bedrock:us-east-1:1:application-inference-profile/a1b2c3";
        assert_eq!(Family::of(opaque), Family::Other);
    }
}
