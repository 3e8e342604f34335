//! What goes in and comes out of well-behaved calls.

use clasp_model::{
    Blob, Dialect, Encoding, Event, FailureKind, Frame, Framing, HttpResponse, Media, MediaKind,
    MediaSource, Message, Part, Request, Retry, Role, Segment, Source, Target, Text, Thinking,
};

use super::guests::{limits, plugin, request, target};

fn said(parts: Vec<Part>) -> Request {
    let message = Message { role: Role::User, parts, extra: Vec::new() };
    Request { messages: vec![message], ..request() }
}

fn payload(base64: &str) -> Part {
    Part::Media(Media {
        kind: MediaKind::Image,
        source: MediaSource::Blob(Blob {
            media_type: "image/png".to_owned(),
            base64: base64.into(),
        }),
        title: None,
        cache: None,
        extra: Vec::new(),
    })
}

fn frame(data: &str) -> Frame {
    Frame { name: None, data: data.to_owned() }
}

fn body(segments: &[Segment]) -> String {
    match segments {
        [Segment::Bytes(bytes)] => String::from_utf8(bytes.to_vec()).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn f02_each_exchange_has_an_instance_of_its_own() {
    let plugin = plugin(limits());
    for _ in 0..2 {
        let mut exchange = plugin.exchange(&target(""), b"state").await.unwrap();
        assert_eq!(exchange.accept(200, &[]).await.unwrap(), Framing::ServerSentEvents);
        assert_eq!(exchange.accept(204, &[]).await.unwrap(), Framing::Whole);
        let events = exchange.feed(vec![frame("a"), frame("b")]).await.unwrap();
        let text = |text: &str| Event::Text(text.to_owned());
        assert_eq!(events, [text("0.0.1 state 1 a"), text("0.0.1 state 1 b")]);
        let events = exchange.feed(vec![frame("c")]).await.unwrap();
        assert_eq!(events, [text("0.0.1 state 2 c")]);
        assert_eq!(exchange.end().await.unwrap(), [text("0.0.1 end")]);
    }
}

#[tokio::test]
async fn a_rejected_answer_is_the_vendors_failure() {
    let plugin = plugin(limits());
    let mut exchange = plugin.exchange(&target(""), b"").await.unwrap();
    let response = HttpResponse { status: 429, headers: Vec::new(), body: "slowly".into() };
    let failure = exchange.reject(&response).await.unwrap();
    assert_eq!(failure.message, "slowly");
    assert_eq!((failure.kind, failure.source), (FailureKind::RateLimited, Source::Vendor));
    assert_eq!(failure.retry, Retry::After(1500));
    assert_eq!(failure.code.as_deref(), Some("rate"));
}

#[tokio::test]
async fn a_refused_request_is_the_clients_affair() {
    let failure = plugin(limits()).begin(&target("refuse"), &request()).await.unwrap_err();
    assert_eq!((failure.kind, failure.source), (FailureKind::Unsupported, Source::Client));
    assert_eq!(failure.message, "no documents");
}

#[tokio::test]
async fn c10_state_is_tagged_on_its_way_out() {
    let plugin = plugin(limits());
    let mut exchange = plugin.exchange(&target("feed-state"), b"").await.unwrap();
    let events = exchange.feed(vec![frame("x")]).await.unwrap();
    let [Event::State(state), Event::RedactedThinking(hidden), Event::ToolCall(call)] = &events[..]
    else {
        panic!("{events:?}");
    };
    assert_eq!(state, "clasp1:hostile-1:secret");
    assert_eq!(hidden, "clasp1:hostile-1:hidden");
    assert_eq!(call.state.as_deref(), Some("clasp1:hostile-1:signature"));
}

#[tokio::test]
async fn c10_another_plugins_state_is_not_sent_on() {
    let plugin = plugin(limits());
    let thought = |state: &str| {
        Part::Thinking(Thinking { text: "hm".into(), state: Some(state.into()), redacted: false })
    };
    let text = Part::Text(Text {
        text: "x".into(),
        state: Some("clasp1:hostile-1:b:c".into()),
        ..Text::default()
    });
    let mut request = said(vec![
        thought("clasp1:hostile-1:a"),
        text,
        thought("clasp1:openai:x"),
        thought("clasp2:hostile-1:x"),
        thought("untagged"),
    ]);
    let begun = plugin.begin(&target("states"), &request).await.unwrap();
    assert_eq!(body(&begun.http.body), "a\nb:c\nnone\nnone\nnone");

    // The guest's provider speaks this dialect itself.
    request.dialect = Dialect::OpenaiChat;
    let begun = plugin.begin(&target("states"), &request).await.unwrap();
    assert_eq!(body(&begun.http.body), "a\nb:c\nnone\nnone\nuntagged");
}

#[tokio::test]
async fn c10_providers_of_one_plugin_do_not_share_state() {
    let plugin = plugin(limits());
    let groq = Target { provider: "groq".into(), ..target("feed-state") };
    let mut exchange = plugin.exchange(&groq, b"").await.unwrap();
    let events = exchange.feed(vec![frame("x")]).await.unwrap();
    assert!(events.contains(&Event::State("clasp1:hostile-1/groq:secret".into())), "{events:?}");

    let thought = |state: &str| {
        Part::Thinking(Thinking { text: "hm".into(), state: Some(state.into()), redacted: false })
    };
    let request = said(vec![thought("clasp1:hostile-1/groq:a"), thought("clasp1:hostile-1:b")]);
    let groq = Target { provider: "groq".into(), ..target("states") };
    let begun = plugin.begin(&groq, &request).await.unwrap();
    assert_eq!(body(&begun.http.body), "a\nnone");
    let own = Target { provider: "hostile-1".into(), ..target("states") };
    let begun = plugin.begin(&own, &request).await.unwrap();
    assert_eq!(body(&begun.http.body), "none\nb");
}

#[tokio::test]
async fn payloads_stay_in_the_host() {
    let plugin = plugin(limits());
    let request = said(vec![payload("QUJD"), payload("REVG")]);
    let begun = plugin.begin(&target("sources"), &request).await.unwrap();
    let [Segment::Blob(first, Encoding::Base64), Segment::Blob(second, _)] = &begun.http.body[..]
    else {
        panic!("{:?}", begun.http.body);
    };
    assert_eq!((&*first.base64, &*second.base64), ("QUJD", "REVG"));
}

#[tokio::test]
async fn payloads_can_be_read() {
    let plugin = plugin(limits());
    let request = said(vec![payload("QUJDREVGRw==")]);
    for (range, expected) in [
        ("0+100", "ABCDEFG"),
        ("0+3", "ABC"),
        ("1+1", "B"),
        ("2+3", "CDE"),
        ("6+1", "G"),
        ("7+1", ""),
    ] {
        let begun = plugin.begin(&target(&format!("read:{range}")), &request).await.unwrap();
        assert_eq!(body(&begun.http.body), expected, "{range}");
    }
    let broken = said(vec![payload("QU!DREVG")]);
    let failure = plugin.begin(&target("read:0+1"), &broken).await.unwrap_err();
    assert_eq!((failure.kind, failure.source), (FailureKind::InvalidRequest, Source::Client));
}

#[tokio::test]
async fn models_and_tokens_are_offered() {
    let plugin = plugin(limits());
    assert!(plugin.offers_models() && plugin.offers_tokens());
    let known = plugin.known_models().await.unwrap();
    assert_eq!(known[0].context_window, Some(1000));
    let list = plugin.list_models(&target("")).await.unwrap().unwrap();
    assert_eq!(list.path, "/v1/models");
    let failure = plugin.list_models(&target("evil")).await.unwrap_err();
    assert!(failure.message.contains("must begin with `/`"), "{failure}");
    let answer = |status| HttpResponse { status, headers: Vec::new(), body: "{}".into() };
    assert_eq!(plugin.parse_models(&answer(200)).await.unwrap(), known);
    let failure = plugin.parse_models(&answer(500)).await.unwrap_err();
    assert_eq!(failure.source, Source::Vendor);
    assert_eq!(plugin.count_tokens(&target(""), &request()).await.unwrap(), None);
    assert_eq!(plugin.parse_count(&answer(200)).await.unwrap(), 2);
}
