//! An edge with `[retry]` takes no run for the second attempt of another one, and no request of a run
//! for the second attempt of another.

use bytes::Bytes;
use http::Request;

use crate::bed::{DOWNLOAD, Module};
use crate::two_targets::{BOTH, TwoCdns};

#[tokio::test]
async fn runs_within_the_window_are_each_a_first_attempt() {
    let cdns = TwoCdns::start().await;
    let module = Module::start_with(&BOTH.config(), |server| server.switch("enforce")).await;
    let edge = module.viceroy.url();
    // The window is a minute. Settling asks for each path three times before it is asked for.
    for (row, more) in [
        ("the first run", &[][..]),
        ("the second", &[]),
        ("one that settles", &["--settle", "30s"]),
    ] {
        let arguments = [&["--format", "json"], more].concat();
        let smoke = cdns.smoke(BOTH, &edge, &arguments).await;
        assert_eq!(smoke.code, Some(0), "{row}: {}", smoke.stdout);
        let json = smoke.json();
        let verdicts = json["verdicts"].as_array().unwrap();
        for verdict in verdicts {
            assert!(verdict["elsewhere"].is_null(), "{row}: {verdict}");
        }
        let user_agent = json["user_agent"].as_str().unwrap();
        let lines = module.viceroy.lines().join("\n");
        assert!(lines.contains(user_agent), "{row}: {user_agent}");
        assert!(!lines.contains("retried"), "{row}: {lines}");
        assert!(
            lines.contains("\"attempt\":1"),
            "{row}: no attempt was counted"
        );
        assert!(!lines.contains("\"attempt\":2"), "{row}: {lines}");
    }

    // One client that asks as often is sent elsewhere, or the runs would prove nothing.
    let mut decisions = Vec::new();
    for _ in 0..3 {
        let request = Request::get(DOWNLOAD).header("host", "crates.io");
        let request = request.header("user-agent", "cargo/1.95.0");
        let answer = module.viceroy.send(request.body(Bytes::new()).unwrap());
        let answer = answer.await.unwrap();
        let decision = answer.headers()["signpost-decision"].to_str().unwrap();
        decisions.push(decision.to_owned());
    }
    let expected = [
        "redirect;route=\"download\"",
        "redirect;route=\"download\";because=\"second-try\"",
        "origin;reason=\"retried\"",
    ];
    assert_eq!(decisions, expected);
}
