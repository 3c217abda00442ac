//! The library against an oracle: a second, naive implementation, written from docs/request-handling.md and
//! docs/configuration.md alone. Both answer requests that are close to the routes of every preset.
//!
//! `cargo xtask prove --cases N --seed S` asks more of them. A failure names the case, so that the same
//! seed finds it again.

#![cfg(not(target_family = "wasm"))]

mod config;
mod generate;
mod kinds;
mod oracle;
mod pattern;
mod random;
mod values;

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::thread;
use std::time::Instant;

use config::Config;
use oracle::Asked;
use random::Random;
use signpost::request::Request;
use signpost::values::Switch;
use signpost_rows::{MIRROR, PRESETS, PRODUCTION, STAGING, preset_rows};

/// How many requests are asked if nobody says.
const CASES: u64 = 1_000_000;

const SWITCHES: [(&str, Switch); 6] = [
    ("enforce", Switch::ENFORCE),
    ("enforce", Switch::ENFORCE),
    ("enforce", Switch::ENFORCE),
    ("enforce", Switch::ENFORCE),
    ("shadow", Switch::SHADOW),
    ("off", Switch::OFF),
];

/// A configuration, as both read it, and requests to start from: hosts and targets.
struct Subject {
    name: &'static str,
    read: signpost::config::Config,
    config: Config,
    known: Vec<(String, String)>,
}

/// What was found: how often each answer was right, and a request for each kind of difference.
#[derive(Default)]
struct Tally {
    answers: BTreeMap<(&'static str, String), u64>,
    differences: BTreeMap<(String, String), String>,
}

#[test]
fn the_library_answers_as_the_page_says() {
    let (cases, seed) = (
        number("SIGNPOST_PROVE_CASES", CASES),
        number("SIGNPOST_PROVE_SEED", 1),
    );
    let subjects = subjects();
    let start = Instant::now();
    let threads = thread::available_parallelism()
        .map_or(1, |count| u64::try_from(count.get()).expect("a few"));
    let tallies = thread::scope(|scope| {
        let ask = |first| (first..cases).step_by(usize::try_from(threads).expect("a few"));
        let subjects = &subjects;
        let started: Vec<_> = (0..threads)
            .map(|first| scope.spawn(move || compare(subjects, seed, ask(first))))
            .collect();
        started
            .into_iter()
            .map(|thread| thread.join().expect("an oracle that knows"))
            .collect::<Vec<_>>()
    });
    let mut all = Tally::default();
    for tally in tallies {
        for (answer, count) in tally.answers {
            *all.answers.entry(answer).or_default() += count;
        }
        all.differences.extend(tally.differences);
    }
    println!("{cases} cases of seed {seed} in {:?}", start.elapsed());
    let mut report = String::new();
    for (kind, request) in &all.differences {
        writeln!(
            report,
            "the library: {}\nthe page: {}\n{request}\n",
            kind.0, kind.1
        )
        .expect("a string");
    }
    assert!(report.is_empty(), "\n{report}");
    check_variety(&subjects, &all, cases);
}

fn number(variable: &str, default: u64) -> u64 {
    match env::var(variable) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|error| panic!("{variable} is {text}: {error}")),
        Err(_) => default,
    }
}

/// The presets, production's configuration and staging's, and those of the documents.
fn subjects() -> Vec<Subject> {
    let page = include_str!("../../docs/configuration.md");
    let (_, full) = page.split_once("```toml full.toml\n").expect("full.toml");
    let (full, _) = full.split_once("```").expect("the end of full.toml");
    let others = [
        ("crates-io", PRODUCTION),
        ("crates-io-staging", STAGING),
        ("mirror", MIRROR),
        (
            "two-targets",
            include_str!("../../docs/examples/two-targets.toml"),
        ),
        ("full", full),
    ];
    PRESETS
        .into_iter()
        .chain(others)
        .map(|(name, toml)| subject(name, toml))
        .collect()
}

