#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use clasp_model::{Blob, Encoding, Segment};
use http_body::Body as _;
use tokio::time::{Instant, advance, sleep};

use super::{Progress, RopeBody, SLICE_BYTES};

fn frames(mut body: RopeBody) -> Vec<Bytes> {
    let mut context = Context::from_waker(Waker::noop());
    let mut frames = Vec::new();
    while let Poll::Ready(Some(frame)) = Pin::new(&mut body).poll_frame(&mut context) {
        frames.push(frame.unwrap().into_data().unwrap());
    }
    assert!(body.is_end_stream());
    assert_eq!(body.size_hint().exact(), Some(0));
    frames
}

#[tokio::test]
async fn pieces_go_out_without_a_copy_and_as_often_as_asked() {
    let own = Bytes::from_static(b"{\"image\":\"");
    let base64 = "aGVsbG8=".to_owned();
    let blob = Blob { media_type: "image/png".into(), base64: base64.into() };
    let segments = [
        Segment::Bytes(own.clone()),
        Segment::Blob(blob.clone(), Encoding::Base64),
        Segment::Blob(blob.clone(), Encoding::Identity),
        Segment::Bytes(Bytes::new()),
    ];
    for _ in 0..2 {
        let body = RopeBody::new(&segments, Progress::new());
        assert_eq!(body.size_hint().exact(), Some(23));
        let frames = frames(body);
        assert_eq!(frames.concat(), b"{\"image\":\"aGVsbG8=hello");
        assert_eq!(frames[0].as_ptr(), own.as_ptr());
        assert_eq!(frames[1].as_ptr(), blob.base64.as_bytes().as_ptr());
    }
}

#[tokio::test]
async fn a_large_piece_is_handed_out_in_slices() {
    let large = Bytes::from(vec![7; 2 * SLICE_BYTES + 1]);
    let frames = frames(RopeBody::new(&[Segment::Bytes(large.clone())], Progress::new()));
    let lengths: Vec<usize> = frames.iter().map(Bytes::len).collect();
    assert_eq!(lengths, [SLICE_BYTES, SLICE_BYTES, 1]);
    assert_eq!(frames[1].as_ptr(), large[SLICE_BYTES..].as_ptr());
}

#[tokio::test(start_paused = true)]
async fn the_wait_counts_from_the_last_progress() {
    let limit = Duration::from_secs(10);
    let begun = Instant::now();
    let progress = Progress::new();
    let waiting = progress.clone();
    let sending = async {
        for _ in 0..3 {
            sleep(Duration::from_secs(8)).await;
            progress.made();
        }
        std::future::pending::<()>().await;
    };
    assert!(waiting.within(limit, sending).await.is_none());
    assert_eq!(begun.elapsed(), Duration::from_secs(34));
    advance(limit).await;
    let quick = Progress::new();
    assert_eq!(quick.within(limit, sleep(Duration::from_secs(9))).await, Some(()));
    assert_eq!(quick.within(Duration::MAX, async { 1 }).await, Some(1));
}
