use clasp_upstream::AnswerBody;

use crate::vendor::{Connection, Vendor, client, post, within};

#[tokio::test]
async fn a12_leaving_before_the_head_closes_the_connection() {
    let vendor = Vendor::start().await;
    let (client, endpoint, request) = (client(), vendor.endpoint(), post("/x", "{}"));
    let mut sending = Box::pin(client.send(&endpoint, &request));
    let connection = tokio::select! {
        _ = &mut sending => panic!("nothing was answered"),
        connection = async {
            let mut connection = vendor.accept().await;
            connection.request().await;
            connection
        } => connection,
    };
    drop(sending);
    connection.closed().await;
}

#[tokio::test]
async fn a12_leaving_in_mid_answer_closes_the_connection() {
    for head in ["content-length: 1000", "transfer-encoding: chunked"] {
        let (body, connection) = answering(head).await;
        drop(body);
        connection.closed().await;
    }
}

#[tokio::test]
async fn a12_leaving_while_waiting_for_more_closes_the_connection() {
    let (mut body, connection) = answering("transfer-encoding: chunked").await;
    let mut waiting = Box::pin(body.chunk());
    tokio::select! {
        biased;
        _ = &mut waiting => panic!("nothing was written"),
        () = tokio::task::yield_now() => {}
    }
    drop(waiting);
    drop(body);
    connection.closed().await;
}

async fn answering(head: &str) -> (AnswerBody, Connection) {
    let vendor = Vendor::start().await;
    let (client, endpoint, request) = (client(), vendor.endpoint(), post("/x", "{}"));
    let (answer, connection) = tokio::join!(
        client.send(&endpoint, &request),
        within(async {
            let mut connection = vendor.accept().await;
            connection.request().await;
            connection.write(&format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n5\r\nhello\r\n")).await;
            connection
        })
    );
    let mut body = answer.unwrap().body;
    assert!(body.chunk().await.unwrap().is_some());
    (body, connection)
}
