//! The table in `docs/failures.md` says what the clients do.

use signpost_testbed::{assert_table, section};

use crate::registries::client::Client;
use crate::registries::{CLIENTS, WITH_CREDENTIAL};

const PAGE: &str = "docs/failures.md";
const HEADING: &str = "## What the clients do";
const TITLES: [&str; 4] = [
    "client",
    "asks again, by default",
    "tried with",
    "what its user sees",
];

#[test]
fn the_page_of_failures_names_the_clients_that_are_tried_with_a_credential() {
    let [before @ .., last] = WITH_CREDENTIAL;
    let names = format!("{} and {last} were", before.join(", "));
    let text = section(PAGE, HEADING).replace('\n', " ");
    assert!(text.contains(&names), "{PAGE}: {names}");
}

#[test]
fn the_page_of_failures_says_what_the_clients_do() {
    let rows: Vec<_> = CLIENTS.into_iter().map(cells).collect();
    assert_table(PAGE, HEADING, TITLES, &rows);
}

fn cells(client: &Client) -> [String; 4] {
    let on_503 = &client.on_503;
    let mut asks = Vec::new();
    let waits = on_503.waits_by_default();
    if !waits.is_empty() {
        asks.push(format!("the CDN, after {waits}"));
    }
    if on_503.runs[0].exit == 0 {
        asks.push("Signpost".to_owned());
    }
    let asks = match asks.as_slice() {
        [] => "no".to_owned(),
        asks => asks.join("; then "),
    };
    let tried = match on_503.settings {
        "" => String::new(),
        settings => format!("`{settings}`"),
    };
    let source = match on_503.runs.iter().map(|run| run.origin).sum() {
        0_usize => "the other CDN",
        _ => "the other CDN and the origin",
    };
    let sees = match on_503.runs {
        [_] => format!("fetched from {source}"),
        [first, ..] => format!(
            "fails with exit code {}; fetched from {source} at the {} run",
            first.exit,
            ordinal(on_503.runs.len())
        ),
        [] => panic!("{} is never run", client.name),
    };
    let name = format!("{} {}", client.name, on_503.version);
    [name, asks, tried, sees]
}

fn ordinal(number: usize) -> &'static str {
    match number {
        2 => "second",
        3 => "third",
        4 => "fourth",
        _ => panic!("{number} has no word here"),
    }
}
