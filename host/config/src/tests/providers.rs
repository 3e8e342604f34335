//! Providers of the file, and several keys.

use clasp_model::policy::Streaming;
use clasp_model::{Json, Manifest};
use secrecy::ExposeSecret;

use super::{environment, file, load, manifest, read, wrong};
use crate::{Chosen, Config, Flags, Loaded, Provider, Sources};

fn keys(provider: &Provider) -> Vec<(&str, u32, &str)> {
    let key = |key: &'_ crate::ProviderKey| key.secrets["api-key"].expose_secret().to_owned();
    provider.keys.iter().map(|one| (one.name.as_str(), one.weight, &*key(one).leak())).collect()
}

#[test]
fn any_number_of_providers_share_a_plugin() {
    let text = "
providers:
  work:
    plugin: openai
    api_keys:
      - sk-1
      - {key: sk-2, name: spare, weight: 3}
    headers: {X-Org: acme}
    region: EU
    streaming: always
    models:
      gpt-5:
        context_window: 400000
        abilities: [tools, images]
        price: {input: 1.25, output: 10}
        streaming: never
  Home_Box: {plugin: openai, base_url: \"http://box:8000/v1/chat/completions\", lane: off}
";
    let config = read(text, &[("OPENAI_API_KEY", "sk-main")]).unwrap();
    let openai = manifest("openai");
    assert_eq!(config.plugin_id("work", |_| true), "openai");
    let work = config.provider("work", &openai).unwrap();
    assert_eq!(work.base_url.value, "https://api.openai.example/v1", "its plugin's own");
    assert_eq!(keys(&work), [("key-1", 1, "sk-1"), ("spare", 3, "sk-2")]);
    assert_eq!(work.secrets["api-key"].expose_secret(), "sk-1");
    assert_eq!((work.headers[0].name.as_str(), work.headers[0].value.as_str()), ("x-org", "acme"));
    assert_eq!((work.region.as_deref(), work.streaming), (Some("eu"), Streaming::Always));
    let model = &work.models["gpt-5"];
    assert_eq!((model.context_window, model.streaming), (Some(400_000), Some(Streaming::Never)));
    let abilities = model.abilities.unwrap();
    assert!(abilities.tools && abilities.images && !abilities.thinking);
    assert_eq!(model.price.unwrap().output, 10.0);
    assert!(work.lane);
    let home = config.provider("home-box", &openai).unwrap();
    assert_eq!((home.base_url.value.as_str(), home.lane), ("http://box:8000/v1", false));
    assert!(home.secrets.is_empty(), "D7: the main key is not for it");
    assert!(!format!("{work:?}").contains("acme"));
    let loaded = [Loaded { manifest: &openai, named: false }];
    assert_eq!(config.provider_names(&loaded), ["home-box", "openai", "work"]);
}

#[test]
fn a_variable_wins_over_what_the_file_says_of_a_provider() {
    let text = "providers: {openai: {api_key: sk-file, base_url: \"http://file\", lane: off}}";
    let config = file(text);
    let openai = config.provider("openai", &manifest("openai")).unwrap();
    assert_eq!(keys(&openai), [("key-1", 1, "sk-file")]);
    assert_eq!((openai.base_url.value.as_str(), openai.lane), ("http://file", false));
    let set = [("OPENAI_API_KEY", "a"), ("OPENAI_BASE_URL", "http://b"), ("OPENAI_LANE", "on")];
    let openai = read(text, &set).unwrap().provider("openai", &manifest("openai")).unwrap();
    assert_eq!(
        (keys(&openai)[0].2, openai.base_url.value.as_str(), openai.lane),
        ("a", "http://b", true)
    );
}

#[test]
fn several_keys_stand_in_one_variable() {
    let of = |value: &str| {
        let config = load(&[("OPENAI_API_KEY", value)]);
        let provider = config.provider("openai", &manifest("openai")).unwrap();
        provider
            .keys
            .iter()
            .map(|key| key.secrets["api-key"].expose_secret().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("sk-1, sk-2,sk-3"), ["sk-1", "sk-2", "sk-3"]);
    assert_eq!(of("sk-1"), ["sk-1"]);
    assert_eq!(of(r#"{"a":"b","c":"d"}"#), [r#"{"a":"b","c":"d"}"#]);
    assert_eq!(of("a,,b"), ["a,,b"]);
    let in_file = file("providers: {openai: {api_key: \"a,b\"}}");
    assert_eq!(in_file.provider("openai", &manifest("openai")).unwrap().keys.len(), 2);
}

fn with_settings() -> Manifest {
    let schema = r#"{"properties":{
        "safety":{"enum":["off","high"],"default":"off"},"budget":{"type":"integer","minimum":0},
        "on":{"type":"boolean"},"stops":{"type":"array","items":{"type":"string"}},
        "apiVersion":{"type":"string"}}}"#;
    Manifest { config_schema: Json::from_checked(schema.into()), ..manifest("gemini") }
}

#[test]
fn options_are_the_plugins_settings() {
    let text = "
providers:
  gemini:
    api_key: k
    options: {safety: high, budget: \"${BUDGET:-7}\", on: yes, stops: [a, b], api_version: v1}
  second: {plugin: gemini, api_key: k, options: {budget: 1}}
";
    let of = |name: &str, set: &[(&str, &str)]| {
        let provider = read(text, set).unwrap().provider(name, &with_settings()).unwrap();
        provider.config.as_str().to_owned()
    };
    let expected = r#"{"safety":"high","budget":7,"on":true,"stops":["a","b"],"apiVersion":"v1"}"#;
    assert_eq!(of("gemini", &[]), expected);
    assert_eq!(of("gemini", &[("GEMINI_BUDGET", "9")]), expected.replace('7', "9"));
    assert_eq!(of("second", &[("GEMINI_BUDGET", "9")]), r#"{"safety":"off","budget":1}"#);
    assert_eq!(of("second", &[("SECOND_BUDGET", "9")]), r#"{"safety":"off","budget":9}"#);
}

#[test]
fn options_that_do_not_fit_are_told_with_their_line() {
    for (options, expected) in [
        (
            "{safety: none}",
            "clasp.yaml:1: \"none\" will not do for safety of gemini; it must be off or high",
        ),
        ("{budget: \"7\"}", "will not do for budget of gemini; it must be a whole number"),
        ("{budget: -1}", "at least 0"),
        ("{stops: [a, 1]}", "a list will not do for stops/1 of gemini; it must be text"),
        ("{saftey: off}", "saftey is no setting of gemini's; did you mean safety?"),
        ("{zebra: off}", "there are safety, budget, on, stops, apiVersion"),
    ] {
        let config = file(&format!("providers: {{gemini: {{api_key: k, options: {options}}}}}"));
        let fault = config.provider("gemini", &with_settings()).unwrap_err().to_string();
        assert!(fault.contains(expected), "{options}: {fault}");
    }
}

#[test]
fn providers_of_the_file_can_serve() {
    let [openai, groq] = [manifest("openai"), manifest("groq")];
    let loaded = [&openai, &groq].map(|manifest| Loaded { manifest, named: false });
    let choose =
        |text: &str, set: &[(&str, &str)]| match read(text, set).unwrap().choose(&loaded, || false)
        {
            Ok(Chosen::Provider { name, why }) => (name, why),
            other => panic!("{other:?}"),
        };
    let text = "providers:\n  work: {plugin: openai, api_key: a}\n  idle: {plugin: groq}\n  groq: {api_key: b}\n";
    assert_eq!(choose(text, &[]), ("work".into(), "clasp.yaml:2 sets it up".into()));
    assert_eq!(choose(text, &[("OPENAI_API_KEY", "k")]).0, "openai");
    assert_eq!(choose(text, &[("PROVIDER", "groq")]).0, "groq");
    assert_eq!(
        choose("api_keys: {openai: k}", &[]),
        ("openai".into(), "clasp.yaml:1 is set".into())
    );
    let wrong =
        file("provider: wrok\nproviders: {work: {plugin: openai}}").choose(&loaded, || false);
    assert!(wrong.unwrap_err().to_string().contains("did you mean work?"));
    let faults =
        file("providers: {a: {plugin: opneai}, b: {plugin: openai}}").check_providers(&loaded);
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[0].to_string().contains("no plugin opneai is loaded; did you mean openai?"));
    assert!(faults[1].to_string().contains("needs api-key"));
}

#[test]
fn a_target_at_a_provider_that_there_is_not_is_told() {
    let [openai, openrouter] = [manifest("openai"), manifest("openrouter")];
    let loaded = [&openai, &openrouter].map(|manifest| Loaded { manifest, named: false });
    let told = |text: &str| -> Vec<String> {
        let faults = file(text).check_providers(&loaded);
        faults.iter().map(ToString::to_string).collect()
    };
    let work = "provider: work\nproviders: {work: {plugin: openai, api_key: k}, idle: {plugin: openrouter, api_key: k}}\n";
    let stray = told(&format!(
        "{work}models: {{opus: wrok/m, fast: [Idle/a/m, openrouter/m], a/b: x}}\naliases: {{c: A/b}}\n\
         routing: {{fallback: [other/m], overflow: {{targets: \"gone,a/m\"}}}}"
    ));
    assert_eq!(
        stray,
        [
            "target other/m: there is no provider other; it goes to work as the model other/m; \
             write work/other/m if it is meant so",
            "target wrok/m: there is no provider wrok; it goes to work as the model wrok/m; did you \
             mean work? write work/wrok/m if it is meant so",
        ]
    );
    for text in [
        "provider: openrouter\nproviders: {openrouter: {api_key: k}}\nmodels: {opus: qwen/m}",
        "provider: box\nproviders: {box: {plugin: openai, base_url: \"http://a\"}}\nmodels: {opus: qwen/m}",
        "models: {opus: qwen/m}",
    ] {
        assert_eq!(told(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn what_a_provider_cannot_be_is_told() {
    for (text, expected) in [
        ("providers: {a_b: {}, A-B: {}}", "provider a-b is there twice"),
        ("providers: {demo: {}}", "inside clasp"),
        ("providers: {a: {api_key: x, api_keys: [y]}}", "both api_key and api_keys"),
        ("providers: {a: {api_keys: [x, x]}}", "same key is there twice"),
        (
            "providers: {a: {api_keys: [{key: x, name: n}, {key: y, name: n}]}}",
            "two keys are named n",
        ),
        ("providers: {a: {api_key: x}}\napi_keys: {a: y}", "provider a has keys already"),
        (
            "providers: {a: {base_url: \"http://x\"}}\nendpoints: {a: \"http://y\"}",
            "has a base URL already",
        ),
        ("providers: {a: {base_url: x.example}}", "give an http or https URL"),
        ("providers: {a: {models: {m: {price: {input: 1}}}}}", "has no output"),
        ("providers: {a: {headers: {\"a b\": c}}}", "letters, digits and dashes"),
    ] {
        let found = wrong(text);
        assert!(found.len() == 1 && found[0].contains(expected), "{text}: {found:#?}");
    }
    let keyless = Manifest { secrets: Vec::new(), ..manifest("ollama") };
    let fault = file("api_keys: {ollama: k}").provider("ollama", &keyless).unwrap_err();
    assert!(fault.to_string().contains("takes no key"), "{fault}");
}

#[test]
fn a_variable_that_replaces_what_the_file_says_is_warned_of() {
    let warnings = |text: &str, set: &[(&str, &str)]| read(text, set).unwrap().warnings;
    let pool = "providers:\n  openai:\n    api_keys: [\"${ONE}\", \"${TWO}\"]";
    let set = [("ONE", "sk-1"), ("TWO", "sk-2")];
    assert!(warnings(pool, &set).is_empty());
    let with = |text| [&set[..], &[("OPENAI_API_KEY", text)]].concat();
    let [told] = &warnings(pool, &with("sk-1"))[..] else { panic!("one warning") };
    assert!(told.starts_with("OPENAI_API_KEY replaces every key of openai"), "{told}");
    assert!(told.contains("(clasp.yaml:3)") && !told.contains("sk-"), "{told}");
    assert!(warnings(pool, &with("sk-1, sk-2")).is_empty());
    let same = "api_keys: {openai: \"${OPENAI_API_KEY}\"}";
    assert!(warnings(same, &[("OPENAI_API_KEY", "sk")]).is_empty());

    let address = "providers: {box: {plugin: openai, base_url: \"http://a/v1\"}}";
    let [told] = &warnings(address, &[("BOX_BASE_URL", "http://b/v1")])[..] else {
        panic!("one warning")
    };
    assert!(told.starts_with("BOX_BASE_URL replaces the base URL of box"), "{told}");
    assert!(told.contains("(clasp.yaml:1)"), "{told}");
    assert!(warnings(address, &[("BOX_BASE_URL", "http://a/v1/")]).is_empty());
}

#[test]
fn a_key_on_the_command_line_is_the_named_providers() {
    let config = |provider: Option<&str>, set: &[(&str, &str)]| {
        let flags = Flags {
            api_key: Some("sk-flag".into()),
            provider: provider.map(str::to_owned),
            ..Flags::default()
        };
        Config::load(flags, environment(set), Sources::default())
    };
    let config_of = config(Some("openai"), &[("OPENAI_API_KEY", "sk-variable")]).unwrap();
    assert_eq!(keys(&config_of.provider("openai", &manifest("openai")).unwrap())[0].2, "sk-flag");
    assert!(config_of.warnings[0].contains("can be seen"));
    let faults = config(None, &[]).unwrap_err();
    assert!(faults[0].to_string().starts_with("--api-key: "), "{faults:?}");
}

#[test]
fn d07_a_working_directorys_file_that_takes_a_key_elsewhere_is_warned_of() {
    let warnings = |text: &str, of_directory: bool| {
        let set = [("OPENAI_API_KEY", "sk-mine"), ("MY_TOKEN", "t")];
        let sources = Sources::from_text("/w/clasp.yaml", text).with(of_directory, false);
        let config = Config::load(Flags::default(), environment(&set), sources).unwrap();
        let name = if text.contains("evil:") { "evil" } else { "openai" };
        config.provider(name, &manifest("openai")).unwrap().warnings
    };
    let moved = "providers: {openai: {base_url: \"https://evil.example/v1\"}}";
    assert!(warnings(moved, true)[0].contains("OPENAI_API_KEY goes to https://evil.example/v1"));
    assert!(warnings(moved, false).is_empty());
    let taken = "providers: {evil: {plugin: openai, base_url: \"https://evil.example\", api_key: \"${OPENAI_API_KEY}\"}}";
    assert!(
        warnings(taken, true)[0].starts_with("OPENAI_API_KEY goes to"),
        "{:?}",
        warnings(taken, true)
    );
    let header = "providers: {evil: {plugin: openai, base_url: \"https://evil.example\", headers: {x: \"${MY_TOKEN}\"}}}";
    assert!(warnings(header, true)[0].starts_with("MY_TOKEN goes to"));
    let own =
        "providers: {evil: {plugin: openai, base_url: \"https://own.example\", api_key: its-own}}";
    assert!(warnings(own, true).is_empty());
}

#[test]
fn d07_a_vendors_name_for_another_plugin_takes_the_key_nowhere() {
    let set = [("OPENAI_API_KEY", "sk-openai"), ("WORK_API_KEY", "sk-work")];
    let provider =
        |text: &str, name: &str, id: &str| read(text, &set).unwrap().provider(name, &manifest(id));
    let fault = provider("providers: {openai: {plugin: groq}}", "openai", "groq").unwrap_err();
    assert!(fault.to_string().contains("provider openai has no base URL"), "{fault}");
    assert!(provider("providers: {work: {plugin: groq}}", "work", "groq").is_ok());
    // OpenAI's own, in another of its APIs.
    assert!(provider("providers: {openai: {plugin: responses}}", "openai", "responses").is_ok());
    let own = "providers: {openai: {plugin: groq, base_url: \"http://own\"}}";
    assert_eq!(provider(own, "openai", "groq").unwrap().base_url.value, "http://own");
}
