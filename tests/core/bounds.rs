//! A path costs in proportion to its length, and one that is too long is refused before anything is
//! built of it.

use crate::test;
use std::cell::Cell;

use crate::fixtures::configs;
use crate::fixtures::proving::built_by;
use signpost::config::Config;
use signpost::decision::Reason;
use signpost::request::Request;
use signpost::target::{self, Chosen};
use signpost::values::{MAX_LOCATION, Switch};
use signpost_rows::SmallConfig;

#[track_caller]
fn config() -> Config {
    let config = SmallConfig::new("hosts = [\"registry.example\"]")
        .target("cdn", "https://cdn.example", "")
        .target(
            "long",
            "https://long.example/files/of/the/registry",
            "unencoded = \"@\"",
        )
        .route("rest", "/files/{rest:path}", "/{rest}")
        .example("/files/a/b", "/a/b")
        .route("twice", "/twice/{file:segment}", "/{file}/{file}")
        .at(&[("cdn", 1)])
        .example("/twice/a", "/a/a")
        .route(
            "four",
            "/four/{file:segment}",
            "/{file}/{file}/{file}/{file}",
        )
        .at(&[("cdn", 1)])
        .example("/four/a", "/a/a/a/a")
        .target(
            "deep",
            &format!("https://deeps.example{}", "/d".repeat(631)),
            "",
        )
        .route("deep", "/deep/{file:segment}", "/{file}")
        .at(&[("deep", 1)])
        .example("/deep/a", "/a");
    configs::read(&config.to_string())
}

/// So many times a character, in segments of at most 100.
fn segments(character: &str, number: usize) -> String {
    let full = format!("{}/", character.repeat(100)).repeat(number / 100);
    let path = format!("{full}{}", character.repeat(number % 100));
    path.trim_end_matches('/').to_owned()
}

/// The path, and whether its location is short enough at every target.
fn rows() -> Vec<(String, bool)> {
    let below = |character, number| format!("/files/{}", segments(character, number));
    let left = MAX_LOCATION - "https://long.example/files/of/the/registry/".len();
    let length = |number: usize| 3 * number + (number - 1) / 100;
    let most = (1..left).filter(|number| length(*number) <= left).max();
    let most = most.expect("a number of characters");
    vec![
        (below("a", 1), true),
        (below("a", 1000), true),
        (below("!", most), true),
        (below("!", most + 1), false),
        (below("%21", most), true),
        (below("%21", most + 1), false),
        // One of the targets has it unencoded, and the other has a shorter base.
        (below("@", most + 1), true),
        (below("@", 700), false),
        (below("!", 700), false),
        (format!("/twice/{}", "!".repeat(255)), true),
        (format!("/twice/{}", "%C3%A4".repeat(100)), false),
        (format!("/four/{}", "a".repeat(255)), true),
        (format!("/four/{}", "!".repeat(168)), true),
        (format!("/four/{}", "!".repeat(169)), false),
        // Almost the longest location, and one byte too many.
        (format!("/deep/{}", "!".repeat(254)), true),
        (format!("/deep/{}", "!".repeat(255)), false),
    ]
}

#[test]
fn a_location_that_would_be_too_long_is_not_built() {
    let config = config();
    for (path, fits) in rows() {
        let row = format!(
            "{} bytes of {}",
            path.len(),
            path.get(..16).unwrap_or(&path)
        );
        let is_built = Cell::new(false);
        let build = |chosen: &Chosen<'_, '_>| {
            is_built.set(true);
            target::build(chosen)
        };
        let request = Request::new("GET", "registry.example", &path);
        let answer = signpost::answer(&config, &request, built_by(&build, Switch::ENFORCE));
        let reason = answer.decision().reason().map(Reason::code);
        assert_eq!(reason, (!fits).then_some("capture-invalid"), "{row}");
        assert_eq!(is_built.get(), fits, "{row}");
    }
}

/// The time of the fastest of many decisions, in nanoseconds.
#[cfg(not(target_family = "wasm"))]
fn fastest(config: &Config, path: &str) -> u128 {
    let request = || Request::new("GET", "registry.example", path);
    let time = || {
        let start = std::time::Instant::now();
        let request = request();
        let answer = signpost::answer(config, &request, Switch::ENFORCE);
        assert!(answer.reply().is_some(), "{path}");
        start.elapsed().as_nanos()
    };
    (0..200).map(|_| time()).min().unwrap_or_default()
}

#[cfg(not(target_family = "wasm"))]
#[test]
fn a_path_costs_in_proportion_to_its_length() {
    let path = |segments: usize| format!("/files{}", "/a".repeat(segments));
    let with_hosts = |hosts: &str| {
        let toml = SmallConfig::new(&format!("hosts = {hosts}"))
            .target("cdn", "https://cdn.example", "")
            .route("rest", "/files/{rest:path}", "/pub/{rest}")
            .example("/files/a/b", "/pub/a/b");
        configs::read(&toml.to_string())
    };
    // With the host of the base among them, the location is tried on every route.
    for hosts in [
        r#"["registry.example"]"#,
        r#"["registry.example", "cdn.example"]"#,
    ] {
        let config = with_hosts(hosts);
        let [short, long] = [64, 510].map(|segments| fastest(&config, &path(segments)));
        // Eight times the segments; in proportion to their square it would be 64 times the time.
        assert!(long < 16 * short, "{hosts}: {short} ns, then {long} ns");
    }
}
