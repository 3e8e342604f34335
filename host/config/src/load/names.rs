//! What is set and does not do what somebody may think: misspelt names, features of later builds.

use std::collections::BTreeSet;

use clasp_model::policy::RouteTarget;
use secrecy::ExposeSecret;

use super::{Reader, several, whole};
use crate::fault::nearest;
use crate::file::Node;
use crate::kind::Kind;
use crate::{Config, Origin, definition, prefix, shape, value, vendor};

impl Reader {
    /// A variable that nothing reads is a misspelt one.
    pub(super) fn check_names(&mut self) {
        let known: Vec<&str> = definition::settings()
            .flat_map(|definition| definition.variables.iter().copied())
            .chain(definition::OTHERS.iter().copied())
            .collect();
        for name in self.environment.names().filter(|name| name.starts_with("CLASP_")) {
            let value = self.environment.get(name);
            let off = value.is_none_or(|value| value::boolean(value) == Ok(false));
            if known.contains(&name) || name.starts_with(definition::ALIAS_PREFIX) || off {
                continue;
            }
            let meant = nearest(name, known.iter().copied())
                .map(|near| format!("; did you mean {near}?"))
                .unwrap_or_default();
            self.warnings.push(format!(
                "{} is not a setting of clasp's and has no effect{meant}",
                self.environment.origin(name)
            ));
        }
    }

    /// What is known and does nothing in this build.
    pub(super) fn check_effects(&mut self) {
        for definition in definition::settings() {
            let Some(why) = definition::without_effect(definition.key) else { continue };
            let Some(found) = self.find(definition) else { continue };
            let off = definition.kind == Kind::Boolean && value::boolean(&found.text) != Ok(true);
            if !off {
                self.warnings
                    .push(format!("{} has no effect ({}): {why}", found.origin, definition.key));
            }
        }
    }

    /// Weights and what sticks count under one strategy alone.
    pub(super) fn check_weights(&mut self, config: &Config) {
        // A target that names a route shares its weight among that route's, in their proportion.
        let named = named(config);
        let of = |key| self.file.at(key).cloned().unwrap_or_default();
        let (models, rules) = (of("models"), of("routing.rules"));
        let by_name =
            models.entries().iter().filter(|entry| !named.contains(&entry.key.to_lowercase()));
        let routes = by_name.map(|entry| &entry.node).chain(rules.items());
        for route in routes {
            let strategy = route.get("strategy").and_then(Node::value).unwrap_or("ordered");
            if strategy.eq_ignore_ascii_case("weighted") {
                continue;
            }
            for (key, line) in weighted(route) {
                self.warnings.push(format!(
                    "{}: {key} has no effect under the strategy {strategy}; write `strategy: weighted`",
                    self.file.origin(line)
                ));
            }
        }
    }

    /// Variables that stand in for what the file says of a provider.
    pub(super) fn check_replaced(&mut self, config: &Config) {
        for (name, section) in config.providers.iter().filter(|(_, section)| section.like.is_none())
        {
            let is_written = |origin: &&Origin| matches!(origin, Origin::File { .. });
            let variable = format!("{}_API_KEY", prefix(name));
            let written = section.keys.first().map(|key| &key.origin).filter(is_written);
            if let (Some(written), Some(text)) = (written, self.environment.get(&variable)) {
                let keys = section.keys.iter().map(|key| key.secret.expose_secret());
                if !keys.eq(several(text)) {
                    let set = self.environment.origin(&variable);
                    self.warnings.push(format!(
                        "{set} replaces every key of {name} that the file says ({written}); unset \
                         it, or give the file's variables other names"
                    ));
                }
            }
            let written = section.base_url.as_ref().filter(|url| is_written(&&url.origin));
            let mut variables = vendor::of(name).addresses(name).into_iter();
            let set = variables.find_map(|variable| {
                Some((self.environment.origin(&variable), self.environment.get(&variable)?))
            });
            if let (Some(written), Some((set, text))) = (written, set)
                && written.value.trim_end_matches('/') != text.trim_end_matches('/')
            {
                self.warnings.push(format!(
                    "{set} replaces the base URL of {name} that the file says ({}); unset one of them",
                    written.origin
                ));
            }
        }
    }

    /// Whoever can read the file has the keys in it.
    pub(super) fn check_mode(&mut self, is_open: bool) {
        let Some(path) = self.file.path.as_ref().filter(|_| is_open) else { return };
        if shape::has_secret(&self.file.root, &shape::root()) {
            let path = path.display();
            self.warnings.push(format!(
                "{path} has keys in it and others may read it: chmod 600 {path}, or write ${{NAME}} \
                 for the keys"
            ));
        }
    }
}

/// What the targets of routes and rules name, in lower case.
fn named(config: &Config) -> BTreeSet<String> {
    let routing = &config.routing;
    let routes = routing.routes.values().chain(routing.tiers.values()).chain(&routing.default);
    let routes = routes.chain(routing.rules.iter().map(|rule| &rule.route));
    let name = |target: &RouteTarget| target.model.to_lowercase();
    routes.flat_map(|route| route.targets.iter().map(name)).collect()
}

/// Where a route says something of chance: `weight`, unless that only says who is a fallback
/// (0, which every strategy keeps to), and `sticky`.
fn weighted(route: &Node) -> Vec<(&'static str, usize)> {
    let targets = route.get("targets").unwrap_or(route).items().iter();
    let weights: Vec<(u64, usize)> = targets
        .filter_map(|target| Some((whole(target, "weight")?, target.get("weight")?.line)))
        .collect();
    let has_fallback = weights.iter().any(|(weight, _)| *weight == 0);
    let share = weights.iter().find(|(weight, _)| *weight > u64::from(has_fallback));
    let sticky = route.get("sticky").map(|node| ("sticky", node.line));
    share.map(|(_, line)| ("weight", *line)).into_iter().chain(sticky).collect()
}
