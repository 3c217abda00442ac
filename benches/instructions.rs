//! Runs one thing as often as asked, so that a profiler can count its instructions.
//!
//! ```sh
//! cargo build --profile bench --example instructions
//! for times in 1000 2000; do
//!     valgrind --tool=callgrind --callgrind-out-file=/dev/null \
//!         target/release/examples/instructions decision $times
//! done
//! ```
//!
//! The difference of the two figures, divided by 1,000, is what one run takes.

#![forbid(unsafe_code)]

use std::hint::black_box;
use std::process::ExitCode;

use signpost::request::Request;
use signpost::sides::{Side, Sides};
use signpost::values::{Share, Switch};
use url::Url;

const PATH: &str = "/api/v1/crates/smallvec/1.10.0/download";
const LOCATION: &str = "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [what, times] = arguments.as_slice() else {
        eprintln!(
            "usage: instructions url-parse|decision|decision-of-next|decision-beside-next|\
             configuration|last-of-3|none-of-3|last-of-56|none-of-56 TIMES"
        );
        return ExitCode::from(2);
    };
    let number = if what.ends_with("-of-3") { 3 } else { 56 };
    let many = signpost::authoring::from_toml(&routes(number)).expect("a configuration");
    let (last, none) = (
        format!("/r{}/serde/serde-1.0.228.zip", number - 1),
        format!("/r{number}/serde/serde-1.0.228.zip"),
    );
    let production = include_str!("../config/crates-io.toml");
    let config =
        signpost::authoring::from_toml(production).expect("production's configuration holds");
    let next = signpost::authoring::from_toml(&production.replace("max-age=3", "max-age=2"))
        .expect("another revision");
    // The file is on the side of `next` from 33 % on. At 100 % nothing would be hashed.
    let (percent, side) = match what.as_str() {
        "decision-of-next" => (99, Side::Next),
        _ => (1, Side::Config),
    };
    let share = Share::percent(percent).expect("a share");
    let run: &dyn Fn() = match what.as_str() {
        "url-parse" => &|| {
            black_box(Url::parse(black_box(LOCATION)).is_ok());
        },
        "decision" => &|| {
            let request = Request::new("GET", "crates.io", black_box(PATH));
            let answer = signpost::answer(&config, &request, Switch::ENFORCE);
            assert!(answer.redirect().is_some());
        },
        // On the side of `next`, and on that of `config` while 1 % of the files are on the other.
        "decision-of-next" | "decision-beside-next" => &|| {
            let request = Request::new("GET", "crates.io", black_box(PATH));
            let sides = Sides::new(&config, Some(&next));
            let answer = signpost::answer(sides, &request, Switch::ENFORCE.with_next(share));
            assert_eq!(answer.answered_by(), Some(side));
            assert!(answer.redirect().is_some());
        },
        "last-of-3" | "last-of-56" => &|| {
            let request = Request::new("GET", "registry.example", black_box(&last));
            let answer = signpost::answer(&many, &request, Switch::ENFORCE);
            assert!(answer.redirect().is_some());
        },
        "none-of-3" | "none-of-56" => &|| {
            let request = Request::new("GET", "registry.example", black_box(&none));
            let answer = signpost::answer(&many, &request, Switch::ENFORCE);
            assert!(answer.redirect().is_none());
        },
        "configuration" => &|| {
            let read = signpost::config::from_json(black_box(config.to_json()));
            assert!(read.is_ok());
        },
        other => {
            eprintln!("`{other}` is nothing that is counted");
            return ExitCode::from(2);
        }
    };
    let times: u32 = times.parse().expect("a number of times");
    for _ in 0..times {
        run();
    }
    ExitCode::SUCCESS
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
