use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::header::{ACCEPT, DATE, HOST, LOCATION};
use http::{HeaderMap, Request, Response};
use serde_json::Value;
use signpost::config::Config;
use signpost::values::Switch;
use signpost_testbed::{LogLine, StandInOrigin, Viceroy};

use super::scene::Scene;
use super::wrk::{PAGE, USER_AGENT, path_of};

/// How long the log lines of all requests may take to be printed.
const LOG_LIMIT: Duration = Duration::from_secs(10);

/// A file that is asked for, and the attempt from 1 that the log must count it as, if attempts are counted.
pub(super) type Asked = (u32, Option<u8>);

/// Sends requests one after another, and checks the answer and the log line of each. A measured
/// Viceroy has no reader of its output, so this comes first.
pub(super) async fn check(module: &Path, scene: &Scene, requests: &[Asked]) -> Result<()> {
    let name = scene.name;
    check_all(module, scene, requests)
        .await
        .with_context(|| format!("the edge function does not do what is to be measured ({name})"))
}

async fn check_all(module: &Path, scene: &Scene, requests: &[Asked]) -> Result<()> {
    let viceroy = Viceroy::start(module, &scene.local_server).await?;
    for asked in requests {
        let answer = viceroy.send(request(&path_of(asked.0))?).await?;
        check_answer(&answer, location(&scene.config, *asked).as_deref())?;
    }
    let lines = log_lines(&viceroy, &scene.config, requests.len()).await?;
    for ((_, attempt), line) in requests.iter().zip(&lines) {
        let line: Value = serde_json::from_str(line).context("a log line is not JSON")?;
        let (counted, expected) = (line.pointer("/signpost/attempt"), Value::from(*attempt));
        ensure!(
            counted == Some(&expected),
            "the log counts the attempt as {counted:?} instead of {expected}"
        );
    }
    Ok(())
}

/// The location to expect; `None` where the origin answers.
fn location(config: &Config, (file, attempt): Asked) -> Option<String> {
    let path = path_of(file);
    let request = signpost::request::Request::new("GET", "127.0.0.1", &path);
    let answers = signpost::answers_at_every_target(config, &request, Switch::ENFORCE);
    let place = attempt.map_or(0, |attempt| usize::from(attempt) - 1);
    let location = answers.get(place)?.redirect()?;
    Some(location.as_str().to_owned())
}

fn check_answer(answer: &Response<Bytes>, expected: Option<&str>) -> Result<()> {
    let status = answer.status();
    let location = answer.headers().get(LOCATION);
    let location = location.map(|location| location.to_str()).transpose()?;
    ensure!(
        location == expected && status.is_redirection() == expected.is_some(),
        "{status} with the location {location:?} instead of {expected:?}"
    );
    Ok(())
}

/// Sees that the limit does what the edge function does, as far as the host calls go: a redirect and a page of the
/// origin have the same answers, log lines as long, and the same fields on their way to the origin.
pub(super) async fn check_limit(
    edge: &Path,
    limit: &Path,
    scene: &Scene,
    origin: &StandInOrigin,
) -> Result<()> {
    let of_edge = seen(edge, scene, origin).await?;
    let of_limit = seen(limit, scene, origin).await?;
    ensure!(
        of_edge == of_limit,
        "benches/limit.rs does not do what the edge function does: write into it what this has \
         instead, the edge function first\n{of_edge:#?}\n{of_limit:#?}"
    );
    Ok(())
}

/// What a client and the origin get, and how long the log line is.
#[derive(Debug, PartialEq)]
struct Seen {
    answer: HeaderMap,
    log_line: usize,
    at_origin: Option<HeaderMap>,
}

async fn seen(module: &Path, scene: &Scene, origin: &StandInOrigin) -> Result<Vec<Seen>> {
    let viceroy = Viceroy::start(module, &scene.local_server).await?;
    origin.take_requests();
    let mut all = Vec::new();
    for path in [&path_of(0), PAGE] {
        let mut answer = viceroy.send(request(path)?).await?;
        answer.headers_mut().remove(DATE);
        let lines = log_lines(&viceroy, &scene.config, all.len() + 1).await?;
        let at_origin = origin
            .take_requests()
            .pop()
            .map(|received| received.headers);
        all.push(Seen {
            answer: answer.headers().clone(),
            log_line: lines.last().map_or(0, String::len),
            at_origin,
        });
    }
    Ok(all)
}

/// A request as wrk sends it, with a host as long as any address.
fn request(path: &str) -> Result<Request<Bytes>> {
    let request = Request::get(path)
        .header(HOST, "127.0.0.1:40000")
        .header(ACCEPT, "*/*")
        .header("User-Agent", USER_AGENT);
    Ok(request.body(Bytes::new())?)
}

/// The lines of requests in the log, once there are so many.
async fn log_lines(viceroy: &Viceroy, config: &Config, number: usize) -> Result<Vec<String>> {
    let log = config.log().context("the configuration has no log")?;
    let read = |line: &str| LogLine::read(line).filter(|it| log.endpoints.contains(&it.endpoint));
    let missing = Cell::new(number);
    let is_last = |line: &str| {
        missing.set(missing.get() - usize::from(read(line).is_some()));
        missing.get() == 0
    };
    let waited = viceroy.wait_for_line(is_last, LOG_LIMIT).await;
    waited.with_context(|| format!("{number} requests did not write {number} log lines"))?;
    let lines = viceroy.lines();
    let lines = lines.iter().filter_map(|line| read(line));
    Ok(lines.map(|line| line.message).collect())
}
