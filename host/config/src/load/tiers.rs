//! The older proxy's tiers and fallback: targets named one by one, with keys of their own.
//!
//! A target with a key or a base URL of its own becomes a provider, so that the key goes to no other
//! host and no other key goes to the host (rule D7).

use std::collections::btree_map::Entry;

use clasp_model::policy::{Route, RouteTarget, Routing};
use secrecy::{ExposeSecret, SecretString};

use super::providers::{Key, Section, several};
use super::{Reader, canonical_name};
use crate::definition::{FALLBACK, Place, TIERS};
use crate::file::Node;
use crate::{Config, Definition, Fault, Origin, Setting, definition};

impl Reader {
    pub(super) fn tiers(&mut self, config: &mut Config) {
        let on = self.boolean(&definition::MULTI_PROVIDER);
        for tier in &TIERS {
            let main = self.place(&tier.main, config, *on);
            let fallback = self.place(&tier.fallback, config, *on);
            if !*on {
                continue;
            }
            let routing = &mut config.routing;
            if let Some(target) = main {
                let usual = plain_model(routing, tier.name);
                let route = routing.tiers.entry(tier.name.to_owned()).or_default();
                route.targets = vec![target.or_model(usual)];
            }
            if let Some(target) = fallback {
                // A tier without a target of its own begins as everything else does.
                let provider = config.provider.as_ref();
                let as_asked = || Some(Route::to(&format!("{}/", provider?.value)));
                let usual = routing.default.clone().or_else(as_asked);
                let known = routing.tiers.entry(tier.name.to_owned());
                if let (Entry::Vacant(_), None) = (&known, &usual) {
                    self.warnings.push(format!(
                        "{} has no effect without a model or a provider: set {} or {}",
                        tier.fallback.model.key,
                        tier.main.model.key,
                        definition::PROVIDER.key
                    ));
                } else {
                    let route = known.or_insert_with(|| usual.unwrap_or_default());
                    route.fallback.insert(0, target.or_model(None));
                }
            }
        }
        let on = self.boolean(&definition::FALLBACK_ON);
        let fallback = self.place(&FALLBACK, config, *on);
        match fallback {
            Some(target) if *on => config.routing.fallback.insert(0, target.or_model(None)),
            None if *on && config.routing.fallback.is_empty() => self.warnings.push(format!(
                "{} has no effect: set fallback.provider or fallback.model \
                 (CLASP_FALLBACK_PROVIDER, CLASP_FALLBACK_MODEL)",
                on.origin
            )),
            _ => {}
        }
    }

    /// The target that a place names, if it names one.
    fn place(&mut self, place: &'static Place, config: &mut Config, on: bool) -> Option<Target> {
        let provider = self.text(&place.provider);
        let model = self.text(&place.model).map(|model| model.value);
        let key = self.secret(&place.key);
        let address = self.text(&place.address);
        let origins = [
            provider.as_ref().map(|set| &set.origin),
            key.as_ref().map(|set| &set.origin),
            address.as_ref().map(|set| &set.origin),
        ];
        let first = origins.into_iter().flatten().next().cloned();
        if !on {
            if let Some(origin) = first {
                let switch =
                    if place.name == FALLBACK.name { "fallback" } else { "multi_provider" };
                self.warnings
                    .push(format!("{origin} has no effect unless {switch}.enabled is true"));
            }
            return None;
        }
        if key.is_none() && address.is_none() {
            let provider = provider.map(|provider| canonical_name(&provider.value));
            return (provider.is_some() || model.is_some()).then_some(Target { provider, model });
        }
        let origin = first?;
        let like = provider.or_else(|| config.provider.clone());
        let Some(like) = like.map(|like| canonical_name(&like.value)) else {
            let what = "it is not said whose this is";
            let fix =
                format!("set {} ({})", place.provider.key, place.provider.variables.join(", "));
            self.faults.push(Fault::at(origin, what, fix));
            return None;
        };
        if let Some(taken) = config.providers.get(place.name) {
            let what = format!("the name {} is taken by this provider", place.name);
            let fix = format!("rename it; {origin} makes a provider of that name");
            self.faults.push(Fault::at(taken.origin.clone(), what, fix));
        }
        let plugin = config.providers.get(&like).and_then(|known| known.plugin.clone());
        let keys = key.map(|key| self.keys_of_setting(&place.key, &key)).unwrap_or_default();
        let section = Section {
            plugin: Some(plugin.unwrap_or_else(|| like.clone())),
            like: Some(like),
            base_url: address,
            keys,
            ..Section::new(origin)
        };
        config.providers.insert(place.name.to_owned(), section);
        Some(Target { provider: Some(place.name.to_owned()), model })
    }

    fn keys_of_setting(&self, of: &Definition, key: &Setting<SecretString>) -> Vec<Key> {
        let in_file = self.file.at(of.key).and_then(Node::text);
        let in_file = in_file.filter(|_| matches!(key.origin, Origin::File { .. }));
        let parts = several(key.value.expose_secret()).into_iter().enumerate();
        let key = |(index, part): (usize, &str)| Key {
            name: format!("key-{}", index + 1),
            weight: 1,
            secret: SecretString::from(part),
            origin: key.origin.clone(),
            variable: in_file.and_then(|text| text.secret.clone()),
        };
        parts.map(key).collect()
    }
}

/// What a place names.
struct Target {
    provider: Option<String>,
    model: Option<String>,
}

impl Target {
    /// As a route has it; without a model it is `usual`, else the one that the client asks for.
    fn or_model(self, usual: Option<String>) -> RouteTarget {
        let model = self.model.or(usual).unwrap_or_default();
        match self.provider {
            Some(provider) => format!("{provider}/{model}").as_str().into(),
            None => model.as_str().into(),
        }
    }
}

/// The one model that `models` maps a tier to, where it does not name a provider itself.
fn plain_model(routing: &Routing, tier: &str) -> Option<String> {
    match routing.tiers.get(tier)?.targets.as_slice() {
        [only] if !only.model.contains(['/', ',']) => Some(only.model.clone()),
        _ => None,
    }
}
