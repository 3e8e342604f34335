//! What a change of the settings needs, and what is shown of them.

use super::{file, read};
use crate::show;

#[test]
fn what_counts_only_after_a_restart_is_named() {
    let before = file("server: {port: 1}");
    let needed = |text: &str| before.restart_needed(&file(text));
    assert!(
        needed("server: {port: 1}\nmodels: {default: a}\nkeys: [{name: a, key: b}]").is_empty()
    );
    assert_eq!(needed("server: {port: 2, log_format: json}"), ["server.port", "server.log_format"]);
    let more = "server: {port: 1}\nplugins: {dir: /a}\nlimits: {connections: 9, body: 1MiB}\nstate: {redis: \"redis://h\"}\nresponses: {store: /r}";
    assert_eq!(needed(more), ["plugins.dir", "limits.connections", "responses", "state.redis"]);
    assert!(before.restart_needed(&before).is_empty());
}

#[test]
fn every_value_is_shown_with_its_origin() {
    let text = "
server:
  port: 9000
models:
  default: {targets: [a/m, b/m], strategy: busy}
  fast: c
providers:
  work: {plugin: openai, api_key: sk-1, options: {n: 1}}
keys: [{name: ci, key: k, limits: {requests: 5/m}}]
";
    let set = [
        ("CLASP_LOG_LEVEL", "warn"),
        ("GROQ_API_KEY", "g"),
        ("CLASP_ALIAS_X", "y"),
        ("GROQ_BASE_URL", "http://u:p@h"),
    ];
    let shown = show(&read(text, &set).unwrap());
    let of = |key: &str| {
        let one = shown.iter().find(|shown| shown.key == key);
        one.map(|shown| format!("{} {}", shown.value, shown.origin)).unwrap_or_default()
    };
    for (key, expected) in [
        ("server.port", "9000 clasp.yaml:3"),
        ("server.host", "127.0.0.1 default"),
        ("server.log_level", "warn CLASP_LOG_LEVEL"),
        ("models.default", ""),
        ("models.default.targets[0]", "a/m clasp.yaml:5"),
        ("models.default.strategy", "busy clasp.yaml:5"),
        ("models.fast", "c clasp.yaml:6"),
        ("models.opus", " default"),
        ("providers.work.api_key", "(set) clasp.yaml:8"),
        ("providers.work.options.n", "1 clasp.yaml:8"),
        ("keys[0].key", "(set) clasp.yaml:9"),
        ("keys[0].limits.requests", "5/m clasp.yaml:9"),
        ("providers.groq.api_key", "(set) GROQ_API_KEY"),
        ("providers.groq.base_url", "(set) GROQ_BASE_URL"),
        ("aliases.x", "y CLASP_ALIAS_X"),
    ] {
        assert_eq!(of(key), expected, "{key}");
    }
}
