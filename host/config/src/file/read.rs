//! YAML into a tree: anchors and merge keys are followed, within bounds.

use std::collections::BTreeMap;
use std::path::Path;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::node::{Data, Entry, Node, Text};
use crate::{Fault, Origin};

/// Mappings and lists one in another.
const DEEPEST: usize = 32;

/// Values of a file, those that aliases stand for among them: a small file can stand for billions.
const MOST_NODES: usize = 20_000;

/// Reads a file. What is wrong in it goes to `faults`.
pub(super) fn read(path: &Path, bytes: &[u8], faults: &mut Vec<Fault>) -> Node {
    let mut told = |line: usize, what: &str, fix: &str| {
        faults.push(Fault::at(Origin::File { path: path.to_owned(), line }, what, fix));
    };
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let (before, _) = bytes.split_at(error.valid_up_to());
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            told(line, "has bytes that are not UTF-8", "save the file as UTF-8");
            return Node::default();
        }
    };
    let mut tree = Tree::new(&mut told);
    let mut parser = Parser::new_from_str(text);
    while let Some(next) = parser.next_event() {
        let done = match next {
            Ok((event, span)) => tree.event(event, span.start.line()),
            Err(error) => {
                let line = text.lines().nth(error.marker().line().saturating_sub(1));
                let line = line.unwrap_or_default();
                let fix = if line.trim_start_matches(' ').starts_with('\t') {
                    "indent with spaces, not tabs"
                } else if line.contains("${") {
                    "put quotes around ${NAME} within braces and brackets, and correct the YAML there"
                } else {
                    "correct the YAML there"
                };
                let what = format!("is not YAML: {}", error.info());
                Err((error.marker().line(), what, fix))
            }
        };
        if let Err((line, what, fix)) = done {
            (tree.told)(line, &what, fix);
            return Node::default();
        }
    }
    tree.root.unwrap_or_default()
}

/// Where, what, and what to do.
type Stop = (usize, String, &'static str);

/// A mapping or list that is not at its end.
struct Open {
    node: Node,
    anchor: usize,
    /// The key whose value comes next.
    key: Option<(String, usize)>,
    /// The size of what is in it.
    size: usize,
}

struct Tree<'a> {
    told: &'a mut dyn FnMut(usize, &str, &str),
    open: Vec<Open>,
    root: Option<Node>,
    anchors: BTreeMap<usize, (Node, usize)>,
    size: usize,
}

impl<'a> Tree<'a> {
    fn new(told: &'a mut dyn FnMut(usize, &str, &str)) -> Self {
        Self { told, open: Vec::new(), root: None, anchors: BTreeMap::new(), size: 0 }
    }

    fn event(&mut self, event: Event<'_>, line: usize) -> Result<(), Stop> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                let what = "there is a second document".to_owned();
                return Err((
                    line,
                    what,
                    "keep one, and leave out the line `---` before the other",
                ));
            }
            Event::Scalar(value, style, anchor, tag) => {
                let tagged = tag_of(tag.as_deref(), line)?;
                let plain = style == ScalarStyle::Plain && !tagged;
                let text = Text { value: value.into_owned(), plain, ..Text::default() };
                let null = text.type_of() == super::node::Type::Null;
                let is_key = self.open.last().is_some_and(Open::wants_key);
                let data = if null && !is_key { Data::Null } else { Data::Text(text) };
                self.add(Node { line, data }, anchor, 1, 1)?;
            }
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
                    let what = "an alias stands for what it is in itself".to_owned();
                    return Err((line, what, "write the value out"));
                };
                self.add(node, 0, size, size)?;
            }
            Event::SequenceStart(anchor, tag) => {
                tag_of(tag.as_deref(), line)?;
                self.begin(Node { line, data: Data::List(Vec::new()) }, anchor)?;
            }
            Event::MappingStart(anchor, tag) => {
                tag_of(tag.as_deref(), line)?;
                self.begin(Node { line, data: Data::Map(Vec::new()) }, anchor)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(mut open) = self.open.pop() {
                    if let Data::Map(entries) = &mut open.node.data {
                        merge(entries);
                    }
                    self.add(open.node, open.anchor, open.size + 1, 1)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, node: Node, anchor: usize) -> Result<(), Stop> {
        if self.open.last().is_some_and(Open::wants_key) {
            let what = "a key is a list or a mapping".to_owned();
            return Err((node.line, what, "keys are texts; put quotes around one with braces"));
        }
        if self.open.len() >= DEEPEST {
            let what = format!("more than {DEEPEST} levels are nested");
            return Err((node.line, what, "no setting is that deep"));
        }
        self.open.push(Open { node, anchor, key: None, size: 0 });
        Ok(())
    }

    /// Adds a node of `size` values, of which `new` were not counted yet.
    fn add(&mut self, node: Node, anchor: usize, size: usize, new: usize) -> Result<(), Stop> {
        self.size += new;
        if self.size > MOST_NODES {
            let what = format!("aliases make more than {MOST_NODES} values of it");
            return Err((node.line, what, "write out what is meant"));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        open.size += size;
        match (&mut open.node.data, open.key.take()) {
            (Data::List(items), _) => items.push(node),
            (Data::Map(entries), Some((key, line))) => {
                let before = entries.iter().find(|entry| entry.key == key);
                if let Some(before) = before {
                    let what =
                        format!("{key} is there twice; the first is in line {}", before.line);
                    (self.told)(line, &what, "remove one of them");
                } else {
                    entries.push(Entry { key, line, node });
                }
            }
            (_, _) => match node.data {
                Data::Text(text) => open.key = Some((text.value, node.line)),
                _ => {
                    let what = "a key is a list or a mapping".to_owned();
                    return Err((node.line, what, "keys are texts"));
                }
            },
        }
        Ok(())
    }
}

impl Open {
    fn wants_key(&self) -> bool {
        matches!(self.node.data, Data::Map(_)) && self.key.is_none()
    }
}

/// Whether a tag says that the value is a text. Tags that clasp has no use for are refused.
fn tag_of(tag: Option<&Tag>, line: usize) -> Result<bool, Stop> {
    match tag {
        None => Ok(false),
        Some(tag) if tag.is_yaml_core_schema() => Ok(tag.suffix == "str"),
        Some(_) => Err((line, "has a tag".to_owned(), "leave out the word after `!`")),
    }
}

/// `<<: *base` or `<<: [*a, *b]`: members of other mappings, which what is written wins over.
fn merge(entries: &mut Vec<Entry>) {
    let Some(at) = entries.iter().position(|entry| entry.key == "<<") else { return };
    let merged = entries.remove(at).node;
    let sources = match merged.data {
        Data::List(items) => items,
        _ => vec![merged],
    };
    for source in sources {
        let Data::Map(more) = source.data else { continue };
        for entry in more {
            if !entries.iter().any(|known| known.key == entry.key) {
                entries.push(entry);
            }
        }
    }
}
