//! A Viceroy that is lent again shows nothing of the test before.

use signpost_testbed::refused_address;
use tokio::spawn;

use crate::bed::{Bed, DOWNLOAD};

#[tokio::test]
async fn what_is_lent_again_shows_nothing_of_the_test_before_and_nothing_broken_is_lent_again() {
    // What is lent ends with the last test that uses any, and this one may be alone.
    let _other = Bed::start(|server| server).await;
    // No other test has such a backend, so no other one is lent these.
    let own = refused_address().unwrap();
    let start = || Bed::start(|server| server.backend("of-this-test", own.url()));
    let first = start().await;
    let address = first.viceroy.address();
    first.get(DOWNLOAD).await;
    first.get("/of-the-first-test").await;
    assert_eq!(first.origin.requests().len(), 1);
    drop(first);

    let second = start().await;
    assert_eq!(second.viceroy.address(), address);
    assert!(second.origin.requests().is_empty());
    second.get("/of-the-second-test").await;
    let lines = second.viceroy.lines().join("\n");
    assert!(!lines.contains("/of-the-first-test"), "{lines}");
    assert!(!lines.contains(DOWNLOAD), "{lines}");
    assert_eq!(second.origin.requests().len(), 1);

    let failed = spawn(async move {
        let _lent = second;
        panic!("as a test that fails");
    });
    assert!(failed.await.is_err());
    assert_ne!(start().await.viceroy.address(), address);
}
