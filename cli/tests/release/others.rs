//! Releases while others change what is deployed, and takedowns, which do.

use signpost_testbed::{FastlyApi, Fault};

use super::sides::{
    FOREIGN, NEW, PACKAGE, POSITION, api, api_with, assert_as_before, both, config, entries, now,
    roll_back, run, smoke_of_config,
};
use super::trial::{Trial, at_once, compile, printed};
use super::{PRODUCTION, acts, assert_code, entry, store_config};

#[tokio::test]
async fn what_somebody_else_changes_stops_a_release_and_stays() {
    let old = &compile(PRODUCTION);
    let new = &compile(&NEW);
    let other = "another.json (0)";
    // The look before which it changes, the entry, its new value, the exit code, and what is stored
    // afterwards.
    let rows = [
        (2, "switch", "off", 1, ["off", old, "", ""]),
        (4, "switch", "off", 1, ["off", old, "", ""]),
        (4, "switch", "shadow, next 1%", 1, ["shadow", old, "", ""]),
        (4, "switch", "enforec", 1, ["enforec", old, "", ""]),
        (4, "config", FOREIGN, 2, [POSITION, FOREIGN, "", "mine"]),
        (4, "config", new, 2, [POSITION, new, "", "mine"]),
        (4, "next", FOREIGN, 2, [POSITION, old, FOREIGN, "mine"]),
        (4, "release", other, 2, [POSITION, old, "", other]),
        (6, "next", FOREIGN, 2, [POSITION, old, FOREIGN, "mine"]),
        (7, "config", FOREIGN, 2, [POSITION, FOREIGN, "", "mine"]),
        (8, "config", FOREIGN, 2, [POSITION, FOREIGN, "", "mine"]),
        (8, "switch", "off", 1, ["off", old, "", ""]),
    ];
    let rows = rows.into_iter();
    at_once(rows.map(|(look, key, value, code, expected)| async move {
        let name = format!("{key} {value} at look {look}");
        let trial = Trial::with(api().await).changed_by_somebody_else(look, key, value);
        let output = run(&trial, &config()).await;
        let printed = printed(&output);
        assert_eq!(output.status.code(), Some(code), "{name}: {printed}");
        let said = format!("somebody else changed the entry `{key}`");
        assert!(printed.contains(&said), "{name}: {printed}");
        assert_eq!(entries(&trial), expected, "{name}: {printed}");
        // Nobody is told to overwrite it by hand.
        let (_, by_hand) = printed.split_once("by hand now").unwrap_or_default();
        let says_why = by_hand.contains("not done, because somebody else");
        assert_eq!(says_why, code == 2, "{name}: {printed}");
    }))
    .await;
}

#[tokio::test]
async fn what_somebody_else_activates_stops_a_release_and_stays() {
    for (name, words, when) in [
        ("before the package", PACKAGE.to_vec(), "compute update"),
        ("while `next` has a share", both(), "next 1%"),
    ] {
        let trial = Trial::with(api().await).activated_by_somebody_else(when);
        let output = run(&trial, &words).await;
        let printed = printed(&output);
        assert_eq!(output.status.code(), Some(2), "{name}: {printed}");
        let said = "somebody else activated the version 1";
        assert!(printed.contains(said), "{name}: {printed}");
        assert_eq!(trial.api.active(), Some(1), "{name}: {printed}");
        let stored = entries(&trial);
        let expected = [POSITION, &compile(PRODUCTION), "", "mine"];
        assert_eq!(stored, expected, "{name}: {printed}");
    }
}

#[tokio::test]
async fn a_switch_that_is_off_by_then_does_not_hinder_the_rollback_of_a_package() {
    let trial = Trial::with(api().await).killed_at(5);
    assert_eq!(run(&trial, PACKAGE).await.status.code(), None);
    let words = ["switch", "off", "--store-id", FastlyApi::STORE, "--execute"];
    assert_code(&trial.command(&words).await, 0);
    let output = roll_back(&trial).await;
    assert_code(&output, 0);
    assert_eq!(entries(&trial), ["off", &*compile(PRODUCTION), "", ""]);
}

#[tokio::test]
async fn a_rollback_asks_again_for_a_list_and_without_one_removes_next() {
    // The smoke test at the first share.
    let failed = 4;
    for (name, looks, code, expected) in [
        ("one", 3..4, 1, [POSITION, "", ""]),
        ("two", 3..5, 1, [POSITION, "", ""]),
        ("all", 3..100, 2, ["enforce 25%, next 1%", "", "mine"]),
    ] {
        let mut api = api().await.failing(failed, Fault::Refused);
        for look in looks {
            api = api.failing_look(look);
        }
        let trial = Trial::with(api);
        let output = run(&trial, &config()).await;
        let printed = printed(&output);
        assert_eq!(output.status.code(), Some(code), "{name}: {printed}");
        let [switch, _, next, release] = entries(&trial);
        assert_eq!([switch, next, release], expected, "{name}: {printed}");
    }
}

#[tokio::test]
async fn a_takedown_is_stored_whatever_else_goes_on_and_stays() {
    let (old, new) = (compile(PRODUCTION), compile(&NEW));
    let now_next = format!("PUT {} {new}", entry("next"));
    for (name, switch, more, puts_next, tried_at) in [
        ("calm", POSITION, [].as_slice(), false, POSITION),
        (
            "a share",
            "enforce, next 5%",
            &[("next", FOREIGN)],
            true,
            "enforce",
        ),
        ("misspelt", "enforec", &[("release", "x")], false, "off"),
    ] {
        for fault in [None, Some(Fault::AnswerLost)] {
            let mut expected = vec![store_config(&new)];
            expected.extend(puts_next.then(|| now_next.clone()));
            expected.push(smoke_of_config(&NEW).replace(POSITION, tried_at));
            let mut api = api_with(switch, &old, more).await;
            if let Some(fault) = fault {
                api = api.failing(expected.len() - 1, fault);
            }
            let trial = Trial::with(api);
            let output = run(&trial, &now()).await;
            let printed = printed(&output);
            let code = if fault.is_some() { 2 } else { 0 };
            assert_eq!(output.status.code(), Some(code), "{name}: {printed}");
            assert_eq!(acts(&trial.api), expected, "{name}");
            let says_how = printed.contains("Nothing was taken back. To go back");
            assert_eq!(says_how, fault.is_some(), "{name}: {printed}");
            assert_eq!(trial.api.entry("config").as_ref(), Some(&new), "{name}");
        }
    }
    let trial = Trial::with(api().await);
    assert_code(&run(&trial, &now()).await, 0);
    assert_code(&roll_back(&trial).await, 0);
    assert_as_before(&trial, "taken back");
}
