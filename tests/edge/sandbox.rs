//! Sandboxes serve many requests, and stop within the platform's bounds.

use crate::bed::{Bed, DOWNLOAD, LOCATION, header};

#[tokio::test]
async fn many_requests_to_the_origin_are_all_answered() {
    // A sandbox stops after eight of them; the next one starts a sandbox.
    let bed = Bed::start(|server| server).await;
    for number in 0..40 {
        let target = format!("/api/v1/crates?page={number}");
        let answer = bed.get(&target).await;
        assert_eq!(answer.status(), 200, "{target}");
        assert_eq!(bed.origin.take_requests()[0].target, target);
    }
}

#[tokio::test]
async fn more_redirects_than_a_sandbox_serves_are_all_answered() {
    let bed = Bed::start(|server| server).await;
    for number in 0..2100 {
        let answer = bed.get(DOWNLOAD).await;
        assert_eq!(header(&answer, "location"), Some(LOCATION), "{number}");
    }
}
