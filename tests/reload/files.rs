//! Files that appear, are named, and go.

use clasp_tests::support::client::{ask, with};
use clasp_tests::support::upstream::{Answer, Vendor};

use crate::versions::{asked, component, put, served, setup, version};

fn answer() -> Answer {
    Answer::frames(["data: {}\n\n", "data: [DONE]\n\n"])
}

#[tokio::test]
async fn f03_a_file_that_appears_serves_and_one_that_goes_does_not() {
    let built = component();
    let vendor = Vendor::start().await;
    vendor.otherwise(answer());
    let (setup, plugins) = setup(&vendor);
    let clasp = setup.start().await;
    let client = clasp.client();
    let file = plugins.join("any-name.wasm");
    put(&file, &version(&built, 7));
    served(&clasp, 7).await;
    let models = client.send("GET", "/").await.json();
    assert!(models["providers"].to_string().contains("versioned"), "{models}");

    let lines = clasp.log().len();
    std::fs::remove_file(&file).unwrap();
    clasp.log().line_after(lines, "plugin file removed").await;
    // The name is now one of the default provider's, which knows no such model but may take it.
    let after = client.messages(&with(ask("x"), "model", "versioned/any")).await;
    assert!(!String::from_utf8_lossy(&after.body).contains("version-00000007"));
}

#[tokio::test]
async fn f03_the_directory_may_come_later() {
    let built = component();
    let vendor = Vendor::start().await;
    vendor.otherwise(answer());
    let (setup, plugins) = setup(&vendor);
    std::fs::remove_dir(&plugins).unwrap();
    let clasp = setup.start().await;
    std::fs::create_dir_all(&plugins).unwrap();
    put(&plugins.join("versioned.wasm"), &version(&built, 3));
    served(&clasp, 3).await;
}

#[tokio::test]
async fn f03_a_named_file_is_watched_wherever_it_is() {
    let built = component();
    let vendor = Vendor::start().await;
    vendor.otherwise(answer());
    let (setup, _plugins) = setup(&vendor);
    let file = setup.home().join("elsewhere.wasm");
    put(&file, &version(&built, 1));
    let clasp = setup.args(&["--plugin", "./elsewhere.wasm"]).start().await;
    served(&clasp, 1).await;
    put(&file, &version(&built, 2));
    served(&clasp, 2).await;
    // Written in place, as a compiler does it.
    std::fs::write(&file, version(&built, 3)).unwrap();
    served(&clasp, 3).await;
}

#[tokio::test]
async fn f03_a_named_file_wins_over_the_directory() {
    let built = component();
    let vendor = Vendor::start().await;
    vendor.otherwise(answer());
    let (setup, plugins) = setup(&vendor);
    put(&plugins.join("versioned.wasm"), &version(&built, 1));
    let file = setup.home().join("mine.wasm");
    put(&file, &version(&built, 2));
    let clasp = setup.args(&["--plugin", "./mine.wasm"]).start().await;
    served(&clasp, 2).await;
    std::fs::remove_file(&file).unwrap();
    served(&clasp, 1).await;
}

#[tokio::test]
async fn f03_another_file_of_the_directory_is_no_plugin() {
    let vendor = Vendor::start().await;
    let (setup, plugins) = setup(&vendor);
    std::fs::write(plugins.join("README.txt"), "hello").unwrap();
    std::fs::create_dir(plugins.join("folder.wasm")).unwrap();
    let clasp = setup.start().await;
    clasp.client().messages(&ask("x")).await.message();
    assert!(!clasp.log().text().contains("README.txt"), "{}", clasp.log().text());
    drop(asked(true));
}
