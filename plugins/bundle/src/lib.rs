//! The plugins that come with clasp, compiled into the binary. Rule: they are components like any
//! other and get no rights that a file on disk does not have.

/// Each plugin's id, which is its folder's name, and its component; in order of the ids.
pub const PLUGINS: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/plugins.rs"));

/// Each profile's id, which is its file's name, and its text; in order of the ids.
pub const PROFILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

#[cfg(test)]
mod tests {
    use super::PLUGINS;

    #[test]
    fn every_plugin_speaks_the_contract_and_needs_nothing_else() {
        assert!(PLUGINS.iter().any(|(id, _)| *id == "openai"));
        for (id, component) in PLUGINS {
            match clasp_plugin_build::check(component) {
                Ok(checked) => assert_eq!(checked.wasi, [""; 0], "{id}"),
                Err(error) => unreachable!("{id}: {error}"),
            }
        }
    }
}
