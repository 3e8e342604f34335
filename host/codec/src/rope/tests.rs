#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use bytes::Bytes;
use clasp_model::{Blob, Encoding, Segment};
use proptest::prelude::*;

use super::{chunks, len, validate};

fn blob(base64: impl Into<String>) -> Blob {
    Blob { media_type: "image/png".into(), base64: base64.into().into() }
}

fn collect(segments: &[Segment]) -> Vec<u8> {
    chunks(segments).flat_map(Result::unwrap).collect()
}

#[test]
fn base64_is_spliced_in_without_a_copy() {
    let blob = blob(STANDARD.encode(vec![7; 500_000]));
    let segments = [
        Segment::Bytes(Bytes::from_static(b"{\"data\":\"")),
        Segment::Blob(blob.clone(), Encoding::Base64),
        Segment::Bytes(Bytes::new()),
        Segment::Bytes(Bytes::from_static(b"\"}")),
    ];
    let pieces: Vec<Bytes> = chunks(&segments).map(Result::unwrap).collect();
    assert_eq!(pieces.len(), 3);
    assert_eq!(pieces[1].as_ptr(), blob.base64.as_ptr());
    assert_eq!(len(&segments), pieces.iter().map(|piece| piece.len() as u64).sum::<u64>());
}

#[test]
fn faults_are_named_and_final() {
    for (bad, offset) in [
        ("AAAA*AAA".to_owned(), 4),
        ("AAAAA".to_owned(), 5),
        ("AA==AAAA".to_owned(), 2),
        ("A".repeat(65535) + "=AAAA", 65536),
    ] {
        let bad = blob(bad);
        let segments = [
            Segment::Blob(bad.clone(), Encoding::Identity),
            Segment::Bytes(Bytes::from_static(b"x")),
        ];
        let last = chunks(&segments).last().unwrap();
        let error = last.unwrap_err();
        assert_eq!((error.media_type.as_str(), error.offset), ("image/png", offset));
        assert_eq!(validate(&segments), Err(error));
    }
}

proptest! {
    #[test]
    fn payloads_arrive_whole(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        times in 1_usize..800,
        padded: bool,
    ) {
        let bytes = bytes.repeat(times);
        let padding = if padded { STANDARD } else { STANDARD_NO_PAD };
        let blob = blob(padding.encode(&bytes));
        let identity = [Segment::Blob(blob.clone(), Encoding::Identity)];
        prop_assert_eq!(validate(&identity), Ok(()));
        prop_assert_eq!(len(&identity), bytes.len() as u64);
        let again = chunks(&identity);
        let pieces = again.clone();
        prop_assert!(pieces.map(Result::unwrap).all(|piece| (1..=65536).contains(&piece.len())));
        prop_assert_eq!(again.flat_map(Result::unwrap).collect::<Vec<u8>>(), bytes.clone());
        let url = collect(&[Segment::Blob(blob.clone(), Encoding::Base64Url)]);
        prop_assert_eq!(url.len(), blob.base64.len());
        if padded {
            prop_assert_eq!(URL_SAFE.decode(url).unwrap(), bytes);
        }
    }
}
