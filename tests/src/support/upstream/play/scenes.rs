//! What is played: the answers of each play, in order.

use serde_json::{Value, json};

use super::{BEFORE, LETTERS, Marker};

/// One answer of a play.
#[derive(Default)]
pub(super) struct Scene {
    pub thinking: &'static str,
    pub text: String,
    pub calls: Vec<(&'static str, Value)>,
    /// What the results of the scene before must contain.
    pub expects: Vec<String>,
    /// A picture must have come with them.
    pub expects_picture: bool,
}

impl Marker {
    /// The answers of its play.
    pub(super) fn scenes(&self) -> Vec<Scene> {
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
            "round" => self.round(),
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

    /// A file is written, read among other things, changed and looked at; thinking now and then.
    fn round(&self) -> Vec<Scene> {
        let dir = self.keys.get("dir").map_or("/nonexistent", String::as_str);
        let number = self.keys.get("n").map_or("0", String::as_str);
        let file = format!("{dir}/round-{number}.txt");
        let bash = |command: String| ("Bash", json!({"command": command, "description": "a step"}));
        vec![
            Scene {
                thinking: "There must be a file before it can be changed.",
                text: "I write a file.".into(),
                calls: vec![("Write", json!({"file_path": file, "content": BEFORE}))],
                ..Scene::default()
            },
            Scene {
                thinking: "Reading it and two commands need not wait for each other.",
                calls: vec![
                    ("Read", json!({"file_path": file})),
                    bash(format!("echo {number} >> {dir}/rounds.txt")),
                    bash(format!("ls {dir}")),
                ],
                ..Scene::default()
            },
            Scene {
                text: "Now the word.".into(),
                calls: vec![(
                    "Edit",
                    json!({"file_path": file, "old_string": "old-word", "new_string": "new-word"}),
                )],
                expects: vec!["old-word".into(), "rounds.txt".into()],
                ..Scene::default()
            },
            Scene {
                thinking: "Whether it worked can be seen.",
                calls: vec![bash(format!("cat {file} {dir}/rounds.txt"))],
                ..Scene::default()
            },
            Scene {
                thinking: "It did.",
                text: format!("round-over {number}"),
                expects: vec!["new-word".into(), number.to_owned()],
                ..Scene::default()
            },
        ]
    }
}
