//! What the user of cargo sees when something is dead, with Signpost and without.
//!
//! Each row runs a real cargo, with the retries that it has by default, twice: through the module
//! under Viceroy, and by itself, as crates.io was before: it asks the origin, which redirects it to
//! the CDN. The table in `docs/failures.md` has the rows.

mod cdn;
mod config;
mod outcome;
mod row;
mod rows;
mod scene;
mod table;

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::outcome::Outcome;
use self::row::Row;
use self::rows::groups;
use self::scene::{Seen, play};

/// How many rows run at once: of those in which cargo fetches its file, which keep the machine busy, and of those in
/// which cargo mostly waits before it tries again.
const FETCHING: usize = 3;
const WAITING: usize = 16;

#[tokio::test]
async fn every_row_is_as_the_table_says() {
    let fetching = Arc::new(Semaphore::new(FETCHING));
    let waiting = Arc::new(Semaphore::new(WAITING));
    let mut rows = JoinSet::new();
    for group in groups() {
        let what: Arc<str> = group.what.into();
        for row in group.rows {
            let row = Arc::new(row);
            for is_with in [true, false] {
                let outcome = row.expected(is_with).outcome;
                let limit = match outcome {
                    Outcome::FailsAfterFourAttempts => &waiting,
                    _ => &fetching,
                };
                let (limit, what, row) = (limit.clone(), what.clone(), row.clone());
                rows.spawn(async move {
                    let _permit = limit.acquire_owned().await;
                    check(&what, &row, is_with).await
                });
            }
        }
    }
    let differences: Vec<_> = rows.join_all().await.into_iter().flatten().collect();
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

/// Runs a row, and says what differs from what is expected.
async fn check(what: &str, row: &Row, is_with: bool) -> Option<String> {
    let expected = row.expected(is_with);
    let wanted = Seen {
        runs: expected.outcome.runs(),
        dead: row.visits(expected.dead),
        alive: expected.alive,
        origin: expected.origin,
        attempts: expected.attempts.to_vec(),
    };
    let (seen, printed) = play(row, is_with, wanted.runs.len()).await;
    let with = if is_with { "with" } else { "without" };
    let is_said = printed.contains(expected.error);
    (seen != wanted || !is_said).then(|| {
        format!(
            "{what}; {}; {with} Signpost:\nexpected {wanted:?}, {:?}\nseen     {seen:?}\n{printed}",
            row.name, expected.error
        )
    })
}
