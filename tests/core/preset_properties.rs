//! Whatever is asked of a registry that runs a preset, a location that leaves answers that request.

#![cfg(not(target_family = "wasm"))]

use std::borrow::Cow;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::fixtures::configs;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;
use signpost::config::Config;
use signpost::request::Request;
use signpost::values::Switch;
use signpost_rows::{PRESETS, preset_rows};

/// Each preset, with real requests to it.
static CONFIGS: LazyLock<Vec<(Config, Vec<&str>)>> = LazyLock::new(|| {
    let of_preset = |(name, toml): (&str, &str)| {
        let rows = preset_rows().iter().filter(|row| row.preset == name);
        (configs::read(toml), rows.map(|row| row.target).collect())
    };
    PRESETS.into_iter().map(of_preset).collect()
});

/// What a request's bytes may be replaced by.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let pieces = select(vec![
        "/",
        "//",
        ".",
        "..",
        "-",
        "%2F",
        "%2f",
        "%5C",
        "%00",
        "%0D%0A",
        "%252e",
        "%2B",
        "+",
        "@",
        ":",
        "!",
        "'",
        "~",
        "A",
        "a",
        "0",
        "1.0.0",
        "-SNAPSHOT",
        ".zip",
        "blobs",
        "@v",
        "v",
        "ä",
        "%C3%A4",
        "%40",
        "?",
        "#",
        " ",
        "\\",
        "{",
        "|",
        "e3",
    ]);
    prop_oneof![
        pieces.prop_map(|piece| piece.as_bytes().to_vec()),
        any::<Vec<u8>>(),
        Just(Vec::new()),
    ]
}

/// A change of a request: where it begins, how many bytes are replaced, and by what.
fn changes() -> impl Strategy<Value = Vec<(Index, usize, Vec<u8>)>> {
    prop::collection::vec((any::<Index>(), 0_usize..5, piece()), 0..4)
}

/// Decodes the segments of a URL's path.
fn decoded(path: &str) -> Vec<Cow<'_, str>> {
    let segments = path.split('/').skip(1);
    let decode = |segment| {
        percent_encoding::percent_decode_str(segment)
            .decode_utf8()
            .expect("UTF-8")
    };
    segments.map(decode).collect()
}

/// Asks, and checks the location if there is one. Whether there is.
fn check(config: &Config, target: &str) -> Result<bool, TestCaseError> {
    let request = Request::new("GET", "registry.example", target);
    let answer = signpost::answer(config, &request, Switch::ENFORCE);
    let Some(location) = answer.redirect() else {
        return Ok(false);
    };
    let found = answer.chosen().expect("a match").found();
    let route = found.route();
    let base = answer.target().expect("a target").base().as_str();
    let below_base = location.as_str().strip_prefix(base);
    let segments = decoded(below_base.expect("below the base"));
    let read = route.location().read(&segments);
    prop_assert_eq!(read, Ok(found.captures().to_vec()), "{}", target);
    let path = request.segments().expect("segments");
    let captures = route.path().read(path).expect("the route's path");
    let written = route.path().text(&captures);
    prop_assert_eq!(written, format!("/{}", path.join("/")), "{}", target);
    Ok(true)
}

#[test]
fn a_location_reads_back_and_the_path_is_written_again() {
    let config = ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    for (config_of_preset, targets) in CONFIGS.iter() {
        let redirected = AtomicUsize::new(0);
        let asked = (any::<Index>(), changes());
        let result = TestRunner::new(config.clone()).run(&asked, |(row, changes)| {
            let mut target = targets[row.index(targets.len())].as_bytes().to_vec();
            for (place, length, piece) in &changes {
                let start = place.index(target.len() + 1);
                let end = (start + length).min(target.len());
                target.splice(start..end, piece.iter().copied());
            }
            let target = String::from_utf8_lossy(&target);
            let is_redirected = check(config_of_preset, &target)?;
            redirected.fetch_add(is_redirected.into(), Ordering::Relaxed);
            Ok(())
        });
        result.unwrap_or_else(|error| panic!("{error}"));
        let redirected = redirected.into_inner();
        assert!(
            redirected > 100,
            "only {redirected} requests were redirected"
        );
    }
}
