use clasp_model::{Event, Failure, FailureKind, FinishReason, Json, Source, ToolCallDelta};

use super::check;

fn end() -> Event {
    Event::Finished(FinishReason::EndTurn)
}

#[test]
fn good_events_make_good_answers_in_every_dialect() {
    let call = ToolCallDelta {
        id: Some("call_1".into()),
        name: Some("get_weather".into()),
        arguments: "{}".into(),
        ..ToolCallDelta::default()
    };
    for events in [
        vec![end()],
        vec![Event::Thinking("hm".into()), Event::Text("a".into()), end()],
        vec![Event::Text("a".into()), Event::ToolCall(call), end()],
        vec![Event::Text("cut".into())],
        vec![Event::Failed(Failure::new(FailureKind::Overloaded, Source::Vendor, "busy"))],
    ] {
        assert_eq!(check(&events), Vec::<String>::new(), "{events:?}");
    }
}

#[test]
fn a_fault_names_the_dialect_and_the_event() {
    let block = Json::from_checked(r#"{"type":"unheard_of"}"#.into());
    let found = check(&[Event::Text("a".into()), Event::Block(block), end()]);
    assert_eq!(found.len(), 2, "{found:#?}");
    let whose = ["Anthropic Messages, streamed: events[1], block: ", "Anthropic Messages, plain: "];
    for (fault, whose) in found.iter().zip(whose) {
        assert!(fault.starts_with(whose) && fault.contains("unheard_of"), "{fault}");
    }
}
