//! Two configurations in force: the module answers every combination as the tables in
//! `docs/request-handling.md` say.
//!
//! The same rows are tried without a platform in `tests/core/sides.rs`, and `tests/core/entries.rs` has what
//! becomes of `next` while a sandbox runs.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use signpost_rows::sides::{
    Answered, COMBINATIONS, CONFIG, Combinations, Config, FILE_OF_CONFIG, FILE_OF_NEXT, NEXT, Next,
    ON_NEXT, SWITCHES,
};
use signpost_testbed::{LogLine, StandInOrigin, assert_table, one_of};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::bed::{Bed, header, read, request};

const PAGE: &str = "docs/request-handling.md";

/// How many scenes run at once: each keeps the machine busy compiling the module.
const AT_ONCE: usize = 3;

/// The module, and the backend `standby`, which only `next` has.
struct Scene {
    bed: Bed,
    standby: StandInOrigin,
}

/// What one request shows of who answered it.
#[derive(Debug, PartialEq)]
struct Seen {
    decision: String,
    /// The backend that was asked, or the host of the location.
    place: &'static str,
    /// The log endpoint, the revision and the side in the log line.
    line: Option<[String; 3]>,
}

impl Scene {
    async fn start(config: Config, next: Next, switch: &str) -> Self {
        let standby = StandInOrigin::start().await.unwrap();
        let bed = Bed::start(|server| {
            let server = match config {
                Config::Good => server.config(read(CONFIG).to_json()),
                Config::Missing => server.without_config(),
                Config::Broken => server.config("{}"),
            };
            let server = match next {
                Next::Missing => server,
                Next::Broken => server.next("{}"),
                Next::Same => server.next(read(CONFIG).to_json()),
                Next::Another => server.next(read(NEXT).to_json()),
            };
            server.switch(switch).backend("standby", standby.url())
        });
        let bed = bed.await;
        drop(standby.take_requests());
        Self { bed, standby }
    }

    async fn ask(&self, path: &str, cdn_loop: &str, is_logged: bool) -> Seen {
        let mut lines = self.bed.viceroy.follow();
        let mut asked = request("GET", path);
        if !cdn_loop.is_empty() {
            let headers = asked.headers_mut();
            headers.insert("cdn-loop", cdn_loop.parse().unwrap());
        }
        let answer = self.bed.send(asked).await;
        let decision = header(&answer, "signpost-decision").expect("a decision");
        let location = header(&answer, "location").unwrap_or_default();
        let requests = [&self.bed.origin, &self.standby].map(|it| it.take_requests().len());
        let place = match requests {
            [1, 0] => "origin",
            [0, 1] => "standby",
            [0, 0] if location.starts_with("https://config.example/") => "config.example",
            [0, 0] if location.starts_with("https://next.example/") => "next.example",
            _ => panic!("{requests:?}, {answer:?}"),
        };
        // Only `next` has CORS, which shows on the edge's own answers.
        let has_cors = header(&answer, "access-control-allow-origin").is_some();
        assert_eq!(has_cors, place == "next.example", "{answer:?}");
        let line = async {
            loop {
                let line = lines.next().await.expect("a line");
                if let Some(line) = LogLine::read(&line) {
                    return line;
                }
            }
        };
        let line = if is_logged {
            Some(timeout(Duration::from_secs(10), line).await.unwrap())
        } else {
            None
        };
        Seen {
            decision: decision.to_owned(),
            place,
            line: line.map(|line| {
                let message: Value = serde_json::from_str(&line.message).unwrap();
                let text = |key: &str| message["signpost"][key].as_str().unwrap_or_default();
                let [revision, side] = ["revision", "side"].map(|key| text(key).to_owned());
                [line.endpoint, revision, side]
            }),
        }
    }
}

impl Seen {
    /// What is expected of an answer to a request on a side, which is empty if it is not logged.
    fn expected(answered: Answered, side: &str) -> Self {
        let is_redirect = answered.decision.starts_with("redirect");
        let is_next = answered.by == Some("next");
        Self {
            decision: answered.decision.to_owned(),
            place: match (is_redirect, is_next) {
                (true, true) => "next.example",
                (true, false) => "config.example",
                (false, true) => "standby",
                (false, false) => "origin",
            },
            line: answered.by.map(|by| {
                let answers = read(if is_next { NEXT } else { CONFIG });
                let revision = answers.revision().to_owned();
                [format!("{by}-log"), revision, side.to_owned()]
            }),
        }
    }
}

