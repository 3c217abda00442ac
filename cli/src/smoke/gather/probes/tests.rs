use std::sync::LazyLock;

use signpost::values::{Share, Switch};
use signpost_rows::{PRODUCTION, with_hosts};

use super::{AskTargets, Kind, Probe, Sources};
use crate::file::Loaded;
use crate::small::production;
use crate::smoke::ask::edge_url::EdgeUrl;
use crate::smoke::gather::package::{Checksum, Checksums, Package};
use crate::smoke::gather::sums::Sums;

static NO_SUMS: LazyLock<Sums> = LazyLock::new(Sums::default);

static EDGE: LazyLock<EdgeUrl> = LazyLock::new(|| "https://crates.io".parse().unwrap());

pub(super) fn sources<'a>(loaded: &'a Loaded, checksums: &'a Checksums) -> Sources<'a> {
    Sources {
        loaded,
        sides: loaded.config().into(),
        next: None,
        switch: Switch::ENFORCE,
        edge: &EDGE,
        routes: &[],
        packages: &[],
        checksums,
        sums: &NO_SUMS,
        missing: &[],
        not_at_origin: &[],
        ask_targets: AskTargets::WhenSent,
        quick: false,
    }
}

/// A package, its checksum, and that alone as what is known.
pub(super) fn known(package: &str) -> (Package, Checksum, Checksums) {
    let package: Package = package.parse().unwrap();
    let checksum = Checksum::parse(&"a".repeat(64)).unwrap();
    let mut checksums = Checksums::default();
    checksums.insert(package.clone(), checksum.clone());
    (package, checksum, checksums)
}

fn of_kind(probes: &[Probe], kind: Kind) -> Vec<&Probe> {
    probes.iter().filter(|probe| probe.kind == kind).collect()
}

#[test]
fn every_example_is_a_probe_and_leads_where_its_author_wrote() {
    let loaded = production();
    let probes = sources(&loaded, &Checksums::default()).probes().unwrap();
    let examples = of_kind(&probes, Kind::Example);
    assert_eq!(examples.len(), loaded.examples().len());
    for (probe, example) in examples.iter().zip(loaded.examples()) {
        assert_eq!(probe.request, example.request());
        assert_eq!(probe.expected.location(), Some(example.location().as_str()));
    }
    // `/download` of the three routes: eleven paths each, and no path twice.
    assert_eq!(of_kind(&probes, Kind::Negative).len(), 33);
}

#[test]
fn examples_that_go_to_the_origin_must_not_be_redirected_and_other_hosts_are_left_out() {
    let example =
        |request: &str| format!("\n[[examples]]\nrequest = \"{request}\"\norigin = true\n");
    let requests = [
        "/crates/serde",
        "https://crates.io/search?q=a",
        "https://b.example/new",
        "/crates/../a",
    ];
    let readme = "name     = \"readme\"";
    let text = with_hosts(PRODUCTION, "[\"crates.io\", \"b.example\"]")
        .replace(readme, &format!("{readme}\nhosts = [\"b.example\"]"));
    let loaded = Loaded::of(&(text + &requests.map(example).concat()));
    let checksums = Checksums::default();
    let sources = sources(&loaded, &checksums);
    let probes = sources.probes().unwrap();
    let negative = of_kind(&probes, Kind::Negative);
    let found: Vec<_> = negative[..2].iter().map(|it| it.request.as_str()).collect();
    assert_eq!(found, ["/crates/serde", "/search?q=a"]);
    let all = loaded.examples();
    let of_readme = all.iter().filter(|it| it.route().as_str() == "readme");
    let of_readme = of_readme.count();
    let examples = of_kind(&probes, Kind::Example);
    assert_eq!(examples.len(), all.len() - of_readme);
    let notes: Vec<_> = sources.left_out().collect();
    let elsewhere = of_readme + 1;
    let expected = [
        format!("left out: {elsewhere} examples for another host than crates.io"),
        "left out: 1 example whose path no client sends as it is written".to_owned(),
    ];
    assert_eq!(notes, expected);
}

