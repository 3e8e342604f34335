//! The environment that settings are read from, with what the clouds' own tools keep in files.
//!
//! A file never changes what a variable says.

use clasp_config::Environment;
use clasp_upstream::{Account, SecretString, project_from_file, region_from_files};

/// Where the clouds' tools look for their files.
const PLACES: &[&str] = &[
    "AWS_CONFIG_FILE",
    "AWS_PROFILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "CLOUDSDK_CONFIG",
    "GOOGLE_APPLICATION_CREDENTIALS",
];

/// Reads the environment, its `.env` files, and the region and project of the user's accounts.
pub(crate) fn read() -> Environment {
    completed(Environment::read())
}

fn completed(mut environment: Environment) -> Environment {
    let variables = PLACES
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), SecretString::from(environment.get(name)?))))
        .collect();
    let home = environment.home().map(Into::into);
    let account = Account { variables, home, of_machine: true };
    if environment.get("AWS_DEFAULT_REGION").is_none()
        && let Some((region, file)) = region_from_files(&account)
    {
        environment.add("AWS_REGION", region, &file);
    }
    if let Some((project, file)) = project_from_file(&account) {
        environment.add("GOOGLE_CLOUD_PROJECT", project, &file);
    }
    environment
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn region_and_project_come_from_files_where_no_variable_says_them() {
        let home = tempfile::tempdir().unwrap();
        let key = home.path().join("key.json");
        std::fs::create_dir(home.path().join(".aws")).unwrap();
        std::fs::write(home.path().join(".aws/config"), "[default]\nregion=eu-west-1\n").unwrap();
        std::fs::write(&key, r#"{"type":"service_account","project_id":"p-1"}"#).unwrap();
        let path = |path: &std::path::Path| path.to_str().unwrap().to_owned();
        let set = vec![
            ("HOME".to_owned(), path(home.path())),
            ("GOOGLE_APPLICATION_CREDENTIALS".to_owned(), path(&key)),
        ];
        let read = |more: &[(&str, &str)]| {
            let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            completed(Environment::from_variables(set.clone().into_iter().chain(more)))
        };
        let environment = read(&[]);
        assert_eq!(environment.get("AWS_REGION"), Some("eu-west-1"));
        assert_eq!(environment.get("GOOGLE_CLOUD_PROJECT"), Some("p-1"));
        assert!(environment.origin("AWS_REGION").to_string().ends_with(".aws/config"));
        assert_eq!(read(&[("AWS_REGION", "a")]).get("AWS_REGION"), Some("a"));
        assert_eq!(read(&[("AWS_DEFAULT_REGION", "a")]).get("AWS_REGION"), None);
        assert_eq!(read(&[("GOOGLE_CLOUD_PROJECT", "q")]).get("GOOGLE_CLOUD_PROJECT"), Some("q"));
    }
}
