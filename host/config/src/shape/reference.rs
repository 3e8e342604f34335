//! The shape as tables for people.

use std::fmt::Write;

use super::{Object, Shape, root, shared};
use crate::Definition;
use crate::definition::{settings, without_effect};

/// Every key of the file as Markdown: the settings with one value, then what is more than that.
pub fn reference() -> String {
    let mut table = Table {
        text: String::from("| Key | Variable | Flag | Default | |\n|---|---|---|---|---|\n"),
    };
    settings().for_each(|setting| table.setting(setting));
    table.text.push_str("\nWhat is more than one value stands in the file only.\n");
    table.begin();
    if let Shape::Object(root) = root() {
        table.object(&root, "");
    }
    for shape in shared() {
        if let Shape::Shared(name, make) = shape {
            table.shared(name, &make());
        }
    }
    table.text
}

struct Table {
    text: String,
}

impl Table {
    fn begin(&mut self) {
        self.text.push_str("\n| Key | Takes | |\n|---|---|---|\n");
    }

    fn setting(&mut self, setting: &Definition) {
        // The tiers are all alike.
        if ["multi_provider.sonnet.", "multi_provider.haiku."]
            .iter()
            .any(|tier| setting.key.starts_with(tier))
        {
            return;
        }
        let is_tier = setting.key.starts_with("multi_provider.opus.");
        let any = |text: &str| match is_tier {
            true => text.replace("opus", "<tier>").replace("OPUS", "<TIER>"),
            false => text.to_owned(),
        };
        let variables: Vec<String> =
            setting.variables.iter().map(|variable| format!("`{}`", any(variable))).collect();
        let flag = setting.flag.map(|flag| format!("`-{flag}`")).unwrap_or_default();
        let default = match setting.default {
            "" => String::new(),
            default => format!("`{default}`"),
        };
        let about = match without_effect(setting.key) {
            Some(why) => format!("{} It has no effect: {why}.", sentence(setting.about)),
            None => sentence(&any(setting.about)),
        };
        let (key, variables) = (any(setting.key), variables.join(", "));
        let _ = writeln!(self.text, "| `{key}` | {variables} | {flag} | {default} | {about} |");
    }

    /// What stands at several places has a table of its own.
    fn shared(&mut self, name: &str, shape: &Shape) {
        let _ = match words(shape).as_str() {
            "a mapping" => writeln!(self.text, "\n`{name}` are a mapping with:"),
            words => writeln!(self.text, "\nA `{name}` is {words}. As a mapping it has:"),
        };
        self.begin();
        self.inside(shape, "");
    }

    fn object(&mut self, object: &Object, at: &str) {
        let is_rule = at == "routing.rules[]";
        for member in object.members.iter().filter(|member| member.setting.is_none()) {
            let key =
                if at.is_empty() { member.key.into() } else { format!("{at}.{}", member.key) };
            let about = match member.required {
                true => format!("{}; required", member.about),
                false => member.about.to_owned(),
            };
            match member.key {
                "targets" if is_rule => self.row(&format!("{key}, …"), "", "as in a `route`"),
                "strategy" | "sticky" | "fallback" | "fallback_mode" | "parameters" if is_rule => {}
                _ => self.shape(&member.shape, &key, &about),
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
                self.row(at, &words(shape), about);
                self.inside(each, &format!("{at}.{}", name.placeholder()));
            }
            _ => {
                self.row(at, &words(shape), about);
                self.inside(shape, at);
            }
        }
    }

    /// The members of what stands at `at`.
    fn inside(&mut self, shape: &Shape, at: &str) {
        match shape {
            Shape::Object(object) => self.object(object, at),
            Shape::List(each) => self.inside(each, &format!("{at}[]")),
            Shape::Either(shapes) => shapes.iter().for_each(|shape| self.inside(shape, at)),
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
        Shape::List(each) if matches!(**each, Shape::Shared(..)) => {
            format!("a list of {}s", words(each).trim_start_matches("a "))
        }
        Shape::Names(each, _) if matches!(**each, Shape::Value(_)) => {
            format!("a mapping of names to {}", words(each))
        }
        Shape::Object(_) => "a mapping".into(),
        Shape::Shared("parameters", _) => "`parameters`".into(),
        Shape::Shared(name, _) => format!("a `{name}`"),
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
