//! The command line of `signpost smoke`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use signpost::values::{Position, Share, Switch};

use super::ask::connect::{ConnectTo, Detour};
use super::ask::edge_url::EdgeUrl;
use super::every::options::Options;
use super::gather::index::Index;
use super::gather::package::Package;
use super::gather::probes::AskTargets;
use crate::output::{Failure, Format};

const FILES: &str = "Files";

const ORIGIN_AND_TARGETS: &str = "Origin and targets";

const CONNECTIONS: &str = "Connections and limits";

const REPORT: &str = "Report";

/// Asks a deployed edge for real files, and follows each redirect to the bytes
///
/// Derives probes from the configuration: every example, the files and crates that you name, and
/// paths near each route that must not be redirected. Sends each with GET, with HEAD
/// and as JSON; every answer must be exactly what the edge's code says. Then fetches the location:
/// it must answer 200, with the bytes that --files, the lock file or the index promises. If the
/// switch leaves a file to the origin, follows the origin's own way to it. If it redirects a share,
/// adds files that are in the share. Asks each target of a file's route for the file, at those that no
/// probe led to directly, and each address of a target's host for a file. One file of each target is
/// requested in every way that clients do: with HEAD, a range, a condition, and with `cors` as a
/// browser. All probes run, whatever happens to the others, and no request is repeated. Nothing is
/// uploaded. Says before the run about how many requests it will send.
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
  signpost smoke --config config/crates-io.toml --next new.toml --edge https://crates.io \\
      --switch 'enforce, next 5%'
  signpost smoke --config rubygems.toml --edge https://rubygems.example --cold-query v
  signpost smoke --config docs/examples/two-targets.toml --edge https://crates.io --parity \\
      --from-lockfile Cargo.lock --sample 50
  signpost smoke --config with-reserve.toml --edge https://crates.io --targets only --every 60s \\
      --alertmanager http://127.0.0.1:9093 --metrics 127.0.0.1:9465

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
  cdn-loop     the location redirects to a target or to the edge, as a CDN does that fetches what
               its caches lack from there
  cdn-body     the file ended too early, is empty, or has more than --max-bytes
  cdn-content  the file, whose SHA-256 is unknown, is an HTML page, does not begin as its name
               says, or is not the same at every target
  checksum     the file has another SHA-256 than --files, the lock file or the index says,
               or two of these differ

With --parity, a target differs at one of the stages above or in a column of the table: status,
bytes, sha-256, type, cors, range, head.

