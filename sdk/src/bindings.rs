//! The contract `wit/v0.1` as Rust types, generated.
#![allow(missing_docs, unsafe_code, clippy::all, reason = "generated code")]

wit_bindgen::generate!({
    path: "wit",
    world: "full-provider",
    pub_export_macro: true,
    default_bindings_module: "clasp_plugin::bindings",
    additional_derives: [PartialEq],
    additional_derives_ignore: ["exchange"],
    generate_all,
});
