use super::*;

#[test]
fn paths() {
    let limits = Limits::default();
    for fine in ["/", "/v1/chat", "/v1?a=b/../c", "/a..b/...", "/models/x:generate?alt=sse"] {
        path(fine, &limits).unwrap();
    }
    for wrong in ["", "v1", "//a/../b", "/.", "/a/%2e", "/é", "/a#b", "/a\\b", "/a\0"] {
        path(wrong, &limits).expect_err(wrong);
    }
}

#[test]
fn texts_are_cut_between_characters() {
    let mut text = "aéé".to_owned();
    cut(&mut text, 2);
    assert_eq!(text, "a…");
}
