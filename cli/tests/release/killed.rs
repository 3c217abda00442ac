//! Releases and rollbacks that are killed before each thing that they would change.

use std::process::Output;

use signpost_testbed::Fault;

use super::sides::{
    acts_of_both, api, assert_as_before, both, check_not_begun, now, roll_back, run,
};
use super::trial::{Trial, at_once, printed};

#[tokio::test]
async fn a_release_that_is_killed_before_any_write_is_taken_back_from_its_record() {
    let good = acts_of_both();
    let writes = good
        .iter()
        .filter(|act| act.starts_with("PUT") || act.starts_with("DELETE"));
    let rows = [(both(), writes.count()), (now(), 1)];
    let rows = rows
        .iter()
        .flat_map(|(words, writes)| (1..=*writes).map(move |write| (words, *writes, write)));
    at_once(rows.map(|(words, writes, write)| async move {
        let name = format!("{words:?} before write {write}");
        let trial = Trial::with(api().await).killed_at(write);
        assert_code_of(None, &run(&trial, words).await, &name);

        // Nobody begins another one on top of it.
        if write > 1 && [2, writes / 2, writes].contains(&write) {
            check_not_begun(&trial, &name).await;
        }
        assert_code_of(Some(0), &roll_back(&trial).await, &name);
        assert_as_before(&trial, &name);
    }))
    .await;
}

#[track_caller]
fn assert_code_of(code: Option<i32>, output: &Output, name: &str) {
    assert_eq!(output.status.code(), code, "{name}: {}", printed(output));
}

#[tokio::test]
async fn a_rollback_that_is_killed_before_any_write_is_done_once_more() {
    let good = acts_of_both();
    let at_share = |act: &String| act.starts_with("POST") && act.contains("next 100%");
    let failing = good.iter().position(at_share).unwrap();
    let is_write = |act: &&String| act.starts_with("PUT") || act.starts_with("DELETE");
    let done = good[..failing].iter().filter(is_write).count();
    // The share, `next`, the version and the entry `release`.
    at_once((1..=4).map(|write| async move {
        let name = format!("before write {write}");
        let api = api().await.failing(failing, Fault::Refused);
        let trial = Trial::with(api).killed_at(done + write);
        assert_code_of(None, &run(&trial, &both()).await, &name);
        assert_code_of(Some(0), &roll_back(&trial).await, &name);
        assert_as_before(&trial, &name);
        assert!(!trial.record().exists(), "{name}: its record is in the way");
    }))
    .await;
}
