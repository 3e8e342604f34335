//! Plays for real clients: which answer comes is told by a marker in the user's text.
//!
//! `{{play NAME key=value …}}`. The scene is found by counting the tool results after the marker,
//! so a play needs no memory. Keys for every play: `fault` and `times` with an `id` of its own
//! (how often the fault comes), `scene` (where it comes; 0), `pieces` (characters a chunk),
//! `writes` (bytes a write), `dir` (the client's working directory).

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::{Answer, Break, Chat, Layout, Point, Recorded};

/// Text that is easily damaged on the way.
pub const LETTERS: &str =
    "h\u{e9}llo \u{2713} \u{65e5}\u{672c}\u{8a9e} \u{1f980} \"quoted\" back\\slash\ttab\n</tag>\n";

/// What `a.txt` holds before the play `session`.
pub const BEFORE: &str = "first line\nold-word stands here\nlast line\n";

struct Marker {
    name: String,
    keys: BTreeMap<String, String>,
}

/// One answer of a play.
#[derive(Default)]
struct Scene {
    thinking: &'static str,
    text: String,
    calls: Vec<(&'static str, Value)>,
    /// What the results of the scene before must contain.
    expects: Vec<String>,
    /// A picture must have come with them.
    expects_picture: bool,
}

/// What the conversation after the marker holds.
#[derive(Default)]
struct Story {
    calls: Vec<(String, Value)>,
    results: Vec<String>,
    pictures: usize,
}

/// Chooses the answers; keeps only how often a fault has come, and how many answers.
#[derive(Debug, Default)]
pub struct Stage {
    faults: Mutex<HashMap<String, usize>>,
    answers: AtomicUsize,
}

impl Stage {
    /// The answer to a request, and what is wrong with the request.
    pub fn answer(&self, request: &Recorded) -> (Answer, Vec<String>) {
        let tools: Vec<&str> = request.body["tools"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|tool| tool["function"]["name"].as_str())
            .collect();
        let Some((marker, story)) = read(&request.body["messages"]) else {
            return (aside(&request.body), Vec::new());
        };
        let scenes = marker.scenes();
        let needs_tools = scenes.iter().any(|scene| !scene.calls.is_empty());
        if tools.is_empty() && needs_tools {
            return (aside(&request.body), Vec::new());
        }
        let (index, faults) = follow(&scenes, &story, &tools);
        let scene = &scenes[index];
        let at = marker.number("scene").unwrap_or(0);
        let fault = marker.keys.get("fault").filter(|_| at == index && self.due(&marker));
        let number = self.answers.fetch_add(1, Ordering::Relaxed);
        (marker.answer(scene, number, fault.map(String::as_str)), faults)
    }

    /// Whether the marker's fault comes this time.
    fn due(&self, marker: &Marker) -> bool {
        let id = marker.keys.get("id").cloned().unwrap_or_default();
        let mut faults = self.faults.lock().unwrap();
        let count = faults.entry(id).or_insert(0);
        *count += 1;
        *count <= marker.number("times").unwrap_or(1)
    }
}

impl Marker {
    fn parse(text: &str) -> Option<Self> {
        let start = text.rfind("{{play ")?;
        let inner = text[start..].strip_prefix("{{play ")?.split_once("}}")?.0;
        let mut words = inner.split_whitespace();
        let name = words.next()?.to_owned();
        let pairs = words.filter_map(|word| word.split_once('='));
        let keys = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Some(Self { name, keys })
    }

    fn number(&self, key: &str) -> Option<usize> {
        self.keys.get(key)?.parse().ok()
    }

