//! Providers set up by variables, as people write them (rule D7).

use clasp_tests::support::clasp::{KEY, Setup};
use clasp_tests::support::client::ask;
use clasp_tests::support::upstream::Vendor;

#[tokio::test]
async fn a_base_url_that_was_copied_whole_is_not_doubled() {
    for ending in ["/chat/completions", "/v1/", "/"] {
        let vendor = Vendor::start().await;
        let url = format!("{}{ending}", vendor.base_url());
        let clasp = Setup::new(&vendor).env("OPENAI_BASE_URL", &url).start().await;
        clasp.client().messages(&ask("x")).await.message();
        vendor.assert_clean();
        assert_eq!(vendor.only_request().path, "/v1/chat/completions", "{url}");
        if ending != "/" {
            clasp.log().line("OPENAI_BASE_URL is taken as").await;
        }
    }
}

#[tokio::test]
async fn d07_a_server_of_ones_own_gets_its_own_key_or_none() {
    for (key, expected) in [(None, None), (Some("own-key"), Some("Bearer own-key"))] {
        let vendor = Vendor::start().await;
        let mut setup = Setup::bare()
            .env("CUSTOM_BASE_URL", &vendor.base_url())
            .env("CLASP_MODEL", "some-model")
            .env("PROVIDER", "custom")
            .env("OPENAI_API_KEY", KEY);
        if let Some(key) = key {
            setup = setup.env("CUSTOM_API_KEY", key);
        }
        let clasp = setup.start().await;
        clasp.client().messages(&ask("x")).await;
        let sent = vendor.requests();
        let paths: Vec<&str> = sent.iter().map(|sent| sent.path.as_str()).collect();
        assert_eq!(paths, ["/v1/models", "/v1/chat/completions"]);
        for sent in sent {
            assert_eq!(sent.header("authorization"), expected);
            assert!(!format!("{:?}", sent.headers).contains(KEY));
        }
    }
}
