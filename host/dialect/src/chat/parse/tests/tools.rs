//! Tools and which of them to call.

use clasp_model::ToolChoice;
use serde_json::{Value, json};

use super::{extra, parsed, read, request, shown};

fn function(name: &str) -> Value {
    json!({"type": "function", "function": {"name": name, "parameters": {"type": "object"}}})
}

#[test]
fn functions_are_tools() {
    let parameters = json!({"type": "object", "properties": {"b": {}, "a": {}}});
    let weather = json!({
        "name": "get_weather", "description": "Get it.", "parameters": parameters, "strict": true,
    });
    let tools = parsed(json!({"tools": [
        {"type": "function", "function": weather, "cache_control": {"type": "ephemeral"}},
        {"type": "function", "function": {"name": "now", "strict": null, "x": 1}},
    ]}))
    .tools;
    let mut first = weather.clone();
    first["cache"] = json!({"ttl": null});
    let second = json!({
        "name": "now", "parameters": {"type": "object", "properties": {}},
        "extra": [{"name": "x", "value": 1}],
    });
    let expected =
        json!([{"type": "function", "value": first}, {"type": "function", "value": second}]);
    assert_eq!(shown(tools), expected);
}

#[test]
fn custom_tools_are_functions_of_one_text() {
    let grammar = json!({"syntax": "lark", "definition": "start: \"a\""});
    let (request, echo) = read(&request(json!({"tools": [
        function("f"),
        {"type": "custom", "custom": {"name": "code", "description": "Run it."}},
        {"type": "custom", "custom": {"name": "patch", "format": {"type": "grammar", "grammar": grammar}}},
        {"type": "custom", "custom": {"name": "say", "format": {"type": "text"}}},
    ]})));
    assert_eq!(echo.custom_tools, ["code", "patch", "say"]);
    let tools = shown(request.tools);
    let about = |index: usize| tools[index]["value"]["description"].as_str().unwrap();
    let plain = "The tool takes plain text: put all of it into `input`, as it is.";
    assert_eq!(about(1), format!("Run it.\n\n{plain}"));
    assert_eq!(about(2), format!("{plain} It must match this lark grammar:\nstart: \"a\""));
    assert_eq!(about(3), plain);
    let parameters = &tools[3]["value"]["parameters"];
    assert_eq!(parameters["required"], json!(["input"]));
    assert_eq!(parameters["properties"]["input"]["type"], "string");
}

#[test]
fn c13_other_tools_are_the_providers() {
    let search = json!({"type": "web_search", "filters": {"allowed_domains": ["a.example"]}});
    let tools = shown(parsed(json!({ "tools": [search] })).tools);
    let hosted = json!({"kind": "web_search", "name": "", "config": search});
    assert_eq!(tools, json!([{"type": "hosted", "value": hosted}]));
}

#[test]
fn web_search_options_are_a_tool() {
    let place = json!({"city": "London", "country": "GB"});
    let options = json!({
        "search_context_size": "low",
        "user_location": {"type": "approximate", "approximate": place},
    });
    let request = parsed(json!({"web_search_options": options}));
    let config = json!({
        "type": "web_search", "search_context_size": "low",
        "user_location": {"type": "approximate", "city": "London", "country": "GB"},
    });
    let hosted = json!({"kind": "web_search", "name": "web_search", "config": config});
    assert_eq!(shown(&request.tools), json!([{"type": "hosted", "value": hosted}]));
    assert_eq!(extra(&request), json!({ "web_search_options": options }));
    let plain = shown(parsed(json!({"web_search_options": {}})).tools);
    assert_eq!(plain[0]["value"]["config"], json!({"type": "web_search"}));
    assert!(parsed(json!({"web_search_options": null})).tools.is_empty());
}

#[test]
fn c06_choices() {
    let choice = |choice: Value| {
        parsed(json!({"tools": [function("f")], "tool_choice": choice})).tool_choice
    };
    assert_eq!(choice(json!("none")), Some(ToolChoice::None));
    assert_eq!(choice(json!("auto")), Some(ToolChoice::Auto));
    assert_eq!(choice(json!("required")), Some(ToolChoice::Any));
    assert_eq!(choice(Value::Null), None);
    let named = Some(ToolChoice::Named("f".into()));
    assert_eq!(choice(json!({"type": "function", "function": {"name": "f"}})), named);
    assert_eq!(choice(json!({"custom": {"name": "f"}, "type": "custom"})), named);
    assert_eq!(parsed(json!({"parallel_tool_calls": false})).parallel_tools, Some(false));
    assert_eq!(parsed(json!({})).parallel_tools, None);
}

#[test]
fn only_allowed_tools_are_offered() {
    let tools = json!([
        function("f"), function("g"), {"type": "custom", "custom": {"name": "code"}},
        {"type": "web_search"}, {"type": "file_search"},
    ]);
    let allowed = json!([
        {"type": "function", "function": {"name": "g"}}, {"type": "web_search"},
        {"type": "function", "name": "h"},
    ]);
    let choice = |mode: &str| json!({"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": allowed}});
    let all = |mode: &str| read(&request(json!({"tools": tools, "tool_choice": choice(mode)})));
    let (required, echo) = all("required");
    let names: Vec<Value> = shown(&required.tools)
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["value"].get("kind").unwrap_or(&tool["value"]["name"]).clone())
        .collect();
    assert_eq!(names, ["g", "web_search"]);
    assert_eq!(required.tool_choice, Some(ToolChoice::Any));
    assert!(echo.custom_tools.is_empty());
    assert_eq!(all("auto").0.tool_choice, Some(ToolChoice::Auto));
}

#[test]
fn the_older_form() {
    let functions = json!([{"name": "f", "description": "d", "parameters": {"type": "object"}}]);
    let (request, echo) =
        read(&request(json!({"functions": functions, "function_call": {"name": "f"}})));
    assert!(echo.functions);
    assert_eq!(request.parallel_tools, Some(false));
    assert_eq!(request.tool_choice, Some(ToolChoice::Named("f".into())));
    let tool = json!({"name": "f", "description": "d", "parameters": {"type": "object"}});
    assert_eq!(shown(request.tools), json!([{"type": "function", "value": tool}]));
    let choice = |word: &str| parsed(json!({"functions": functions, "function_call": word}));
    assert_eq!(choice("auto").tool_choice, Some(ToolChoice::Auto));
    assert_eq!(choice("none").tool_choice, Some(ToolChoice::None));
}
