//! Two targets, each a true copy of the other or wrong in one way. The edge is not asked: nobody listens there.

use serde_json::Value;
use signpost_testbed::{DeadAddress, Spoil, Validity, refused_address};

use crate::bed::{CDN_HOST, DOWNLOAD, FILE, Smoke, contents};
use crate::two_targets::{BOTH, EXAMPLE_AT_OTHER, OTHER_HOST, TwoCdns};

/// The targets, in the order of the configuration.
const TARGETS: [&str; 2] = ["static", "cloudfront"];

/// The files of the route with two targets: two of its ten examples have the same.
const FILES: usize = 9;

async fn parity(cdns: &TwoCdns, more: &[&str]) -> Smoke {
    let edge = refused_address().unwrap();
    cdns.smoke(BOTH, &edge.url(), &[&["--parity"], more].concat())
        .await
}

/// The columns that differ of each copy that does, with its request and target.
#[track_caller]
fn differs(smoke: &Smoke) -> Vec<(String, String, Vec<String>)> {
    let json = smoke.json();
    let strings = |value: &Value| -> Vec<String> {
        let values = value.as_array().unwrap().iter();
        values.map(|it| it.as_str().unwrap().to_owned()).collect()
    };
    let files = json["files"].as_array().unwrap();
    let copies = files.iter().flat_map(|file| {
        let copies = file["copies"].as_array().unwrap();
        copies.iter().map(move |copy| {
            let request = file["request"].as_str().unwrap().to_owned();
            let target = copy["target"].as_str().unwrap().to_owned();
            (request, target, strings(&copy["differs"]))
        })
    });
    let copies = copies.filter(|(_, _, differs)| !differs.is_empty());
    copies.collect()
}

#[tokio::test]
async fn true_copies_do_not_differ_and_the_edge_is_not_asked() {
    let cdns = TwoCdns::start().await;
    let smoke = parity(&cdns, &["--format", "json"]).await;
    assert_eq!(smoke.code, Some(0), "{}{}", smoke.stdout, smoke.stderr);
    let json = smoke.json();
    assert_eq!(json["differences"].as_array().unwrap().len(), 0);
    assert_eq!(json["files"].as_array().unwrap().len(), FILES);
    assert_eq!(json["certificates"].as_array().unwrap().len(), 2);
    // The order of the targets is the same for all files.
    for file in json["files"].as_array().unwrap() {
        let copies = file["copies"].as_array().unwrap();
        let names: Vec<_> = copies.iter().map(|copy| &copy["target"]).collect();
        assert_eq!(names, TARGETS, "{file:#}");
    }
    for cdn in [&cdns.files.cdn, &cdns.other] {
        assert_eq!(cdn.requests(), 3 * FILES);
    }
    let announced = "about 54 requests to 2 hosts, at most 1000 a second: about 1s\n";
    assert!(smoke.stderr.contains(announced), "{}", smoke.stderr);
}

