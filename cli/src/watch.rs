//! `signpost watch`: reads a growing log, and raises an alarm when downloads fail.

#[cfg(unix)]
mod beside;
mod measures;
mod outlets;
mod session;

#[cfg(unix)]
pub(crate) use self::beside::Beside;
#[cfg(test)]
pub(crate) use self::measures::tests::every;

use std::path::PathBuf;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clap::Args;
use signpost_logs::log::{Chunks, Input};
use signpost_logs::watch::Settings;

use self::measures::Measures;
use self::session::Session;
use crate::file::ensure_one_dash;
use crate::outlets::{Options, Outlets};
use crate::output::{Failure, Format, Outcome};
use crate::replace::Replacement;

/// Watches a log for what dashboards do not show: clients that ask again, and refused proofs
///
/// Reads log lines as they come: the JSON of Signpost or crates.io, alone or behind what syslog
/// writes before it, the W3C extended log of CloudFront and others, or an access log in the common
/// or combined format; plain, gzip or zstd. A line without a time cannot be watched. For each
/// window it shows the number of requests, their decisions, and the repeat ratio: the share of GET
/// requests in which the same client asks for the same file again within a minute. If a redirect
/// leads nowhere, cargo asks four times, and this ratio shows it first.
///
/// Judges all requests together, each edge location, target and route by itself, and `next` while two
/// configurations are in force. A repeat counts against the target and side of the request before it. An
/// alarm is raised
///
///   - when a repeat ratio is above its limit,
///   - when many requests on routes are not redirected, though the switch would redirect them, or in
///     lines without a decision are answered with an error,
///   - when traffic falls, in all or in an edge location: below 40 % of the last half hour or 30 %
///     of the same time a day earlier; what falls at this time each day is expected to,
///   - at once when a proof is refused.
///
/// One fault raises one alarm, for the scope that explains it. What fails there is then left out of
/// the ratios of other scopes. Each alarm says how long ago the revision or switch in the log last
/// changed, and ends after 3 windows without its cause. Less traffic counts as usual after half an
/// hour; for a day after that, it is not compared with the day before. Time is that of the lines: if
/// none comes at all, only `signpost_log_delay_seconds` of --metrics shows it.
///
/// A ratio is each client's share, averaged over the clients, so that none counts for more than
/// another, and of a client at most four requests for a file count. A notice names a client whose
/// repeats would raise an alarm if each of them counted: they are a fifth of all requests, or for 12
/// windows in a row half of the requests of one edge location.
///
/// A ratio raises an alarm if it is much higher than usual; --above and --deviations set how much higher.
/// The usual ratio is an exponentially weighted average, which learns nothing while an alarm lasts.
/// The fewer clients there are, the higher the ratio must be: with some 120 scopes, chance alone
/// raises less than one alarm a day. If all downloads of a place fail, 8 to 20 clients in up to six
/// windows are enough.
///
/// While the switch gives `next` a share, its files are compared with those of `config` over the same
/// windows, in 2,000 groups of files. An alarm for `side next` says that its groups are among the worst, as
/// they would be by chance at most once in 100,000 releases, and that its ratio is 3 points higher. Four
/// groups with 10 requests in six windows are needed; a window says if there are too few. Of `next`, what
/// it has no way for and `config` answers is not redirected; the first such request is told as a notice.
/// At a share of 100 %, there is nothing to compare with.
///
/// Time is what the lines say (`date_time`), never a clock: the time of most of the last 100 lines,
/// or of fewer if a window has fewer. A window ends when most of them are in a later one. A line up
/// to a minute behind or ahead of its neighbours counts in the open window. A line further away
/// counts in none.
///
/// A client is an address and a `User-Agent`. Machines behind one address look like one client, and
/// so does a whole network if the log truncates addresses: the usual ratio is then higher, and is
/// learnt, up to --ceiling. Without addresses (`log.client_ip = "none"`) there is no ratio, and
/// only refusals and traffic raise alarms.
///
/// Memory does not grow with the traffic. Requests are kept as hashes under a random key: at most
/// 458,752 in each of two minutes, in 18 MiB. If a minute has more different requests, a fixed half
/// of the keys is compared, then a quarter and so on. Of each edge location (at most 512), target
/// (63) and route (128), up to 256 clients in each of 6 windows are kept, and a day of an edge
/// location's traffic: at most 100 MB for all. Two sides take 400 kB. Addresses are kept of 32
/// clients, until the window ends. A report has at most 720 points.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  signpost watch access.log.zst
  signpost watch fastly-2023-07-20T11.log.gz fastly-2023-07-20T12.log.gz
  tail -n 0 -F signpost.log | signpost watch --exec 'mail -s \"Signpost $SIGNPOST_EVENT\" ops@example.org' -
  tail -n 0 -F signpost.log | signpost watch --alertmanager http://127.0.0.1:9093 --metrics 127.0.0.1:9464 -
  signpost watch --report incident.html --format json access.log.gz