    fn scenes(&self) -> Vec<Scene> {
        let dir = self.keys.get("dir").map_or("/nonexistent", String::as_str);
        let bash = |command: String| ("Bash", json!({"command": command, "description": "a step"}));
        let last = |text: &str| Scene { text: text.to_owned(), ..Scene::default() };
        match self.name.as_str() {
            "session" => vec![
                Scene {
                    text: "I read the file first.".into(),
                    calls: vec![("Read", json!({"file_path": format!("{dir}/a.txt")}))],
                    ..Scene::default()
                },
                Scene {
                    thinking: "The word must change, and two commands can run meanwhile.",
                    text: "Three things at once.".into(),
                    calls: vec![
                        (
                            "Edit",
                            json!({"file_path": format!("{dir}/a.txt"),
                                "old_string": "old-word", "new_string": "new-word"}),
                        ),
                        bash(format!("echo one > {dir}/b.txt")),
                        bash(format!("echo two; ls {dir}")),
                    ],
                    expects: vec!["first line".into(), "old-word".into()],
                    ..Scene::default()
                },
                Scene {
                    calls: vec![(
                        "Write",
                        json!({"file_path": format!("{dir}/c.txt"), "content": LETTERS}),
                    )],
                    expects: vec!["two".into(), "a.txt".into()],
                    ..Scene::default()
                },
                Scene {
                    calls: vec![bash(format!("cat {dir}/a.txt {dir}/b.txt; wc -c < {dir}/c.txt"))],
                    ..Scene::default()
                },
                Scene {
                    calls: vec![bash("echo broken >&2; exit 7".into())],
                    expects: vec!["new-word".into(), "one".into(), LETTERS.len().to_string()],
                    ..Scene::default()
                },
                Scene { expects: vec!["broken".into()], ..last("session-over") },
            ],
            "shell" => vec![
                Scene {
                    text: "I run it.".into(),
                    calls: vec![bash(format!("echo ran >> {dir}/ran.txt; cat {dir}/ran.txt"))],
                    ..Scene::default()
                },
                Scene { expects: vec!["ran".into()], ..last("shell-over") },
            ],
            "long" => (0..8)
                .map(|step| Scene {
                    calls: vec![bash(format!("echo step-{step}"))],
                    expects: (step > 0).then(|| format!("step-{}", step - 1)).into_iter().collect(),
                    ..Scene::default()
                })
                .chain([last("long-over")])
                .collect(),
            "picture" => vec![
                Scene {
                    calls: vec![("Read", json!({"file_path": format!("{dir}/dot.png")}))],
                    ..Scene::default()
                },
                Scene { expects_picture: true, ..last("picture-over") },
            ],
            "weather" => vec![
                Scene {
                    text: "Let me look.".into(),
                    calls: vec![("get_weather", json!({"city": "Oslo"}))],
                    ..Scene::default()
                },
                Scene { expects: vec!["Oslo".into()], ..last("weather-over") },
            ],
            "two-cities" => vec![
                Scene {
                    calls: vec![
                        ("get_weather", json!({"city": "Oslo"})),
                        ("get_weather", json!({"city": "S\u{e3}o \"Paulo\""})),
                    ],
                    ..Scene::default()
                },
                Scene {
                    expects: vec!["Oslo".into(), "S\u{e3}o \"Paulo\"".into()],
                    ..last("two-cities-over")
                },
            ],
            "journey" => vec![
                Scene {
                    thinking: "First one city.",
                    calls: vec![("get_weather", json!({"city": "Oslo"}))],
                    ..Scene::default()
                },
                Scene {
                    thinking: "Then the other.",
                    calls: vec![("get_weather", json!({"city": "Bergen"}))],
                    expects: vec!["Oslo".into()],
                    ..Scene::default()
                },
                Scene { expects: vec!["Bergen".into()], ..last("journey-over") },
            ],
            "think" => {
                vec![Scene { thinking: "Step by step, slowly.", ..last("think-over") }]
            }
            "person" => vec![last(&json!({"name": "Ada", "age": 36}).to_string())],
            "letters" => vec![last(&format!("{LETTERS}letters-over"))],
            other => vec![last(&format!("{other}-over"))],
        }
    }

