//! The host: listens, reads clients' requests, and joins dialects, routing, plugins and vendors.
//!
//! Start reading at `pipeline.rs`: one request in nine steps. This is the only crate that knows
//! all of its siblings; they do not know each other.

mod app;
mod asked;
mod catalog;
mod check;
mod counting;
mod lane;
mod listener;
mod listing;
mod models;
mod outlet;
mod pages;
mod pipeline;
mod reading;
mod record;
mod reply;
mod routes;
mod stored;

pub use self::app::{App, Parts};
pub use self::listener::{ServeError, serve};
