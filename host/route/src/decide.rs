//! The decision itself.

use clasp_model::{Failure, FailureKind, Retry, Source};

use crate::name::{bare, folded, is_clients_own, undated};
use crate::{Catalog, Choice, ProviderModels, Reason, Rules, Tier};

/// Words in the names of the smaller models of a family.
const SMALL: &[&str] = &["haiku", "mini", "nano", "flash", "lite", "small"];

/// The most names that a failure lists.
const LISTED: usize = 12;

/// Where a request for `model` goes: targets in the order in which they are tried, at least one.
///
/// # Errors
/// No provider is set up, or the one it would go to has a closed list without this model.
pub fn decide(rules: &Rules, model: &str, catalog: &Catalog) -> Result<Vec<Choice>, Failure> {
    let router = Router { rules, catalog };
    router.decide(router.unpicked(bare(model))).map(|choice| vec![choice])
}

/// What a client that shows only Claude's models is to call `provider/model`: this and that name.
pub const PICKED: &str = "claude/";

/// `; did you mean a, b?` for a name that nobody has; empty when nothing is near.
pub fn suggestion<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let wanted = folded(name);
    let most = (wanted.len() / 3).max(2);
    let mut near: Vec<(usize, &str)> = known
        .map(|known| (strsim::damerau_levenshtein(&wanted, &folded(known)), known))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    near.sort_unstable();
    near.dedup();
    let near: Vec<&str> = near.into_iter().take(3).map(|(_, known)| known).collect();
    match near.is_empty() {
        true => String::new(),
        false => format!("; did you mean {}?", near.join(", ")),
    }
}

struct Router<'a> {
    rules: &'a Rules,
    catalog: &'a Catalog,
}

