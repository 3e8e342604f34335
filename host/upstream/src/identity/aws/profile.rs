//! The profile files of AWS's tools: `~/.aws/credentials` and `~/.aws/config`
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>, read 2026-11-21).

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;

use super::{Account, AwsKeys, Refusal};
use crate::identity::file;

/// What the profile says.
pub(super) enum Profile {
    Keys(AwsKeys),
    /// There is none, and why.
    Absent(String),
}

/// Settings of a profile that stand for a program or another service to be asked.
const OTHERS: [&str; 6] = [
    "credential_process",
    "role_arn",
    "sso_session",
    "sso_start_url",
    "web_identity_token_file",
    "login_session",
];

type Section = BTreeMap<String, String>;

/// The files, the one with the keys first.
pub(super) fn files(account: &Account) -> Vec<PathBuf> {
    if !account.of_machine {
        return Vec::new();
    }
    let file = |variable: &str, name: &str| match account.get(variable) {
        Some(path) => Some(PathBuf::from(path)),
        None => Some(account.home.as_ref()?.join(".aws").join(name)),
    };
    let files =
        [file("AWS_SHARED_CREDENTIALS_FILE", "credentials"), file("AWS_CONFIG_FILE", "config")];
    files.into_iter().flatten().collect()
}

/// Reads the profile's keys.
pub(super) async fn read(account: &Account) -> Result<Profile, Refusal> {
    let name = name(account);
    let mut merged = Section::new();
    let mut found = false;
    for path in files(account) {
        let text = file::read(&path).await.map_err(|why| Refusal::wrong(why, "correct it"))?;
        if let Some(section) = text.as_deref().and_then(|text| section(text, name)) {
            found = true;
            for (key, value) in section {
                merged.entry(key).or_insert(value);
            }
        }
    }
    if !found && account.get("AWS_PROFILE").is_some() {
        let what = format!("AWS_PROFILE names {name:?}, which no profile file has");
        return Err(Refusal::wrong(what, "correct it, or log in to that profile"));
    }
    let text = |key: &str| merged.get(key).filter(|value| !value.is_empty());
    if let (Some(id), Some(secret)) = (text("aws_access_key_id"), text("aws_secret_access_key")) {
        return Ok(Profile::Keys(AwsKeys {
            id: id.clone(),
            secret: SecretString::from(secret.as_str()),
            session: text("aws_session_token").map(|token| SecretString::from(token.as_str())),
        }));
    }
    if let Some(other) = OTHERS.iter().find(|key| text(key).is_some()) {
        return Err(Refusal::wrong(
            format!("the AWS profile {name:?} gets its keys by {other}, which clasp does not do"),
            format!(
                "let AWS's own tool do it: eval \"$(aws configure export-credentials --profile \
                 {name} --format env)\""
            ),
        ));
    }
    Ok(Profile::Absent(match found {
        true => format!("the AWS profile {name:?} has no keys"),
        false => format!("no AWS profile {name:?} in ~/.aws"),
    }))
}

/// The profile's region, and the file that says so.
pub(super) fn region(account: &Account) -> Option<(String, PathBuf)> {
    let name = name(account);
    files(account).into_iter().rev().find_map(|path| {
        let text = file::read_now(&path).ok()??;
        let region = section(&text, name)?.remove("region")?;
        Some((region, path))
    })
}

fn name(account: &Account) -> &str {
    account.get("AWS_PROFILE").unwrap_or("default")
}

/// The settings of `[name]` or `[profile name]`. Lines that are none are passed over, as by AWS's
/// tools; nested settings (indented lines) are of no use here.
fn section(text: &str, name: &str) -> Option<Section> {
    let mut section: Option<Section> = None;
    let mut inside = false;
    for line in text.lines() {
        let nested = line.starts_with([' ', '\t']);
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            let header = header.split(']').next().unwrap_or_default().trim();
            let header = header.strip_prefix("profile ").unwrap_or(header).trim();
            inside = header.trim_matches('"') == name;
            if inside {
                section.get_or_insert_default();
            }
            continue;
        }
        if let (true, false, Some((key, value))) = (inside, nested, line.split_once('='))
            && let Some(section) = &mut section
        {
            let value = value.split(" #").next().unwrap_or_default().trim();
            section.insert(key.trim().to_ascii_lowercase(), value.to_owned());
        }
    }
    section
}
