//! The shape as tables for people.

use std::fmt::Write;

use super::{Object, Shape, root};
use crate::definition::settings;

/// Every key of the file as Markdown: the settings with one value, then what is more than that.
pub fn reference() -> String {
    let mut text = String::from("| Key | Variable | Flag | Default | |\n|---|---|---|---|---|\n");
    for setting in settings() {
        let variables: Vec<String> =
            setting.variables.iter().map(|variable| format!("`{variable}`")).collect();
        let flag = setting.flag.map(|flag| format!("`-{flag}`")).unwrap_or_default();
        let default = match setting.default {
            "" => String::new(),
            default => format!("`{default}`"),
        };
        let _ = writeln!(
            text,
            "| `{}` | {} | {flag} | {default} | {} |",
            setting.key,
            variables.join(", "),
            sentence(setting.about),
        );
    }
    text.push_str("\nWhat is more than one value stands in the file only:\n\n| Key | Takes | |\n|---|---|---|\n");
    let mut table = Table { text, routes: false };
    if let Shape::Object(root) = root() {
        table.object(&root, "");
    }
    table.text
}

struct Table {
    text: String,
    /// What a route has was said.
    routes: bool,
}

impl Table {
    fn object(&mut self, object: &Object, at: &str) {
        let is_route = object.members.iter().any(|member| member.key == "strategy");
        let said = is_route && self.routes;
        self.routes |= is_route;
        for member in object.members.iter().filter(|member| member.setting.is_none()) {
            let key =
                if at.is_empty() { member.key.into() } else { format!("{at}.{}", member.key) };
            match member.key {
                "targets" if said => self.row(&format!("{key}, …"), "", "as for `models.<model>`"),
                "strategy" | "sticky" | "fallback" | "fallback_mode" | "parameters" if said => {}
                _ => self.shape(&member.shape, &key, member.about),
            }
        }
        if let Some(others) = &object.others {
            let about = "where requests for this name, or pattern with `*`, go";
            self.shape(others, &format!("{at}.<model>"), about);
        }
    }

    fn shape(&mut self, shape: &Shape, at: &str, about: &str) {
        match shape {
            Shape::Later(_) => {}
            Shape::Object(object) => {
                if !about.is_empty() {
                    self.row(at, "", about);
                }
                self.object(object, at);
            }
            Shape::Names(each, name) => {
                self.row(at, "", about);
                self.inside(each, &format!("{at}.{}", name.placeholder()));
            }
            Shape::List(each) => {
                self.row(at, &shape.words(), about);
                self.inside(each, &format!("{at}[]"));
            }
            Shape::Either(shapes) => {
                self.row(at, &words(shape), about);
                for shape in shapes {
                    match shape {
                        Shape::List(each) => self.inside(each, &format!("{at}[]")),
                        Shape::Object(object) => self.object(object, at),
                        _ => {}
                    }
                }
            }
            Shape::Value(_) | Shape::Anything => self.row(at, &words(shape), about),
        }
    }

    /// What has no line of its own unless there is more to say.
    fn inside(&mut self, shape: &Shape, at: &str) {
        match shape {
            Shape::Object(object) => self.object(object, at),
            Shape::Either(shapes) => {
                for shape in shapes {
                    self.inside(shape, at);
                }
            }
            _ => {}
        }
    }

    fn row(&mut self, key: &str, takes: &str, about: &str) {
        let _ = writeln!(self.text, "| `{key}` | {takes} | {} |", sentence(about));
    }
}

/// What would do, without the keys of mappings, which have lines of their own.
fn words(shape: &Shape) -> String {
    match shape {
        Shape::Either(shapes) => {
            let words: Vec<String> = shapes.iter().map(words).collect();
            words.join(", or ")
        }
        Shape::Object(_) => "a mapping".into(),
        shape => shape.words(),
    }
}

fn sentence(about: &str) -> String {
    let about = about.trim();
    let mut letters = about.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => String::new(),
    }
}
