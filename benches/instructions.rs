//! Does one thing as often as asked, so that `cargo xtask bench instructions` can count what it takes.

#![forbid(unsafe_code)]

use std::hint::black_box;
use std::net::IpAddr;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use signpost::Answer;
use signpost::config::{ClientIp, Config};
use signpost::log_line::{Exchange, InForce};
use signpost::request::Request;
use signpost::sides::{Side, Sides};
use signpost::values::{Share, Switch};
use url::Url;

const PATH: &str = "/api/v1/crates/smallvec/1.10.0/download";
const LOCATION: &str = "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate";
const PRODUCTION: &str = include_str!("../config/crates-io.toml");

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [what, times] = arguments.as_slice()
        && let Some(thing) = thing(what)
        && let Ok(times) = times.parse::<u32>()
    {
        (0..times).for_each(|_| thing());
        return ExitCode::SUCCESS;
    }
    eprintln!(
        "usage: instructions url-parse|decision|decision-with-reply-and-log|decision-of-next|\
         decision-beside-next|configuration|configuration-of-N|first-of-N|last-of-N|none-of-N TIMES"
    );
    ExitCode::from(2)
}

/// What is done once for each time.
fn thing(what: &str) -> Option<Box<dyn Fn()>> {
    Some(match what {
        "url-parse" => Box::new(|| assert!(black_box(Url::parse(black_box(LOCATION))).is_ok())),
        "decision" => decision(PRODUCTION, "crates.io", PATH.to_owned(), true),
        "decision-with-reply-and-log" => with_reply_and_log(),
        // The file is on the side of `next` from 33 % on. At 100 % nothing would be hashed.
        "decision-of-next" => with_next(99, Side::Next),
        "decision-beside-next" => with_next(1, Side::Config),
        "configuration" => reading(PRODUCTION),
        _ => return of_many(what),
    })
}

/// What is done with a configuration of many routes.
fn of_many(what: &str) -> Option<Box<dyn Fn()>> {
    let (what, number) = what.split_once("-of-")?;
    let number: usize = number.parse().ok().filter(|number| *number > 0)?;
    let (route, redirects) = match what {
        "configuration" => return Some(reading(&routes(number))),
        "first" => (0, true),
        "last" => (number - 1, true),
        "none" => (number, false),
        _ => return None,
    };
    let path = format!("/r{route}/serde/serde-1.0.228.zip");
    Some(decision(
        &routes(number),
        "registry.example",
        path,
        redirects,
    ))
}

fn compile(text: &str) -> Config {
    signpost::authoring::from_toml(text).expect("the configuration holds")
}

fn decision(text: &str, host: &'static str, path: String, redirects: bool) -> Box<dyn Fn()> {
    let config = compile(text);
    Box::new(move || {
        let request = Request::new("GET", host, black_box(&path));
        let answer = signpost::answer(&config, &request, Switch::ENFORCE);
        assert_eq!(answer.redirect().is_some(), redirects);
    })
}

/// On the side of `next`, or on that of `config` while this many percent of the files are on the other.
fn with_next(percent: u8, side: Side) -> Box<dyn Fn()> {
    let config = compile(PRODUCTION);
    let next = compile(&PRODUCTION.replace("max-age=3", "max-age=2"));
    let share = Share::percent(percent).expect("a share");
    Box::new(move || {
        let request = Request::new("GET", "crates.io", black_box(PATH));
        let sides = Sides::new(&config, Some(&next));
        let answer = signpost::answer(sides, &request, Switch::ENFORCE.with_next(share));
        assert_eq!(answer.answered_by(), Some(side));
        assert!(answer.redirect().is_some());
    })
}

fn with_reply_and_log() -> Box<dyn Fn()> {
    let config = compile(PRODUCTION);
    Box::new(move || {
        let request = Request::new("GET", "crates.io", black_box(PATH)).with_accept([&b"*/*"[..]]);
        let answer = signpost::answer(&config, &request, Switch::ENFORCE);
        let status = answer.reply().map(|reply| black_box(reply).status);
        let line = log_line(&answer, &config, status.expect("a redirect"));
        assert!(!black_box(line).is_empty());
    })
}

fn log_line(answer: &Answer<'_, '_>, config: &Config, status: u16) -> String {
    let exchange = Exchange {
        time: SystemTime::UNIX_EPOCH + Duration::from_micros(1_689_863_580_123_456),
        method: "GET",
        scheme: "https",
        host: "crates.io",
        path: PATH,
        protocol: "HTTP/2",
        referer: None,
        user_agent: Some("cargo/1.95.0 (9e3a1f21f 2026-04-12)"),
        client_ip: Some(IpAddr::from([198, 51, 100, 17])),
        tls_cipher: Some("TLS_AES_128_GCM_SHA256"),
        tls_protocol: Some("TLSv1.3"),
        edge_location: Some("FRA"),
        status,
        bytes: Some(0),
        content_type: None,
    };
    let in_force = InForce {
        revision: Some(config.revision()),
        switch: Switch::ENFORCE,
        client_ip: ClientIp::Full,
        fields: config.log().map(|log| &log.fields),
    };
    answer.log_line(&exchange, &in_force)
}

/// Reads what the edge reads.
fn reading(text: &str) -> Box<dyn Fn()> {
    let config = compile(text);
    Box::new(move || {
        let read = signpost::config::from_json(black_box(config.to_json()));
        // A sandbox never frees its configuration, so freeing it is not counted.
        std::mem::forget(read.expect("the configuration was compiled"));
    })
}

/// A configuration of so many routes.
fn routes(number: usize) -> String {
    let mut text = "allowed_hosts = ['cdn.example']\nhosts = ['registry.example']\norigin.backends = ['origin']\ntargets.c.base = 'cdn.example'\n".to_owned();
    for route in 0..number {
        let lines = format!(
            "[[routes]]\nname = 'r{route}'\npath = '/r{route}/{{a:segment}}/{{b:segment}}.zip'\ntarget = 'c'\nlocation = '/r{route}/{{a}}/{{b}}.zip'\nexamples = [{{ request = '/r{route}/a/b.zip', location = 'https://cdn.example/r{route}/a/b.zip' }}]\n"
        );
        text.push_str(&lines);
    }
    text
}
