//! Sandboxes serve many requests, and stop within the platform's bounds.
//!
//! Viceroy 0.22 bounds them itself: it gives a sandbox five more requests after its first, whatever
//! the module asks for. So these tests show that sandboxes are used again and that no request is
//! lost between two of them. They cannot show that a sandbox stops after 8 requests to the origin, or
//! after 500 in all.

use std::time::Duration;

use signpost_rows::{PRODUCTION, changed};
use signpost_testbed::Pair;

use crate::bed::{Bed, DOWNLOAD, LOCATION, header, in_force, read, request};

/// How many sandboxes served a pair, each of which wrote one line that holds `once` to the service log.
async fn sandboxes(pair: Pair, once: &str) -> usize {
    let Pair {
        origin, viceroy, ..
    } = pair;
    // Lines come in the order in which they were written. After the line of a request that no origin
    // can answer, the lines of all earlier requests are there.
    drop(origin);
    viceroy.send(request("GET", "/last")).await.unwrap();
    let last = |line: &str| line.contains("backend `origin` did not answer");
    viceroy
        .wait_for_line(last, Duration::from_secs(10))
        .await
        .unwrap();
    let lines = viceroy.lines();
    lines.iter().filter(|line| line.contains(once)).count()
}

#[tokio::test]
async fn other_entries_answer_at_once_even_if_a_sandbox_ended_early() {
    let mut bed = Bed::start(|server| server).await;
    bed.get(DOWNLOAD).await;
    // It waits for five seconds for another request.
    let has_ended = |line: &str| line.contains("request completed using");
    let ended = bed
        .viceroy
        .wait_for_line(has_ended, Duration::from_secs(30));
    ended.await.unwrap();
    bed.get(DOWNLOAD).await;
    bed.take(|server| server.switch("off")).await;
    let answer = bed.get(DOWNLOAD).await;
    let decision = header(&answer, "signpost-decision");
    assert_eq!(decision, Some("origin;reason=\"switch-off\""));
}

#[tokio::test]
async fn many_requests_to_the_origin_are_all_answered_by_few_sandboxes() {
    const REQUESTS: usize = 40;
    let pair = Pair::start(|server| in_force(server).without_config());
    let pair = pair.await.unwrap();
    for number in 0..REQUESTS {
        let target = format!("/api/v1/crates?page={number}");
        let answer = pair.viceroy.send(request("GET", &target)).await.unwrap();
        assert_eq!(answer.status(), 200, "{target}");
        assert_eq!(pair.origin.take_requests()[0].target, target);
    }
    let sandboxes = sandboxes(pair, "signpost: config-missing").await;
    assert!(
        (5..REQUESTS).contains(&sandboxes),
        "{sandboxes} sandboxes served {REQUESTS} requests"
    );
}

#[tokio::test]
async fn more_redirects_than_a_sandbox_serves_are_all_answered_by_few_sandboxes() {
    const REQUESTS: usize = 2100;
    // Each sandbox says once that it has no log.
    let toml = changed(PRODUCTION, "\"signpost-log\"", "\"fst_managed_absent\"");
    let config = read(&toml);
    let pair = Pair::start(|server| in_force(server).config(config.to_json()));
    let pair = pair.await.unwrap();
    for number in 0..REQUESTS {
        let answer = pair.viceroy.send(request("GET", DOWNLOAD)).await.unwrap();
        assert_eq!(header(&answer, "location"), Some(LOCATION), "{number}");
    }
    let sandboxes = sandboxes(pair, "no line is logged to `fst_managed_absent`").await;
    assert!(
        (3..REQUESTS).contains(&sandboxes),
        "{sandboxes} sandboxes served {REQUESTS} requests"
    );
}
