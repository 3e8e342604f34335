//! Routes, aliases, rules and what holds for all of them.

use std::collections::BTreeSet;

use clasp_model::policy::{
    Condition, Degrade, FallbackMode, Overflow, Parameters, Regions, Route, RouteTarget, Routing,
    Rule, Sticky, Strategy,
};
use clasp_model::{Dialect, Header};

use super::{Reader, number, texts, truth, whole};
use crate::file::{Data, Entry, Node};
use crate::{Config, Definition, Fault, definition, value};

/// The tiers that have settings of their own.
const TIERS: &[(&str, &Definition)] = &[
    ("opus", &definition::MODEL_OPUS),
    ("sonnet", &definition::MODEL_SONNET),
    ("haiku", &definition::MODEL_HAIKU),
];

impl Reader {
    pub(super) fn routing(&mut self) -> Routing {
        let mut routing = Routing { default: self.route(&definition::MODEL), ..Routing::default() };
        for (tier, definition) in TIERS {
            if let Some(route) = self.route(definition) {
                routing.tiers.insert((*tier).to_owned(), route);
            }
        }
        self.routes(&mut routing);
        self.aliases(&mut routing);
        let node = self.file.at("routing").cloned().unwrap_or_default();
        for rule in node.get("rules").map(Node::items).unwrap_or_default() {
            let rule = Rule {
                name: rule.get("name").and_then(Node::value).unwrap_or_default().to_owned(),
                when: rule.get("when").map(condition).unwrap_or_default(),
                route: self.route_of(rule),
            };
            if routing.rules.iter().any(|known| known.name == rule.name) {
                let what = format!("two rules are named {}", rule.name);
                self.fault(node.line, what, "give each a name of its own");
            }
            routing.rules.push(rule);
        }
        routing.fallback = node.get("fallback").map(targets).unwrap_or_default();
        routing.mode = self.read(&definition::ROUTING_MODE, |text| Some(mode(text))).value;
        let lower = |words: Vec<String>| words.iter().map(|word| word.to_lowercase()).collect();
        routing.regions = Regions {
            prefer: lower(self.words(&definition::REGIONS_PREFER)),
            require: lower(self.words(&definition::REGIONS_REQUIRE)),
        };
        let overflow = node.get("overflow").and_then(|node| node.get("targets"));
        routing.overflow = Overflow {
            targets: overflow.map(targets).unwrap_or_default(),
            trim: self.boolean(&definition::OVERFLOW_TRIM).value,
        };
        let message = self.text(&definition::DEGRADE_MESSAGE);
        routing.degrade = Degrade {
            cached: self.boolean(&definition::DEGRADE_CACHED).value,
            message: message.map(|message| message.value),
        };
        routing
    }

    /// The route of a setting: one model in a flag or a variable, anything in the file.
    fn route(&mut self, definition: &'static Definition) -> Option<Route> {
        if let Some(model) = self.text(definition) {
            return Some(Route::to(&model.value));
        }
        let node = self.file.at(definition.key)?.clone();
        Some(self.route_of(&node))
    }

    /// The names under `models` that are no tiers.
    fn routes(&mut self, routing: &mut Routing) {
        let models = self.file.at("models").cloned().unwrap_or_default();
        for entry in models.entries().iter().filter(|entry| entry.node.is_set()) {
            let is_tier = TIERS.iter().any(|(tier, _)| *tier == entry.key);
            if entry.key == "default" || is_tier {
                continue;
            }
            let lower = entry.key.to_lowercase();
            if lower == "default" || TIERS.iter().any(|(tier, _)| *tier == lower) {
                let what = format!("models.{} is not models.{lower}", entry.key);
                self.fault(
                    entry.line,
                    what,
                    format!("write {lower}; for that very name take aliases"),
                );
                continue;
            }
            let route = self.route_of(&entry.node);
            self.add_route(routing, entry, route);
        }
    }

    /// Aliases of the file, under those of `CLASP_MODEL_ALIASES`, under `CLASP_ALIAS_<NAME>`.
    fn aliases(&mut self, routing: &mut Routing) {
        let node = self.file.at(definition::MODEL_ALIASES.key).cloned().unwrap_or_default();
        for entry in node.entries() {
            if let Some(model) = entry.node.value() {
                self.add_route(routing, entry, Route::to(model));
            }
        }
        if self.find(&definition::MODEL_ALIASES).is_some() {
            let listed =
                self.read(&definition::MODEL_ALIASES, |text| value::aliases(text).ok()).value;
            routing
                .routes
                .extend(listed.into_iter().map(|(alias, model)| (alias, Route::to(&model))));
        }
        for name in self.environment.names() {
            let alias = name.strip_prefix(definition::ALIAS_PREFIX).unwrap_or_default();
            if let (false, Some(model)) = (alias.is_empty(), self.environment.get(name)) {
                routing.routes.insert(alias.to_ascii_lowercase(), Route::to(model));
            }
        }
    }

    fn add_route(&mut self, routing: &mut Routing, entry: &Entry, route: Route) {
        let name = entry.key.trim().to_lowercase();
        if routing.routes.insert(name, route).is_some() {
            let what = format!("{} is there twice under models and aliases", entry.key);
            self.fault(entry.line, what, "remove one of them; case does not matter");
        }
    }

