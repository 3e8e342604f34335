//! What a file says: YAML's oddities, variables in it, and everything that is wrong with one.

use super::{environment, file, read, wrong};
use crate::{Config, Fault, Flags, Origin, Sources, show};

#[test]
fn a_value_tells_its_line() {
    let config = file("# settings\nserver:\n  host: 127.0.0.2\n  port: 9000\n");
    assert_eq!(*config.port, 9000);
    assert_eq!(config.port.origin, Origin::File { path: "clasp.yaml".into(), line: 4 });
    assert_eq!(config.port.origin.to_string(), "clasp.yaml:4");
}

#[test]
fn nothing_is_as_not_set() {
    for text in [
        "",
        "\n\n",
        "# only a comment\n",
        "---\n",
        "~",
        "server:\n",
        "server: {port: ~, host: null, log_level: \"\"}\n",
        "models:\nproviders:\nkeys:\nrouting:\n",
        "\u{feff}# a byte order mark\r\nserver:\r\n  port:\r\n",
        "x-anything: {at: all}\n",
        "server: {port: \"${NOBODY_SETS_THIS:-}\"}\n",
    ] {
        assert_eq!(*file(text).port, 8080, "{text:?}");
    }
    assert_eq!(*file("\u{feff}server:\r\n  port: 9000\r\n").port, 9000);
}