impl Router<'_> {
    fn decide(&self, name: &str) -> Result<Choice, Failure> {
        if name.is_empty() {
            return Err(Failure::invalid("model: must not be empty"));
        }
        if let Some(target) = self.alias(name) {
            return self.place(target, Reason::Alias);
        }
        if !self.default_has(name)
            && let Some((provider, rest)) = self.split(name)
        {
            return self.on(provider, rest, Reason::Prefix);
        }
        let tier = Tier::of(name);
        let for_tier = tier.and_then(|tier| Some((self.for_tier(tier)?, Reason::Tier(tier))));
        let for_all = || self.rules.model.as_deref().map(|model| (model, Reason::Model));
        if let Some((target, reason)) = for_tier.or_else(for_all) {
            return self.place(target, reason);
        }
        self.unmapped(name)
    }

    /// A name without [`PICKED`]; a provider of the operator's may be called just that.
    fn unpicked<'n>(&self, name: &'n str) -> &'n str {
        let (first, rest) = name.split_at_checked(PICKED.len()).unwrap_or_default();
        let is_picked = first.eq_ignore_ascii_case(PICKED) && self.split(rest).is_some();
        if is_picked && self.split(name).is_none() { rest } else { name }
    }

    /// An alias may stand for another; going round in a circle ends where it began.
    fn alias(&self, name: &str) -> Option<&str> {
        let aliases = &self.rules.aliases;
        let find = |name: &str| {
            let name = name.to_lowercase();
            let spelt = [name.replace('-', "_"), name.replace('_', "-")];
            aliases.get(&name).or_else(|| spelt.iter().find_map(|name| aliases.get(name)))
        };
        let mut target = find(name).or_else(|| find(undated(name)))?;
        for _ in 0..aliases.len() {
            match find(target) {
                Some(next) if next != target => target = next,
                _ => break,
            }
        }
        Some(target)
    }

    fn for_tier(&self, tier: Tier) -> Option<&str> {
        match tier {
            Tier::Opus => self.rules.opus.as_deref(),
            Tier::Sonnet => self.rules.sonnet.as_deref(),
            Tier::Haiku => self.rules.haiku.as_deref(),
        }
    }

    /// A model that the operator wrote, which is not doubted.
    fn place(&self, target: &str, reason: Reason) -> Result<Choice, Failure> {
        let target = bare(target);
        if !self.default_has(target)
            && let Some((provider, rest)) = self.split(target)
        {
            return Ok(choice(provider, self.spelt(provider, rest), reason));
        }
        let default = self.default()?.0;
        Ok(choice(default, self.spelt(default, target), reason))
    }

    /// A name that the operator says nothing about.
    fn unmapped(&self, name: &str) -> Result<Choice, Failure> {
        let (default, models) = self.default()?;
        // Clients send Anthropic's names for want of others: they do not mean that provider.
        if find(models, name).is_none() && !is_clients_own(name) {
            let mut others = self
                .catalog
                .providers
                .iter()
                .filter(|(provider, _)| provider.as_str() != default)
                .filter_map(|(provider, models)| Some((provider, find(models, name)?)));
            if let (Some((provider, known)), None) = (others.next(), others.next()) {
                return Ok(choice(provider, known, Reason::Known));
            }
        }
        self.on(default, name, Reason::Known)
    }

    /// A name that a client sent, on a certain provider.
    fn on(&self, provider: &str, name: &str, reason: Reason) -> Result<Choice, Failure> {
        let closed = ProviderModels { known: Vec::new(), open: false };
        let models = self.catalog.providers.get(provider).unwrap_or(&closed);
        if let Some(known) = find(models, name) {
            return Ok(choice(provider, known, reason));
        }
        // A family of the provider's own is newer than what is known of it.
        let has_claude = models.known.iter().any(|known| folded(known).starts_with("claude"));
        if is_clients_own(name) && !has_claude {
            let tier = Tier::of(name).unwrap_or(Tier::Sonnet);
            if let Some(known) = tier_default(models, tier) {
                return Ok(choice(provider, known, Reason::TierDefault(tier)));
            }
        }
        if models.open {
            let passed = if reason == Reason::Known { Reason::Passed } else { reason };
            return Ok(choice(provider, name, passed));
        }
        Err(self.unknown(provider, models, name))
    }

    /// `provider/model` with a provider that is set up.
    fn split<'n>(&self, name: &'n str) -> Option<(&str, &'n str)> {
        let (first, rest) = name.split_once('/')?;
        let provider =
            self.catalog.providers.keys().find(|provider| provider.eq_ignore_ascii_case(first))?;
        (!rest.is_empty()).then_some((provider, rest))
    }

    /// Whether the default provider has a model of just this name, which may begin with another
    /// provider's name and a slash.
    fn default_has(&self, name: &str) -> bool {
        let models = self.catalog.providers.get(&self.rules.default_provider);
        models.is_some_and(|models| models.known.iter().any(|known| same(known, name)))
    }

    fn default(&self) -> Result<(&str, &ProviderModels), Failure> {
        let name = &self.rules.default_provider;
        let found = self.catalog.providers.get_key_value(name);
        found.map(|(name, models)| (name.as_str(), models)).ok_or_else(|| {
            let message = if name.is_empty() {
                "no provider is set up: set PROVIDER and its key".to_owned()
            } else {
                format!("provider {name} is not available: is its plugin loaded?")
            };
            Failure::new(FailureKind::ProviderError, Source::Host, message)
                .with_retry(Retry::Elsewhere)
        })
    }

    /// The provider's own spelling of a name that it has.
    fn spelt<'n>(&'n self, provider: &str, name: &'n str) -> &'n str {
        let models = self.catalog.providers.get(provider);
        let known = models.and_then(|models| models.known.iter().find(|known| same(known, name)));
        known.map_or(name, String::as_str)
    }

    fn unknown(&self, provider: &str, models: &ProviderModels, name: &str) -> Failure {
        let mut message = format!("model: provider {provider} has no model {name:?}");
        message.push_str(&suggestion(name, models.known.iter().map(String::as_str)));
        let mut configured: Vec<&str> = self.rules.models().collect();
        configured.extend(models.known.iter().map(String::as_str));
        configured.dedup();
        configured.truncate(LISTED);
        if !configured.is_empty() {
            message.push_str(&format!(" Configured: {}", configured.join(", ")));
        }
        Failure::new(FailureKind::NotFound, Source::Client, message).with_retry(Retry::Never)
    }
}

fn choice(provider: &str, model: &str, reason: Reason) -> Choice {
    Choice { provider: provider.to_owned(), model: model.to_owned(), reason }
}

fn same(known: &str, name: &str) -> bool {
    known.eq_ignore_ascii_case(name)
}

/// The id under which a provider has a model: its own spelling. A dated name of a model that is
/// known without a date is sent as it came where the provider may know it.
fn find<'n>(models: &'n ProviderModels, name: &'n str) -> Option<&'n str> {
    let known = &models.known;
    if let Some(exact) = known.iter().find(|known| same(known, name)) {
        return Some(exact);
    }
    let dated = undated(name).len() < name.len();
    if let Some(base) = known.iter().find(|known| same(known, undated(name))) {
        return Some(if dated && models.open { name } else { base });
    }
    let wanted = folded(name);
    let mut like = known
        .iter()
        .filter(|known| folded(known) == wanted && (!name.contains('/') || known.contains('/')));
    match (like.next(), like.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// The provider's model for a tier: the first that is known, for the quickest tier the first small
/// one.
fn tier_default(models: &ProviderModels, tier: Tier) -> Option<&str> {
    let is_small = |known: &&String| {
        let known = known.to_lowercase();
        SMALL.iter().any(|word| known.split(['-', '_', '.', '/', ':']).any(|part| part == *word))
    };
    let small = models.known.iter().find(is_small).filter(|_| tier == Tier::Haiku);
    small.or_else(|| models.known.first()).map(String::as_str)
}
