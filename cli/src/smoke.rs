//! `signpost smoke`: requests real files from a deployment, and follows each redirect to the file.

mod ask;
mod gather;
mod judge;
mod prepare;
mod report;
mod run;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use signpost::values::{Share, Switch};
use time::OffsetDateTime;

use self::ask::client::Client;
use self::ask::connect::{ConnectTo, Detour};
use self::ask::edge_url::EdgeUrl;
use self::ask::settle::Settle;
use self::gather::index::Index;
use self::gather::package::Package;
use self::judge::certificate::certificate;
use self::judge::verdict::Verdict;
use self::report::Report;
use self::run::Runner;
use crate::file::{self, Loaded, in_words, is_dash};
use crate::output::{Failure, Format, Outcome, json_text, print};

/// Asks a deployed edge for real files, and follows each redirect to the bytes
///
/// Derives probes from the configuration: every example, the files and crates that you name, and
/// paths near each route that must not be redirected. Sends each with GET, with HEAD
/// and as JSON; every answer must be exactly what the edge's code says. Then fetches the location:
/// it must answer 200, with the bytes that --files, the lock file or the index promises. If the
/// switch leaves a file to the origin, follows the origin's own way to it. If it redirects a share,
/// adds files that are in the share. If a route has several targets, asks each that no probe led to
/// for a file directly, and every target for each file without a known SHA-256. One file of each
/// target is requested in every way that clients do: with HEAD, a range, a condition, and with `cors`
/// as a browser. All probes run, whatever happens to the others, and no request is repeated.
/// Nothing is uploaded.
///
/// An edge may pass over a target that is unhealthy, or to which it sent the same client before: an
/// answer that names another target of the route is right then, and noted. Each run has its own
/// `User-Agent`, so that `[retry]` does not count it as an attempt of the run before.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  signpost smoke --config config/crates-io-staging.toml --edge https://staging.crates.io
  signpost smoke --config config/crates-io.toml --edge https://crates.io \\
      --from-lockfile Cargo.lock --sample 50
  signpost smoke --config rubygems.toml --edge https://rubygems.example --files SHA256SUMS
  shuf -n 50 SHA256SUMS | signpost smoke --config rubygems.toml \\
      --edge https://rubygems.example --files -
  signpost smoke --config config/crates-io.toml --edge https://crates.io \\
      --connect-to crates.io:443:signpost.edgecompute.app:443 --switch shadow --settle 60s

Stages, by which a failure is named:
  certificate  a certificate of the edge or of a target lasts for less than --certificate-days
  edge         the edge could not be reached, or did not answer whole
  status, location, vary, decision
               this part of the answer to GET differs
  answer       another header of it, or its body, differs, or a header that caches or browsers
               obey is there, such as Cache-Control or Set-Cookie, and the edge does not send it
  origin       the origin should answer with the file or a redirect to it, and does not
  negative     a path that must not be redirected was
  head         HEAD was not answered as GET was, by the edge or by a target
  json         the answer to a client that accepts JSON differs
  range, condition, cors
               the edge or a target refuses a client that asks for a range, has the file, or is a
               browser's page (with `cors`), or sends it other bytes
  cdn-connect  the location's host could not be resolved or reached, or its certificate fails
  cdn-timeout  the location did not answer whole in time
  cdn-status   the location answered with another status than 200, a redirect among them
  cdn-body     the file ended too early, is empty, or has more than --max-bytes
  cdn-content  the file, whose SHA-256 is unknown, is an HTML page, does not begin as its name
               says, or is not the same at every target
  checksum     the file has another SHA-256 than --files, the lock file or the index says,
               or two of these differ

