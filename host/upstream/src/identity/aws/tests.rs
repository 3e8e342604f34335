#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::path::Path;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::profile::{self, Profile};
use super::{Account, Pass, from_document, is_region, region, region_from_files};

fn account(home: &Path, variables: &[(&str, &str)]) -> Account {
    Account {
        variables: variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), SecretString::from(*value)))
            .collect(),
        home: Some(home.to_owned()),
        of_machine: true,
    }
}

const CREDENTIALS: &str = "
# keys
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key=default-secret # of mine

[work]
aws_access_key_id = AKIAWORK
aws_secret_access_key = work/secret+=
aws_session_token = work-session
";

const CONFIG: &str = "
[default]
region = eu-central-1
s3 =
    aws_access_key_id = nested
[profile work]
region = us-west-2
[profile sso]
sso_session = corp
region = eu-west-3
[profile \"bare\"]
output = json
[profile inherits]
aws_access_key_id = AKIACONFIG
aws_secret_access_key = config-secret
";

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".aws")).unwrap();
    std::fs::write(home.path().join(".aws/credentials"), CREDENTIALS).unwrap();
    std::fs::write(home.path().join(".aws/config"), CONFIG).unwrap();
    home
}

async fn keys(account: &Account) -> (String, String, Option<String>) {
    let Ok(Profile::Keys(keys)) = profile::read(account).await else { panic!("keys") };
    let session = keys.session.map(|session| session.expose_secret().to_owned());
    (keys.id, keys.secret.expose_secret().to_owned(), session)
}

#[tokio::test]
async fn profiles_are_read() {
    let home = home();
    let with = |variables: &[(&str, &str)]| account(home.path(), variables);
    let (id, secret, session) = keys(&with(&[])).await;
    assert_eq!((id.as_str(), secret.as_str(), session), ("AKIADEFAULT", "default-secret", None));
    let (id, secret, session) = keys(&with(&[("AWS_PROFILE", "work")])).await;
    assert_eq!((id.as_str(), secret.as_str()), ("AKIAWORK", "work/secret+="));
    assert_eq!(session.as_deref(), Some("work-session"));
    assert_eq!(keys(&with(&[("AWS_PROFILE", "inherits")])).await.0, "AKIACONFIG");

    let elsewhere = home.path().join("elsewhere");
    std::fs::write(&elsewhere, "[default]\naws_access_key_id=A\naws_secret_access_key=b\n")
        .unwrap();
    let named = with(&[("AWS_SHARED_CREDENTIALS_FILE", elsewhere.to_str().unwrap())]);
    assert_eq!(keys(&named).await.0, "A");
}

#[tokio::test]
async fn what_a_profile_lacks_is_told() {
    let home = home();
    let read = |profile: &'static str| {
        let account = account(home.path(), &[("AWS_PROFILE", profile)]);
        async move {
            match profile::read(&account).await {
                Ok(Profile::Keys(_)) => panic!("keys"),
                Ok(Profile::Absent(why)) => why,
                Err(refusal) => {
                    let auth = clasp_model::Auth::AwsSigv4("bedrock".into());
                    refusal.failure("bedrock", &auth, &account).message
                }
            }
        }
    };
    let sso = read("sso").await;
    assert!(
        sso.contains("sso_session") && sso.contains("export-credentials --profile sso"),
        "{sso}"
    );
    assert!(read("bare").await.contains("has no keys"));
    let gone = read("gone").await;
    assert!(gone.contains("AWS_PROFILE names \"gone\""), "{gone}");
    let empty = tempfile::tempdir().unwrap();
    let Ok(Profile::Absent(why)) = profile::read(&account(empty.path(), &[])).await else {
        panic!("nothing is there")
    };
    assert!(why.contains("no AWS profile \"default\""), "{why}");
}

#[test]
fn the_region_is_the_addresss_own_or_the_configured_one() {
    let home = home();
    let account = |variables: &[(&str, &str)]| account(home.path(), variables);
    let of = |url: &str, account: &Account| region(&Url::parse(url).unwrap(), account);
    let set = account(&[("AWS_REGION", "ap-south-1")]);
    for (url, expected) in [
        ("https://bedrock-runtime.us-east-1.amazonaws.com/x", "us-east-1"),
        ("https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("https://bedrock-runtime.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("https://vpce-1a2b.bedrock-runtime.eu-west-2.vpce.amazonaws.com", "eu-west-2"),
        ("https://us-east-1.evil.example", "ap-south-1"),
        ("http://127.0.0.1:9", "ap-south-1"),
    ] {
        assert_eq!(of(url, &set).as_deref(), Some(expected), "{url}");
    }
    assert_eq!(
        of("http://x", &account(&[("AWS_DEFAULT_REGION", "sa-east-1")])).as_deref(),
        Some("sa-east-1")
    );
    assert_eq!(of("http://x", &account(&[])).as_deref(), Some("eu-central-1"));
    let (region, path) = region_from_files(&account(&[("AWS_PROFILE", "work")])).unwrap();
    assert_eq!((region.as_str(), path), ("us-west-2", home.path().join(".aws/config")));
    assert_eq!(of("http://x", &Account::default()), None);
    for no in ["", "us-east", "us--1", "USA-east-1", "us-east-10", "bedrock-runtime"] {
        assert!(!is_region(no), "{no}");
    }
}

#[test]
fn keys_of_a_metadata_service_are_read() {
    let document = json!({"Code": "Success", "AccessKeyId": "ASIA", "SecretAccessKey": "s",
        "Token": "t", "Expiration": "2999-01-01T00:00:00Z"});
    let fresh = from_document(&document, "it").unwrap();
    assert!(matches!(&fresh.pass, Pass::Aws(keys) if keys.id == "ASIA" && keys.session.is_some()));
    assert!(fresh.lifetime.unwrap().as_secs() > 3600 && fresh.renewable);
    for wrong in [json!({"Code": "AssumeRoleUnauthorizedAccess"}), json!({"AccessKeyId": "A"})] {
        assert!(from_document(&wrong, "it").is_err());
    }
}