Exit codes: 0 no alarm, 1 an alarm was raised, 2 the log could not be read, or no line of it.")]
pub(crate) struct Arguments {
    /// The logs, in the order of their times; `-` is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    files: Vec<PathBuf>,

    #[command(flatten)]
    settings: Settings,

    #[command(flatten)]
    outlets: Options,

    /// Write a page with charts, for the incident's postmortem
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,

    /// For people, or for programs: one JSON object a line
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What ends a watch.
enum Awaited {
    /// The log was read to its end, or could not be.
    Read(Result<(), Failure>),
    /// Ctrl-C, or a request to end.
    Interrupted,
    /// Everything is printed and written.
    Finished(Result<Outcome, Failure>),
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    ensure_one_dash(arguments.files.iter().map(PathBuf::as_path))?;
    if let Some(file) = &arguments.report {
        // Fails now if the page cannot be written, and not after an incident.
        Replacement::prepare(file, "")?;
    }
    let figures = arguments.outlets.figures(&outlets::NAMES)?;
    let measures = figures.as_ref();
    let measures = measures.map(|figures| Measures::new(figures.registry()));
    let measures = measures.transpose()?;
    let outlets = Outlets::open(&arguments.outlets, figures)?;
    let report = arguments.report.clone();
    let (settings, format) = (arguments.settings, arguments.format);
    let session = Session::new(settings, format, outlets, measures, report);
    let session = Arc::new(Mutex::new(session));

    // Reading may wait for a line for ever, and finishing for a command or a reader. Other threads
    // do both, so that an interrupt can end the watch.
    let (sender, awaited) = mpsc::channel();
    let interrupted = sender.clone();
    ctrlc::set_handler(move || {
        // The receiver is gone only when the watch is over.
        let _ = interrupted.send(Awaited::Interrupted);
    })
    .map_err(|error| Failure::new(format!("cannot wait for Ctrl-C: {error}")))?;
    let (files, shared) = (arguments.files.clone(), Arc::clone(&session));
    beside(&sender, Awaited::Read, move || read(&files, &shared));

    let mut is_finishing = false;
    for event in awaited {
        let read = match event {
            Awaited::Finished(outcome) => return outcome,
            Awaited::Interrupted if is_finishing => {
                return Err(Failure::new(
                    "interrupted before everything was printed and written",
                ));
            }
            Awaited::Read(_) if is_finishing => continue,
            Awaited::Read(read) => Some(read),
            Awaited::Interrupted => None,
        };
        is_finishing = true;
        let shared = Arc::clone(&session);
        beside(&sender, Awaited::Finished, move || {
            lock(&shared).finish(read)
        });
    }
    Ok(Outcome::Fine)
}

/// Works in another thread, and reports its end, even if it panics.
fn beside<T: Send + 'static>(
    sender: &Sender<Awaited>,
    told: fn(Result<T, Failure>) -> Awaited,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) {
    let sender = sender.clone();
    std::thread::spawn(move || {
        let done = std::thread::spawn(work).join();
        let panicked = |_| Err(Failure::new("the watch has panicked"));
        // The receiver is gone only when the watch is over.
        let _ = sender.send(told(done.unwrap_or_else(panicked)));
    });
}

/// Reads the files one after the other, until one cannot be read.
fn read(files: &[PathBuf], session: &Mutex<Session>) -> Result<(), Failure> {
    let mut buffer = Vec::new();
    for file in files {
        let input = Input::open(file)?;
        let name = (files.len() > 1).then(|| input.name().to_owned());
        lock(session).begin_file(name);
        let mut chunks = Chunks::new(input);
        while let Some(chunk) = chunks.next(buffer) {
            let mut session = lock(session);
            for (_, line) in chunk.lines() {
                if session.take(line).is_break() {
                    return Ok(());
                }
            }
            buffer = chunk.bytes;
        }
        let (end, input) = chunks.into_end();
        end.map_err(|error| input.failure(&error))?;
        buffer = Vec::new();
    }
    Ok(())
}

/// The events from before a panic are still true.
fn lock(session: &Mutex<Session>) -> MutexGuard<'_, Session> {
    session.lock().unwrap_or_else(PoisonError::into_inner)
}
