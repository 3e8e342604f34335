//! The members of a profile that make a manifest, and the models that it knows.

use clasp_model::{Abilities, Auth, Json, Manifest, Model, Price, Secret, Template};
use serde_json::{Map, Value};

/// All of them. The others are settings of the plugin.
const MEMBERS: [&str; 12] = [
    "$schema",
    "id",
    "name",
    "version",
    "description",
    "homepage",
    "license",
    "base_url",
    "hosts",
    "key",
    "auth",
    "models",
];

/// Takes the members out of a checked profile. `name` is the file's, `schema` the plugin's.
pub(super) fn take(
    name: &str,
    profile: &mut Map<String, Value>,
    schema: &Value,
    steered: &Manifest,
) -> Result<(Manifest, Vec<Model>), String> {
    let mut taken = Map::new();
    for member in MEMBERS {
        if let Some(value) = profile.shift_remove(member) {
            taken.insert(member.to_owned(), value);
        }
    }
    let text = |member: &str| taken.get(member).and_then(Value::as_str).map(str::to_owned);
    let id = text("id").unwrap_or_else(|| name.to_owned());
    let base_url = text("base_url");
    let hosts = match taken.get("hosts") {
        Some(hosts) => texts(hosts),
        None => base_url.as_deref().and_then(host).into_iter().map(str::to_owned).collect(),
    };
    let name = text("name").unwrap_or_else(|| id.clone());
    let key = taken.get("key").unwrap_or(&Value::Null);
    let variable = format!("{}_API_KEY", id.to_uppercase().replace('-', "_"));
    let mut env = vec![variable];
    env.extend(key.get("env").map(texts).unwrap_or_default());
    let secret = Secret {
        name: "api-key".into(),
        description: key
            .get("description")
            .and_then(Value::as_str)
            .map_or_else(|| format!("An API key of {name}"), str::to_owned),
        env,
        required: key.get("required").and_then(Value::as_bool).unwrap_or(true),
    };
    let auth = taken.get("auth").unwrap_or(&Value::Null);
    let part = |member: &str, usual: &str| {
        auth.get(member).and_then(Value::as_str).unwrap_or(usual).to_owned()
    };
    let header = Template {
        name: part("header", "authorization").to_lowercase(),
        value: part("value", "Bearer {api-key}"),
    };
    let manifest = Manifest {
        description: text("description").unwrap_or_else(|| format!("{name}, by a profile")),
        name,
        version: text("version").unwrap_or_else(|| steered.version.clone()),
        homepage: text("homepage"),
        license: text("license"),
        default_base_url: base_url,
        hosts,
        secrets: vec![secret],
        auth: vec![Auth::Header(header)],
        native: Vec::new(),
        config_schema: settings(schema, profile),
        id,
    };
    let models = taken.get("models").and_then(Value::as_array).into_iter().flatten();
    Ok((manifest, models.map(model).collect()))
}

/// The plugin's schema without these members, with what the profile says as defaults.
fn settings(schema: &Value, ways: &Map<String, Value>) -> Json {
    let mut schema = schema.clone();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.retain(|name, _| !MEMBERS.contains(&name.as_str()));
        for (name, value) in ways {
            if let Some(Value::Object(rules)) = properties.get_mut(name) {
                rules.insert("default".into(), value.clone());
            }
        }
    }
    Json::from_checked(schema.to_string().into())
}

/// The host of a URL, without its port.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split('/').next()?;
    Some(authority.rsplit_once(':').map_or(authority, |(host, _)| host))
}

fn model(entry: &Value) -> Model {
    let text = |member: &str| entry.get(member).and_then(Value::as_str).map(str::to_owned);
    let tokens = |member: &str| {
        entry.get(member).and_then(Value::as_u64).and_then(|count| u32::try_from(count).ok())
    };
    Model {
        id: text("id").unwrap_or_default(),
        name: text("name"),
        context_window: tokens("context_window"),
        max_output_tokens: tokens("max_output_tokens"),
        tokenizer: text("tokenizer"),
        abilities: entry.get("abilities").map(abilities),
        price: entry.get("price").and_then(price),
    }
}

fn abilities(listed: &Value) -> Abilities {
    let listed = texts(listed);
    let has = |name: &str| listed.iter().any(|listed| listed == name);
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

fn price(price: &Value) -> Option<Price> {
    let dollars = |member: &str| price.get(member).and_then(Value::as_f64);
    Some(Price {
        input: dollars("input")?,
        output: dollars("output")?,
        cache_read: dollars("cache_read"),
        cache_write: dollars("cache_write"),
    })
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}
