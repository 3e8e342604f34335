//! The older proxy's way to name a target: provider, model, key and base URL one by one.

use super::Definition;
use crate::kind::Kind;

/// A target in four settings.
#[derive(Debug)]
pub(crate) struct Place {
    /// The provider of its own that it becomes where it has a key or a base URL of its own.
    pub(crate) name: &'static str,
    pub(crate) provider: Definition,
    pub(crate) model: Definition,
    pub(crate) key: Definition,
    pub(crate) address: Definition,
}

/// A tier with its target and its fallback.
#[derive(Debug)]
pub(crate) struct Tier {
    pub(crate) name: &'static str,
    pub(crate) main: Place,
    pub(crate) fallback: Place,
}

macro_rules! place {
    ($name:expr, $key:expr, $variable:expr, $whose:expr) => {
        Place {
            name: $name,
            provider: Definition {
                key: concat!($key, ".provider"),
                variables: &[concat!($variable, "_PROVIDER")],
                flag: None,
                default: "",
                about: concat!("the provider ", $whose),
                kind: Kind::Text,
            },
            model: Definition {
                key: concat!($key, ".model"),
                variables: &[concat!($variable, "_MODEL")],
                flag: None,
                default: "",
                about: concat!("the model ", $whose),
                kind: Kind::Text,
            },
            key: Definition {
                key: concat!($key, ".api_key"),
                variables: &[concat!($variable, "_API_KEY")],
                flag: None,
                default: "",
                about: concat!("a key of its own ", $whose),
                kind: Kind::Secret,
            },
            address: Definition {
                key: concat!($key, ".base_url"),
                variables: &[concat!($variable, "_BASE_URL")],
                flag: None,
                default: "",
                about: concat!("a base URL of its own, to which no other key goes, ", $whose),
                kind: Kind::Url,
            },
        }
    };
}

macro_rules! tier {
    ($name:literal, $upper:literal) => {
        Tier {
            name: $name,
            main: place!(
                $name,
                concat!("multi_provider.", $name),
                concat!("CLASP_", $upper),
                concat!("for names with `", $name, "`")
            ),
            fallback: place!(
                concat!($name, "-fallback"),
                concat!("multi_provider.", $name, ".fallback"),
                concat!("CLASP_", $upper, "_FALLBACK"),
                concat!("for names with `", $name, "` when the first cannot serve")
            ),
        }
    };
}

/// The tiers of `multi_provider`.
pub(crate) static TIERS: [Tier; 3] =
    [tier!("opus", "OPUS"), tier!("sonnet", "SONNET"), tier!("haiku", "HAIKU")];

/// Where requests go that nothing else can serve.
pub(crate) static FALLBACK: Place =
    place!("fallback", "fallback", "CLASP_FALLBACK", "for what nothing else can serve");

impl Place {
    fn settings(&'static self) -> [&'static Definition; 4] {
        [&self.provider, &self.model, &self.key, &self.address]
    }
}

/// All settings of all places.
pub(super) fn settings() -> impl Iterator<Item = &'static Definition> {
    let tiers = TIERS.iter().flat_map(|tier| [&tier.main, &tier.fallback]);
    tiers.chain([&FALLBACK]).flat_map(Place::settings)
}
