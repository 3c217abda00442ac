//! A route with several targets: each of them is tried, and an answer may send to any that this
//! configuration lets it.

use serde_json::{Value, json};
use signpost::Surroundings;
use signpost::values::Switch;
use signpost_testbed::{Backend, Spoil, StandInOrigin, refused_address};

use crate::bed::{Module, Smoke};
use crate::two_targets::{BOTH, EXAMPLE_AT_OTHER, HARDLY_THE_SECOND, TwoCdns, Written};
use crate::wrong_at_the_edge::answer_in;

/// The second target, as failures name it.
const OTHER: &str = "the target `cloudfront` (https://cloudfront.example)";

#[tokio::test]
async fn every_target_is_downloaded_from_and_counted() {
    let cdns = TwoCdns::start().await;
    let no_probe = ", asked directly: no probe led there";
    let quick: &[_] = &["--quick"];
    for (row, written, more, directly, how) in [
        ("both", BOTH, &[][..], [3, 6], ", 6 of them asked directly"),
        (
            "hardly the second",
            HARDLY_THE_SECOND,
            &[],
            [0, 9],
            no_probe,
        ),
        ("both, quick", BOTH, quick, [0, 0], ""),
        // One whose bytes are known is asked for where no probe led.
        ("hardly, quick", HARDLY_THE_SECOND, quick, [0, 1], no_probe),
    ] {
        let arguments = [&["--format", "json"], more].concat();
        let edge = edge(written, |_| true).await;
        let smoke = cdns.smoke(written, &edge.url(), &arguments).await;
        assert_eq!(smoke.code, Some(0), "{row}: {}", smoke.stdout);
        let json = smoke.json();
        let [first, second] = downloads(&json);
        // The nine examples, of which the lock file has eight, and the one at the second target. Two
        // of them, with `+` and with `%2B`, are one file.
        let all = 10 + directly.iter().sum::<u64>();
        assert_eq!(first + second, all, "{row}: {json:#}");
        assert!(first > 0 && second > 0, "{row}: {json:#}");
        for (place, directly) in directly.into_iter().enumerate() {
            assert_eq!(json["targets"][place]["asked_directly"], directly, "{row}");
        }
        let is_direct = |verdict: &&Value| verdict["kind"] == "target";
        let verdicts = json["verdicts"].as_array().unwrap();
        let direct: Vec<_> = verdicts.iter().filter(is_direct).collect();
        assert_eq!(direct.len() as u64, all - 10, "{row}");
        for verdict in &direct {
            assert_eq!(verdict["request"], verdict["location"], "{row}");
        }
        // To a target that no probe led to, a file whose bytes are known.
        let mut known = direct
            .iter()
            .map(|verdict| &verdict["file"]["expected_sha256"]);
        assert_eq!(known.any(Value::is_string), !direct.is_empty(), "{row}");
        let smoke = cdns.smoke(written, &edge.url(), more).await;
        let line = format!("from the target `cloudfront` of the route `download`{how}\n");
        assert!(smoke.stdout.contains(&line), "{row}: {}", smoke.stdout);
    }
}

#[tokio::test]
async fn a_target_that_does_not_serve_is_a_failure_even_if_no_probe_leads_there() {
    let edge = edge(HARDLY_THE_SECOND, |_| true).await;
    let refused = refused_address().unwrap();
    let rows = [
        ("dead", None, 9, "cdn-connect", "refused"),
        (
            "missing",
            Some(Spoil::Missing),
            8,
            "cdn-status",
            "answered 404 Not Found to https://cloudfront.example/",
        ),
        (
            "other bytes",
            Some(Spoil::OtherBytes),
            8,
            "checksum",
            "serves another file",
        ),
    ];
    for (row, spoil, failed, stage, words) in rows {
        let cdns = TwoCdns::start().await;
        let address = match spoil {
            None => refused.address().to_string(),
            Some(spoil) => {
                for path in crate::bed::contents().into_keys() {
                    cdns.other.spoil(path, spoil);
                }
                cdns.other.address().to_string()
            }
        };
        let arguments = ["--format", "json"];
        let smoke = cdns
            .smoke_where_other_is_at(&address, HARDLY_THE_SECOND, &edge.url(), &arguments)
            .await;
        assert_eq!(smoke.code, Some(1), "{row}: {}", smoke.stdout);
        let failures = smoke.failures();
        assert_eq!(failures.len(), failed, "{row}: {failures:#?}");
        for (request, findings) in &failures {
            assert!(request.starts_with("https://cloudfront.example/crates/"));
            assert_eq!(findings.len(), 1, "{row}: {findings:#?}");
            assert_eq!(findings[0]["stage"], stage, "{row}");
            let message = findings[0]["message"].as_str().unwrap();
            assert!(message.contains(OTHER), "{row}: {message}");
            assert!(message.contains(words), "{row}: {message}");
        }
    }
}

#[tokio::test]
async fn a_file_of_unknown_sha256_must_be_a_file_and_the_same_at_both_targets() {
    let module = BOTH.module("enforce").await;
    let edge = module.viceroy.url();
    let page: &[u8] = b"<!doctype html><title>Maintenance</title>";
    let stale: &[u8] = b"\x1f\x8byesterday's";
    let text: &[u8] = b"{\"error\":\"no such file\"}";
    let rows = [
        ("an HTML page", page, "an HTML page instead of the file"),
        ("stale", stale, "serves another file than the target `"),
        ("no archive", text, "does not begin as `.crate` files do"),
    ];
    for (row, content, words) in rows {
        for is_other in [false, true] {
            let row = format!("{row}, at the second target: {is_other}");
            let cdns = TwoCdns::start().await;
            let cdn = cdns.at(if is_other { "cloudfront" } else { "static" });
            cdn.insert(EXAMPLE_AT_OTHER, content);
            let smoke = cdns.smoke(BOTH, &edge, &["--format", "json"]).await;
            assert_eq!(smoke.code, Some(1), "{row}: {}", smoke.stdout);
            let failures = smoke.failures();
            assert_eq!(failures.len(), 1, "{row}: {failures:#?}");
            for (request, findings) in &failures {
                assert!(request.contains("/crates/a/"), "{row}: {request}");
                assert_eq!(findings.len(), 1, "{row}: {findings:#?}");
                assert_eq!(findings[0]["stage"], "cdn-content", "{row}");
                let message = findings[0]["message"].as_str().unwrap();
                assert!(message.contains(words), "{row}: {message}");
            }
        }
    }
}

