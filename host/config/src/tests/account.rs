//! Accounts with clouds: whose they are, and where they may be used.

use std::path::Path;

use clasp_model::{Auth, Json, Manifest};
use secrecy::ExposeSecret;

use super::{environment, load, manifest, with};
use crate::{Account, Flags};

fn using(id: &str, auth: Auth) -> Manifest {
    Manifest { auth: vec![auth], secrets: Vec::new(), ..manifest(id) }
}

fn aws(id: &str) -> Manifest {
    using(id, Auth::AwsSigv4("bedrock".into()))
}

fn value<'a>(account: &'a Account, name: &str) -> Option<&'a str> {
    account.variables.get(name).map(|value| value.expose_secret())
}

const KEYS: [(&str, &str); 4] = [
    ("AWS_ACCESS_KEY_ID", "AKIA"),
    ("AWS_SECRET_ACCESS_KEY", "s3cret"),
    ("AWS_REGION", "eu-west-1"),
    ("HOME", "/home/me"),
];

#[test]
fn the_clouds_own_provider_gets_the_account_of_the_machine() {
    let provider = load(&KEYS).provider("bedrock", &aws("bedrock")).unwrap();
    let account = &provider.account;
    assert_eq!(value(account, "AWS_ACCESS_KEY_ID"), Some("AKIA"));
    assert_eq!(value(account, "AWS_REGION"), Some("eu-west-1"));
    assert_eq!(account.home.as_deref(), Some(Path::new("/home/me")));
    assert!(account.of_machine && account.is_set() && !provider.lacks_key());
    assert!(!format!("{provider:?}").contains("s3cret"));
}

#[test]
fn d07_another_plugin_gets_only_what_is_set_for_it() {
    let mut set = KEYS.to_vec();
    let account = |set: &[(&str, &str)]| load(set).provider("sly", &aws("sly")).unwrap().account;
    let none = account(&set);
    assert!(none.variables.is_empty() && none.home.is_none() && !none.of_machine);
    set.push(("SLY_AWS_ACCESS_KEY_ID", "own"));
    let own = account(&set);
    assert_eq!(value(&own, "AWS_ACCESS_KEY_ID"), Some("own"));
    assert_eq!(own.variables.len(), 1);
    assert!(load(&KEYS).provider("openai", &manifest("openai")).unwrap_err().to_string().len() > 1);
}

#[test]
fn only_the_clouds_that_the_plugin_asks_for() {
    let set = [KEYS[0], ("AZURE_CLIENT_SECRET", "a"), ("GOOGLE_ACCESS_TOKEN", "g")];
    let names = |id: &str, auth| {
        let account = load(&set).provider(id, &using(id, auth)).unwrap().account;
        account.variables.into_keys().collect::<Vec<_>>()
    };
    assert_eq!(names("bedrock", Auth::AwsSigv4("bedrock".into())), ["AWS_ACCESS_KEY_ID"]);
    assert_eq!(names("azure", Auth::Entra("scope".into())), ["AZURE_CLIENT_SECRET"]);
    assert_eq!(names("vertex", Auth::Google(Vec::new())), ["GOOGLE_ACCESS_TOKEN"]);
}

#[test]
fn a_setting_named_region_is_the_accounts() {
    let schema = r#"{"properties":{"region":{"type":"string"}}}"#;
    let schema = Json::from_checked(schema.into());
    let bedrock = Manifest { config_schema: schema, ..aws("bedrock") };
    let mut set = KEYS.to_vec();
    set.push(("BEDROCK_REGION", "us-west-2"));
    let provider = load(&set).provider("bedrock", &bedrock).unwrap();
    assert_eq!(value(&provider.account, "AWS_REGION"), Some("us-west-2"));
    assert_eq!(provider.config.as_str(), r#"{"region":"us-west-2"}"#);
}

#[test]
fn at_a_server_of_ones_own_an_account_is_used_if_one_is_set() {
    let url = ("BEDROCK_BASE_URL", "http://127.0.0.1:9");
    let auth = |set: &[(&str, &str)]| load(set).provider("bedrock", &aws("bedrock")).unwrap().auth;
    assert_eq!(auth(&[url, KEYS[0]]).len(), 1);
    assert!(auth(&[url]).is_empty());
}

#[test]
fn d07_the_working_directory_does_not_say_where_an_account_logs_in() {
    let directory = std::env::current_dir().unwrap();
    let mut environment = environment(&[("AZURE_CLIENT_SECRET", "s")]).in_directory(&directory);
    let text = b"AZURE_AUTHORITY_HOST=https://evil.example\nAZURE_BASE_URL=https://evil.example\n";
    environment.add_file(&directory.join(".env"), &text[..]);
    let config = with(Flags::default(), environment).unwrap();
    let azure = using("azure", Auth::Entra("scope".into()));
    let provider = config.provider("azure", &azure).unwrap();
    assert_eq!(value(&provider.account, "AZURE_AUTHORITY_HOST"), None);
    assert!(provider.warnings[0].contains("AZURE_CLIENT_SECRET"), "{:?}", provider.warnings);
    let set = [("AZURE_AUTHORITY_HOST", "https://login.example")];
    let account = load(&set).provider("azure", &azure).unwrap().account;
    assert_eq!(value(&account, "AZURE_AUTHORITY_HOST"), Some("https://login.example"));
}