Exit codes: 0 all probes passed, or targets do not differ; 1 some failed, or differ; 2 the test
could not be run; with --every: 0 no alarm began, 1 one did, 2 the test could not start.")]
pub(crate) struct Arguments {
    /// The configuration to test, in TOML or compiled; `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub(super) config: PathBuf,
    /// The deployment to ask: a scheme and a host
    #[arg(long, value_name = "URL")]
    pub(super) edge: EdgeUrl,
    /// The entry `switch` of that deployment: `enforce`, `enforce 25%`, `shadow` or `off`, and
    /// `, next 5%` after it with --next
    #[arg(long, default_value = "enforce")]
    pub(super) switch: Switch,
    /// The configuration in the entry `next` of that deployment, in TOML or compiled. Files on both
    /// sides are asked for; with --targets always, its files at its targets too, whatever its share
    #[arg(long, value_name = "FILE", conflicts_with_all = ["parity", "every"])]
    pub(super) next: Option<PathBuf>,
    /// Ask for these files too, and check their SHA-256: lines as sha256sum writes them,
    /// `SHA256  PATH`; `-` for standard input. PATH is what clients ask the registry for, with or
    /// without its first slash. A `%` in it begins an encoded character, as in a URL; what cannot
    /// stand in a URL is encoded. Each file must be redirected by a route
    #[arg(help_heading = FILES, long, value_name = "SUMS")]
    pub(super) files: Option<PathBuf>,
    /// Ask for this version of a crate too; can be given several times
    #[arg(help_heading = FILES, long = "crate", value_name = "NAME@VERSION")]
    pub(super) crates: Vec<Package>,
    /// Ask for the crates of a lock file too, and check their SHA-256
    #[arg(help_heading = FILES, long, value_name = "FILE")]
    pub(super) from_lockfile: Option<PathBuf>,
    /// Ask for this many of them only
    #[arg(help_heading = FILES, long, value_name = "N", requires = "from_lockfile")]
    pub(super) sample: Option<NonZeroUsize>,
    /// Which of them: the same number chooses the same crates
    #[arg(help_heading = FILES, long, value_name = "NUMBER", default_value_t = 0, requires = "sample")]
    pub(super) seed: u64,
    /// Ask for the N newest versions too of every crate that an example or --crate names
    #[arg(help_heading = FILES, long, value_name = "N")]
    pub(super) latest: Option<NonZeroUsize>,
    /// The sparse index to read newest versions and checksums from [default: that of crates.io, if
    /// --latest is given; otherwise none is read]
    #[arg(help_heading = FILES, long, value_name = "URL")]
    pub(super) index: Option<Index>,
    /// A route to ask for crates on; can be given several times [default: those whose location ends
    /// in `.crate`]
    #[arg(help_heading = FILES, long = "route", value_name = "NAME")]
    pub(super) routes: Vec<String>,
    /// Let the CDN answer 403, 404 or 410 where the request's path contains this text: an example
    /// need not be a file. A file whose SHA-256 is known must be there. At least 4 characters; can be
    /// given several times
    #[arg(help_heading = FILES, long, value_name = "TEXT", value_parser = long_enough)]
    pub(super) missing: Vec<String>,
    /// The origin does not serve this route by itself: if the switch leaves its files to the
    /// origin, only the decision is judged. Can be given several times
    #[arg(help_heading = ORIGIN_AND_TARGETS, long, value_name = "ROUTE")]
    pub(super) not_at_origin: Vec<String>,
    /// Connect to this address for that host and port, as curl does; can be given several times
    #[arg(help_heading = CONNECTIONS, long, value_name = "HOST:PORT:ADDRESS")]
    pub(super) resolve: Vec<Detour>,
    /// Connect to another host and port instead, as curl does, for port 80 or 443; can be given
    /// several times
    #[arg(help_heading = CONNECTIONS, long, value_name = "HOST:PORT:HOST:PORT")]
    pub(super) connect_to: Vec<ConnectTo>,
    /// Trust the certificate authorities in this PEM file too; can be given several times
    #[arg(help_heading = CONNECTIONS, long, value_name = "FILE")]
    pub(super) ca: Vec<PathBuf>,
    /// How many days a certificate must still last, at the edge and at each target that is asked over
    /// TLS; this takes no request
    #[arg(help_heading = ORIGIN_AND_TARGETS, long, value_name = "DAYS", default_value_t = 14)]
    pub(super) certificate_days: u16,
    /// Send only the edge an `Authorization` header with the value of this environment variable: a
    /// bearer token, or a scheme and its value. It is never printed
    #[arg(help_heading = CONNECTIONS, long, value_name = "NAME")]
    pub(super) token_env: Option<String>,
    /// When to ask targets for files themselves
    #[arg(help_heading = ORIGIN_AND_TARGETS, long, value_enum, default_value_t, value_name = "WHEN")]
    pub(super) targets: AskTargets,
    /// Ask a target for one file only, if no probe led there, at any address of its host, and only as
    /// most clients do
    #[arg(help_heading = ORIGIN_AND_TARGETS, long, conflicts_with = "cold_query")]
    pub(super) quick: bool,
    /// Ask each target for one file with this query parameter too, with a value of this run alone. The CDN
    /// must keep files apart by it, so that no cache has the file: fetching it may lead the CDN back to
    /// the edge. If there is no such parameter, list a file in --files that nobody has downloaded yet
    #[arg(help_heading = ORIGIN_AND_TARGETS, long, value_name = "NAME", value_parser = parameter)]
    pub(super) cold_query: Option<String>,
    /// How many probes run at once
    #[arg(help_heading = CONNECTIONS, long, value_name = "N", default_value = "8")]
    pub(super) concurrency: NonZeroUsize,
    /// The most requests a second, 1 to 1,000
    #[arg(help_heading = CONNECTIONS, long, value_name = "N", default_value = "50", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(super) rate: u32,
    /// How long a request and its whole answer may take
    #[arg(help_heading = CONNECTIONS, long, value_name = "DURATION", default_value = "10s", value_parser = humantime::parse_duration)]
    pub(super) timeout: Duration,
    /// How long connecting may take
    #[arg(help_heading = CONNECTIONS, long, value_name = "DURATION", default_value = "5s", value_parser = humantime::parse_duration)]
    pub(super) connect_timeout: Duration,
    /// The most bytes that a file may have
    #[arg(help_heading = CONNECTIONS, long, value_name = "BYTES", default_value_t = 256 << 20)]
    pub(super) max_bytes: u64,
    /// First ask the probes in rounds, one a second, until three rounds in a row are right or this
    /// time is over: a change of the switch takes about 30 s to spread. A round asks at most --rate
    /// probes
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(super) settle: Option<Duration>,
    /// Compare the targets of each route with each other instead: whether each serves every file that
    /// the other options name, and in the same way. The edge is not asked, nor need it have this
    /// configuration: of --edge, only the host counts, because routes depend on it
    #[arg(help_heading = ORIGIN_AND_TARGETS, long, conflicts_with_all = [
        "switch", "settle", "token_env", "not_at_origin", "junit", "targets",  "quick",
        "cold_query", "every",
    ])]
    pub(super) parity: bool,
    /// How to print the report
    #[arg(help_heading = REPORT, long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// Write the report to this file too, in the XML format of `JUnit`
    #[arg(help_heading = REPORT, long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,
    #[command(flatten)]
    pub(super) every: Options,
}

impl Arguments {
    /// Refuses options that would do nothing.
    pub(super) fn check(&self) -> Result<(), Failure> {
        self.every.check()?;
        if self.next.is_none() && self.switch.next() != Share::NONE {
            return Err(Failure::new(format!(
                "the switch `{}` gives the entry `next` a share; name its configuration with --next FILE",
                self.switch
            )));
        }
        let sends_any = matches!(self.switch.position(), Position::Enforce(_));
        let words = match self.targets {
            AskTargets::WhenSent if self.cold_query.is_some() && !sends_any => format!(
                "--cold-query asks no target while the switch is at `{}`; add --targets always, or leave it out",
                self.switch
            ),
            AskTargets::Only
                if self.settle.is_some()
                    || self.token_env.is_some()
                    || !self.not_at_origin.is_empty() =>
            {
                "--settle, --token-env and --not-at-origin are about the edge, which --targets only does not ask; leave them out".to_owned()
            }
            _ => return Ok(()),
        };
        Err(Failure::new(words))
    }
}

/// The name of a query parameter, which stands in a URL as it is.
fn parameter(text: &str) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_right = !text.is_empty() && text.bytes().all(is_plain);
    let words = "write the name alone, of letters, digits and `-._~`, such as v";
    is_right.then(|| text.to_owned()).ok_or(words.to_owned())
}

/// A short text could be in every path, and let every file be missing.
fn long_enough(text: &str) -> Result<String, String> {
    let is_long = text.chars().count() >= 4;
    let words = "write at least 4 characters, such as a crate's name between slashes";
    is_long.then(|| text.to_owned()).ok_or(words.to_owned())
}