#[tokio::test]
async fn an_answer_that_sends_to_another_target_is_right_where_the_configuration_says_when() {
    let cdns = TwoCdns::start().await;
    let junit = cdns.files.directory.path().join("junit.xml");
    // The stage at which the answer is found wrong, if it is.
    let rows = [
        ([true, true], None),
        ([true, false], None),
        // With this configuration it may send there, but not for the reason that it says.
        ([false, true], Some("decision")),
        ([false, false], Some("location")),
    ];
    for ([health, retry], stage) in rows {
        let row = format!("health {health}, retry {retry}");
        let written = Written {
            health,
            retry,
            ..BOTH
        };
        // It is asked as one where the health is known, and so passes over the first target.
        let edge = edge(BOTH, |backend| backend != "static").await;
        let arguments = ["--format", "json", "--junit", junit.to_str().unwrap()];
        let smoke = cdns.smoke(written, &edge.url(), &arguments).await;
        let json = smoke.json();
        if let Some(stage) = stage {
            assert_eq!(smoke.code, Some(1), "{row}");
            for findings in smoke.failures().values() {
                assert_eq!(findings[0]["stage"], stage, "{row}: {findings:?}");
            }
            continue;
        }
        assert_eq!(smoke.code, Some(0), "{row}: {}", smoke.stdout);
        is_sent_elsewhere(&row, &smoke);
        let note = "sent to the target `cloudfront`, not `static`: that is unhealthy";
        let notes = json["notes"].to_string();
        assert_eq!(notes.matches(note).count(), 1, "{row}: {notes}");
        let junit = std::fs::read_to_string(&junit).unwrap();
        let line = format!("GET as JSON was {note}");
        assert!(junit.contains(&line), "{row}: {junit}");
        let smoke = cdns.smoke(written, &edge.url(), &[]).await;
        assert!(smoke.stdout.contains(note), "{row}: {}", smoke.stdout);
    }
}

#[tokio::test]
async fn the_module_passes_over_an_unhealthy_target_and_that_target_is_tried() {
    let cdns = TwoCdns::start().await;
    let nobody = refused_address().unwrap();
    let module = Module::start_with(&BOTH.config(), |server| {
        server
            .switch("enforce")
            .backend("static", Backend::at(nobody.url()).unhealthy())
            .backend("cloudfront", Backend::at(nobody.url()))
    })
    .await;
    let edge = module.viceroy.url();
    let arguments = ["--format", "json"];
    let smoke = cdns.smoke(BOTH, &edge, &arguments).await;
    assert_eq!(smoke.code, Some(0), "{}", smoke.stdout);
    is_sent_elsewhere("unhealthy", &smoke);
    assert_eq!(smoke.json()["targets"][0]["asked_directly"], 9);
    // Where both are dead, there is nothing to send to, and that is said of each.
    let address = nobody.address().to_string();
    let smoke = cdns
        .smoke_where_other_is_at(&address, BOTH, &edge, &arguments)
        .await;
    assert_eq!(smoke.code, Some(1), "{}", smoke.stdout);
    for findings in smoke.failures().values() {
        let message = findings[0]["message"].as_str().unwrap();
        assert!(message.contains(OTHER), "{message}");
    }
}

/// Asserts that the downloads that have the first target were sent to the second, and that the first is
/// asked for every file directly.
#[track_caller]
fn is_sent_elsewhere(row: &str, smoke: &Smoke) {
    let json = smoke.json();
    let verdicts = json["verdicts"].as_array().unwrap();
    let elsewhere = verdicts.iter().filter(|one| one["elsewhere"].is_array());
    let elsewhere: Vec<_> = elsewhere.collect();
    assert!(!elsewhere.is_empty(), "{row}: {json:#}");
    let each = ["get", "head", "json"];
    let each =
        each.map(|asked| json!({"asked": asked, "target": "cloudfront", "instead_of": "static"}));
    for verdict in elsewhere {
        assert_eq!(verdict["elsewhere"], json!(each), "{row}: {verdict}");
        assert_eq!(verdict["target"], "cloudfront", "{row}: {verdict}");
    }
    let [first, second] = downloads(&json);
    assert_eq!((first, second), (9, 10), "{row}: {json:#}");
}

/// How many files each target served.
fn downloads(json: &Value) -> [u64; 2] {
    [("static", 0), ("cloudfront", 1)].map(|(name, place)| {
        let target = &json["targets"][place];
        assert_eq!(target["route"], "download", "{json:#}");
        assert_eq!(target["target"], name, "{json:#}");
        target["files"].as_u64().unwrap()
    })
}

/// An edge that answers as the library says of a first attempt, with this health of the targets.
async fn edge(written: Written, health: fn(&str) -> bool) -> StandInOrigin {
    let config = written.config();
    StandInOrigin::start_with(move |recorded| {
        let surroundings = Surroundings {
            health: &health,
            ..Switch::ENFORCE.into()
        };
        answer_in(&config, recorded, surroundings)
    })
    .await
    .unwrap()
}