Exit codes: 0 all probes passed, 1 some failed, 2 the test could not be run.")]
pub(crate) struct Arguments {
    /// The configuration that is deployed, in TOML or compiled; `-` for standard input
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The deployment to ask: a scheme and a host
    #[arg(long, value_name = "URL")]
    edge: EdgeUrl,
    /// The entry `switch` of that deployment: `enforce`, `enforce 25%`, `shadow` or `off`
    #[arg(long, default_value = "enforce")]
    switch: Switch,
    /// Ask for these files too, and check their SHA-256: lines as sha256sum writes them,
    /// `SHA256  PATH`; `-` for standard input. PATH is what clients ask the registry for, with or
    /// without its first slash. A `%` in it begins an encoded character, as in a URL; what cannot
    /// stand in a URL is encoded. Each file must be redirected by a route
    #[arg(long, value_name = "SUMS")]
    files: Option<PathBuf>,
    /// Ask for this version of a crate too; can be given several times
    #[arg(long = "crate", value_name = "NAME@VERSION")]
    crates: Vec<Package>,
    /// Ask for the crates of a lock file too, and check their SHA-256
    #[arg(long, value_name = "FILE")]
    from_lockfile: Option<PathBuf>,
    /// Ask for this many of them only
    #[arg(long, value_name = "N", requires = "from_lockfile")]
    sample: Option<NonZeroUsize>,
    /// Which of them: the same number chooses the same crates
    #[arg(long, value_name = "NUMBER", default_value_t = 0, requires = "sample")]
    seed: u64,
    /// Ask for the N newest versions too of every crate that an example or --crate names
    #[arg(long, value_name = "N")]
    latest: Option<NonZeroUsize>,
    /// The sparse index to read newest versions and checksums from [default: that of crates.io, if
    /// --latest is given; otherwise none is read]
    #[arg(long, value_name = "URL")]
    index: Option<Index>,
    /// A route to ask for crates on; can be given several times [default: those whose location ends
    /// in `.crate`]
    #[arg(long = "route", value_name = "NAME")]
    routes: Vec<String>,
    /// Let the CDN answer 403, 404 or 410 where the request's path contains this text: an example
    /// need not be a file. A file whose SHA-256 is known must be there. At least 4 characters; can be
    /// given several times
    #[arg(long, value_name = "TEXT", value_parser = long_enough)]
    missing: Vec<String>,
    /// The origin does not serve this route by itself: if the switch leaves its files to the
    /// origin, only the decision is judged. Can be given several times
    #[arg(long, value_name = "ROUTE")]
    not_at_origin: Vec<String>,
    /// Connect to this address for that host and port, as curl does; can be given several times
    #[arg(long, value_name = "HOST:PORT:ADDRESS")]
    resolve: Vec<Detour>,
    /// Connect to another host and port instead, as curl does, for port 80 or 443; can be given
    /// several times
    #[arg(long, value_name = "HOST:PORT:HOST:PORT")]
    connect_to: Vec<ConnectTo>,
    /// Trust the certificate authorities in this PEM file too; can be given several times
    #[arg(long, value_name = "FILE")]
    ca: Vec<PathBuf>,
    /// How many days a certificate must still last, at the edge and at each target that is asked over
    /// TLS; none of them costs a request
    #[arg(long, value_name = "DAYS", default_value_t = 14)]
    certificate_days: u16,
    /// Send only the edge an `Authorization` header with the value of this environment variable: a
    /// bearer token, or a scheme and its value. It is never printed
    #[arg(long, value_name = "NAME")]
    token_env: Option<String>,
    /// How many probes run at once
    #[arg(long, value_name = "N", default_value = "8")]
    concurrency: NonZeroUsize,
    /// The most requests a second, 1 to 1,000
    #[arg(long, value_name = "N", default_value = "50", value_parser = clap::value_parser!(u32).range(1..=1000))]
    rate: u32,
    /// How long a request and its whole answer may take
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = humantime::parse_duration)]
    timeout: Duration,
    /// How long connecting may take
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = humantime::parse_duration)]
    connect_timeout: Duration,
    /// The most bytes that a file may have
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 20)]
    max_bytes: u64,
    /// First ask the probes in rounds, one a second, until three rounds in a row are right or this
    /// time is over: a change of the switch takes about 30 s to spread. A round asks at most --rate
    /// probes
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    settle: Option<Duration>,
    /// How to print the report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write the report to this file too, in the XML format of `JUnit`
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let (report, outcome) = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot start: {error}")))?
        .block_on(test(arguments))?;
    print(report)?;
    outcome
}

