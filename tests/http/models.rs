//! The lists of models: in both shapes, with what providers list themselves (rules C8, D6).

use clasp_tests::support::clasp::{KEY, MODEL, Setup};
use clasp_tests::support::client::{Answer as Whole, Client, ask, with};
use clasp_tests::support::pair;
use clasp_tests::support::upstream::{Answer, Recorded, Vendor};
use serde_json::{Value, json};

const ANTHROPIC: &str = "anthropic-version: 2023-06-01\r\nx-api-key: client-key\r\n";
const CLAUDE_CODE: &str = "anthropic-version: 2023-06-01\r\nuser-agent: claude-code/2.1.329\r\n";

async fn get(client: &Client, path: &str, headers: &str) -> Whole {
    let mut connection = client.connect().await;
    let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\n{headers}\r\n");
    connection.write(request.as_bytes()).await;
    connection.answer(false).await
}

fn ids(list: &Value) -> Vec<String> {
    let data = list["data"].as_array().unwrap();
    data.iter().map(|model| model["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn e_who_sends_a_version_gets_anthropic_s_shape() {
    let (_vendor, clasp) = pair().await;
    let client = clasp.client();
    let list = get(&client, "/v1/models?limit=1000", ANTHROPIC).await.json();
    let models = list["data"].as_array().unwrap();
    assert!(!models.is_empty());
    for model in models {
        assert_eq!(model["type"], "model", "{model}");
        for member in ["id", "display_name", "created_at"] {
            assert!(model[member].as_str().is_some_and(|text| !text.is_empty()), "{model}");
        }
    }
    assert_eq!(list["has_more"], false);
    assert_eq!(list["first_id"], models[0]["id"]);
    assert_eq!(list["last_id"], models[models.len() - 1]["id"]);
    let id = models[0]["id"].as_str().unwrap();
    let one = get(&client, &format!("/v1/models/{id}"), ANTHROPIC).await.json();
    assert_eq!(one["id"], models[0]["id"]);
    let wrong = get(&client, "/v1/models/gpt-4.11", ANTHROPIC).await.error(404);
    let message = wrong["message"].as_str().unwrap();
    assert!(message.contains("did you mean") && message.contains(MODEL), "{message}");
}

#[tokio::test]
async fn e_everybody_else_gets_openai_s_shape() {
    let (_vendor, clasp) = pair().await;
    let client = clasp.client();
    let list = get(&client, "/v1/models", "authorization: Bearer client-key\r\n").await.json();
    assert_eq!(list["object"], "list");
    for model in list["data"].as_array().unwrap() {
        assert_eq!(model["object"], "model", "{model}");
        assert!(model["created"].is_u64() && model["owned_by"].is_string(), "{model}");
    }
    let one = get(&client, &format!("/v1/models/{MODEL}"), "").await.json();
    assert_eq!((&one["id"], &one["object"]), (&json!(MODEL), &json!("model")));
}

#[tokio::test]
async fn e_a_limit_pages_through_the_models() {
    let (_vendor, clasp) = pair().await;
    let client = clasp.client();
    let all = ids(&get(&client, "/v1/models?limit=1000", ANTHROPIC).await.json());
    let mut paged = Vec::new();
    loop {
        let after = paged.last().map(|id| format!("&after_id={id}")).unwrap_or_default();
        let page = get(&client, &format!("/v1/models?limit=1{after}"), ANTHROPIC).await.json();
        assert!(ids(&page).len() <= 1);
        paged.extend(ids(&page));
        if page["has_more"] != true {
            break;
        }
        assert!(paged.len() < all.len(), "has_more on the last page");
    }
    assert_eq!(paged, all);
}

#[tokio::test]
async fn d06_claude_code_s_picker_gets_names_that_it_shows() {
    let (vendor, clasp) = pair().await;
    let client = clasp.client();
    let shown = ids(&get(&client, "/v1/models?limit=1000", CLAUDE_CODE).await.json());
    let name = shown.iter().find(|id| id.starts_with("claude/") && id.ends_with("/gpt-scripted"));
    let name = name.unwrap_or_else(|| panic!("{shown:?}"));
    client.messages(&with(ask("x"), "model", name.as_str())).await.message();
    assert_eq!(vendor.requests().pop().unwrap().body["model"], "gpt-scripted");
}

/// A provider whose models only it knows.
async fn ollama(list: Answer) -> (Vendor, clasp_tests::support::clasp::Clasp) {
    let vendor = Vendor::start().await;
    vendor.lenient().choose(move |request: &Recorded, _| match request.path.as_str() {
        "/api/tags" => list.clone(),
        _ => Answer::json(
            200,
            &json!({"model": "qwen3", "message": {"role": "assistant", "content": "hello"},
                "done": true, "done_reason": "stop", "prompt_eval_count": 3, "eval_count": 1}),
        ),
    });
    let clasp = Setup::bare()
        .env("PROVIDER", "ollama")
        .env("OLLAMA_BASE_URL", &format!("http://{}", vendor.address()))
        .env("OLLAMA_API_KEY", KEY)
        .env("CLASP_MODEL", "qwen3")
        .start()
        .await;
    (vendor, clasp)
}

fn thinking() -> Value {
    let body = with(ask("x"), "max_tokens", 4000);
    with(body, "thinking", json!({"type": "enabled", "budget_tokens": 2000}))
}

#[tokio::test]
async fn c08_what_the_provider_tells_of_a_model_counts_from_the_first_request_on() {
    let (vendor, clasp) = ollama(Answer::json(
        200,
        &json!({"models": [{"name": "qwen3:latest", "model": "qwen3:latest",
            "capabilities": ["completion", "tools", "thinking"],
            "details": {"context_length": 40960}}]}),
    ))
    .await;
    let client = clasp.client();
    for _ in 0..2 {
        client.messages(&thinking()).await.message();
    }
    let requests = vendor.requests();
    let lists = requests.iter().filter(|request| request.path == "/api/tags").count();
    assert_eq!((lists, requests.len()), (1, 3), "the list is asked for once");
    for request in requests.iter().filter(|request| request.path == "/api/chat") {
        assert_eq!(request.body["think"], true, "{}", request.body);
    }
    let listed = ids(&get(&client, "/v1/models", "").await.json());
    assert!(listed.contains(&"qwen3:latest".to_owned()), "{listed:?}");
}

#[tokio::test]
async fn c08_a_provider_that_cannot_list_is_asked_all_the_same() {
    for list in [
        Answer::json(500, &json!({"error": "no"})),
        Answer::body(200, "text/html", "<html>"),
        Answer::reset(),
    ] {
        let (vendor, clasp) = ollama(list).await;
        let client = clasp.client();
        assert_eq!(client.messages(&thinking()).await.message().text(), "hello");
        let request = vendor.requests().pop().unwrap();
        assert_eq!((request.path.as_str(), request.body.get("think")), ("/api/chat", None));
        let listed = ids(&get(&client, "/v1/models", "").await.json());
        assert!(listed.contains(&"qwen3".to_owned()), "{listed:?}");
    }
}
