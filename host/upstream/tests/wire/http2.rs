use std::sync::Arc;

use clasp_model::{Failure, FailureKind};
use clasp_upstream::{Answer, Client, Endpoint, Options};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;

use crate::vendor::{post, within};

type Connection = h2::server::Connection<TlsStream<TcpStream>, bytes::Bytes>;

/// A server that speaks HTTP/2 over TLS, and a client that trusts it.
struct Secure {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    client: Client,
}

impl Secure {
    async fn start() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let certificate = made.cert.der().clone();
        let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        let provider = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key)
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let extra_roots = vec![certificate.to_vec()];
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
            client: Client::new(Options { extra_roots, ..Options::default() }).unwrap(),
        }
    }

    async fn accept(&self) -> Connection {
        let (stream, _) = within(self.listener.accept()).await.unwrap();
        h2::server::handshake(self.acceptor.accept(stream).await.unwrap()).await.unwrap()
    }

    async fn send(&self, client: &Client) -> Result<Answer, Failure> {
        let port = self.listener.local_addr().unwrap().port();
        let endpoint = Endpoint {
            plugin: "acme".into(),
            base_url: format!("https://localhost:{port}/v1"),
            operator_base_url: true,
            ..Endpoint::default()
        };
        within(client.send(&endpoint, &post("/x", "{\"a\":1}"))).await
    }
}

#[tokio::test]
async fn http2_is_taken_where_offered_and_a12_leaving_resets_the_stream() {
    let secure = Secure::start().await;
    let serving = async {
        let mut connection = secure.accept().await;
        let (request, mut respond) = connection.accept().await.unwrap().unwrap();
        assert_eq!(request.uri().path(), "/v1/x");
        assert_eq!(request.headers()["content-length"], "7");
        let mut stream = respond.send_response(http::Response::new(()), false).unwrap();
        stream.send_data("hello".into(), false).unwrap();
        let reset = std::future::poll_fn(|context| stream.poll_reset(context));
        tokio::select! {
            reason = reset => reason.unwrap(),
            _ = connection.accept() => panic!("the connection should stay open"),
        }
    };
    let asking = async {
        let mut body = secure.send(&secure.client).await.unwrap().body;
        assert_eq!(body.chunk().await.unwrap().unwrap(), "hello");
        drop(body);
    };
    let (reason, ()) = tokio::join!(within(serving), asking);
    assert_eq!(reason, h2::Reason::CANCEL);
}

#[tokio::test]
async fn a_stream_that_was_refused_unread_is_sent_again() {
    let secure = Secure::start().await;
    let serving = async {
        let mut connection = secure.accept().await;
        let (_, mut respond) = connection.accept().await.unwrap().unwrap();
        respond.send_reset(h2::Reason::REFUSED_STREAM);
        let (request, mut respond) = connection.accept().await.unwrap().unwrap();
        let reading = async {
            let body = request.into_body().data().await.unwrap().unwrap();
            assert_eq!(body, "{\"a\":1}");
            respond.send_response(http::Response::new(()), true).unwrap();
        };
        tokio::select! {
            () = reading => {}
            _ = connection.accept() => panic!("one more request"),
        }
        while connection.accept().await.is_some() {}
    };
    let asking = async {
        let answer = secure.send(&secure.client).await.unwrap();
        assert_eq!(answer.body.collect(0).await.unwrap(), "");
    };
    tokio::select! {
        () = within(serving) => panic!("the answer should come first"),
        () = within(asking) => {}
    }
}

#[tokio::test]
async fn a08_a_stream_that_is_reset_in_mid_answer_is_a_failure() {
    let secure = Secure::start().await;
    let serving = async {
        let mut connection = secure.accept().await;
        let (_, mut respond) = connection.accept().await.unwrap().unwrap();
        let mut stream = respond.send_response(http::Response::new(()), false).unwrap();
        stream.send_data("hello".into(), false).unwrap();
        stream.send_reset(h2::Reason::INTERNAL_ERROR);
        while connection.accept().await.is_some() {}
    };
    let asking = async {
        let answer = secure.send(&secure.client).await;
        let failure = match answer {
            Ok(answer) => answer.body.collect(100).await.unwrap_err(),
            Err(failure) => failure,
        };
        assert_eq!(failure.kind, FailureKind::ProviderError, "{failure}");
    };
    tokio::select! {
        () = within(serving) => panic!("the failure should come first"),
        () = within(asking) => {}
    }
}

#[tokio::test]
async fn an_unknown_certificate_is_explained() {
    let secure = Secure::start().await;
    let stranger = Client::new(Options::default()).unwrap();
    let serving = async {
        let (stream, _) = secure.listener.accept().await.unwrap();
        assert!(secure.acceptor.accept(stream).await.is_err());
    };
    let (answer, ()) = tokio::join!(secure.send(&stranger), within(serving));
    let failure = answer.unwrap_err();
    assert_eq!(failure.code.as_deref(), Some("tls"), "{failure}");
    assert!(failure.message.contains("SSL_CERT_FILE"), "{failure}");
    assert!(failure.message.contains("localhost:"), "{failure}");
}
