//! The members of an item, looked up by name: which of them count is known by its type, which may
//! come last.

use clasp_model::{ByteString, Field, Json};

use crate::json::read::{Fault, Kind, Read, Reader};
use crate::responses::callee::Callee;

/// The members of an item, where they stand.
pub(super) struct Item<'a>(Vec<(String, Reader<'a>)>);

impl<'a> Item<'a> {
    pub(super) fn read(reader: &mut Reader<'a>) -> Read<Self> {
        let kind = reader.kind()?;
        if kind != Kind::Object {
            return Err(Fault::new(format!("Input should be an item, not {kind}")));
        }
        let mut members = Vec::new();
        reader.object(|reader, name| {
            let whole = reader.clone();
            if reader.optional(Reader::skip)?.is_some() {
                members.push((name.to_owned(), whole));
            }
            Ok(())
        })?;
        Ok(Self(members))
    }

    /// A member that is not null; the last one counts where a name is repeated.
    pub(super) fn get(&self, name: &str) -> Option<Reader<'a>> {
        let found = self.0.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, reader)| reader.clone())
    }

    pub(super) fn required(&self, name: &str) -> Read<Reader<'a>> {
        self.get(name).ok_or_else(|| Fault::missing(name))
    }

    pub(super) fn text(&self, name: &str) -> Read<Option<ByteString>> {
        let text = self.get(name).map(|mut reader| reader.string());
        text.transpose().map_err(|fault| fault.under(name))
    }

    pub(super) fn required_text(&self, name: &str) -> Read<ByteString> {
        self.text(name)?.ok_or_else(|| Fault::missing(name))
    }

    pub(super) fn object(&self, name: &str) -> Read<Json> {
        self.required(name)?.raw_object().map_err(|fault| fault.under(name))
    }

    /// The name that the called tool is offered under.
    pub(super) fn called(&self) -> Read<String> {
        let name = self.required_text("name")?;
        Ok(match self.text("namespace")?.filter(|namespace| !namespace.is_empty()) {
            Some(namespace) => Callee::qualified(&namespace, &name),
            None => name.to_string(),
        })
    }

    /// The members but these.
    pub(super) fn extra(&self, known: &[&str]) -> Read<Vec<Field>> {
        let mut extra = Vec::new();
        for (name, reader) in self.0.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            reader.clone().extra(name, &mut extra)?;
        }
        Ok(extra)
    }
}