#[tokio::test]
async fn each_way_a_copy_can_be_wrong_is_shown_in_its_column() {
    let rows: [(Spoil, &[&str], &str); 15] = [
        (Spoil::Missing, &["status"], "404 Not Found here"),
        (
            Spoil::Forbidden,
            &["status"],
            "403 Forbidden here (x-served-by: stand-in-1)",
        ),
        (Spoil::OtherBytes, &["sha-256"], " is right, "),
        (
            Spoil::BrokenOff,
            &["status"],
            "did not send all of the file",
        ),
        (Spoil::Silent, &["status"], "did not answer in time"),
        (Spoil::RedirectToItself, &["status"], "302 Found here"),
        (Spoil::NoHead, &["head"], "200 at OTHER, 403 here"),
        (Spoil::NoRange, &["range"], "206 at OTHER, 416 here"),
        (Spoil::WholeForRange, &["range"], "206 at OTHER, 200 here"),
        (Spoil::OtherRange, &["range"], "with other bytes"),
        (Spoil::NoCors, &["cors"], "* at OTHER, none here"),
        (Spoil::TwiceCors, &["cors"], "* at OTHER, *, * here"),
        // No client that downloads a file sees these.
        (Spoil::NoCondition, &[], ""),
        (Spoil::NoValidator, &[], ""),
        (Spoil::NoPreflight, &[], ""),
    ];
    for (spoil, columns, words) in rows {
        for target in TARGETS {
            let row = format!("{spoil:?} at {target}");
            let cdns = TwoCdns::start().await;
            let is_first = target == TARGETS[0];
            let cdn = if is_first {
                &cdns.files.cdn
            } else {
                &cdns.other
            };
            cdn.spoil(FILE, spoil);
            let mut arguments = vec!["--format", "json"];
            if spoil == Spoil::Silent {
                arguments.extend(["--timeout", "3s"]);
            }
            let smoke = parity(&cdns, &arguments).await;
            let code = i32::from(!columns.is_empty());
            assert_eq!(smoke.code, Some(code), "{row}: {}", smoke.stderr);
            let json = smoke.json();
            assert_eq!(json["files"].as_array().unwrap().len(), FILES, "{row}");
            let differs = differs(&smoke);
            if columns.is_empty() {
                assert_eq!(differs, [], "{row}");
                continue;
            }
            let [(request, at, found)] = differs.as_slice() else {
                panic!("{row}: {differs:?}");
            };
            assert_eq!((request.as_str(), at.as_str()), (DOWNLOAD, target), "{row}");
            assert_eq!(found, columns, "{row}");
            let differences = json["differences"].as_array().unwrap();
            assert_eq!(differences.len(), 1, "{row}: {differences:?}");
            let message = differences[0]["message"].as_str().unwrap();
            let other = TARGETS[usize::from(is_first)];
            let words = words.replace("OTHER", other);
            assert!(message.contains(&words), "{row}: {message}");
        }
    }
}

#[tokio::test]
async fn a_difference_of_all_files_is_said_once() {
    let refused = refused_address().unwrap();
    let cdns = TwoCdns::start().await;
    for path in contents().into_keys().chain([EXAMPLE_AT_OTHER.to_owned()]) {
        cdns.other.spoil(path, Spoil::NoCors);
    }
    let smoke = parity(&cdns, &[]).await;
    let line = "[cors] the target `cloudfront` differs for all 9 files, such as /api/v1/crates/";
    assert!(smoke.stdout.contains(line), "{}", smoke.stdout);
    assert!(
        smoke
            .stdout
            .ends_with("\n9 files at 2 targets, 1 difference\n")
    );
    let address = refused.address().to_string();
    let edge = refused.url();
    let smoke = cdns
        .smoke_where_other_is_at(&address, BOTH, &edge, &["--parity"])
        .await;
    assert_eq!(smoke.code, Some(1), "{}", smoke.stdout);
    let line = "[cdn-connect] the target `cloudfront` differs for all 9 files, such as ";
    assert!(smoke.stdout.contains(line), "{}", smoke.stdout);
    assert!(
        smoke
            .stdout
            .ends_with("\n9 files at 2 targets, 1 difference\n")
    );
}

#[tokio::test]
async fn a_file_may_be_missing_at_all_targets_or_at_none() {
    let arguments = ["--parity", "--missing", "/a/1.0.0/", "--format", "json"];
    for (row, at_first, at_second, expected) in [
        ("none", false, false, &[][..]),
        ("first", true, false, &["static"]),
        ("second", false, true, &["cloudfront"]),
        ("both", true, true, &[]),
    ] {
        let cdns = TwoCdns::start().await;
        if at_first {
            cdns.files.cdn.spoil(EXAMPLE_AT_OTHER, Spoil::Forbidden);
        }
        if at_second {
            cdns.other.spoil(EXAMPLE_AT_OTHER, Spoil::Missing);
        }
        let edge = refused_address().unwrap();
        let smoke = cdns.smoke(BOTH, &edge.url(), &arguments).await;
        let code = i32::from(!expected.is_empty());
        assert_eq!(
            smoke.code,
            Some(code),
            "{row}: {}{}",
            smoke.stdout,
            smoke.stderr
        );
        let differs = differs(&smoke);
        let targets: Vec<_> = differs.iter().map(|(_, target, _)| target).collect();
        assert_eq!(targets, expected, "{row}");
    }
}

