//! What the providers have, and how a name is found among it.

use std::collections::{BTreeMap, HashMap};

use clasp_model::{Abilities, Model, Price};

use crate::name::{Name, Tier, folded};

/// Words in the names of the smaller models of a family.
const SMALL: &[&str] = &["haiku", "mini", "nano", "flash", "lite", "small"];

/// What one provider has.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderModels {
    /// Its models, the most capable first, with what the operator knows better. For an endpoint of
    /// the operator's own, which may have quite other models than the plugin knows of, none.
    pub known: Vec<Model>,
    /// It may have others: an unknown name is sent on, and the provider's own answer counts.
    pub open: bool,
    /// It is set up. One that is not claims no name (`openai/gpt-5` is also the model of another
    /// provider); only who names it as `provider,model` is told that it lacks something.
    pub usable: bool,
}

/// What the providers have.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalog {
    /// By the provider's name.
    pub providers: BTreeMap<String, ProviderModels>,
}

impl Default for ProviderModels {
    fn default() -> Self {
        Self { known: Vec::new(), open: true, usable: true }
    }
}

/// What is known of a model, as far as it matters here.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) window: Option<u32>,
    pub(crate) output: Option<u32>,
    pub(crate) abilities: Option<Abilities>,
    pub(crate) price: Option<Price>,
}

impl From<&Model> for Facts {
    fn from(model: &Model) -> Self {
        Self {
            window: model.context_window,
            output: model.max_output_tokens,
            abilities: model.abilities,
            price: model.price,
        }
    }
}

impl Facts {
    /// With what another one knows beyond it.
    pub(crate) fn or(self, other: Option<Self>) -> Self {
        let other = other.unwrap_or_default();
        Self {
            window: self.window.or(other.window),
            output: self.output.or(other.output),
            abilities: self.abilities.or(other.abilities),
            price: self.price.or(other.price),
        }
    }
}

/// A provider's models, ready for looking up.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) name: String,
    pub(crate) open: bool,
    pub(crate) usable: bool,
    pub(crate) region: Option<String>,
    known: Vec<Model>,
    /// By id in lower case.
    exact: HashMap<String, usize>,
    /// By folded id; several may have the same.
    like: HashMap<String, Vec<usize>>,
    /// The first small one.
    small: Option<usize>,
    /// There are models of Claude's family.
    pub(crate) has_claude: bool,
}

impl Provider {
    pub(crate) fn new(name: String, models: ProviderModels, region: Option<String>) -> Self {
        let ProviderModels { known, open, usable } = models;
        let mut exact = HashMap::with_capacity(known.len());
        let mut like: HashMap<String, Vec<usize>> = HashMap::with_capacity(known.len());
        for (at, model) in known.iter().enumerate() {
            exact.entry(model.id.to_lowercase()).or_insert(at);
            like.entry(folded(&model.id)).or_default().push(at);
        }
        let small = known.iter().position(|model| is_small(&model.id));
        let has_claude = like.keys().any(|id| id.starts_with("claude"));
        Self { name, open, usable, region, known, exact, like, small, has_claude }
    }

    /// The ids, the most capable first.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(|model| model.id.as_str())
    }

    /// Whether it has other makers' models, which it calls `maker/model`. What nothing is known of
    /// may.
    pub(crate) fn resells(&self) -> bool {
        self.known.is_empty() || self.ids().any(|id| id.contains('/'))
    }

    /// The provider's own spelling of just this name.
    pub(crate) fn spelt(&self, name: &Name<'_>) -> Option<&str> {
        self.at(*self.exact.get(&*name.lower)?)
    }

    /// The id under which the provider has a model: its own spelling. A dated name of a model that
    /// is known without a date is sent as it came where the provider may know it.
    pub(crate) fn find<'n>(&'n self, name: &Name<'n>) -> Option<&'n str> {
        if let Some(exact) = self.spelt(name) {
            return Some(exact);
        }
        if let Some(at) = self.exact.get(name.undated()) {
            return if self.open { Some(name.raw) } else { self.at(*at) };
        }
        let like = self.like.get(&folded(name.raw))?;
        let has_maker = name.raw.contains('/');
        let mut like =
            like.iter().filter_map(|at| self.at(*at)).filter(|id| !has_maker || id.contains('/'));
        match (like.next(), like.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    /// What is known of a model by its id here, which may have a date that is not known.
    pub(crate) fn facts(&self, model: &str) -> Option<Facts> {
        let name = Name::of(model);
        let at = self.exact.get(&*name.lower).or_else(|| self.exact.get(name.undated()))?;
        self.known.get(*at).map(Facts::from)
    }

    /// The model for a tier: the first that is known, for the quickest tier the first small one.
    pub(crate) fn tier_default(&self, tier: Tier) -> Option<&str> {
        self.at(self.small.filter(|_| tier == Tier::Haiku).unwrap_or(0))
    }

    fn at(&self, at: usize) -> Option<&str> {
        self.known.get(at).map(|model| model.id.as_str())
    }
}

fn is_small(id: &str) -> bool {
    let id = id.to_lowercase();
    SMALL.iter().any(|word| id.split(['-', '_', '.', '/', ':']).any(|part| part == *word))
}