fn subject(name: &'static str, toml: &str) -> Subject {
    let config = Config::read(toml);
    let host = config
        .hosts
        .first()
        .map_or("registry.example", String::as_str);
    let rows = preset_rows().iter().filter(|row| row.preset == name);
    let mut known: Vec<_> = rows
        .map(|row| (row.host.to_owned(), row.target.to_owned()))
        .collect();
    for request in &config.requests {
        known.push(match request.strip_prefix("https://") {
            Some(url) => {
                let (host, path) = url.split_once('/').expect("a path");
                (host.to_owned(), format!("/{path}"))
            }
            None => (host.to_owned(), request.clone()),
        });
    }
    let read = signpost::authoring::from_toml(toml)
        .unwrap_or_else(|problems| panic!("{name}: {problems}"));
    Subject {
        name,
        read,
        config,
        known,
    }
}

fn compare(subjects: &[Subject], seed: u64, cases: impl Iterator<Item = u64>) -> Tally {
    let mut tally = Tally::default();
    for case in cases {
        let mut random = Random::new(seed, case);
        let subject = random.pick(subjects);
        let asked = generate::request(&mut random, &subject.config, &subject.known);
        let (position, switch) = *random.pick(&SWITCHES);
        let answer = seen(&subject.read, &asked, switch);
        let right = oracle::answers(&subject.config, &asked, position);
        if right.contains(&answer) {
            let kind = answer.lines().next().unwrap_or_default().to_owned();
            *tally.answers.entry((subject.name, kind)).or_default() += 1;
        } else {
            let request = format!(
                "case {case} of seed {seed}, {}, {position}: {asked:?}",
                subject.name
            );
            tally
                .differences
                .entry((kind_of(&answer), kind_of(&right.join(" or "))))
                .or_insert_with(|| {
                    format!(
                        "{request}\n--- the library:\n{answer}\n--- the page:\n{}",
                        right.join("\n--- or:\n")
                    )
                });
        }
    }
    tally
}

/// The first line of an answer, by which differences of one kind are told.
fn kind_of(answer: &str) -> String {
    answer.lines().next().unwrap_or("nothing").to_owned()
}

/// The library's answer, in the oracle's words.
fn seen(config: &signpost::config::Config, asked: &Asked, switch: Switch) -> String {
    let mut request = Request::new(asked.method, &asked.host, &asked.target)
        .with_accept(asked.accept.iter().map(|value| value.as_bytes()))
        .with_trail(
            asked.cdn_loop.map(str::as_bytes),
            asked.via.map(str::as_bytes),
        );
    if let Some((origin, method)) = asked.preflight {
        request = request.with_preflight(Some(origin.as_bytes()), Some(method.as_bytes()));
    }
    if !asked.is_https {
        request = request.over_plain_http();
    }
    if asked.is_rewritten {
        request = request.rewritten();
    }
    let answer = signpost::answer(config, &request, switch);
    if let Some(reason) = answer.decision().reason() {
        return reason.code().to_owned();
    }
    let reply = answer.reply().expect("a reply to what is redirected");
    let headers = reply.headers.iter();
    let headers: Vec<_> = headers
        .map(|(name, value)| (*name, value.to_string()))
        .collect();
    oracle::reply(reply.status.into(), &headers, &reply.body)
}

/// Requests that all end in one answer would show nothing: of each configuration, many are redirected, and
/// each reason is met.
#[track_caller]
fn check_variety(subjects: &[Subject], tally: &Tally, cases: u64) {
    let mut by_kind = BTreeMap::<&str, u64>::new();
    for ((_, kind), count) in &tally.answers {
        *by_kind.entry(kind).or_default() += count;
    }
    println!("{by_kind:?}");
    if cases < CASES {
        return;
    }
    for Subject { name, .. } in subjects {
        let redirected = tally
            .answers
            .get(&(*name, "302".to_owned()))
            .copied()
            .unwrap_or_default();
        let all = cases / u64::try_from(subjects.len()).expect("a few");
        assert!(
            redirected > all / 20,
            "{name}: only {redirected} of some {all} are redirected"
        );
    }
    for kind in [
        "200",
        "204",
        "302",
        "307",
        "no-route",
        "origin-route",
        "path-malformed",
        "came-from-target",
        "method-not-redirectable",
        "name-invalid",
        "version-invalid",
        "capture-invalid",
        "switch-off",
        "switch-shadow",
    ] {
        assert!(
            by_kind.get(kind).is_some_and(|count| *count > 20),
            "{kind} is hardly met: {by_kind:?}"
        );
    }
}
