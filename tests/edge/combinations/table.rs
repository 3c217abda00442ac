//! The tables in `docs/failures.md` say what the rows say.

use signpost_testbed::{assert_table, one_of};

use super::rows::{
    Cdn, Configuration, DECISIONS, Decisions, ENDS, End, Group, SWITCHES, Switch, UNREADABLE,
};

const PAGE: &str = "docs/failures.md";

#[test]
fn the_page_of_failures_says_what_every_combination_ends_with() {
    let titles = [
        "switch",
        "configuration",
        "CDN",
        "origin serves the file",
        "origin refuses connections",
        "origin redirects to the CDN",
        "redirects as on 2023-07-20, `report`",
        "redirects as on 2023-07-20, `repair`",
    ];
    let rows = ENDS.iter().flat_map(|group| {
        let ends = Cdn::ALL.into_iter().zip(group.expected);
        ends.map(|(cdn, ends)| {
            let [switch, configuration] = names(group);
            let cdn = match cdn {
                Cdn::Serves => "serves the file",
                Cdn::Refuses => "refuses connections",
            };
            let [serves, refuses, redirects, reported, repaired] =
                ends.map(|end| what(end).to_owned());
            [
                switch,
                configuration,
                cdn.to_owned(),
                serves,
                refuses,
                redirects,
                reported,
                repaired,
            ]
        })
    });
    let rows: Vec<_> = rows.collect();
    let heading = "## Switch, configuration, origin and CDN";
    assert_table(PAGE, heading, titles, &rows);
}

#[test]
fn the_page_of_failures_says_what_the_edge_says_of_its_decision() {
    let titles = [
        "switch",
        "configuration",
        "the origin answers, or is not asked",
        "the origin refuses connections",
        "its redirect is wrong, and `repair` is set",
    ];
    let rows = DECISIONS.each_ref().map(|group| {
        let [switch, configuration] = names(group);
        let Decisions {
            answers,
            refuses,
            repair,
        } = group.expected;
        let [answers, refuses, repair] =
            [answers, refuses, repair].map(|decision| format!("`{decision}`"));
        [switch, configuration, answers, refuses, repair]
    });
    assert_table(PAGE, "### What the edge says", titles, &rows);
}

/// The switch and the configuration of a group.
fn names<T>(group: &Group<T>) -> [String; 2] {
    let switch = |switch: &Switch| match *switch {
        None => "never there".to_owned(),
        UNREADABLE => "unreadable".to_owned(),
        Some(text) => format!("`{text}`"),
    };
    let configuration = |configuration: &Configuration| match configuration {
        Configuration::Good => "good",
        Configuration::NeverThere => "never there",
        Configuration::Broken => "broken",
    };
    let switches: Vec<_> = group.switches.iter().map(switch).collect();
    let switches = match group.switches {
        all if all == SWITCHES => "any".to_owned(),
        _ => one_of(&switches),
    };
    let configurations: Vec<_> = group.configurations.iter().map(configuration).collect();
    [switches, one_of(&configurations)]
}

fn what(end: End) -> &'static str {
    match end {
        End::CdnFile => "file from the CDN",
        End::OriginFile => "file from the origin",
        End::Unavailable => "503",
        End::CdnRefuses => "no connection",
        End::NoSuchHost => "no such host",
    }
}
