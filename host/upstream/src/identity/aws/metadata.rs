//! The metadata services of containers and instances
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html>,
//! read 2026-11-21).

use std::net::IpAddr;
use std::path::PathBuf;

use reqwest::Url;

use super::{Account, Fresh, Refusal, from_document};
use crate::endpoint::hosts::is_loopback;
use crate::identity::fetch::{Fetcher, Question};
use crate::identity::file;

/// Where a container's relative address stands below.
const CONTAINER: &str = "http://169.254.170.2";

/// Hosts that a container's full address may name over plain http, beside this machine.
const CONTAINER_HOSTS: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

/// Where an instance's service is.
const INSTANCE: &str = "http://169.254.169.254";

/// Seconds that a session with the instance's service may last.
const SESSION: &str = "21600";

/// A container's keys, where it has some.
pub(super) async fn container(
    fetcher: &Fetcher,
    account: &Account,
) -> Result<Option<Fresh>, Refusal> {
    const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    let (text, source) = match (account.get(RELATIVE), account.get(FULL)) {
        (Some(path), _) => (format!("{CONTAINER}/{}", path.trim_start_matches('/')), RELATIVE),
        (None, Some(url)) => (url.to_owned(), FULL),
        (None, None) => return Ok(None),
    };
    let url = Url::parse(&text)
        .map_err(|error| Refusal::wrong(format!("{source} is no URL: {error}"), "correct it"))?;
    let host = url.host_str().unwrap_or_default();
    let near = is_loopback(&url) || is_one_of(host, &CONTAINER_HOSTS);
    if url.scheme() != "https" && !(url.scheme() == "http" && near) {
        let what = format!("{source} names {host} over plain http");
        return Err(Refusal::wrong(what, "use https"));
    }
    let mut question = Question::get(url);
    if near {
        question = question.nearby();
    }
    if let Some(token) = token(account).await? {
        question = question.header("authorization", &token);
    }
    let document = fetcher.ask(question).await?.json()?;
    from_document(&document, "the container's metadata service").map(Some)
}

/// An instance's keys.
pub(super) async fn instance(fetcher: &Fetcher, account: &Account) -> Result<Fresh, Refusal> {
    let off = account.get("AWS_EC2_METADATA_DISABLED");
    if off.is_some_and(|off| off.eq_ignore_ascii_case("true")) {
        return Err(Refusal::nowhere(vec!["AWS_EC2_METADATA_DISABLED is set".to_owned()]));
    }
    let base = account.get("AWS_EC2_METADATA_SERVICE_ENDPOINT").unwrap_or(INSTANCE);
    let base = base.trim_end_matches('/');
    let at = |path: &str| {
        Url::parse(&format!("{base}{path}")).map_err(|error| {
            let what = format!("AWS_EC2_METADATA_SERVICE_ENDPOINT is no URL: {error}");
            Refusal::wrong(what, "correct it")
        })
    };
    let session = Question::put(at("/latest/api/token")?)
        .header("x-aws-ec2-metadata-token-ttl-seconds", SESSION)
        .nearby();
    let session = text(fetcher, session, "a session").await?;
    let ask = |url| Question::get(url).header("x-aws-ec2-metadata-token", &session).nearby();
    let roles = "/latest/meta-data/iam/security-credentials/";
    let role = text(fetcher, ask(at(roles)?), "a role").await?;
    let role = role.lines().next().unwrap_or_default().trim();
    let document = fetcher.ask(ask(at(&format!("{roles}{role}"))?)).await?.json()?;
    from_document(&document, "it")
}

async fn text(fetcher: &Fetcher, question: Question, what: &str) -> Result<String, Refusal> {
    let reply = fetcher.ask(question).await?;
    let text = String::from_utf8_lossy(&reply.body).trim().to_owned();
    match reply.status {
        200 if !text.is_empty() => Ok(text),
        status => Err(Refusal::server(
            format!("it gave no {what}, status {status}", what = what.trim_start_matches("a ")),
            status >= 500,
        )),
    }
}

/// What the container's service wants to see.
async fn token(account: &Account) -> Result<Option<String>, Refusal> {
    const FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    let Some(path) = account.get(FILE) else {
        return Ok(account.get("AWS_CONTAINER_AUTHORIZATION_TOKEN").map(str::to_owned));
    };
    match file::read(&PathBuf::from(path)).await {
        Ok(Some(token)) => Ok(Some(token.trim().to_owned())),
        Ok(None) => {
            Err(Refusal::wrong(format!("{FILE} names {path}, which is not there"), "correct it"))
        }
        Err(why) => Err(Refusal::wrong(format!("{FILE}: {why}"), "correct it")),
    }
}

fn is_one_of(host: &str, hosts: &[&str]) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let parse = |text: &str| text.parse::<IpAddr>().ok();
    parse(bare).is_some_and(|address| hosts.iter().any(|known| parse(known) == Some(address)))
}
