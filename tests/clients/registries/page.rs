//! The table in `docs/failures.md` says what the clients do.

use crate::registries::CLIENTS;
use crate::registries::client::Client;

const SECTION: &str = "## What other clients do\n";

#[test]
fn the_page_of_failures_says_what_the_clients_do() {
    let page = include_str!("../../../docs/failures.md");
    let (_, section) = page.split_once(SECTION).expect("the section");
    let lines = section.lines().take_while(|line| !line.starts_with("## "));
    // The title and the rule below it come first.
    let written: Vec<_> = lines.filter(|line| line.starts_with('|')).skip(2).collect();
    let tried: Vec<_> = CLIENTS.into_iter().map(line_of).collect();
    assert!(
        written == tried,
        "the table in docs/failures.md is to be:\n{}",
        tried.join("\n")
    );
}

fn line_of(client: &Client) -> String {
    let on_503 = &client.on_503;
    let mut asks = Vec::new();
    if !on_503.by_default.is_empty() {
        asks.push(format!("the CDN, after {}", on_503.by_default));
    }
    if on_503.runs[0].exit == 0 {
        asks.push("Signpost".to_owned());
    }
    let asks = match asks.as_slice() {
        [] => "nobody".to_owned(),
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
    format!("| {} | {asks} | {tried} | {sees} |", client.name)
}

fn ordinal(number: usize) -> &'static str {
    match number {
        2 => "second",
        3 => "third",
        4 => "fourth",
        _ => panic!("{number} has no word here"),
    }
}
