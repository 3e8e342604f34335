//! What went wrong on the way, in words for a user.
//!
//! A message names host and port, never a URL: a query may hold a key (rule D7).

use std::error::Error;
use std::io;
use std::time::Duration;

use clasp_model::{Failure, FailureKind, Retry, Source};
use reqwest::Url;

use crate::client::Options;
use crate::endpoint::hosts;

/// The other side of a connection, for messages.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    name: String,
    local: bool,
    proxied: bool,
}

impl Peer {
    /// The host and port of an address, and whether a proxy may stand between.
    pub(crate) fn of(url: &Url, proxied: bool) -> Self {
        let host = url.host_str().unwrap_or("?");
        let name = match url.port_or_known_default() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Self { name, local: hosts::is_loopback(url), proxied }
    }

    /// `host:port`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// Whether a request got no answer because its pooled connection was closed, or because the
/// server said that it did not look at it.
pub(crate) fn is_stale(error: &reqwest::Error, fresh: bool) -> bool {
    if error.is_connect() || error.is_timeout() {
        return false;
    }
    if let Some(error) = find::<h2::Error>(error)
        && error.is_remote()
    {
        let unread = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR)
            || error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
        return unread;
    }
    !fresh && is_closed(error)
}

/// The failure of a request that got no answer.
pub(crate) fn failure(error: &reqwest::Error, peer: &Peer, options: &Options) -> Failure {
    let name = &peer.name;
    let io = find::<io::Error>(error).map(io::Error::kind);
    let tls = find::<rustls::Error>(error);
    let proxy = match peer.proxied {
        true => "; a proxy is set in the environment (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY)",
        false => "",
    };
    if error.is_connect() && error.is_timeout() {
        let seconds = seconds(options.connect_timeout);
        let message =
            format!("no connection to {name} within {seconds}: is the network up?{proxy}");
        return failed(FailureKind::Timeout, "connect-timeout", message);
    }
    if error.is_dns() {
        let host = name.rsplit_once(':').map_or(name.as_str(), |(host, _)| host);
        let message = format!(
            "there is no host {host} to be found: check the base URL and this machine's network{proxy}"
        );
        return failed(FailureKind::ProviderError, "dns", message);
    }
    if let Some(tls) = tls {
        let message = format!("no secure connection to {name}: {}{proxy}", tls_hint(tls));
        let failure = failed(FailureKind::ProviderError, "tls", message);
        return failure.with_retry(Retry::Elsewhere);
    }
    if error.is_connect() {
        let text = innermost(error);
        return match io {
            _ if chain(error).any(|cause| cause.to_string().starts_with("tunnel error")) => {
                let message = format!("the proxy did not open a way to {name}: {text}{proxy}");
                failed(FailureKind::ProviderError, "proxy", message)
            }
            Some(io::ErrorKind::ConnectionRefused) => {
                let hint = match peer.local {
                    true => ": is the server running there?",
                    false => ": check the base URL and its port",
                };
                let message =
                    format!("nothing listens at {name} (connection refused){hint}{proxy}");
                failed(FailureKind::ProviderError, "refused", message)
            }
            _ => {
                let message = format!("no connection to {name}: {text}{proxy}");
                failed(FailureKind::ProviderError, "connect", message)
            }
        };
    }
    if let Some(error) = find::<hyper::Error>(error)
        && error.is_parse()
    {
        let message = format!("{name} answered something that is not HTTP: {error}");
        return Failure::new(FailureKind::Protocol, Source::Vendor, message);
    }
    if is_closed(error) {
        let message = format!("{name} closed the connection before it answered{proxy}");
        return failed(FailureKind::ProviderError, "reset", message);
    }
    let message = format!("the exchange with {name} failed: {}{proxy}", innermost(error));
    failed(FailureKind::ProviderError, "transport", message)
}

/// Nothing came after the request.
pub(crate) fn no_first_byte(peer: &Peer, limit: Duration) -> Failure {
    let message = format!(
        "{} did not begin to answer within {} (CLASP_HTTP_TIMEOUT sets this limit)",
        peer.name,
        seconds(limit)
    );
    failed(FailureKind::Timeout, "first-byte-timeout", message)
}

