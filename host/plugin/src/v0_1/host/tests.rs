use super::*;

#[test]
fn a_log_line_is_one_line_of_bounded_length() {
    assert_eq!(clean("a\r\nb\u{1b}[0m", 100), "a  b [0m");
    assert_eq!(clean("aéé", 2), "a…");
}

#[test]
fn ranges_of_a_payload() {
    let blob = |base64: &str| Blob { media_type: String::new(), base64: base64.into() };
    let bytes = b"ABCDEFG";
    for padded in ["QUJDREVGRw==", "QUJDREVGRw"] {
        for offset in 0..9 {
            for len in [0, 1, 2, 3, 4, 100] {
                let end = (offset + len).min(bytes.len());
                let expected = bytes.get(offset..end).unwrap_or_default();
                let range = range(&blob(padded), offset as u64, len as u64);
                assert_eq!(range.as_deref(), Some(expected), "{offset}+{len}");
            }
        }
    }
    assert_eq!(range(&blob("QU*D"), 0, 3), None);
    assert_eq!(range(&blob("QUJD"), u64::MAX, u64::MAX), Some(Vec::new()));
}