    fn answer(&self, scene: &Scene, number: usize, fault: Option<&str>) -> Answer {
        let mut chat = Chat::new().pieces_of(self.number("pieces").unwrap_or(16));
        if !scene.thinking.is_empty() {
            chat = chat.thinking(scene.thinking);
        }
        if !scene.text.is_empty() {
            chat = chat.text(&scene.text);
        }
        for (index, (name, arguments)) in scene.calls.iter().enumerate() {
            chat = chat.call(&format!("call_{number:06}_{index}"), name, arguments);
        }
        chat = match self.keys.get("calls").map(String::as_str) {
            Some("interleaved") => chat.calls(Layout::Interleaved),
            Some("whole") => chat.calls(Layout::Whole),
            Some("same-index") => chat.calls(Layout::WholeSameIndex),
            _ => chat,
        };
        let at = self.number("after").unwrap_or(3);
        let answer = match fault {
            None => Answer::from(chat),
            Some("cut") => Answer::from(chat).broken(Point::Frames(at), Break::Close),
            Some("clean-cut") => Answer::from(chat).broken(Point::Frames(at), Break::Clean),
            Some("reset") => Answer::from(chat).broken(Point::Frames(at), Break::Reset),
            Some("stall") => Answer::from(chat).broken(Point::Frames(at), Break::Stall),
            Some("error") => Answer::from(chat.error_chunk("The server had an error")),
            Some("no-answer") => Answer::never(),
            Some("reset-at-once") => Answer::reset(),
            Some("html") => Answer::body(502, "text/html", "<html><body>Bad Gateway</body></html>"),
            Some("overflow") => Answer::error(
                400,
                "This model's maximum context length is 128000 tokens. However, your messages \
                 resulted in 208310 tokens. Please reduce the length of the messages.",
                "invalid_request_error",
                Some("context_length_exceeded"),
            ),
            Some("429") => Answer::error(
                429,
                "Rate limit reached for requests",
                "requests",
                Some("rate_limit_exceeded"),
            )
            .header("retry-after", self.keys.get("retry").map_or("1", String::as_str)),
            Some("401") => Answer::error(
                401,
                "Incorrect API key provided: sk-proj-********abcd.",
                "invalid_request_error",
                Some("invalid_api_key"),
            ),
            Some("404") => Answer::error(
                404,
                "The model does not exist or you do not have access to it.",
                "invalid_request_error",
                Some("model_not_found"),
            ),
            Some(status) => {
                let status = status.parse().unwrap_or(500);
                let kind = if status < 500 { "invalid_request_error" } else { "server_error" };
                Answer::error(status, "Scripted failure", kind, None)
            }
        };
        match self.number("writes") {
            Some(bytes) => answer.in_writes_of(bytes),
            None => answer,
        }
    }
}

/// The last marker, and what came after it.
fn read(messages: &Value) -> Option<(Marker, Story)> {
    let messages = messages.as_array()?;
    let text = |message: &Value| match &message["content"] {
        Value::String(text) => text.clone(),
        parts => parts
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|part| part["text"].as_str())
            .collect::<Vec<_>>()
            .join("\n"),
    };
    let (at, marker) = messages
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, message)| message["role"] == "user")
        .find_map(|(at, message)| Some((at, Marker::parse(&text(message))?)))?;
    let mut story = Story::default();
    for message in &messages[at + 1..] {
        let parts = message["content"].as_array().into_iter().flatten();
        story.pictures += parts.filter(|part| part["type"] == "image_url").count();
        if message["role"] == "tool" {
            story.results.push(text(message));
        }
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            let function = &call["function"];
            let arguments = function["arguments"].as_str().unwrap_or_default();
            story.calls.push((
                function["name"].as_str().unwrap_or_default().to_owned(),
                serde_json::from_str(arguments).unwrap_or(Value::Null),
            ));
        }
    }
    Some((marker, story))
}

/// Which scene is next, and what is wrong with the story so far.
fn follow(scenes: &[Scene], story: &Story, tools: &[&str]) -> (usize, Vec<String>) {
    let mut faults = Vec::new();
    let mut used = 0;
    let mut index = 0;
    while index + 1 < scenes.len() {
        let count = scenes[index].calls.len();
        if count == 0 || used + count > story.results.len() {
            break;
        }
        for ((name, arguments), (told_name, told)) in
            scenes[index].calls.iter().zip(story.calls.iter().skip(used))
        {
            // A client may add its own defaults to what it replays, and change nothing.
            let kept = arguments
                .as_object()
                .into_iter()
                .flatten()
                .all(|(member, value)| told[member] == *value);
            if told_name != name || !kept {
                faults.push(format!("scene {index}: {name} {arguments} came back as {told}"));
            }
        }
        let results = story.results[used..used + count].join("\n");
        index += 1;
        used += count;
        for expected in &scenes[index].expects {
            if !results.contains(expected.as_str()) {
                faults.push(format!("scene {index}: {expected:?} is not in {results:?}"));
            }
        }
    }
    if used < story.results.len() && index + 1 < scenes.len() {
        faults.push(format!("scene {index}: only some results came back"));
    }
    if scenes[index].expects_picture && story.pictures == 0 {
        faults.push(format!("scene {index}: the picture did not come"));
    }
    for (name, _) in &scenes[index].calls {
        if !tools.contains(name) {
            faults.push(format!("scene {index}: the tool {name} is not offered"));
        }
    }
    (index, faults)
}

/// A harmless answer to what a client asks beside its session: titles, summaries.
fn aside(body: &Value) -> Answer {
    let schema = &body["response_format"]["json_schema"]["schema"];
    if !schema.is_object() {
        return Answer::text("aside");
    }
    let properties = schema["properties"].as_object().into_iter().flatten();
    let members = properties.map(|(name, schema)| {
        let value = match schema["type"].as_str() {
            Some("boolean") => json!(false),
            Some("integer" | "number") => json!(1),
            Some("array") => json!([]),
            Some("object") => json!({}),
            _ => schema["enum"].get(0).cloned().unwrap_or_else(|| json!("aside")),
        };
        (name.clone(), value)
    });
    Answer::text(&Value::Object(members.collect()).to_string())
}
