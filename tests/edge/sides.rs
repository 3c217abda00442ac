//! Two configurations in force: the module answers every row of the tables in `docs/request-handling.md`.
//!
//! The same rows are tried without a platform in `tests/core/sides.rs`, and `tests/core/entries.rs` has what
//! becomes of `next` while a sandbox runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use signpost_rows::sides::{
    Answered, COMBINATIONS, CONFIG, Combinations, Config, FILE_OF_CONFIG, FILE_OF_NEXT, NEXT, Next,
    ON_NEXT, SWITCHES,
};
use signpost_rows::{changed, compiled};
use signpost_testbed::{LocalServer, LogLine, Pair, assert_table, one_of, refused_address};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::bed::{Bed, header, read, request};

const STANDBY: &str = "standby";

const PAGE: &str = "docs/request-handling.md";

/// How many scenes run at once: at first, each keeps the machine busy compiling the module.
const AT_ONCE: usize = 3;

/// How long a line may take.
const LIMIT: Duration = Duration::from_secs(10);

/// The module, whose backends are both the origin; `standby`, which only `next` has, is asked with its name as the
/// `Host`.
struct Scene {
    bed: Bed,
    /// The attempts of a client are counted, and other scenes have the same configuration.
    client: String,
}

static SCENES: AtomicUsize = AtomicUsize::new(0);

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
        let bed = Bed::start(|server| {
            let server = with_entries(server, config, next, switch);
            server.also_at_origin(STANDBY)
        });
        let number = SCENES.fetch_add(1, Ordering::Relaxed);
        Self {
            bed: bed.await,
            client: format!("scene/{number}"),
        }
    }

    fn request(&self, method: &str, path: &str) -> Request<Bytes> {
        let mut asked = request(method, path);
        let client = self.client.parse().unwrap();
        asked.headers_mut().insert("user-agent", client);
        asked
    }

    async fn ask(&self, path: &str, cdn_loop: &str, is_logged: bool) -> Seen {
        let mut lines = self.bed.viceroy.follow();
        let mut asked = self.request("GET", path);
        if !cdn_loop.is_empty() {
            let headers = asked.headers_mut();
            headers.insert("cdn-loop", cdn_loop.parse().unwrap());
        }
        let answer = self.bed.send(asked).await;
        let decision = header(&answer, "signpost-decision").expect("a decision");
        let location = header(&answer, "location").unwrap_or_default();
        let requests = self.bed.origin.take_requests();
        let place = match requests.as_slice() {
            [asked] if asked.headers["host"] == STANDBY => STANDBY,
            [asked] if asked.headers["host"] == "crates.io" => "origin",
            [] if location.starts_with("https://config.example/") => "config.example",
            [] if location.starts_with("https://next.example/") => "next.example",
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
            Some(timeout(LIMIT, line).await.unwrap())
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

fn with_entries(server: LocalServer, config: Config, next: Next, switch: &str) -> LocalServer {
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
    server.switch(switch)
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
                (false, true) => STANDBY,
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

/// One combination of each row. `tests/core/sides.rs` has them all.
#[tokio::test]
async fn every_row_of_the_table_is_answered_as_it_says() {
    let limit = Arc::new(Semaphore::new(AT_ONCE));
    let mut scenes = JoinSet::new();
    for row in &COMBINATIONS {
        let limit = Arc::clone(&limit);
        scenes.spawn(async move {
            let _permit = limit.acquire_owned().await;
            // The last of each is the least like another row's.
            let (Some(config), Some(next), Some(switch)) =
                (row.configs.last(), row.nexts.last(), row.switches.last())
            else {
                return vec![format!("an empty row: {row:?}")];
            };
            check(*config, *next, switch).await
        });
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
    const REQUESTS: usize = 13;
    // Each sandbox says once that it has no such log endpoint.
    let absent = "service_endpoint = \"fst_managed_absent\"";
    let config = changed(CONFIG, "[log]\n", &format!("[log]\n{absent}\n"));
    for (next, said) in [
        (None, "the Config Store has no entry `next`"),
        (Some("{}"), "key-missing"),
    ] {
        let pair = Pair::start(|server| {
            let server = server.config(read(&config).to_json());
            let server = server.switch("enforce, next 100%");
            match next {
                None => server,
                Some(entry) => server.next(entry),
            }
        });
        let Pair {
            origin, viceroy, ..
        } = pair.await.unwrap();
        for number in 0..REQUESTS {
            let path = format!("/d/serde/1.0.{number}");
            let answer = viceroy.send(request("GET", &path)).await.unwrap();
            assert_eq!(answer.status(), 302, "{path}");
        }
        // Lines come in the order in which they were written, so this is the last.
        drop(origin);
        viceroy.send(request("GET", "/last")).await.unwrap();
        let is_last = |line: &str| line.contains("backend `origin` did not answer");
        viceroy.wait_for_line(is_last, LIMIT).await.unwrap();
        let lines = viceroy.lines();
        let number = |text: &str| lines.iter().filter(|line| line.contains(text)).count();
        let sandboxes = number("no line is logged to `fst_managed_absent`");
        assert!((3..REQUESTS).contains(&sandboxes), "{lines:#?}");
        let reports = number("signpost: next: `config` answers everything: ");
        assert_eq!(
            (reports, number(said)),
            (sandboxes, sandboxes),
            "{lines:#?}"
        );
    }
}

#[tokio::test]
async fn what_next_refuses_is_logged_though_config_answers() {
    // Its locations lead back to itself. Only `compile` checks for that.
    let next = compiled(
        r#"
        allowed_hosts = ["crates.io"]
        origin.backends = ["origin"]
        targets.own.base = "https://crates.io"
        [[routes]]
        name = "download"
        path = "/d/{name:crate}/{version:semver}"
        target = "own"
        location = "/d/{name}/{version}"
        "#,
    );
    // The switch, the path, the decision, its reason, and the reason and the refusal of `next`.
    let rows = [
        (
            "enforce",
            "/d/serde/1.0.0",
            "redirect",
            json!(null),
            "location-refused",
            json!("loop"),
        ),
        (
            "shadow",
            "/d/serde/1.0.0",
            "origin",
            json!("switch-shadow"),
            "location-refused",
            json!("loop"),
        ),
        (
            "enforce",
            "/old/serde",
            "redirect",
            json!(null),
            "no-route",
            json!(null),
        ),
    ];
    for (switch, path, decision, reason, next_reason, refusal) in rows {
        let row = format!("{switch}, {path}");
        let bed = Bed::start(|server| {
            let server = server.config(read(CONFIG).to_json()).next(&next);
            server.switch(&format!("{switch}, next 100%"))
        });
        let bed = bed.await;
        bed.get(path).await;
        let is_line =
            |line: &str| LogLine::read(line).is_some_and(|it| it.endpoint == "config-log");
        let line = bed.viceroy.wait_for_line(is_line, LIMIT).await.unwrap();
        let message = LogLine::read(&line).unwrap().message;
        let message: Value = serde_json::from_str(&message).unwrap();
        let said = &message["signpost"];
        let keys = [
            "decision",
            "reason",
            "next_reason",
            "refusal",
            "because",
            "side",
        ];
        let expected = [
            json!(decision),
            reason,
            json!(next_reason),
            refusal.clone(),
            json!("next-refused"),
            json!("next"),
        ];
        assert_eq!(keys.map(|key| said[key].clone()), expected, "{row}");
        if !refusal.is_null() {
            let is_report = |line: &str| {
                line.contains("signpost: next: location-refused: ") && line.ends_with(path)
            };
            bed.viceroy.wait_for_line(is_report, LIMIT).await.unwrap();
        }
    }
}

#[tokio::test]
async fn requests_of_every_kind_are_answered_by_their_side() {
    let switch = "enforce, next 50%";
    let scene = Scene::start(Config::Good, Next::Another, switch).await;
    let redirect = "redirect;route=\"download\"";
    let redirect_by_next = "redirect;route=\"download\";by=\"next\"";
    let preflight_by_next = "preflight;route=\"download\";by=\"next\"";
    let from_target = "origin;reason=\"came-from-target\"";
    let from_target_by_next = "origin;reason=\"came-from-target\";by=\"next\"";
    let origin = "origin;reason=\"method-not-redirectable\"";
    let browser = &[
        ("origin", "https://docs.example"),
        ("access-control-request-method", "GET"),
    ][..];
    // The method, the path, headers, and the decision, at the first request and the second.
    let rows = [
        ("HEAD", FILE_OF_CONFIG, &[][..], redirect),
        ("HEAD", FILE_OF_NEXT, &[], redirect_by_next),
        (
            "GET",
            FILE_OF_NEXT,
            &[("range", "bytes=0-99")],
            redirect_by_next,
        ),
        ("OPTIONS", FILE_OF_CONFIG, browser, origin),
        ("OPTIONS", FILE_OF_NEXT, browser, preflight_by_next),
        (
            "GET",
            FILE_OF_NEXT,
            &[("cdn-loop", "config-cdn")],
            from_target_by_next,
        ),
        (
            "GET",
            FILE_OF_CONFIG,
            &[("cdn-loop", "next-cdn")],
            from_target,
        ),
    ];
    for (method, path, headers, decision) in rows {
        for number in 0..2 {
            let mut asked = scene.request(method, path);
            for (name, value) in headers {
                asked.headers_mut().insert(*name, value.parse().unwrap());
            }
            let answer = scene.bed.send(asked).await;
            let said = header(&answer, "signpost-decision");
            assert_eq!(said, Some(decision), "{method} {path}, {number}");
        }
    }
    // The origin is down: the edge's own answer has the headers of the side.
    let origin_by_next = "origin;reason=\"method-not-redirectable\";by=\"next\"";
    let rows = [
        (FILE_OF_CONFIG, None, origin),
        (FILE_OF_NEXT, Some("*"), origin_by_next),
    ];
    let refused = refused_address().unwrap();
    let down = Bed::start(|server| {
        let server = with_entries(server, Config::Good, Next::Another, switch);
        let server = server.backend("origin", refused.url());
        server.backend(STANDBY, refused.url())
    });
    let down = down.await;
    for (path, cors, decision) in rows {
        let answer = down.send(request("POST", path)).await;
        assert_eq!(answer.status(), 502, "{path}");
        let said = header(&answer, "access-control-allow-origin");
        assert_eq!(said, cors, "{path}");
        let said = header(&answer, "signpost-decision");
        assert_eq!(said, Some(decision), "{path}");
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
        let any = |all: bool, some: Vec<String>| {
            if all { "any".to_owned() } else { one_of(&some) }
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
