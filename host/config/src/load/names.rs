//! What is set and does not do what somebody may think: misspelt names, features of later builds.

use super::Reader;
use crate::fault::nearest;
use crate::kind::Kind;
use crate::{definition, shape, value};

impl Reader {
    /// A variable that nothing reads is a misspelt one.
    pub(super) fn check_names(&mut self) {
        let known: Vec<&str> = definition::settings()
            .flat_map(|definition| definition.variables.iter().copied())
            .chain(definition::OTHERS.iter().copied())
            .collect();
        for name in self.environment.names().filter(|name| name.starts_with("CLASP_")) {
            let value = self.environment.get(name);
            let off = value.is_none_or(|value| value::boolean(value) == Ok(false));
            if known.contains(&name) || name.starts_with(definition::ALIAS_PREFIX) || off {
                continue;
            }
            let meant = nearest(name, known.iter().copied())
                .map(|near| format!("; did you mean {near}?"))
                .unwrap_or_default();
            self.warnings.push(format!(
                "{} is not a setting of clasp's and has no effect{meant}",
                self.environment.origin(name)
            ));
        }
    }

    /// What is known and does nothing in this build.
    pub(super) fn check_effects(&mut self) {
        for definition in definition::settings() {
            let Some(why) = definition::without_effect(definition.key) else { continue };
            let Some(found) = self.find(definition) else { continue };
            let off = definition.kind == Kind::Boolean && value::boolean(&found.text) != Ok(true);
            if !off {
                self.warnings
                    .push(format!("{} has no effect ({}): {why}", found.origin, definition.key));
            }
        }
    }

    /// Whoever can read the file has the keys in it.
    pub(super) fn check_mode(&mut self, is_open: bool) {
        let Some(path) = self.file.path.as_ref().filter(|_| is_open) else { return };
        if shape::has_secret(&self.file.root, &shape::root()) {
            let path = path.display();
            self.warnings.push(format!(
                "{path} has keys in it and others may read it: chmod 600 {path}, or write ${{NAME}} \
                 for the keys"
            ));
        }
    }
}
