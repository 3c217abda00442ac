//! `signpost` in a trial of a release: no time passes, and a smoke test is a report to the stand-in
//! API, whose answer says whether it passes.
//!
//! With `TRIAL_WAITS` time passes, at most so many seconds in each wait; with `TRIAL_PACE` it passes so many times
//! as fast. A call of the Fastly CLI may take `TRIAL_PATIENCE` seconds. With `TRIAL_SMOKES` the smoke tests are real. A
//! smoke test with the word `TRIAL_INTERRUPTS_AT` is interrupted by the signal `TRIAL_SIGNAL`, which the whole process
//! group of the release gets, as from a terminal.

#![forbid(unsafe_code)]

use std::env;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};
use std::time::Duration;

use signpost_cli::{Failure, Here, Outcome, World};

struct Trial;

fn main() -> ExitCode {
    let words: Vec<_> = env::args().skip(1).collect();
    // The runbook's own, beside the releases.
    if ["smoke", "explain"].contains(&words.first().map_or("", String::as_str)) {
        return ExitCode::from(report(&words).code());
    }
    signpost_cli::main_in(&Trial)
}

impl World for Trial {
    type Watch = <Here as World>::Watch;

    fn check_smoke(&self, words: &[String]) -> Result<(), Failure> {
        Here.check_smoke(words)
    }

    async fn smoke(&self, words: &[String]) -> Result<Outcome, Failure> {
        if env::var_os("TRIAL_SMOKES").is_some() {
            return Here.smoke(words).await;
        }
        let outcome = report(&words[1..]);
        let interrupts_at = env::var("TRIAL_INTERRUPTS_AT");
        if interrupts_at.is_ok_and(|word| words.contains(&word)) {
            let signal = env::var("TRIAL_SIGNAL").unwrap_or_default();
            let group = format!("-{}", std::process::id());
            let mut kill = Command::new("kill");
            // A group of its own: it does not signal itself.
            let killed = kill
                .process_group(0)
                .args(["-s", &signal, "--", &group])
                .status();
            assert!(killed.is_ok_and(|status| status.success()), "{signal}");
            std::future::pending::<()>().await;
        }
        Ok(outcome)
    }

    fn watch(&self, command: &str, may_refuse: bool) -> Result<Self::Watch, Failure> {
        Here.watch(command, may_refuse)
    }

    fn wait(&self, planned: Duration) -> Duration {
        match number("TRIAL_PACE") {
            Some(pace) => planned / pace,
            None => planned.min(seconds("TRIAL_WAITS").unwrap_or_default()),
        }
    }

    fn patience(&self, planned: Duration) -> Duration {
        seconds("TRIAL_PATIENCE").unwrap_or(planned)
    }
}

/// A time in the environment, in seconds.
fn seconds(variable: &str) -> Option<Duration> {
    number(variable).map(|seconds| Duration::from_secs(seconds.into()))
}

fn number(variable: &str) -> Option<u32> {
    env::var(variable).ok()?.parse().ok()
}

fn report(words: &[String]) -> Outcome {
    match post(&words.join(" ")) {
        Ok(answer) if answer.starts_with("HTTP/1.1 200") => Outcome::Fine,
        _ => Outcome::Found,
    }
}

/// Posts a text to the stand-in API, and returns its answer.
fn post(text: &str) -> io::Result<String> {
    let api = env::var("FASTLY_API_ENDPOINT").unwrap_or_default();
    let api = api.trim_start_matches("http://");
    let mut stream = TcpStream::connect(api)?;
    let length = text.len();
    write!(
        stream,
        "POST /report HTTP/1.1\r\nhost: {api}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{text}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
