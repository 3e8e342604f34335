//! What the file says of providers, in its own words and in the older proxy's.

use std::collections::BTreeMap;

use clasp_model::policy::{ModelOverride, Streaming};
use clasp_model::{Abilities, Price};
use secrecy::{ExposeSecret, SecretString};

use super::{Reader, canonical_name, number, texts, truth, whole};
use crate::file::{Entry, Node};
use crate::{Config, DEMO, Fault, Origin, Setting};

/// What is said of a provider beside its variables.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    /// Where it begins.
    pub(crate) origin: Origin,
    /// None: the one of its name.
    pub(crate) plugin: Option<String>,
    /// The provider whose base URL and settings it shares, but none of its keys; its own name then
    /// has no variables.
    pub(crate) like: Option<String>,
    pub(crate) base_url: Option<Setting<String>>,
    pub(crate) keys: Vec<Key>,
    /// Values may be keys.
    pub(crate) headers: BTreeMap<String, SecretString>,
    /// For the plugin.
    pub(crate) options: Node,
    pub(crate) region: Option<String>,
    pub(crate) lane: Option<bool>,
    pub(crate) streaming: Streaming,
    pub(crate) models: BTreeMap<String, ModelOverride>,
    /// Variables named like secrets that stand in what is sent to it, besides its keys.
    pub(crate) sent: Vec<String>,
}

/// A key of a provider's.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) weight: u32,
    pub(crate) secret: SecretString,
    pub(crate) origin: Origin,
    /// The variable that it comes from by way of the file.
    pub(crate) variable: Option<String>,
}

impl Section {
    pub(crate) fn new(origin: Origin) -> Self {
        Self {
            origin,
            plugin: None,
            like: None,
            base_url: None,
            keys: Vec::new(),
            headers: BTreeMap::new(),
            options: Node::default(),
            region: None,
            lane: None,
            streaming: Streaming::default(),
            models: BTreeMap::new(),
            sent: Vec::new(),
        }
    }
}

/// The parts of a text with several keys: `sk-1,sk-2`.
pub(crate) fn several(text: &str) -> Vec<&str> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    // A document in JSON has commas, too.
    let are_keys = parts.iter().all(|part| !part.is_empty() && !part.contains(['"', '{', ' ']));
    if are_keys { parts } else { vec![text] }
}

impl Reader {
    /// Every provider that the file speaks of, by name.
    pub(super) fn providers(&mut self) -> BTreeMap<String, Section> {
        let entries =
            |key| self.file.at(key).map(|node| node.entries().to_vec()).unwrap_or_default();
        let (own, keys, endpoints) =
            (entries("providers"), entries("api_keys"), entries("endpoints"));
        let mut sections = BTreeMap::new();
        for entry in own {
            let name = self.name_of(&entry);
            let section = self.section(&entry);
            if sections.insert(name.clone(), section).is_some() {
                let what = format!("provider {name} is there twice");
                self.fault(entry.line, what, "names differ by more than case, - and _");
            }
        }
        for entry in keys.iter().filter(|entry| entry.node.is_set()) {
            let origin = self.file.origin(entry.line);
            let name = self.name_of(entry);
            let keys = self.keys_of_text(&entry.node);
            let section = sections.entry(name.clone()).or_insert_with(|| Section::new(origin));
            if section.keys.is_empty() {
                section.keys = keys;
            } else {
                let what = format!("provider {name} has keys already");
                self.fault(entry.line, what, "write them at one place, providers or api_keys");
            }
        }
        for entry in endpoints.iter().filter(|entry| entry.node.is_set()) {
            let origin = self.file.origin(entry.line);
            let name = self.name_of(entry);
            let address = entry.node.get("endpoint").unwrap_or(&entry.node);
            let base_url = self.address(address);
            let section = sections.entry(name.clone()).or_insert_with(|| Section::new(origin));
            let twice = base_url.is_some() && section.base_url.is_some();
            section.base_url = base_url.or_else(|| section.base_url.take());
            let old: Vec<Entry> = entry.node.entries().to_vec();
            section.options.extend(old.into_iter().filter(|entry| entry.key != "endpoint"));
            if twice {
                let what = format!("provider {name} has a base URL already");
                self.fault(entry.line, what, "write it at one place, providers or endpoints");
            }
        }
        sections
    }

    fn name_of(&mut self, entry: &Entry) -> String {
        let name = canonical_name(&entry.key);
        if name == DEMO {
            let what = format!("the provider {DEMO} is inside clasp");
            self.fault(entry.line, what, "take another name");
        }
        name
    }

    fn section(&mut self, entry: &Entry) -> Section {
        let node = &entry.node;
        let mut section = Section::new(self.file.origin(entry.line));
        section.plugin = node.get("plugin").and_then(Node::value).map(canonical_name);
        section.base_url = node.get("base_url").and_then(|node| self.address(node));
        section.keys = self.keys_of(node);
        for header in node.get("headers").map(Node::entries).unwrap_or_default() {
            let Some(text) = header.node.text() else { continue };
            section.sent.extend(text.secret.clone());
            let value = SecretString::from(text.value.trim());
            section.headers.insert(header.key.to_lowercase(), value);
        }
        section.options = node.get("options").cloned().unwrap_or_default();
        section.options.secrets(&mut section.sent);
        section.region = node.get("region").and_then(Node::value).map(str::to_lowercase);
        section.lane = truth(node, "lane");
        section.streaming = streaming(node).unwrap_or_default();
        section.models = node
            .get("models")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .map(|entry| (entry.key.clone(), model(&entry.node)))
            .collect();
        section
    }

