use super::*;

fn untag(state: &str, takes_untagged: bool) -> Option<&str> {
    States { plugin: "openai", takes_untagged }.untag(state)
}

#[test]
fn c10_only_its_own_state_comes_back() {
    assert_eq!(untag("clasp1:openai:x:y", false), Some("x:y"));
    assert_eq!(untag("clasp1:openai:", false), Some(""));
    for (state, takes) in
        [("clasp1:gemini:x", true), ("clasp1:x", true), ("clasp2:openai:x", true), ("x", false)]
    {
        assert_eq!(untag(state, takes), None, "{state}");
    }
    assert_eq!(untag("signature", true), Some("signature"));
    assert_eq!(untag("claspish", true), Some("claspish"));
}
