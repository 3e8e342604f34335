//! A request body under construction, and what all of its writers need to know.

use std::borrow::Cow;

use super::family::Family;
use super::tools::ToolNames;
use super::wire::Wire;
use crate::json;
use crate::notes::Notes;
use crate::types::{CacheHint, Request, Target};

/// A request body under construction.
#[derive(Debug)]
pub(super) struct Body<'a> {
    pub wire: &'a Wire,
    pub target: &'a Target,
    pub request: &'a Request,
    pub family: Family,
    /// The client speaks this dialect itself: what the contract has no name for goes on as it came.
    pub native: bool,
    /// Breakpoints of ours are due: the client's dialect knows none.
    pub auto_cache: bool,
    /// The breakpoint that is due on the next block.
    pub hint: Option<CacheHint>,
    pub names: ToolNames,
    /// Flags for beta features, each once.
    pub betas: Vec<Cow<'a, str>>,
    pub notes: Notes,
    pub writer: json::Writer,
}

impl<'a> Body<'a> {
    /// Asks for a beta feature.
    pub(super) fn beta(&mut self, flag: impl Into<Cow<'a, str>>) {
        let flag = flag.into();
        if !flag.is_empty() && !self.betas.contains(&flag) {
            self.betas.push(flag);
        }
    }
}