    fn address(&self, node: &Node) -> Option<Setting<String>> {
        let text = node.text().filter(|text| !text.unset)?;
        let value = text.value.trim().to_owned();
        (!value.is_empty()).then(|| Setting { value, origin: self.file.origin(node.line) })
    }

    fn keys_of(&mut self, node: &Node) -> Vec<Key> {
        let (one, list) = (node.get("api_key"), node.get("api_keys"));
        if let (Some(_), Some(list)) = (one, list) {
            let what = "there are both api_key and api_keys";
            self.fault(list.line, what, "write all keys into api_keys");
            return Vec::new();
        }
        let mut keys = one.map(|node| self.keys_of_text(node)).unwrap_or_default();
        for (index, item) in list.map(Node::items).unwrap_or_default().iter().enumerate() {
            let key = item.get("key").unwrap_or(item);
            let Some(text) = key.text() else { continue };
            let name = item.get("name").and_then(Node::value).map(str::to_owned);
            let name = name.unwrap_or_else(|| format!("key-{}", index + 1));
            let secret = SecretString::from(text.value.trim());
            let same = |known: &Key| known.secret.expose_secret() == secret.expose_secret();
            if keys.iter().any(same) && !text.unset {
                self.fault(key.line, "the same key is there twice", "remove one of them");
            }
            if keys.iter().any(|known| known.name == name) {
                let what = format!("two keys are named {name}");
                self.fault(item.line, what, "give each a name of its own");
            }
            let weight = whole(item, "weight").unwrap_or(1);
            let origin = self.file.origin(key.line);
            keys.push(Key { name, weight, secret, origin, variable: text.secret.clone() });
        }
        keys
    }

    /// One key, or several with commas between them.
    fn keys_of_text(&self, node: &Node) -> Vec<Key> {
        let Some(text) = node.text() else { return Vec::new() };
        let key = |(index, secret): (usize, &str)| Key {
            name: format!("key-{}", index + 1),
            weight: 1,
            secret: SecretString::from(secret),
            origin: self.file.origin(node.line),
            variable: text.secret.clone(),
        };
        several(text.value.trim()).into_iter().enumerate().map(key).collect()
    }

    /// `-api-key` is the key of the provider that is named.
    pub(super) fn flag_key(&mut self, config: &mut Config) {
        let Some(key) = self.flags.get("api-key").map(str::trim).filter(|key| !key.is_empty())
        else {
            return;
        };
        let origin = Origin::Flag("api-key");
        let Some(provider) = &config.provider else {
            let what = "it is not said whose key this is";
            self.faults.push(Fault::at(origin, what, "name the provider with -provider"));
            return;
        };
        if !crate::kind::is_visible(key) {
            let what = "has characters that no key has (line breaks or non-ASCII ones)";
            self.faults.push(Fault::at(origin, what, "copy the key again"));
            return;
        }
        let secret = SecretString::from(key);
        let name = "key-1".to_owned();
        let key = Key { name, weight: 1, secret, origin: origin.clone(), variable: None };
        let section = config.providers.entry(provider.value.clone());
        section.or_insert_with(|| Section::new(origin)).keys = vec![key];
        self.warnings.push(
            "--api-key can be seen by every user of this machine; a variable or a file cannot"
                .into(),
        );
    }

    pub(super) fn regions_of_providers(&mut self, config: &mut Config) {
        let regions = config.providers.iter();
        config.routing.provider_regions = regions
            .filter_map(|(name, section)| Some((name.clone(), section.region.clone()?)))
            .collect();
    }
}

fn streaming(node: &Node) -> Option<Streaming> {
    match node.get("streaming")?.value()?.to_lowercase().as_str() {
        "always" => Some(Streaming::Always),
        "never" => Some(Streaming::Never),
        _ => Some(Streaming::Both),
    }
}

fn model(node: &Node) -> ModelOverride {
    ModelOverride {
        context_window: whole(node, "context_window"),
        max_output_tokens: whole(node, "max_output_tokens"),
        abilities: node.get("abilities").map(abilities),
        price: node.get("price").and_then(price),
        streaming: streaming(node),
    }
}

fn abilities(node: &Node) -> Abilities {
    let named = texts(node);
    let has = |name: &str| named.iter().any(|named| named.eq_ignore_ascii_case(name));
    Abilities {
        tools: has("tools"),
        parallel_tools: has("parallel_tools"),
        images: has("images"),
        documents: has("documents"),
        audio: has("audio"),
        thinking: has("thinking"),
        output_schema: has("output_schema"),
        prompt_cache: has("prompt_cache"),
    }
}

fn price(node: &Node) -> Option<Price> {
    Some(Price {
        input: number(node, "input")?,
        output: number(node, "output")?,
        cache_read: number(node, "cache_read"),
        cache_write: number(node, "cache_write"),
    })
}