/// Runs the smoke test; returns the report as it is printed, and the outcome.
pub(crate) async fn test(
    arguments: &Arguments,
) -> Result<(String, Result<Outcome, Failure>), Failure> {
    let files = arguments.files.as_deref();
    file::ensure_one_dash(files.into_iter().chain([&*arguments.config]))?;
    if arguments.switch.next() != Share::NONE {
        return Err(Failure::new(format!(
            "the switch `{}` gives the entry `next` a share, and the test knows the configuration in `config` \
             alone; run it while `next` has no share",
            arguments.switch
        )));
    }
    let loaded = Loaded::read(&arguments.config)?;
    let (report, unused) = arguments.test(&loaded).await?;
    // Written first: a program that waits for the file may not read the output. The report is printed
    // even if this fails.
    let written = match &arguments.junit {
        Some(file) => write_junit(&report, file),
        None => Ok(()),
    };
    let outcome = written.and_then(|()| {
        if unused.is_empty() {
            return Ok(Outcome::found(report.totals().failed > 0));
        }
        Err(Failure::new(format!(
            "no request went to {}, which --resolve or --connect-to names; correct it or leave it out",
            unused.join(", nor by ")
        )))
    });
    let text = match arguments.format {
        Format::Text => report.to_string(),
        Format::Json => json_text(&report::json::json(&report))?,
    };
    Ok((text, outcome))
}

/// Refuses the arguments of a test that a release runs several times, if only the first could run.
pub(crate) fn check_repeatable(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.files.as_deref().is_some_and(is_dash) {
        return Err(Failure::new(
            "in the smoke test, `--files -` reads standard input, which only the first test of a \
             release could; name a file",
        ));
    }
    Ok(())
}

fn write_junit(report: &Report, file: &Path) -> Result<(), Failure> {
    report::junit::junit(report)
        .and_then(|xml| std::fs::write(file, xml).map_err(|error| in_words(&error)))
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", file.display())))
}

/// A short text could be in every path, and let every file be missing.
fn long_enough(text: &str) -> Result<String, String> {
    let is_long = text.chars().count() >= 4;
    let words = "write at least 4 characters, such as a crate's name between slashes";
    is_long.then(|| text.to_owned()).ok_or(words.to_owned())
}

impl Arguments {
    /// The report, and the detours that no request took.
    async fn test(&self, loaded: &Loaded) -> Result<(Report, Vec<String>), Failure> {
        let client = self.client().await?;
        let gathered = self.gather(&client, loaded).await?;
        let sources = self.sources(loaded, &gathered);
        let probes = sources.probes()?;
        let locations = sources.locations(&probes);
        let mut notes = gathered.notes.clone();
        notes.extend(sources.left_out());
        if let Some(limit) = self.settle {
            let settle = Settle {
                limit,
                at_most: self.rate as usize,
                at_once: self.concurrency,
            };
            notes.push(settle.wait(&client, &probes).await);
        }
        let runner = Runner {
            client: &client,
            max_bytes: self.max_bytes,
        };
        let targets = sources.targets();
        let mut verdicts = runner.run(probes, self.concurrency).await;
        let at_targets = sources.at_targets(&targets, &verdicts);
        verdicts.extend(runner.run(at_targets, self.concurrency).await);
        let cors = loaded.config().response().cors;
        verdicts.extend(runner.chains(&verdicts, cors).await);
        verdicts.extend(self.certificates(&client));
        let report = Report {
            edge: self.edge.to_string(),
            revision: loaded.config().revision().to_owned(),
            switch: self.switch.to_string(),
            detours: client.detours(),
            user_agent: client.user_agent().to_owned(),
            notes,
            targets,
            verdicts,
        };
        Ok((report, client.unused_detours(&locations)))
    }

    /// A verdict on the certificate of each host that was asked over TLS.
    fn certificates(&self, client: &Client) -> Vec<Verdict> {
        let now = OffsetDateTime::now_utc();
        let shown = client.certificates().by_host().into_iter();
        let judge =
            |(host, shown): (String, _)| certificate(&host, &shown, self.certificate_days, now);
        shown.map(judge).collect()
    }
}
