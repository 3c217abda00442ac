//! The real module under Viceroy, and something before it that adds a header.

use signpost_testbed::{Meddler, Validity};

use crate::bed::{Files, Module};

#[tokio::test]
async fn what_something_before_the_module_adds_is_found_and_the_file_is_tried_all_the_same() {
    let module = Module::start("enforce").await;
    let files = Files::start(Validity::Valid).await;
    for (name, value) in [
        ("cache-control", "public, max-age=60"),
        ("expires", "Thu, 01 Dec 2050 16:00:00 GMT"),
        ("age", "1"),
        ("pragma", "cache"),
        ("surrogate-control", "max-age=60"),
        ("cdn-cache-control", "max-age=60"),
        ("set-cookie", "a=b"),
        ("refresh", "5; url=https://a.example"),
        ("location", "https://a.example"),
    ] {
        let meddler = Meddler::start(module.viceroy.address(), name, value);
        let edge = meddler.await.unwrap();
        let smoke = files.smoke(&edge.url(), &["--format", "json"]).await;
        assert_eq!(smoke.code, Some(1), "{name}: {}", smoke.stdout);
        let json = smoke.json();
        let verdicts = json["verdicts"].as_array().unwrap();
        assert!(smoke.stdout.contains(&format!("`{name}`")), "{name}");
        for verdict in verdicts.iter().filter(|it| it["passed"] == false) {
            let findings = verdict["findings"].as_array().unwrap();
            for finding in findings {
                let message = finding["message"].as_str().unwrap();
                let is_about = message.contains(&format!("`{name}`"));
                // A second location leads nowhere.
                let is_elsewhere = name == "location" && finding["stage"] == "cdn-status";
                assert!(is_about || is_elsewhere, "{name}: {finding}");
            }
        }
        // The target is asked in every way although its redirects are wrong.
        let is_followed = name != "location";
        let chains = verdicts.iter().filter(|it| it["kind"] == "chain");
        assert_eq!(chains.count(), usize::from(is_followed), "{name}");
    }
}
