//! Files that are no plugin, or a bad one: the old one serves, and the log says what is wrong.

use clasp_tests::support::client::{ask, ask_stream};
use clasp_tests::support::upstream::{Answer, Vendor};

use crate::versions::{asked, component, put, replaced, served, setup, version};

/// A core module that does nothing.
const MODULE: &[u8] = b"\0asm\x01\0\0\0";
/// A component that has nothing.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

fn answer() -> Answer {
    Answer::frames(["data: {}\n\n", "data: [DONE]\n\n"])
}

#[tokio::test]
async fn f03_a_broken_file_leaves_the_old_version_serving_and_is_named() {
    let built = component();
    let vendor = Vendor::start().await;
    vendor.otherwise(answer());
    let (setup, plugins) = setup(&vendor);
    let file = plugins.join("versioned.wasm");
    put(&file, &version(&built, 1));
    let clasp = setup.start().await;
    served(&clasp, 1).await;
    let half = &built[..built.len() / 2];
    let mut flipped = built.clone();
    flipped[built.len() / 2..].iter_mut().for_each(|byte| *byte ^= 0x5a);
    let (newer, places) = replaced(&built, "@0.1.0", "@0.9.0");
    assert!(places > 0, "no version of the contract in the component");
    let text = b"this is no WebAssembly".as_slice();
    for (what, bytes) in [
        ("text", text),
        ("nothing", b"".as_slice()),
        ("a core module", MODULE),
        ("an empty component", COMPONENT),
        ("half a file", half),
        ("damaged bytes", &flipped),
        ("another version of the contract", &newer),
    ] {
        let lines = clasp.log().len();
        put(&file, bytes);
        let line = clasp.log().line_after(lines, "versioned.wasm").await;
        assert!(line.len() > 80, "{what}: hardly an explanation: {line}");
        served(&clasp, 1).await;
        println!("{what}: {line}");
    }
    put(&file, &version(&built, 2));
    served(&clasp, 2).await;
}

#[tokio::test]
async fn f03_a_file_that_is_broken_at_the_start_is_named_and_loaded_once_it_is_right() {
    let built = component();
    let vendor = Vendor::start().await;
    vendor.otherwise(answer());
    let (setup, plugins) = setup(&vendor);
    let file = plugins.join("versioned.wasm");
    put(&file, b"this is no WebAssembly");
    let clasp = setup.start().await;
    clasp.log().line("versioned.wasm").await;
    vendor.then(Answer::text("others go on"));
    assert_eq!(clasp.client().messages(&ask("x")).await.message().text(), "others go on");
    put(&file, &version(&built, 1));
    served(&clasp, 1).await;
}

#[tokio::test]
async fn f01_the_provider_s_nonsense_through_any_plugin_is_a_stream_or_an_error() {
    let built = component();
    let vendor = Vendor::start().await;
    let (setup, plugins) = setup(&vendor);
    put(&plugins.join("versioned.wasm"), &version(&built, 1));
    let clasp = setup.start().await;
    vendor.otherwise(answer());
    served(&clasp, 1).await;
    vendor.otherwise(Answer::frames(["data: {}\n\n"]));
    let ended = clasp.client().streamed(&asked(true)).await;
    assert!(!ended.message.complete);
    ended.failed();
    vendor.otherwise(Answer::text("unharmed"));
    let message = clasp.client().streamed(&ask_stream("x")).await.good();
    assert_eq!(message.text(), "unharmed");
}
