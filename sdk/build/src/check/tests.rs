#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use wasm_encoder::{ComponentBuilder, ComponentExportKind, ComponentTypeRef, InstanceType};

use super::{CheckError, Contract, check, version};
use crate::encode;

/// A component with these imports and exports, all of them empty interfaces.
fn component(imports: &[&str], exports: &[&str]) -> Vec<u8> {
    let mut builder = ComponentBuilder::default();
    for name in imports {
        let kind = builder.type_instance(None, &InstanceType::new());
        builder.import(*name, ComponentTypeRef::Instance(kind));
    }
    let empty = builder.component(None, ComponentBuilder::default());
    for name in exports {
        let none: [(&str, ComponentExportKind, u32); 0] = [];
        let instance = builder.instantiate(None, empty, none);
        builder.export(*name, ComponentExportKind::Instance, instance, None);
    }
    builder.finish()
}

const ABOUT: &str = "clasp:provider/about@0.1.0";
const TRANSLATE: &str = "clasp:provider/translate@0.1.0";

#[test]
fn other_files_are_named_for_what_they_are() {
    assert!(matches!(check(b""), Err(CheckError::NotWasm { size: 0 })));
    assert!(matches!(check(b"<html>not here</html>"), Err(CheckError::NotWasm { .. })));
    assert!(matches!(check(b"\0asm\x01\0\0\0"), Err(CheckError::CoreModule)));
    assert!(matches!(encode(b"#!/bin/sh"), Err(CheckError::NotWasm { .. })));
}

#[test]
fn a_file_cut_anywhere_is_refused_and_never_panics() {
    let whole = component(&["clasp:provider/host@0.1.0"], &[ABOUT, TRANSLATE]);
    for end in 0..whole.len() {
        assert!(check(&whole[..end]).is_err(), "{end} bytes");
    }
    for at in 8..whole.len() {
        let mut bent = whole.clone();
        bent[at] ^= 0xff;
        let _ = check(&bent);
    }
}

#[test]
fn a_component_of_something_else_is_told_what_it_lacks() {
    let error = check(&component(&[], &["wasi:http/handler@0.2.0"])).unwrap_err();
    assert!(matches!(error, CheckError::NoContract { .. }));
    assert!(error.to_string().contains("only wasi:http/handler@0.2.0"), "{error}");
    assert!(matches!(check(&component(&[], &[])), Err(CheckError::NoContract { .. })));
    // What `encode` makes of a module without the export macro.
    let bare = encode(b"\0asm\x01\0\0\0").unwrap();
    assert!(matches!(check(&bare), Err(CheckError::NoContract { .. })));
}

#[test]
fn another_version_is_named_with_the_way_out() {
    let newer = component(&[], &["clasp:provider/about@0.2.0", "clasp:provider/translate@0.2.0"]);
    let error = check(&newer).unwrap_err().to_string();
    assert!(error.contains("0.2.0") && error.contains("0.1.0"), "{error}");
    assert!(error.contains("update clasp"), "{error}");
    let older = check(&component(&[], &["clasp:provider/about@0.0.9"])).unwrap_err().to_string();
    assert!(older.contains("build the plugin again"), "{older}");
}

#[test]
fn a_missing_interface_is_named() {
    let error = check(&component(&[], &[ABOUT])).unwrap_err();
    let CheckError::Missing { missing, .. } = &error else { panic!("{error}") };
    assert_eq!(missing, &[TRANSLATE]);
}

#[test]
fn f2_imports_beside_the_contract_are_refused() {
    let imports = ["clasp:provider/host@0.1.0", "acme:net/sockets@1.0.0"];
    let error = check(&component(&imports, &[ABOUT, TRANSLATE])).unwrap_err();
    let CheckError::ForeignImports { imports } = &error else { panic!("{error}") };
    assert_eq!(imports, &["acme:net/sockets@1.0.0"]);
}

#[test]
fn wasi_imports_are_reported() {
    let imports = ["wasi:cli/environment@0.2.6", "wasi:io/error@0.2.6"];
    let optional = "clasp:provider/models@0.1.0";
    let checked = check(&component(&imports, &[ABOUT, TRANSLATE, optional])).unwrap();
    assert_eq!(checked.wasi, imports);
    assert_eq!(checked.optional, ["models"]);
    assert_eq!(checked.contract, Contract { major: 0, minor: 1, patch: 0 });
}

#[test]
fn right_names_with_other_types_are_refused() {
    let error = check(&component(&[], &[ABOUT, TRANSLATE])).unwrap_err();
    assert!(matches!(error, CheckError::OtherTypes { .. }), "{error}");
    let later = ["clasp:provider/about@0.1.7", "clasp:provider/translate@0.1.7"];
    let error = check(&component(&[], &later)).unwrap_err();
    let CheckError::OtherTypes { cause, .. } = &error else { panic!("{error}") };
    assert!(cause.contains("about@0.1.7"), "compared with the contract at its version: {cause}");
}

#[test]
fn versions_are_read_from_names() {
    let of = |major, minor, patch| Some(Contract { major, minor, patch });
    assert_eq!(version("clasp:provider/about@0.1.12"), of(0, 1, 12));
    assert_eq!(version("clasp:provider/about@1.0.0-rc.1"), of(1, 0, 0));
    assert_eq!(version("clasp:provider/about"), None);
    assert_eq!(version("clasp:providers/about@0.1.0"), None);
    assert_eq!(version("clasp:provider/about@0.1"), None);
}
