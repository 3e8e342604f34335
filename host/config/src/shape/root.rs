//! The file's definition: the settings with one value come from their list, the rest is here.

use super::{Member, Name, Object, Shape};
use crate::definition::{PARTS, settings};
use crate::kind::Kind;

/// Headers that belong to the connection, not to a request.
pub(crate) const CONNECTION_HEADERS: &[&str] = &[
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

const TOKENS: Kind = Kind::Whole(1, u32::MAX as u64);
const PRICE: Kind = Kind::Number(0.0, f64::MAX);

/// What stands at several places.
pub(crate) fn shared() -> [Shape; 4] {
    [route(), target(), parameters(), rate()]
}

/// The whole file.
pub(crate) fn root() -> Shape {
    let mut root = Object::default();
    for definition in settings() {
        let shape = match definition.kind {
            Kind::Route => route(),
            Kind::Aliases => names(Name::Model, Shape::Value(Kind::Model)),
            Kind::Words => texts(),
            Kind::Rate => rate(),
            kind => Shape::Value(kind),
        };
        let member = Member { setting: Some(definition), ..member("", definition.about, shape) };
        place(&mut root, definition.key, member);
    }
    for (key, about, shape) in structures() {
        place(&mut root, key, member("", about, shape));
    }
    for (key, what) in PARTS {
        place(&mut root, key, member("", "read by a later build", Shape::Later(what)));
    }
    let models = root.members.iter_mut().find(|member| member.key == "models");
    if let Some(Member { shape: Shape::Object(models), .. }) = models {
        models.others = Some(Box::new(route()));
    }
    Shape::Object(root)
}

/// What is more than one value.
fn structures() -> Vec<(&'static str, &'static str, Shape)> {
    vec![
        ("api_keys", "keys by provider", names(Name::Provider, Shape::Value(Kind::Secret))),
        (
            "endpoints",
            "base URLs by provider",
            names(
                Name::Provider,
                Shape::Either(vec![
                    Shape::Value(Kind::Url),
                    object([
                        member("endpoint", "the base URL", Shape::Value(Kind::Url)),
                        member("deployment_name", "Azure's deployment", Shape::Value(Kind::Text)),
                        member(
                            "api_version",
                            "Azure's version of the API",
                            Shape::Value(Kind::Text),
                        ),
                    ]),
                ]),
            ),
        ),
        ("providers", "providers, any number for a plugin", names(Name::Provider, provider())),
        ("keys", "keys of clients", Shape::List(Box::new(client_key()))),
        (
            "routing.rules",
            "looked at before anything else; the first whose condition holds decides",
            Shape::List(Box::new(rule())),
        ),
        ("routing.fallback", "tried when nothing else can serve", targets()),
        (
            "routing.overflow.targets",
            "larger targets for a context that is too long, tried in this order",
            targets(),
        ),
    ]
}

fn provider() -> Shape {
    object([
        member("plugin", "the plugin that speaks its API; else the one of the name", text()),
        member("base_url", "where it is; else as the plugin says", Shape::Value(Kind::Url)),
        member("api_key", "its key", Shape::Value(Kind::Secret)),
        member(
            "api_keys",
            "several keys, which share the requests",
            Shape::List(Box::new(Shape::Either(vec![
                Shape::Value(Kind::Secret),
                object([
                    required(member("key", "the key", Shape::Value(Kind::Secret))),
                    member("name", "for logs; else `key-1` and so on", text()),
                    member("weight", "its share; else 1", Shape::Value(Kind::Whole(1, 1000))),
                ]),
            ]))),
        ),
        member("headers", "sent with every request", headers()),
        member(
            "options",
            "the plugin's own settings, as `NAME_<SETTING>`",
            names(Name::Model, Shape::Anything),
        ),
        member("region", "where it is, in your own words; for `routing.regions`", text()),
        member(
            "lane",
            "clients that speak its own dialect get through untranslated; else on",
            Shape::Value(Kind::Boolean),
        ),
        member("streaming", "how it answers; else `both`", streaming()),
        member(
            "models",
            "what you know of its models; it wins over the plugin's word",
            names(
                Name::Model,
                object([
                    member("context_window", "in tokens", Shape::Value(TOKENS)),
                    member("max_output_tokens", "in tokens", Shape::Value(TOKENS)),
                    member(
                        "abilities",
                        "what it can do, and nothing else",
                        Shape::List(Box::new(Shape::Value(Kind::OneOf(ABILITIES)))),
                    ),
                    member(
                        "price",
                        "US dollars per million tokens",
                        object([
                            required(member("input", "of prompts", Shape::Value(PRICE))),
                            required(member("output", "of answers", Shape::Value(PRICE))),
                            member("cache_read", "read from the cache", Shape::Value(PRICE)),
                            member("cache_write", "written to the cache", Shape::Value(PRICE)),
                        ]),
                    ),
                    member("streaming", "how it answers; else as the provider", streaming()),
                ]),
            ),
        ),
    ])
}

/// As the members of `Abilities` are called.
pub(crate) const ABILITIES: &[&str] = &[
    "tools",
    "parallel_tools",
    "images",
    "documents",
    "audio",
    "thinking",
    "output_schema",
    "prompt_cache",
];

fn client_key() -> Shape {
    object([
        required(member("name", "for logs, limits and rules", text())),
        member("key", "the key", Shape::Value(Kind::Secret)),
        member("hash", "instead of the key its SHA-256: `sha256:…`", Shape::Value(Kind::Hash)),
        member("project", "whose it is", text()),
        member("models", "what it may ask for, patterns with `*` among it; else all", texts()),
        member(
            "limits",
            "what it may do",
            object([
                member("requests", "e.g. `60/m`", rate()),
                member("tokens", "of input and output, e.g. `100000/m`", rate()),
                member(
                    "concurrency",
                    "requests that run at a time",
                    Shape::Value(Kind::Whole(1, u32::MAX as u64)),
                ),
            ]),
        ),
        member("admin", "it may use the pages for operators", Shape::Value(Kind::Boolean)),
    ])
}

fn rate() -> Shape {
    Shape::Shared("rate", || {
        Shape::Either(vec![
            Shape::Value(Kind::Rate),
            object([
                required(member(
                    "count",
                    "how many at most",
                    Shape::Value(Kind::Whole(1, u64::MAX)),
                )),
                required(member("per", "in any such time", Shape::Value(Kind::Period))),
                member(
                    "burst",
                    "how many at once beyond the even pace; else all of them",
                    Shape::Value(Kind::Whole(1, u64::MAX)),
                ),
            ]),
        ])
    })
}

fn rule() -> Shape {
    let truth = || Shape::Value(Kind::Boolean);
    let tokens = || Shape::Value(Kind::Whole(0, u64::MAX));
    let mut members = vec![
        required(member("name", "for the log", text())),
        member(
            "when",
            "all of it must hold; else always",
            object([
                member("models", "any of these names, or patterns with `*`", texts()),
                member("projects", "any of these projects", texts()),
                member("keys", "any of these client keys, by name", texts()),
                member(
                    "dialects",
                    "any of these",
                    Shape::Either(vec![
                        Shape::Value(Kind::OneOf(DIALECTS)),
                        Shape::List(Box::new(Shape::Value(Kind::OneOf(DIALECTS)))),
                    ]),
                ),
                member("tokens_above", "more tokens of input than this", tokens()),
                member("tokens_up_to", "at most this many tokens of input", tokens()),
                member("thinking", "the client asks for thinking", truth()),
                member("images", "there is an image in it", truth()),
                member("documents", "there is a document in it", truth()),
                member("tools", "the client offers tools", truth()),
                member("background", "the client does it by the way: titles, summaries", truth()),
                member("stream", "the client wants a stream", truth()),
            ]),
        ),
    ];
    members.extend(route_members());
    object(members)
}

/// As clients' dialects are called.
pub(crate) const DIALECTS: &[&str] = &["anthropic-messages", "openai-responses", "openai-chat"];

/// As strategies are called.
pub(crate) const STRATEGIES: &[&str] = &["ordered", "weighted", "latency", "cheapest", "busy"];

fn route() -> Shape {
    Shape::Shared("route", || {
        Shape::Either(vec![
            Shape::Value(Kind::Model),
            Shape::List(Box::new(target())),
            object(route_members()),
        ])
    })
}

fn route_members() -> Vec<Member> {
    vec![
        required(member("targets", "at least one", targets())),
        member("strategy", "the order in which they are tried; else `ordered`", one(STRATEGIES)),
        member(
            "sticky",
            "what keeps to the same target under `weighted`; else `session`",
            one(&["session", "key", "off"]),
        ),
        member("fallback", "tried when none of the targets can serve", targets()),
        member(
            "fallback_mode",
            "how fallbacks are chosen; else as `routing.mode`",
            one(&["balanced", "strict", "cost"]),
        ),
        member("parameters", "set in every request; a target's own win", parameters()),
    ]
}

fn targets() -> Shape {
    Shape::Either(vec![Shape::Value(Kind::Model), Shape::List(Box::new(target()))])
}

fn target() -> Shape {
    Shape::Shared("target", || {
        Shape::Either(vec![
            Shape::Value(Kind::Model),
            object([
                required(member(
                    "model",
                    "it, at a provider or at the one of requests that name none",
                    Shape::Value(Kind::Model),
                )),
                member(
                    "weight",
                    "its share under `weighted`; 0 only as a fallback; else 1",
                    Shape::Value(Kind::Whole(0, 1_000_000)),
                ),
                member("parameters", "set in requests that go there", parameters()),
            ]),
        ])
    })
}

fn parameters() -> Shape {
    Shape::Shared("parameters", || {
        object([
            member("temperature", "", Shape::Value(Kind::Number(0.0, 2.0))),
            member("top_p", "", Shape::Value(Kind::Number(0.0, 1.0))),
            member("max_output_tokens", "a client's own smaller limit stays", Shape::Value(TOKENS)),
            member("effort", "of thinking: none, minimal, low, medium, high, …", text()),
            member("headers", "for the provider", headers()),
        ])
    })
}

fn headers() -> Shape {
    names(Name::Header, Shape::Value(Kind::Header))
}

fn streaming() -> Shape {
    one(&["both", "always", "never"])
}

fn one(words: &'static [&'static str]) -> Shape {
    Shape::Value(Kind::OneOf(words))
}

fn text() -> Shape {
    Shape::Value(Kind::Text)
}

/// One text or several.
fn texts() -> Shape {
    Shape::Either(vec![text(), Shape::List(Box::new(text()))])
}

fn names(name: Name, each: Shape) -> Shape {
    Shape::Names(Box::new(each), name)
}

fn object(members: impl IntoIterator<Item = Member>) -> Shape {
    Shape::Object(Object { members: members.into_iter().collect(), others: None })
}

fn member(key: &'static str, about: &'static str, shape: Shape) -> Member {
    Member { key, about, shape, required: false, setting: None }
}

fn required(member: Member) -> Member {
    Member { required: true, ..member }
}

/// Puts a member at a key such as `server.port`.
fn place(object: &mut Object, key: &'static str, leaf: Member) {
    let Some((first, rest)) = key.split_once('.') else {
        object.members.push(Member { key, ..leaf });
        return;
    };
    if !object.members.iter().any(|member| member.key == first) {
        object.members.push(member(first, "", Shape::Object(Object::default())));
    }
    let found = object.members.iter_mut().find(|member| member.key == first);
    if let Some(Member { shape: Shape::Object(inner), .. }) = found {
        place(inner, rest, leaf);
    }
}