/// Nothing more came within an answer.
pub(crate) fn silent_body(peer: &Peer, limit: Duration) -> Failure {
    let message = format!(
        "{} fell silent in the middle of its answer for {} (CLASP_HTTP_TIMEOUT sets this limit)",
        peer.name,
        seconds(limit)
    );
    failed(FailureKind::Timeout, "idle-timeout", message)
}

/// An answer broke off.
pub(crate) fn broken_body(error: &reqwest::Error, peer: &Peer) -> Failure {
    if is_closed(error)
        || find::<h2::Error>(error).is_some()
        || find::<rustls::Error>(error).is_some()
    {
        let message = "the provider closed the connection before the end of its answer";
        return failed(FailureKind::ProviderError, "reset", message.to_owned());
    }
    let message = format!("the answer of {} cannot be read on: {}", peer.name, innermost(error));
    failed(FailureKind::ProviderError, "transport", message)
}

/// A redirect, which is never followed.
pub(crate) fn redirected(peer: &Peer, status: u16, location: Option<&str>) -> Failure {
    let location = location.and_then(|location| Url::parse(location).ok());
    let target = location.as_ref().and_then(Url::host_str);
    let target = target.map_or_else(|| "elsewhere".to_owned(), |host| format!("to {host}"));
    let message = format!(
        "{} redirects {target} (status {status}), and keys do not follow redirects: \
         set the final address as the base URL",
        peer.name
    );
    let failure = Failure::new(FailureKind::ProviderError, Source::Vendor, message);
    Failure { code: Some("redirect".to_owned()), ..failure.with_retry(Retry::Elsewhere) }
}

fn failed(kind: FailureKind, code: &str, message: String) -> Failure {
    Failure { code: Some(code.to_owned()), ..Failure::new(kind, Source::Vendor, message) }
}

/// Whether the other side closed, or the connection broke.
fn is_closed(error: &reqwest::Error) -> bool {
    let hyper = find::<hyper::Error>(error).is_some_and(|error| {
        error.is_incomplete_message() || error.is_closed() || error.is_canceled()
    });
    hyper
        || chain(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|error| {
            matches!(
                error.kind(),
                io::ErrorKind::ConnectionReset
                    | io::ErrorKind::ConnectionAborted
                    | io::ErrorKind::BrokenPipe
                    | io::ErrorKind::NotConnected
                    | io::ErrorKind::UnexpectedEof
            )
        })
}

fn tls_hint(error: &rustls::Error) -> String {
    use rustls::CertificateError::{Expired, NotValidForName, UnknownIssuer};
    let hint = match error {
        rustls::Error::InvalidCertificate(UnknownIssuer) => {
            " (nobody here vouches for its certificate: a company's own CA goes into the \
             system's certificates, or into a file that SSL_CERT_FILE names)"
        }
        rustls::Error::InvalidCertificate(NotValidForName) => {
            " (its certificate is for another name: check the base URL)"
        }
        rustls::Error::InvalidCertificate(Expired) => {
            " (its certificate has expired: check this machine's clock, too)"
        }
        rustls::Error::InvalidMessage(_) => " (is it plain http?)",
        _ => "",
    };
    format!("{error}{hint}")
}

/// An error's causes, the library's own wrapper (which may name the URL) left out.
fn chain<'error>(
    error: &'error reqwest::Error,
) -> impl Iterator<Item = &'error (dyn Error + 'static)> {
    let next = |cause: &&'error (dyn Error + 'static)| {
        // What an I/O error wraps is not among its sources.
        match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => (*cause).source(),
        }
    };
    std::iter::successors(error.source(), next)
}

fn find<E: Error + 'static>(error: &reqwest::Error) -> Option<&E> {
    chain(error).find_map(|cause| cause.downcast_ref::<E>())
}

fn innermost(error: &reqwest::Error) -> String {
    match chain(error).last() {
        Some(cause) => cause.to_string(),
        None => "unknown error".to_owned(),
    }
}

/// `600 s`, or `250 ms` for what is no whole number of seconds.
fn seconds(duration: Duration) -> String {
    match duration.subsec_millis() {
        0 => format!("{} s", duration.as_secs()),
        _ => format!("{} ms", duration.as_millis()),
    }
}
