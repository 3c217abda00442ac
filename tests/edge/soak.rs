//! A short soak: every answer is right while what is around the module dies and recovers.
//! `cargo xtask soak` makes a million requests.

use signpost_testbed::soak::{Soak, soak};
use signpost_testbed::{LocalServer, module_under_test};

use crate::bed::read;

#[tokio::test]
async fn every_answer_is_right_while_the_origin_dies_and_recovers() {
    let reports = soak(&Soak {
        module: &module_under_test(),
        local_server: LocalServer::of_workspace(),
        compile: &|text| Ok(read(text).to_json().to_owned()),
        requests: 5000,
        seed: 1,
        connections: 16,
        is_short: true,
        progress: &|_| (),
    });
    let reports = reports.await.unwrap();
    let shown: Vec<_> = reports.iter().flat_map(|report| &report.shown).collect();
    assert!(
        shown.is_empty(),
        "{}",
        shown.into_iter().cloned().collect::<Vec<_>>().join("\n\n")
    );
    // Without any of them, it would show nothing.
    let sum =
        |of: fn(&signpost_testbed::soak::PhaseReport) -> u64| reports.iter().map(of).sum::<u64>();
    assert!(sum(|it| it.requests) >= 5000);
    for (what, count) in [
        ("redirects", sum(|it| it.redirects)),
        ("JSON", sum(|it| it.json)),
        ("the origin's", sum(|it| it.from_origin)),
        ("broken off", sum(|it| it.broken_off)),
        ("failures", sum(|it| it.failures)),
        ("the platform's", sum(|it| it.of_platform)),
        ("log lines", sum(|it| it.log_lines)),
    ] {
        assert!(count >= 10, "{what}: only {count}");
    }
}
