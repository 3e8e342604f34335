//! Decisions as tables: what the operator says, the catalogue and a request in, targets out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod capability;
mod fallback;
mod names;
mod overflow;
mod plan;
mod properties;
mod query;
mod reads;
mod regions;
mod routes;
mod rules;
mod strategy;
mod support;
mod trim;
mod unavailable;