#[test]
fn values_are_taken_in_their_usual_spellings() {
    let text = "
server: {port: \"9000\", insecure: yes}
http_client: {timeout_sec: 2m}
limits: {body: 1048576, frame: 2MiB}
circuit_breaker: {enabled: on, timeout_sec: 30}
";
    let config = file(text);
    assert_eq!((*config.port, *config.insecure), (9000, true));
    assert_eq!(config.http_timeout.as_secs(), 120);
    assert_eq!((config.limits.body, config.limits.frame), (1 << 20, 2 << 20));
    assert!(config.breaker.enabled);
}

#[test]
fn anchors_and_merge_keys_are_followed() {
    let text = "
x-base: &base {plugin: openai, region: eu, headers: {x-team: a}}
providers:
  one: {<<: *base, base_url: http://one}
  two:
    <<: [*base]
    region: us
";
    let config = file(text);
    let one = config.section("one").unwrap();
    assert_eq!((one.plugin.as_deref(), one.region.as_deref()), (Some("openai"), Some("eu")));
    let two = config.section("two").unwrap();
    assert_eq!(two.region.as_deref(), Some("us"), "what is written wins");
    assert_eq!(two.headers.len(), 1);
}

#[test]
fn a_small_file_cannot_stand_for_billions() {
    let mut text = String::from("x-a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for at in 1..12 {
        let before = format!("*a{}", at - 1);
        text.push_str(&format!("x-a{at}: &a{at} [{}]\n", [before.as_str(); 10].join(", ")));
    }
    assert!(wrong(&text)[0].contains("more than 20000 values"));
    for (depth, expected) in [(40, "32 levels"), (100_000, "recursion limit")] {
        let found = wrong(&format!("x-a: {}{}", "[".repeat(depth), "]".repeat(depth)));
        assert!(found[0].contains(expected), "{found:?}");
    }
}

#[test]
fn what_is_no_configuration_is_told_with_its_line() {
    for (text, line, expected) in [
        ("server:\n\tport: 1\n", 2, "spaces, not tabs"),
        ("server: {port: 1\n", 2, "is not YAML"),
        ("a: b: c\n", 1, "is not YAML"),
        ("server: {}\n---\nserver: {}\n", 2, "second document"),
        ("- a\n- b\n", 1, "not a mapping"),
        ("just words\n", 1, "not a mapping"),
        (
            "server: {port: 1}\nserver: {port: 2}\n",
            2,
            "server is there twice; the first is in line 1",
        ),
        ("server:\n  port: 1\n  port: 2\n", 3, "port is there twice"),
        ("server:\n  ? [a, b]\n  : c\n", 2, "key is a list"),
        ("server: *nobody\n", 1, "is not YAML"),
        ("x-a: &a [*a]\n", 1, "in itself"),
        ("server: !secret 1\n", 1, "tag"),
    ] {
        let found = wrong(text);
        let place = format!("clasp.yaml:{line}: ");
        assert!(found[0].starts_with(&place) && found[0].contains(expected), "{text:?}: {found:?}");
    }
    let sources = Sources::from_text("clasp.yaml", &b"server:\n  host: \xff\n"[..]);
    let faults = Config::load(Flags::default(), environment(&[]), sources).unwrap_err();
    assert!(faults[0].to_string().starts_with("clasp.yaml:2: has bytes that are not UTF-8"));
}

#[test]
fn unknown_keys_are_told_with_the_nearest() {
    for (text, expected) in [
        ("sever: {}", "there is no setting sever; did you mean server?"),
        ("server:\n  prot: 1", "there is no setting server.prot; did you mean port?"),
        ("port: 9000", "did you mean server.port?"),
        ("server: {logLevel: info}", "did you mean log_level?"),
        ("server: {zebra: 1}", "there are host, port, insecure"),
        ("circuit-breaker: {}", "did you mean circuit_breaker?"),
        ("providers: {a: {base_urls: x}}", "providers.a.base_urls; did you mean base_url?"),
        ("keys: [{name: a, key: k, limit: {}}]", "keys[0].limit; did you mean limits?"),
        ("budgets: {}", "this build has no budgets yet"),
        ("tls: {cert: a}", "this build has no TLS"),
        ("otel: x", "this build has no OpenTelemetry yet"),
    ] {
        let found = wrong(text);
        assert!(found.len() == 1 && found[0].contains(expected), "{text}: {found:?}");
    }
}

#[test]
fn what_does_not_fit_is_told_all_at_once() {
    let text = "
server: {port: 70000, host: [a], log_level: loud}
http_client: 30
models: {default: 4, opus: true}
limits: {body: lots}
circuit_breaker: {failure_rate: 2, threshold: 0}
keys: {name: a}
providers: {\"a b\": {models: {m: {abilities: [flying]}}}}
rate_limit: {window: soon}
nonsense: 1
";
    let found = wrong(text);
    for expected in [
        "clasp.yaml:2: \"70000\" will not do for server.port; give a whole number from 0 to 65535",
        "clasp.yaml:2: server.host is a list; give an IP address",
        "\"loud\" will not do for server.log_level; give off, error",
        "clasp.yaml:3: http_client is a single value; give a mapping with timeout_sec",
        "models.default is a number, not a text; put quotes",
        "models.opus is a truth, not a text",
        "\"lots\" will not do for limits.body",
        "circuit_breaker.failure_rate; give a number from 0.01 to 1",
        "circuit_breaker.threshold; give a whole number from 1",
        "keys is a mapping; give a list",
        "\"a b\" is no name for a member of providers",
        "\"flying\" will not do for providers.a b.models.m.abilities[0]; give tools, parallel_tools",
        "rate_limit.window; give seconds",
        "there is no setting nonsense",
    ] {
        assert!(found.iter().any(|fault| fault.contains(expected)), "{expected} in {found:#?}");
    }
    assert_eq!(found.len(), 14, "{found:#?}");
}

#[test]
fn a_file_that_is_all_wrong_is_told_within_bounds() {
    let text: String = (0..9_000).map(|at| format!("zebra{at}: 1\n")).collect();
    let found = wrong(&text);
    assert_eq!(found.len(), 101);
    assert!(found[100].contains("there is more"), "{}", found[100]);
    let long = wrong(&format!("{}: 1", "x".repeat(1000)));
    assert!(long[0].contains("there are provider, models"), "{long:?}");
    for later in ["budgets", "prices", "usage", "otel", "tls"] {
        assert!(!long[0].contains(later), "{later} ends clasp: {long:?}");
    }
}

#[test]
fn variables_are_filled_in() {
    let set = [("PORT", "9000"), ("NAME", "a"), ("EMPTY", "")];
    let text = "
server: {port: \"${PORT}\", host: \"${HOST:-127.0.0.3}\", insecure: \"${EMPTY:-true}\"}
models:
  default: ${NAME}-b-${NAME}
  opus: $$${NAME} and $5
  sonnet: $${NAME}
  haiku: ${NAME:-x}y
";
    let config = read(text, &set).unwrap();
    assert_eq!((*config.port, *config.insecure), (9000, true));
    assert_eq!(config.host.to_string(), "127.0.0.3");
    let model = |tier: &str| config.routing.tiers[tier].targets[0].model.clone();
    assert_eq!(config.routing.default.as_ref().unwrap().targets[0].model, "a-b-a");
    assert_eq!(
        (model("opus"), model("sonnet"), model("haiku")),
        ("$a and $5".into(), "${NAME}".into(), "ay".into())
    );
    // A variable that looks like a number is a text where one is wanted.
    assert!(read("models: {default: \"${PORT}\"}", &set).is_ok());
    assert!(read("models:\n  default: ${PORT}", &set).is_ok());
    let flow = read("models: {default: ${PORT}}", &set).unwrap_err();
    assert!(flow[0].to_string().contains("put quotes around ${NAME}"), "{flow:?}");
}

#[test]
fn variables_that_are_not_set_are_told_by_name() {
    let found = wrong(
        "server:\n  port: ${NO_PORT}\n  host: ${}\nprovider: ${A\nkeys: [{name: a, key: \"${NO_KEY}\"}]\n${K}: 1",
    );
    for expected in [
        "clasp.yaml:2: the variable NO_PORT is not set; set it, or write a default",
        "clasp.yaml:3: \"\" is no name",
        "clasp.yaml:4: `${` has no `}`",
        "clasp.yaml:5: the variable NO_KEY is not set",
        "there is no setting ${K}",
    ] {
        assert!(found.iter().any(|fault| fault.contains(expected)), "{expected} in {found:#?}");
    }
    assert_eq!(found.len(), 5, "{found:#?}");
}

#[test]
fn d07_no_message_shows_a_secret() {
    const SECRET: &str = "sk-very\u{e9}secret";
    let set = [("MY_API_KEY", SECRET), ("OPENAI_BASE_URL", "x")];
    for text in [
        "auth: {api_key: KEY}",
        "providers: {a: {api_key: KEY, headers: {x: KEY}}}",
        "providers: {a: {api_keys: [KEY, {key: KEY}, KEY]}}",
        "keys: [{name: a, key: KEY, hash: KEY}, {name: b, hash: KEY}]",
        "state: {redis: KEY}",
        "providers: {a: {base_url: \"https://me:KEY@h\"}}",
        "multi_provider: {enabled: true, opus: {api_key: KEY}}",
        "server: {port: \"${MY_API_KEY}\", log_level: \"${MY_API_KEY}\"}",
    ] {
        let faults = read(
            &text.replace("KEY", SECRET).replace("${MY_API_sk-very\u{e9}secret}", "${MY_API_KEY}"),
            &set,
        );
        let faults = faults.expect_err(text);
        let told = format!("{faults:?}{}", faults.iter().map(Fault::to_string).collect::<String>());
        assert!(!told.contains("secret"), "{text}: {told}");
    }
    let secret = "sk-verysecret";
    let text = "
auth: {api_key: KEY}
api_keys: {openai: KEY}
providers: {a: {api_keys: [KEY], headers: {x-key: KEY}, options: {a: \"${MY_API_KEY}\"}}}
keys: [{name: b, key: KEY2}]
state: {redis: \"redis://:KEY@h\"}
multi_provider: {enabled: true, opus: {provider: a, model: m, api_key: KEY}}
models: {fast: {targets: [m], parameters: {headers: {x-key: \"${MY_API_KEY}\"}}}}
";
    let text = text.replace("KEY2", "sk-verysecret2").replace(": KEY", &format!(": {secret}"));
    let text =
        text.replace("[KEY]", &format!("[{secret}]")).replace(":KEY@", &format!(":{secret}@"));
    let config = read(&text, &[("MY_API_KEY", secret), ("OPENAI_API_KEY", secret)]).unwrap();
    let told = format!("{config:?}{:?}{:?}", show(&config), config.warnings);
    assert!(!told.contains("verysecret"), "{told}");
    assert!(
        show(&config)
            .iter()
            .any(|shown| shown.key == "providers.a.api_keys[0]" && shown.value == "(set)")
    );
    let sources = Sources::from_text("c", text);
    assert!(!format!("{sources:?}").contains("verysecret"));
    use secrecy::ExposeSecret;
    let known = config.secrets();
    let known: Vec<&str> = known.iter().map(|known| known.expose_secret()).collect();
    for secret in ["sk-verysecret", "redis://:sk-verysecret@h"] {
        assert!(known.contains(&secret), "{secret}");
    }
    assert!(!known.contains(&"sk-verysecret2"), "a client's key is not kept");
    let text = "models: {a: {targets: [{model: b, parameters: {headers: {x-api-key: hidden}}}]}}";
    let known = file(text).secrets();
    assert_eq!(known[0].expose_secret(), "hidden");
}