#[tokio::test]
async fn every_combination_is_answered_as_the_table_says() {
    let limit = Arc::new(Semaphore::new(AT_ONCE));
    let mut scenes = JoinSet::new();
    for config in Config::ALL {
        for next in Next::ALL {
            for switch in SWITCHES {
                let limit = Arc::clone(&limit);
                scenes.spawn(async move {
                    let _permit = limit.acquire_owned().await;
                    check(config, next, switch).await
                });
            }
        }
    }
    let differences = scenes.join_all().await.concat();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Runs one combination, and says what differs from what is expected.
async fn check(config: Config, next: Next, switch: &str) -> Vec<String> {
    let scene = Scene::start(config, next, switch).await;
    let row = Combinations::of(config, next, switch);
    let has_share = switch.ends_with('%');
    let mut differences = Vec::new();
    for (path, answered) in [
        (FILE_OF_CONFIG, row.file_of_config),
        (FILE_OF_NEXT, row.file_of_next),
    ] {
        let side = answered.by.filter(|_| has_share).unwrap_or_default();
        let seen = scene.ask(path, "", answered.by.is_some()).await;
        let expected = Seen::expected(answered, side);
        if seen != expected {
            differences.push(format!(
                "config {config:?}, next {next:?}, switch {switch}, {path}:\n\
                 expected {expected:?}\nseen     {seen:?}"
            ));
        }
    }
    differences
}

#[tokio::test]
async fn on_the_side_of_next_config_answers_what_next_has_no_way_for() {
    let scene = Scene::start(Config::Good, Next::Another, "enforce, next 100%").await;
    for row in ON_NEXT {
        let seen = scene.ask(row.path, row.cdn_loop, true).await;
        let side = match row.path {
            // Without a path there is no side.
            "/d//1.0.0" => "config",
            _ => "next",
        };
        let expected = Seen::expected(row.expected, side);
        assert_eq!(seen, expected, "{}, attempt {}", row.path, row.attempt);
    }
}

#[tokio::test]
async fn a_next_that_is_missing_or_broken_is_reported_once() {
    for (next, said) in [
        (Next::Missing, "the Config Store has no entry `next`"),
        (Next::Broken, "key-missing"),
    ] {
        let Scene { bed, .. } = Scene::start(Config::Good, next, "enforce, next 100%").await;
        // Viceroy gives a sandbox at most six requests.
        for number in 0..6 {
            bed.get(&format!("/d/serde/1.0.{number}")).await;
        }
        let is_said = |line: &str| {
            line.contains("signpost: next: `config` answers everything: ") && line.contains(said)
        };
        let limit = Duration::from_secs(10);
        bed.viceroy.wait_for_line(is_said, limit).await.unwrap();
        let lines = bed.viceroy.lines();
        let number = lines.iter().filter(|line| is_said(line)).count();
        assert_eq!(number, 1, "{lines:#?}");
    }
}

#[test]
fn the_page_says_what_every_combination_is_answered_with() {
    let titles = [
        "`config`",
        "`next`",
        "switch",
        "a file on the side of `config`",
        "a file on the side of `next`",
    ];
    let rows = COMBINATIONS.each_ref().map(|row| {
        let configs = row.configs.iter().map(|config| match config {
            Config::Good => "good",
            Config::Missing => "missing",
            Config::Broken => "broken",
        });
        let nexts = row.nexts.iter().map(|next| match next {
            Next::Missing => "missing",
            Next::Broken => "broken",
            Next::Same => "the same revision",
            Next::Another => "another",
        });
        let switches = row.switches.iter().map(|switch| format!("`{switch}`"));
        let any = |all: bool, some: Vec<String>| match all {
            true => "any".to_owned(),
            false => one_of(&some),
        };
        [
            one_of(&configs.collect::<Vec<_>>()),
            any(row.nexts == Next::ALL, nexts.map(str::to_owned).collect()),
            any(row.switches == SWITCHES, switches.collect()),
            words(row.file_of_config),
            words(row.file_of_next),
        ]
    });
    assert_table(PAGE, "### Every combination", titles, &rows);
}

#[test]
fn the_page_says_who_answers_on_the_side_of_next() {
    let titles = ["at `next`", "at `config`", "attempt", "answer"];
    let rows = ON_NEXT.map(|row| {
        [
            row.at_next.to_owned(),
            row.at_config.to_owned(),
            row.attempt.to_string(),
            words(row.expected),
        ]
    });
    assert_table(PAGE, "### On the side of `next`", titles, &rows);
}

fn words(answered: Answered) -> String {
    let Answered { by, decision } = answered;
    match by {
        Some(by) => format!("`{by}`: `{decision}`"),
        None => format!("`{decision}`"),
    }
}
