use super::*;

fn untag<'s>(provider: Option<&str>, state: &'s str, takes_untagged: bool) -> Option<&'s str> {
    let maker = Maker { plugin: "openai", provider };
    States { maker, takes_untagged }.untag(state)
}

#[test]
fn c10_only_its_own_state_comes_back() {
    assert_eq!(untag(None, "clasp1:openai:x:y", false), Some("x:y"));
    assert_eq!(untag(None, "clasp1:openai:", false), Some(""));
    for (state, takes) in [
        ("clasp1:gemini:x", true),
        ("clasp1:x", true),
        ("clasp2:openai:x", true),
        ("clasp1-call:a:clasp1:openai:x", true),
        ("clasp:x", true),
        ("x", false),
    ] {
        assert_eq!(untag(None, state, takes), None, "{state}");
    }
    assert_eq!(untag(None, "signature", true), Some("signature"));
    assert_eq!(untag(None, "claspish", true), Some("claspish"));
}

#[test]
fn c10_providers_of_one_plugin_do_not_share_state() {
    assert_eq!(untag(Some("groq"), "clasp1:openai/groq:x", false), Some("x"));
    for state in ["clasp1:openai:x", "clasp1:openai/xai:x", "clasp1:gemini/groq:x"] {
        assert_eq!(untag(Some("groq"), state, true), None, "{state}");
    }
    for state in ["clasp1:openai/groq:x", "clasp1:openai/:x", "clasp1:openai/openai:x"] {
        assert_eq!(untag(None, state, true), None, "{state}");
    }
}

#[test]
fn c10_state_inside_a_whole_block_is_tagged() {
    let block = |text: &str| Event::Block(Json::from_checked(text.to_owned().into()));
    let mut events = vec![
        block(r#"{"type":"thinking","thinking":"","signature":"s"}"#),
        block(r#"{"type":"redacted_thinking","data":"d"}"#),
        block(r#"{"type":"web_search_tool_result","data":"x"}"#),
    ];
    tag("bedrock", &mut events);
    let texts: Vec<&str> = events
        .iter()
        .map(|event| match event {
            Event::Block(block) => block.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        texts,
        [
            r#"{"type":"thinking","thinking":"","signature":"clasp1:bedrock:s"}"#,
            r#"{"type":"redacted_thinking","data":"clasp1:bedrock:d"}"#,
            r#"{"type":"web_search_tool_result","data":"x"}"#,
        ]
    );
}
