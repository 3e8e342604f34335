//! What is told of a decision, in words.

use std::time::Duration;

use crate::{Mapping, Reason, Role, Tier};

#[test]
fn f04_every_mapping_is_told_in_words() {
    for (mapping, words) in [
        (Mapping::Rule, "a rule holds"),
        (Mapping::Route("fast".into()), "the route \"fast\""),
        (Mapping::Prefix, "the name says the provider"),
        (Mapping::Pattern("gpt-*".into()), "the route \"gpt-*\" matches the name"),
        (Mapping::Tier(Tier::Opus), "the route of the tier opus"),
        (Mapping::Default, "the default route"),
        (Mapping::Known, "the provider has the model"),
        (Mapping::TierDefault(Tier::Haiku), "the provider's own model for the tier haiku"),
        (Mapping::Passed, "the client's own name is sent on"),
    ] {
        assert_eq!(mapping.to_string(), words);
    }
}

#[test]
fn f04_every_reason_is_told_in_words() {
    for (reason, words) in [
        (Reason::Written, "in its written place"),
        (Reason::Kept, "the conversation or the key keeps to it"),
        (Reason::Drawn, "drawn by weight"),
        (Reason::FirstToken(Duration::from_millis(1500)), "its first token takes 1500 ms"),
        (Reason::Unmeasured, "its time to the first token is not known"),
        (Reason::Price(2.754), "costs 2.75 $ per million tokens"),
        (Reason::Unpriced, "its price is not known"),
        (Reason::Running(1), "1 request is running there"),
        (Reason::Running(0), "0 requests are running there"),
        (Reason::Weightless, "has weight 0, so only when others fail"),
        (Reason::RouteFallback, "a fallback of the route"),
        (Reason::TierFallback, "a fallback of the tier"),
        (Reason::Fallback, "a fallback of every route"),
        (Reason::Larger, "has room for a context that is too long elsewhere"),
    ] {
        assert_eq!(reason.to_string(), words);
    }
    let roles = [Role::Primary, Role::Fallback, Role::Larger].map(|role| role.to_string());
    assert_eq!(roles, ["primary", "fallback", "larger"]);
}
