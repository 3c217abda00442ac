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
use signpost::values::Switch;
use url::Url;

const PATH: &str = "/api/v1/crates/smallvec/1.10.0/download";
const LOCATION: &str = "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [what, times] = arguments.as_slice() else {
        eprintln!("usage: instructions url-parse|decision|configuration TIMES");
        return ExitCode::from(2);
    };
    let config = signpost::authoring::from_toml(include_str!("../config/crates-io.toml"))
        .expect("production's configuration holds");
    let run: &dyn Fn() = match what.as_str() {
        "url-parse" => &|| {
            black_box(Url::parse(black_box(LOCATION)).is_ok());
        },
        "decision" => &|| {
            let request = Request::new("GET", "crates.io", black_box(PATH));
            let answer = signpost::answer(&config, &request, Switch::ENFORCE);
            assert!(answer.redirect().is_some());
        },
        "configuration" => &|| {
            let read = signpost::config::from_json(black_box(config.to_json()));
            assert!(read.is_ok());
        },
        other => {
            eprintln!("`{other}` is not one of url-parse, decision and configuration");
            return ExitCode::from(2);
        }
    };
    let times: u32 = times.parse().expect("a number of times");
    for _ in 0..times {
        run();
    }
    ExitCode::SUCCESS
}
