//! Whatever is asked of a registry that runs a preset, a location that leaves answers that request.

#![cfg(not(target_family = "wasm"))]

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::fixtures::configs;
use proptest::prelude::*;
use proptest::sample::{Index, select};
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

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 20_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_location_reads_back_and_the_path_is_written_again(
        preset in any::<Index>(),
        row in any::<Index>(),
        changes in changes(),
    ) {
        let (config, targets) = &CONFIGS[preset.index(CONFIGS.len())];
        let mut target = targets[row.index(targets.len())].as_bytes().to_vec();
        for (place, length, piece) in &changes {
            let start = place.index(target.len() + 1);
            let end = (start + length).min(target.len());
            target.splice(start..end, piece.iter().copied());
        }
        let target = String::from_utf8_lossy(&target);
        let request = Request::new("GET", "registry.example", &target);
        let answer = signpost::answer(config, &request, Switch::ENFORCE);
        if let Some(location) = answer.redirect() {
            let found = answer.chosen().expect("a match").found();
            let route = found.route();
            let base = answer.target().expect("a target").base().as_str();
            let below_base = location.as_str().strip_prefix(base).expect("below the base");
            let segments = decoded(below_base);
            let read = route.location().read(&segments);
            prop_assert_eq!(read, Ok(found.captures().to_vec()), "{}", target);
            let path = request.segments().expect("segments");
            let captures = route.path().read(path).expect("the route's path");
            prop_assert_eq!(route.path().text(&captures), format!("/{}", path.join("/")), "{}", target);
        }
    }
}
