use std::time::Duration;

use super::{ALL, Client, LONGEST, Scopes};
use crate::watch::clients::Asked;
use crate::watch::line::tests::{SIGNPOST, read};
use crate::watch::repeats::{Seen, Sent};
use crate::watch::tests::defaults;

const CLIENT: Client = Client { hash: 1, path: 2 };

/// The clients of all requests after one line.
fn after(seen: Seen) -> (f64, usize) {
    let mut scopes = Scopes::new(defaults());
    let line = read(SIGNPOST);
    let of = scopes.of(&line);
    scopes.add(&line, of, Some(CLIENT), Some(seen));
    let all = &scopes.watched[ALL];
    let compared = all.clients.mean(Asked::repeat_ratio).clients;
    (all.clients.traffic(), compared)
}

#[test]
fn what_is_not_compared_is_traffic_all_the_same() {
    for (seen, traffic, compared) in [
        (Seen::First, 1.0, 1),
        (Seen::NotInSample, 1.0, 0),
        (Seen::Again(Sent::default()), 0.0, 1),
        (Seen::OverAndOver, 0.0, 0),
    ] {
        let found = after(seen);
        assert!((found.0 - traffic).abs() < 1e-9, "{seen:?}: {found:?}");
        assert_eq!(found.1, compared, "{seen:?}");
    }
}

#[test]
fn what_a_client_asks_over_and_over_is_in_no_ratio() {
    let mut scopes = Scopes::new(defaults());
    let text = SIGNPOST.replace(r#""decision":"redirect""#, r#""decision":"origin""#);
    let line = read(&text);
    assert!(line.is_not_redirected(), "{line:?}");
    for seen in [Seen::First, Seen::OverAndOver] {
        let of = scopes.of(&line);
        scopes.add(&line, of, Some(CLIENT), Some(seen));
        let all = &scopes.watched[ALL];
        let counted = all
            .clients
            .mean(|it| Some(f64::from(it.on_routes + it.not_redirected)));
        assert_eq!((counted.clients, counted.ratio), (1, 2.0), "{seen:?}");
    }
}

#[test]
fn names_without_end_take_no_memory_without_end() {
    let mut scopes = Scopes::new(defaults());
    let line = read(SIGNPOST);
    for number in 0..1_000 {
        let mut line = line.clone();
        line.edge_location = Some(format!("P{number}").into());
        line.target = Some(format!("t{number}").into());
        line.route = Some("r".repeat(LONGEST + number).into());
        let of = scopes.of(&line);
        scopes.add(&line, of, Some(CLIENT), Some(Seen::First));
    }
    // All requests, and one route.
    assert_eq!(scopes.watched.len(), 1 + 512 + 63 + 1);
    assert!(scopes.are_too_many);
    let window = Duration::from_secs(10);
    let closed = scopes.iter_mut().map(|it| it.close(line.time, window));
    let requests = closed.map(|(figures, _)| figures.requests);
    assert_eq!(requests.max(), Some(1_000));
}
