//! The HTTP client: pools, timeouts, and a request from its address check to its answer's head.
//!
//! No redirects (one would take the key elsewhere), no cookies, no decompression, proxies only
//! from the environment; dropping a future or an answer closes its connection (rule A12).

use std::sync::Arc;
use std::time::Duration;

use clasp_codec::rope;
use clasp_model::{Encoding, Failure, HttpRequest, Method, Segment};
use http::HeaderMap;
use reqwest::Url;
use rustls::pki_types::CertificateDer;

use crate::answer::{self, Answer};
use crate::body::{Progress, RopeBody};
use crate::connect::{MarkFresh, observed};
use crate::credentials;
use crate::endpoint::{Endpoint, hosts};
use crate::headers;
use crate::identity::Fetcher;
use crate::lanes::{LANES, Lanes};
use crate::transport::{self, Peer};

/// HTTP/2: what one slow reader can hold up of its connection, in bytes.
const STREAM_WINDOW: u32 = 256 * 1024;

/// HTTP/2: enough for all streams of a connection, in bytes.
const CONNECTION_WINDOW: u32 = 32 * 1024 * 1024;

/// Variables that name a proxy. A message only says whether one may be in play.
const PROXIES: [&str; 6] =
    ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// Times and sizes of the client.
#[derive(Clone, Debug)]
pub struct Options {
    /// Longest wait for a connection, name lookup and TLS handshake included.
    pub connect_timeout: Duration,
    /// Longest wait for the answer's head after the request's last byte went out.
    pub first_byte_timeout: Duration,
    /// Longest silence within an answer. There is no limit on an answer as a whole.
    pub idle_timeout: Duration,
    /// How long a connection without a request is kept.
    pub pool_idle_timeout: Duration,
    /// How many connections without a request are kept for one host.
    pub pool_idle_per_host: usize,
    /// Whether the proxy variables of the environment count.
    pub environment_proxies: bool,
    /// Certificates (DER) to trust beside the system's.
    pub extra_roots: Vec<Vec<u8>>,
}

/// Sends requests to providers. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The HTTP client cannot be set up, e.g. for a proxy variable that is no URL.
    #[error("the HTTP client cannot be set up: {0}")]
    Http(#[from] reqwest::Error),
}

struct Shared {
    options: Options,
    /// For everything beyond this machine.
    pools: Vec<reqwest::Client>,
    /// For this machine: never through a proxy.
    local: reqwest::Client,
    lanes: Lanes,
    has_proxy: bool,
    fetcher: Fetcher,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            first_byte_timeout: Duration::from_secs(600),
            idle_timeout: Duration::from_secs(300),
            pool_idle_timeout: Duration::from_secs(90),
            pool_idle_per_host: 256,
            environment_proxies: true,
            extra_roots: Vec::new(),
        }
    }
}

impl Options {
    /// The operator's one value for both kinds of waiting (`CLASP_HTTP_TIMEOUT`).
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { first_byte_timeout: timeout, idle_timeout: timeout, ..self }
    }
}

impl Client {
    /// Sets up the pools. Reads the system's certificates (`SSL_CERT_FILE` and `SSL_CERT_DIR`
    /// name others) and the proxy variables; opens no connection.
    ///
    /// # Errors
    /// TLS or the HTTP client cannot be set up.
    pub fn new(options: Options) -> Result<Self, SetupError> {
        let tls = tls(&options)?;
        let direct = || builder(&options, tls.clone()).no_proxy();
        let local = direct().build()?;
        let far = || match options.environment_proxies {
            true => builder(&options, tls.clone()),
            false => direct(),
        };
        let pools = (0..LANES).map(|_| far().build()).collect::<Result<_, _>>()?;
        let has_proxy = options.environment_proxies && PROXIES.into_iter().any(is_set);
        let lanes = Lanes::default();
        let fetcher = Fetcher {
            far: far().build()?,
            direct: local.clone(),
            options: options.clone(),
            has_proxy,
        };
        Ok(Self { shared: Arc::new(Shared { options, pools, local, lanes, has_proxy, fetcher }) })
    }

    /// Sends a request and waits for the answer's head, whatever its status.
    ///
    /// The address is checked first, then credentials are added; a token that was kept and is
    /// refused is replaced once. A pooled connection that turns
    /// out to be closed is replaced once without a word; nothing else is tried again here.
    ///
    /// # Errors
    /// The address is not allowed, a key is missing or cannot be sent, the provider cannot be
    /// reached, stays silent, or answers something that cannot be read.
    pub async fn send(
        &self,
        endpoint: &Endpoint,
        request: &HttpRequest,
    ) -> Result<Answer, Failure> {
        let fetcher = &self.shared.fetcher;
        let (mut url, mut headers) = plain(endpoint, request)?;
        check_payloads(&request.body)?;
        let used = credentials::apply(fetcher, endpoint, request, &mut url, &mut headers).await?;
        let answer = self.exchange(&url, &headers, request).await?;
        let Some(used) = used.filter(|used| used.is_refused(&answer)) else { return Ok(answer) };

        // The token may have been revoked: once more with another, if there is one.
        let (mut url, mut headers) = plain(endpoint, request)?;
        let renewed =
            credentials::renew(fetcher, endpoint, &used, request, &mut url, &mut headers).await;
        let Some(renewed) = renewed else { return Ok(answer) };
        drop(answer);
        tracing::debug!(plugin = endpoint.plugin, "a token was refused: again with another");
        let answer = self.exchange(&url, &headers, request).await?;
        if renewed.is_refused(&answer) {
            renewed.was_useless(endpoint);
        }
        Ok(answer)
    }

