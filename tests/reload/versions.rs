//! Versions of one plugin, made by replacing its version's bytes.

use std::path::PathBuf;

use clasp_tests::support::clasp::{Clasp, KEY, Setup};
use clasp_tests::support::client::{ask, with};
use clasp_tests::support::upstream::Vendor;
use clasp_tests::support::within;
use serde_json::Value;

pub use crate::guests::{guest, put};

/// The component as it was built: version 0.
pub fn component() -> Vec<u8> {
    guest("clasp-guest-versioned")
}

/// The text that version `number` writes.
pub fn name(number: usize) -> String {
    format!("version-{number:08}")
}

/// The component of version `number`.
pub fn version(component: &[u8], number: usize) -> Vec<u8> {
    let (other, places) = replaced(component, &name(0), &name(number));
    assert_eq!(places, 1, "the version must stand in the component once");
    other
}

/// The component with other bytes of the same length, and in how many places they stood.
pub fn replaced(component: &[u8], old: &str, new: &str) -> (Vec<u8>, usize) {
    assert_eq!(old.len(), new.len());
    let mut other = component.to_vec();
    let mut places = 0;
    for at in 0..=component.len() - old.len() {
        if component[at..].starts_with(old.as_bytes()) {
            other[at..at + old.len()].copy_from_slice(new.as_bytes());
            places += 1;
        }
    }
    (other, places)
}

/// A home with an empty plugin directory.
pub fn setup(vendor: &Vendor) -> (Setup, PathBuf) {
    let setup = Setup::new(vendor)
        .env("VERSIONED_BASE_URL", &vendor.base_url())
        .env("VERSIONED_API_KEY", KEY);
    let plugins = setup.home().join(".clasp/plugins");
    std::fs::create_dir_all(&plugins).unwrap();
    (setup, plugins)
}

/// A request for the plugin.
pub fn asked(stream: bool) -> Value {
    with(with(ask("x"), "model", "versioned/any"), "stream", stream)
}

/// Asks until the answer comes from that version.
pub async fn served(clasp: &Clasp, number: usize) {
    let wanted = name(number);
    within(&format!("{wanted} serves"), async {
        loop {
            let answer = clasp.client().messages(&asked(false)).await;
            if answer.status() == 200 && answer.message().text().contains(&wanted) {
                return;
            }
        }
    })
    .await;
}