    /// A route in any of its forms.
    fn route_of(&mut self, node: &Node) -> Route {
        let of = node.get("targets").unwrap_or(node);
        let route = Route {
            targets: targets(of),
            strategy: node.get("strategy").and_then(Node::value).map(strategy).unwrap_or_default(),
            sticky: node.get("sticky").and_then(Node::value).map(sticky).unwrap_or_default(),
            fallback: node.get("fallback").map(targets).unwrap_or_default(),
            mode: node.get("fallback_mode").and_then(Node::value).map(mode),
            parameters: node.get("parameters").map(parameters).unwrap_or_default(),
        };
        // Where something is written that is no target, the shape says so.
        let is_empty = match &of.data {
            Data::List(items) => items.is_empty(),
            _ => false,
        };
        if is_empty {
            self.fault(of.line, "there is no target", "name a model, or provider/model");
        } else if route.strategy == Strategy::Weighted
            && !route.targets.is_empty()
            && route.targets.iter().all(|target| target.weight == 0)
        {
            self.fault(of.line, "no target has a weight above 0", "give at least one a weight");
        }
        route
    }

    /// A required region that no provider is in would refuse every request.
    pub(super) fn check_regions(&mut self, config: &Config) {
        let known: BTreeSet<&str> =
            config.routing.provider_regions.values().map(String::as_str).collect();
        let definition = &definition::REGIONS_REQUIRE;
        let origin = match (self.find(definition), self.file.at(definition.key)) {
            (Some(found), _) => found.origin,
            (None, Some(node)) => self.file.origin(node.line),
            (None, None) => return,
        };
        let required = config.routing.regions.require.iter();
        for region in required.filter(|region| !known.contains(region.as_str())) {
            let what = format!("{} names {region:?}, where no provider is", definition.key);
            let fix = match known.iter().copied().collect::<Vec<_>>().as_slice() {
                [] => format!("give a provider of the file `region: {region}`"),
                known => format!("the regions of the file's providers are: {}", known.join(", ")),
            };
            self.faults.push(Fault::at(origin.clone(), what, fix));
        }
    }

    /// Rules for client keys that there are not would never hold.
    pub(super) fn check_rules(&mut self, config: &Config) {
        let listed = self.file.at("keys").cloned().unwrap_or_default();
        // Those whose key cannot be read, which was told, have names, too.
        let listed = listed.items().iter().filter_map(|key| key.get("name")?.value());
        let named = config.clients.keys.iter().map(|key| key.name.as_str());
        let known: BTreeSet<&str> = named.chain(listed).collect();
        let rules = self.file.at("routing.rules").cloned().unwrap_or_default();
        for rule in rules.items() {
            let keys = rule.get("when").and_then(|when| when.get("keys"));
            for name in keys.map(texts).unwrap_or_default() {
                if !known.contains(name.as_str()) {
                    let line = keys.map_or(rule.line, |keys| keys.line);
                    let known: Vec<&str> = known.iter().copied().collect();
                    let fix = match known.as_slice() {
                        [] => "add it to keys, or leave the condition out".to_owned(),
                        known => format!("the names under keys are: {}", known.join(", ")),
                    };
                    self.fault(line, format!("there is no client key named {name:?}"), fix);
                }
            }
        }
    }
}

/// One target or several.
fn targets(node: &Node) -> Vec<RouteTarget> {
    match node.items() {
        [] => target(node).into_iter().collect(),
        items => items.iter().filter_map(target).collect(),
    }
}

fn target(node: &Node) -> Option<RouteTarget> {
    if let Some(model) = node.value() {
        return Some(model.into());
    }
    Some(RouteTarget {
        model: node.get("model")?.value()?.to_owned(),
        weight: whole(node, "weight").unwrap_or(1),
        parameters: node.get("parameters").map(parameters).unwrap_or_default(),
    })
}

fn parameters(node: &Node) -> Parameters {
    let header = |entry: &Entry| {
        Some(Header { name: entry.key.to_lowercase(), value: entry.node.value()?.to_owned() })
    };
    Parameters {
        temperature: number(node, "temperature"),
        top_p: number(node, "top_p"),
        max_output_tokens: whole(node, "max_output_tokens"),
        effort: node.get("effort").and_then(Node::value).map(str::to_lowercase),
        headers: node
            .get("headers")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .filter_map(header)
            .collect(),
    }
}

fn condition(node: &Node) -> Condition {
    let names = |key: &str| node.get(key).map(texts).unwrap_or_default();
    Condition {
        models: names("models").iter().map(|name| name.to_lowercase()).collect(),
        projects: names("projects"),
        keys: names("keys"),
        dialects: names("dialects").iter().filter_map(|name| dialect(name)).collect(),
        tokens_above: whole(node, "tokens_above"),
        tokens_up_to: whole(node, "tokens_up_to"),
        thinking: truth(node, "thinking"),
        images: truth(node, "images"),
        documents: truth(node, "documents"),
        tools: truth(node, "tools"),
        background: truth(node, "background"),
        stream: truth(node, "stream"),
    }
}

fn dialect(name: &str) -> Option<Dialect> {
    match name.to_lowercase().as_str() {
        "anthropic-messages" => Some(Dialect::AnthropicMessages),
        "openai-responses" => Some(Dialect::OpenaiResponses),
        "openai-chat" => Some(Dialect::OpenaiChat),
        _ => None,
    }
}

fn strategy(name: &str) -> Strategy {
    match name.to_lowercase().as_str() {
        "weighted" => Strategy::Weighted,
        "latency" => Strategy::Latency,
        "cheapest" => Strategy::Cheapest,
        "busy" => Strategy::Busy,
        _ => Strategy::Ordered,
    }
}

fn sticky(name: &str) -> Sticky {
    match name.to_lowercase().as_str() {
        "key" => Sticky::Key,
        "off" => Sticky::Off,
        _ => Sticky::Session,
    }
}

fn mode(name: &str) -> FallbackMode {
    match name.to_lowercase().as_str() {
        "strict" => FallbackMode::Strict,
        "cost" => FallbackMode::Cost,
        _ => FallbackMode::Balanced,
    }
}