    /// Sends a request that is complete.
    async fn exchange(
        &self,
        url: &Url,
        headers: &HeaderMap,
        request: &HttpRequest,
    ) -> Result<Answer, Failure> {
        let local = hosts::is_loopback(url);
        let peer = Peer::of(url, self.shared.has_proxy && !local);
        let place = self.shared.lanes.take(peer.name());
        let client = match local {
            true => &self.shared.local,
            false => self.shared.pools.get(place.index()).unwrap_or(&self.shared.local),
        };
        let mut again = true;
        loop {
            let (outcome, fresh) = observed(self.once(client, url, headers, request, &peer)).await;
            match outcome? {
                Ok(response) => {
                    return answer::open(response, peer, self.shared.options.idle_timeout, place);
                }
                Err(error) if again && transport::is_stale(&error, fresh) => {
                    tracing::debug!(peer = peer.name(), "a pooled connection was closed: again");
                    again = false;
                }
                Err(error) => return Err(transport::failure(&error, &peer, &self.shared.options)),
            }
        }
    }

    /// One try: the inner error may be tried again, the outer one is final.
    async fn once(
        &self,
        client: &reqwest::Client,
        url: &Url,
        headers: &HeaderMap,
        request: &HttpRequest,
        peer: &Peer,
    ) -> Result<Result<reqwest::Response, reqwest::Error>, Failure> {
        let method = credentials::method(request.method);
        let progress = Progress::new();
        let mut outgoing = client.request(method, url.clone()).headers(headers.clone());
        let bodiless = matches!(request.method, Method::Get | Method::Delete);
        if !(bodiless && request.body.is_empty()) {
            let body = RopeBody::new(&request.body, progress.clone());
            outgoing = outgoing.body(reqwest::Body::wrap(body));
        }
        let limit = self.shared.options.first_byte_timeout;
        match progress.within(limit, outgoing.send()).await {
            Some(outcome) => Ok(outcome),
            None => Err(transport::no_first_byte(peer, limit)),
        }
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Client").field("options", &self.shared.options).finish()
    }
}

/// A request's address and headers, without credentials.
fn plain(endpoint: &Endpoint, request: &HttpRequest) -> Result<(Url, HeaderMap), Failure> {
    let url = endpoint.address(&request.path)?;
    let headers = headers::outgoing(&endpoint.plugin, &request.headers, &endpoint.headers)?;
    Ok((url, headers))
}

/// Payloads that are sent as they came are the provider's to judge; one that is decoded on its
/// way must not break off there.
fn check_payloads(body: &[Segment]) -> Result<(), Failure> {
    let as_it_came = |segment: &Segment| {
        matches!(segment, Segment::Bytes(_) | Segment::Blob(_, Encoding::Base64))
    };
    if body.iter().all(as_it_came) {
        return Ok(());
    }
    rope::validate(body).map_err(|error| Failure::invalid(error.to_string()))
}

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

fn builder(options: &Options, tls: rustls::ClientConfig) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(options.connect_timeout)
        .connector_layer(MarkFresh)
        .pool_idle_timeout(options.pool_idle_timeout)
        .pool_max_idle_per_host(options.pool_idle_per_host)
        .tcp_nodelay(true)
        .tcp_keepalive(Duration::from_secs(60))
        .http2_initial_stream_window_size(STREAM_WINDOW)
        .http2_initial_connection_window_size(CONNECTION_WINDOW)
        .http2_keep_alive_interval(Duration::from_secs(30))
        .http2_keep_alive_timeout(Duration::from_secs(20))
}

/// TLS by ring, with the platform's trust. A machine without certificates still reaches plain
/// addresses; what is then encrypted fails with a hint.
fn tls(options: &Options) -> Result<rustls::ClientConfig, SetupError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let extra = options.extra_roots.iter().cloned().map(CertificateDer::from);
    let config = rustls::ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?;
    let mut config = match rustls_platform_verifier::Verifier::new_with_extra_roots(extra, provider)
    {
        Ok(verifier) => config
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth(),
        Err(error) => {
            tracing::warn!(
                "no certificates to check servers with ({error}): https will fail; install the \
                 system's CA certificates, or name a file of them in SSL_CERT_FILE"
            );
            config.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
