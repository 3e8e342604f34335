use clasp_model::FailureKind;

use crate::vendor::{Vendor, client, post, within};

#[tokio::test]
async fn a_connection_is_used_again() {
    let vendor = Vendor::start().await;
    let (client, endpoint, request) = (client(), vendor.endpoint(), post("/x", "{}"));
    let serving = async {
        let mut connection = vendor.accept().await;
        for text in ["one", "two"] {
            connection.request().await;
            connection.answer(text).await;
        }
    };
    let asking = async {
        for text in ["one", "two"] {
            let answer = client.send(&endpoint, &request).await.unwrap();
            assert_eq!(answer.body.collect(10).await.unwrap(), text);
        }
    };
    tokio::join!(within(serving), within(asking));
}

#[tokio::test]
async fn a_pooled_connection_that_closes_is_replaced_once_with_the_whole_body() {
    for reset in [false, true] {
        let vendor = Vendor::start().await;
        let (client, endpoint, request) = (client(), vendor.endpoint(), post("/x", "{\"a\":1}"));
        let serving = async {
            let mut connection = vendor.accept().await;
            connection.request().await;
            connection.answer("one").await;
            // The second request is read on the first connection, and not answered there.
            connection.request().await;
            match reset {
                true => connection.reset(),
                false => drop(connection),
            }
            let mut connection = vendor.accept().await;
            let received = connection.request().await;
            connection.answer("two").await;
            received.body
        };
        let asking = async {
            for text in ["one", "two"] {
                let answer = client.send(&endpoint, &request).await.unwrap();
                assert_eq!(answer.body.collect(10).await.unwrap(), text);
            }
        };
        let (body, ()) = tokio::join!(within(serving), within(asking));
        assert_eq!(body, b"{\"a\":1}");
    }
}

#[tokio::test]
async fn d03_a_fresh_connection_that_closes_is_a_failure_at_once() {
    let vendor = Vendor::start().await;
    let (client, endpoint, request) = (client(), vendor.endpoint(), post("/x", "{}"));
    let serving = async {
        for _ in 0..2 {
            let mut connection = vendor.accept().await;
            connection.request().await;
        }
    };
    let asking = async {
        for _ in 0..2 {
            let failure = client.send(&endpoint, &request).await.unwrap_err();
            assert_eq!(failure.kind, FailureKind::ProviderError);
            assert_eq!(failure.code.as_deref(), Some("reset"));
            let expected =
                format!("{} closed the connection before it answered", vendor.authority());
            assert_eq!(failure.message, expected);
        }
    };
    // Two requests, two connections: a hidden second try would leave one of them waiting.
    tokio::join!(within(serving), within(asking));
}
