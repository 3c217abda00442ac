//! The incident of 2023-07-20, replayed: the builder of that day joined the CDN's prefix and a path
//! without a slash, and for 13 minutes every download was redirected to `static.crates.iocrates`.

use crate::fixtures::configs;
use crate::fixtures::proving::{built_by, chosen};
use crate::test;
use signpost::decision::{Decision, Reason};
use signpost::location::Refusal;
use signpost::request::Request;
use signpost::target::Chosen;
use signpost::values::Switch;
use signpost_rows::{CrateFile, crates};

/// What was deployed: a prefix that ended without a slash, and a path that began without one.
fn builder_of_2023(chosen: &Chosen<'_, '_>) -> String {
    let prefix = "https://static.crates.io";
    let [name, version] = chosen.found().captures() else {
        panic!("a download has a name and a version");
    };
    let (name, version) = (name.as_str(), version.as_str());
    let path = format!("crates/{name}/{name}-{version}.crate");
    format!("{prefix}{path}")
}

fn download(name: &str, version: &str) -> String {
    format!("/api/v1/crates/{name}/{version}/download")
}

fn right_location(name: &str, version: &str) -> String {
    let version = version.replace('+', "%2B");
    format!("https://static.crates.io/crates/{name}/{name}-{version}.crate")
}

#[test]
fn the_builder_of_2023_redirects_no_client() {
    let config = configs::production();
    let mut refused = 0;
    for CrateFile { name, version, .. } in crates() {
        let target = download(name, version);
        let request = Request::new("GET", "crates.io", &target);
        let answer = signpost::answer(
            &config,
            &request,
            built_by(&builder_of_2023, Switch::ENFORCE),
        );
        let expected = Decision::Origin(Reason::LocationRefused(Refusal::NotTheBase));
        assert_eq!(*answer.decision(), expected, "{target}");
        assert_eq!(
            answer.decision().reason().map(Reason::code),
            Some("location-refused"),
            "{target}"
        );
        assert_eq!(answer.reply(), None, "{target}");
        refused += 1;
    }
    assert_eq!(refused, 1_309);
}

#[test]
fn the_builder_of_2023_builds_what_left_that_day() {
    let config = configs::production();
    let request = Request::new(
        "GET",
        "crates.io",
        "/api/v1/crates/smallvec/1.10.0/download",
    );
    assert_eq!(
        builder_of_2023(&chosen(&config, &request)),
        "https://static.crates.iocrates/smallvec/smallvec-1.10.0.crate"
    );
}

#[test]
fn every_spelling_of_the_base_redirects_to_the_right_place() {
    let spellings = [
        "static.crates.io",
        "static.crates.io/",
        "https://static.crates.io",
        "https://static.crates.io/",
        "https://static.crates.io//",
        "HTTPS://Static.Crates.IO/",
        "https://static.crates.io:443",
    ];
    for base in spellings {
        let config = configs::with_base(base, "static.crates.io", "https://static.crates.io");
        let mut redirected = 0;
        for CrateFile { name, version, .. } in crates() {
            let target = download(name, version);
            let request = Request::new("GET", "crates.io", &target);
            let answer = signpost::answer(&config, &request, Switch::ENFORCE);
            let Decision::Redirect(location) = answer.decision() else {
                panic!("base {base:?}, {target}: {:?}", answer.decision());
            };
            assert_eq!(
                location.as_str(),
                right_location(name, version),
                "base {base:?}, {target}"
            );
            redirected += 1;
        }
        assert_eq!(redirected, 1_309, "base {base:?}");
    }
}
