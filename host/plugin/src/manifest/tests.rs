use clasp_model::{Json, Native, Secret, TokenExchange};

use super::*;

fn good() -> Manifest {
    Manifest {
        id: "good-1".to_owned(),
        name: "Good".to_owned(),
        version: "1.0.0".to_owned(),
        description: String::new(),
        homepage: None,
        license: None,
        default_base_url: Some("https://api.good.example/v1".to_owned()),
        hosts: vec!["api.good.example".to_owned(), "*.good.example".to_owned()],
        secrets: vec![Secret {
            name: "api-key".to_owned(),
            description: String::new(),
            env: vec!["GOOD_KEY".to_owned()],
            required: true,
        }],
        auth: vec![Auth::Header(Template {
            name: "authorization".to_owned(),
            value: "Bearer {api-key}".to_owned(),
        })],
        native: vec![],
        config_schema: Json::from_checked("{}".into()),
    }
}

fn fails(change: impl FnOnce(&mut Manifest), words: &str) {
    let mut manifest = good();
    change(&mut manifest);
    let error = check(&manifest, &Limits::default()).expect_err(words);
    assert!(error.contains(words), "{error}\nlacks: {words}");
}

fn template(name: &str, value: &str) -> Template {
    Template { name: name.to_owned(), value: value.to_owned() }
}

#[test]
fn a_good_one_passes() {
    check(&good(), &Limits::default()).unwrap();
}

#[test]
fn ids() {
    for id in ["", "A", "1a", "-a", "a_b", "a/b", "é", "all", &"a".repeat(65)] {
        fails(|manifest| manifest.id = id.to_owned(), "`id` is");
    }
}

#[test]
fn hosts() {
    for host in [
        "*",
        "*.com",
        "a.*.com",
        "https://a.com",
        "a.com/x",
        "A.com",
        "",
        "a..b",
        "a.com:0",
        "a.com:x",
        "a b",
        "-a.com",
        "user@a.com",
    ] {
        fails(|manifest| manifest.hosts.push(host.to_owned()), "`hosts` holds");
    }
    let mut manifest = good();
    manifest.hosts.extend(["localhost:8080", "127.0.0.1"].map(str::to_owned));
    check(&manifest, &Limits::default()).unwrap();
}

#[test]
fn base_urls() {
    for (url, words) in [
        ("api.good.example", "must begin with https://"),
        ("ftp://api.good.example", "must begin with https://"),
        ("https://api.good.example/", "must not end with a slash"),
        ("https://u@api.good.example", "must not hold"),
        ("https://api.good.example?x", "must not hold"),
        ("https://evil.example", "not among `hosts`"),
        ("https://good.example", "not among `hosts`"),
        ("https://evilgood.example", "not among `hosts`"),
    ] {
        fails(|manifest| manifest.default_base_url = Some(url.to_owned()), words);
    }
}

#[test]
fn secrets_and_auth() {
    fails(|manifest| manifest.secrets.clear(), "`secrets` declares no such name");
    fails(|manifest| manifest.secrets[0].name = "API KEY".to_owned(), "`secrets` holds the name");
    fails(|manifest| manifest.secrets.push(manifest.secrets[0].clone()), "twice");
    fails(|manifest| manifest.secrets[0].env.push("A=B".to_owned()), "cannot be one");
    fails(|manifest| manifest.auth[0] = Auth::Header(template("a b", "x")), "invalid header name");
    fails(|manifest| manifest.auth[0] = Auth::Header(template("a", "{api-key")), "an open `{`");
    fails(|manifest| manifest.auth[0] = Auth::Header(template("a", "x\ny")), "control characters");
    fails(|manifest| manifest.auth[0] = Auth::Query(template("a&b", "x")), "not a plain name");
    let exchange = |url: &str| {
        Auth::TokenExchange(TokenExchange {
            url: url.to_owned(),
            header: template("a", "{api-key}"),
            token: "/token".to_owned(),
            expires: None,
            apply: template("authorization", "Bearer {token}"),
        })
    };
    fails(|manifest| manifest.auth[0] = exchange("https://evil.example/t"), "among `hosts`");
    fails(|manifest| manifest.auth[0] = exchange("http://api.good.example/t"), "an https URL");
    let mut manifest = good();
    manifest.auth[0] = exchange("https://api.good.example/t");
    check(&manifest, &Limits::default()).unwrap();
}

#[test]
fn the_rest() {
    fails(|manifest| manifest.version.clear(), "`version` is empty");
    fails(|manifest| manifest.name = "a\u{1b}[2J".to_owned(), "control characters");
    fails(|manifest| manifest.description = "x".repeat(5000), "longer than");
    fails(|manifest| manifest.hosts = vec!["a.b".to_owned(); 101], "at most 100");
    fails(|manifest| manifest.config_schema = Json::from_checked("[]".into()), "not a JSON object");
    let native =
        |path: &str| Native { dialect: clasp_model::Dialect::OpenaiChat, path: path.to_owned() };
    fails(|manifest| manifest.native.push(native("v1")), "`native` holds the path `v1`");
}
