//! The top of a request's body: members go by the server's names, and those that it refuses, or
//! that are given otherwise, are left out and noted.

use super::profile::Profile;
use crate::json::Writer;
use crate::notes::Notes;
use crate::types::Field;

/// A body under construction.
#[derive(Debug)]
pub(crate) struct Body<'p> {
    pub(crate) profile: &'p Profile,
    pub(crate) notes: Notes,
    writer: Writer,
    /// Members that are given otherwise, with their values.
    given: &'p [Field],
}

impl<'p> Body<'p> {
    pub(crate) fn new(
        profile: &'p Profile,
        given: &'p [Field],
        notes: Notes,
        writer: Writer,
    ) -> Self {
        let mut body = Self { profile, notes, writer, given };
        body.writer.open_object();
        body
    }

    /// The writer for a member's value. None when it is left out, which is noted.
    pub(crate) fn member(&mut self, name: &str) -> Option<&mut Writer> {
        if let Some(why) = self.refused(name) {
            self.notes.dropped(name, why);
            return None;
        }
        Some(self.open(name))
    }

    /// As [`member`](Self::member), for what no client asked for: nothing is noted.
    pub(crate) fn own_member(&mut self, name: &str) -> Option<&mut Writer> {
        self.refused(name).is_none().then(|| self.open(name))
    }

    /// A member whose value is a complete JSON value.
    pub(crate) fn raw(&mut self, name: &str, json: &str) {
        if let Some(writer) = self.member(name) {
            writer.raw(json);
        }
    }

    /// A member whose value is a string.
    pub(crate) fn string(&mut self, name: &str, text: &str) {
        if let Some(writer) = self.member(name) {
            writer.string(text);
        }
    }

    /// Adds what is given otherwise and closes the body.
    pub(crate) fn finish(mut self) -> (Writer, Notes) {
        for Field { name, value } in self.given {
            self.writer.raw_member(name, value);
        }
        self.writer.close_object();
        (self.writer, self.notes)
    }

    fn open(&mut self, name: &str) -> &mut Writer {
        self.writer.key(self.name(name));
        &mut self.writer
    }

    fn name<'n>(&self, name: &'n str) -> &'n str
    where
        'p: 'n,
    {
        let renamed = self.profile.rename.iter().find(|(usual, _)| *usual == name);
        renamed.map_or(name, |(_, own)| own)
    }

    fn refused(&self, name: &str) -> Option<&'static str> {
        if self.profile.drop.contains(&name) {
            return Some("the provider takes no such member");
        }
        let name = self.name(name);
        let given = self.given.iter().any(|field| field.name == name);
        given.then_some("the operator's settings say it otherwise")
    }
}