#[tokio::test]
async fn a_certificate_that_ends_tomorrow_is_a_difference() {
    let tomorrow = Validity::EndsTomorrow;
    for (validities, host) in [
        ([tomorrow, Validity::Valid], CDN_HOST),
        ([Validity::Valid, tomorrow], OTHER_HOST),
    ] {
        let cdns = TwoCdns::start_with(validities).await;
        let smoke = parity(&cdns, &[]).await;
        assert_eq!(smoke.code, Some(1), "{host}: {}", smoke.stdout);
        let line = format!("certificate of {host}: 1 day left !=\n");
        assert!(smoke.stdout.contains(&line), "{}", smoke.stdout);
        let line = format!("[certificate] the certificate of {host} at 127.0.0.1:");
        assert!(smoke.stdout.contains(&line), "{}", smoke.stdout);
        assert!(
            smoke.stdout.ends_with(", 1 difference\n"),
            "{}",
            smoke.stdout
        );
        let smoke = parity(&cdns, &["--certificate-days", "1"]).await;
        assert_eq!(smoke.code, Some(0), "{host}: {}", smoke.stdout);
    }
}

#[tokio::test]
async fn people_see_a_line_for_each_file_and_target() {
    let cdns = TwoCdns::start().await;
    cdns.files.cdn.spoil(FILE, Spoil::NoCors);
    cdns.other.spoil(FILE, Spoil::OtherBytes);
    cdns.other.spoil(EXAMPLE_AT_OTHER, Spoil::Missing);
    let smoke = parity(&cdns, &[]).await;
    assert_eq!(smoke.code, Some(1), "{}", smoke.stderr);
    insta::assert_snapshot!(without_run(&smoke.stdout));
}

/// Without what is another in each run, and the heading with its revision.
fn without_run(stdout: &str) -> String {
    let lines = stdout.lines().skip(1).map(|line| {
        let ends = [" at 127.0.0.1:", " (run "];
        let ends = ends.into_iter().filter_map(|end| line.find(end));
        let line = &line[..ends.min().unwrap_or(line.len())];
        let Some(certificate) = line.strip_suffix(" days left") else {
            return line.to_owned();
        };
        // Tomorrow it is one day less. The certificates of the test bed end in the year 4096.
        let (name, days) = certificate.rsplit_once(' ').unwrap();
        let days: u32 = days.replace(',', "").parse().unwrap();
        assert!((700_000..=755_720).contains(&days), "{line}");
        format!("{name} N days left")
    });
    let lines: Vec<_> = lines.collect();
    lines.join("\n")
}

#[tokio::test]
async fn what_cannot_be_compared_is_said_in_words() {
    let cdns = TwoCdns::start().await;
    let nobody: DeadAddress = refused_address().unwrap();
    let edge = nobody.url();
    for (row, arguments) in [
        ("switch", ["--parity", "--switch", "off"]),
        ("settle", ["--parity", "--settle", "1s"]),
        ("token", ["--parity", "--token-env", "TOKEN"]),
        ("origin", ["--parity", "--not-at-origin", "readme"]),
        ("junit", ["--parity", "--junit", "a.xml"]),
    ] {
        let smoke = cdns.smoke(BOTH, &edge, &arguments).await;
        assert_eq!(smoke.code, Some(2), "{row}");
        let words = "cannot be used with";
        assert!(smoke.stderr.contains(words), "{row}: {}", smoke.stderr);
    }
    // Production has one target.
    let smoke = cdns.files.smoke(&edge, &["--parity"]).await;
    assert_eq!(smoke.code, Some(2), "{}", smoke.stdout);
    let words = "every route has one target, so there are no two to compare: add";
    assert!(smoke.stderr.contains(words), "{}", smoke.stderr);
    // The edge is not asked, so there is no way to it.
    let detour = ["--parity", "--resolve", "crates.io:443:127.0.0.1"];
    let smoke = cdns.smoke(BOTH, &edge, &detour).await;
    assert_eq!(smoke.code, Some(2), "{}", smoke.stdout);
    assert!(smoke.stderr.contains("no request went to crates.io:443"));
    let wrong = cdns.files.directory.path().join("wrong-sums");
    let sums = format!("{}  {DOWNLOAD}\n", "0".repeat(64));
    std::fs::write(&wrong, sums).unwrap();
    let wrong = ["--parity", "--files", wrong.to_str().unwrap()];
    let smoke = cdns.smoke(BOTH, &edge, &wrong).await;
    assert_eq!(smoke.code, Some(2), "{}", smoke.stdout);
    let words = "have different SHA-256 for /api/v1/crates/smallvec/1.10.0/download, so no target";
    assert!(smoke.stderr.contains(words), "{}", smoke.stderr);
}
