//! A short soak: every answer is right while what is around the module dies and recovers.
//! `cargo xtask soak` makes a million requests.

use signpost_testbed::soak::{PhaseReport, Soak, soak};
use signpost_testbed::{LocalServer, module_under_test};

use crate::bed::read;

#[tokio::test]
async fn every_answer_is_right_while_the_origin_dies_and_recovers() {
    let soaking = Soak {
        module: &module_under_test(),
        local_server: LocalServer::of_workspace(),
        compile: &|text| Ok(read(text).to_json().to_owned()),
        requests: 5000,
        seed: 1,
        connections: 16,
        is_short: true,
        progress: &|_| (),
    };
    let reports = soak(&soaking).await.unwrap();
    let wrong = reports.iter().flat_map(|report| report.shown.clone());
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    // A soak without one of them would show nothing.
    let sum = |of: fn(&PhaseReport) -> u64| reports.iter().map(of).sum::<u64>();
    for (what, count, least) in [
        ("requests", sum(|it| it.requests), 5000),
        ("redirects", sum(|it| it.redirects), 1000),
        ("JSON", sum(|it| it.json), 100),
        ("answers of the origin", sum(|it| it.from_origin), 1000),
        ("broken off", sum(|it| it.broken_off), 50),
        ("failures", sum(|it| it.failures), 100),
        ("answers of the platform", sum(|it| it.of_platform), 10),
        ("log lines", sum(|it| it.log_lines), 4000),
    ] {
        assert!(count >= least, "{what}: only {count}");
    }
}