#[test]
fn a_crate_is_asked_for_on_every_route_to_crate_files() {
    let loaded = production();
    let (package, checksum, checksums) = known("zstd-sys@2.0.16+zstd.1.5.7");
    let packages = [(Kind::Crate, package)];
    let readme = ["readme".to_owned()];
    for (routes, what, expected) in [
        (&[][..], "download", Some(&checksum)),
        // A README has other bytes than its crate.
        (&readme, "readme", None),
    ] {
        let sources = Sources {
            packages: &packages,
            routes,
            ..sources(&loaded, &checksums)
        };
        let probes = sources.probes().unwrap();
        let crates = of_kind(&probes, Kind::Crate);
        let found: Vec<_> = crates.iter().map(|probe| probe.request.as_str()).collect();
        assert_eq!(
            found,
            [format!("/api/v1/crates/zstd-sys/2.0.16+zstd.1.5.7/{what}")]
        );
        assert_eq!(crates[0].checksum.as_ref(), expected);
    }
}

#[test]
fn every_share_that_sends_anything_has_probes_that_are_redirected() {
    let loaded = production();
    let checksums = Checksums::default();
    for (percent, expected) in [(0, 0), (1, 5), (5, 5), (10, 5), (99, 5)] {
        let sources = Sources {
            switch: Switch::enforce(Share::percent(percent).unwrap()),
            ..sources(&loaded, &checksums)
        };
        let probes = sources.probes().unwrap();
        let redirected = probes.iter().filter(|probe| super::is_redirected(probe));
        let redirected = redirected.count();
        assert!(redirected >= expected, "{percent}%: {redirected}");
        assert_eq!(percent == 0, redirected == 0, "{percent}%");
        for probe in of_kind(&probes, Kind::InShare) {
            assert!(probe.checksum.is_some(), "{percent}%: {}", probe.request);
        }
    }
}

#[test]
fn a_lock_files_own_crates_come_before_those_of_the_list() {
    let loaded = production();
    // In the smallest share.
    let (_, checksum, checksums) = known("syn@1.0.109");
    let sources = Sources {
        switch: Switch::enforce(Share::percent(1).unwrap()),
        ..sources(&loaded, &checksums)
    };
    let probes = sources.probes().unwrap();
    let in_share = of_kind(&probes, Kind::InShare);
    assert!(in_share[0].request.contains("/syn/1.0.109/"));
    assert_eq!(in_share[0].checksum.as_ref(), Some(&checksum));
}

#[test]
fn runs_that_would_prove_nothing_and_impossible_options_are_refused() {
    let production = production();
    let compiled = Loaded::of(production.config().to_json());
    // Another CDN may have other files.
    let other_cdn = Loaded::of(&PRODUCTION.replace("static.crates.io", "static.example"));
    let other_host = Loaded::of(&with_hosts(PRODUCTION, "[\"other.example\"]"));
    let checksums = Checksums::default();
    let missing = ["/no-such-crate/".to_owned()];
    let routes = ["raedme".to_owned()];
    let mut small_share = sources(&other_cdn, &checksums);
    small_share.switch = Switch::enforce(Share::percent(1).unwrap());
    let mut nothing_missing = sources(&production, &checksums);
    nothing_missing.missing = &missing;
    let mut no_route = sources(&production, &checksums);
    no_route.routes = &routes;
    for (sources, words) in [
        (
            sources(&compiled, &checksums),
            "the configuration has no examples",
        ),
        (small_share, "no redirect would be followed"),
        (
            nothing_missing,
            "no probe's path contains `/no-such-crate/`",
        ),
        (no_route, "there is no route `raedme`"),
        (
            sources(&other_host, &checksums),
            "the routes do not apply to the host crates.io",
        ),
    ] {
        let failure = sources.probes().unwrap_err().to_string();
        assert!(failure.contains(words), "{words}: {failure}");
    }
}

#[test]
fn a_file_whose_checksum_is_known_may_never_be_missing() {
    let loaded = production();
    let (_, _, checksums) = known("smallvec@1.10.0");
    for (part, expected) in [
        ("/smallvec/1.10.0/", Ok(1)),
        ("/smallvec/1.10.0/download", Err(())),
        ("/a/0.1.1/", Ok(2)),
    ] {
        let missing = [part.to_owned()];
        let sources = Sources {
            missing: &missing,
            ..sources(&loaded, &checksums)
        };
        let probes = sources.probes().map_err(drop);
        let may_be = probes.map(|probes| probes.iter().filter(|one| one.may_be_missing).count());
        assert_eq!(may_be, expected, "{part}");
    }
}
