use std::cell::Cell;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use http::Request;
use http::header::LOCATION;
use signpost::config::Authored;
use signpost_testbed::{LocalServer, LogLine, Viceroy};

use crate::build;
use crate::command_line::CommandLine;
use crate::compile;
use crate::table::table;
use crate::tool;
use crate::tools::{self, EDGE_TARGET};
use crate::workspace::Workspace;

/// The least share of a bare function's throughput that the edge function may have.
const LEAST: f64 = 0.75;

/// What is asked for: a download on production's route.
const PATH: &str = "/api/v1/crates/smallvec/1.10.0/download";

/// How many requests are looked at before any is measured.
const TRIED: usize = 10;

/// How long the log lines of these may take to be printed.
const LOG_LIMIT: Duration = Duration::from_secs(10);

/// Measure the edge function against a bare one, under Viceroy with wrk
///
/// Both answer the same download with the same redirect; the edge function also writes a log line
/// for each request, which is looked at before the rounds. They take turns in one run, because
/// machines are noisy, and the median of the rounds' ratios counts. Fails below 0.75.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask bench\n  \
    cargo xtask bench --rounds 9 --seconds 10")]
pub(crate) struct Arguments {
    /// How often each of them has its turn
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    rounds: u8,
    /// How long a turn takes
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    seconds: u8,
}

/// Measures, and shows what was measured.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    ensure!(
        which::which("wrk").is_ok(),
        "wrk is missing: install it (`apt-get install wrk`, `brew install wrk`)"
    );
    let workspace = Workspace::load()?;
    tool::ensure(&[tools::target(EDGE_TARGET)?, tools::viceroy()])?;
    let signpost = build::module(&workspace)?;
    let bare = build_bare(&workspace)?;
    let directory = workspace.target().join("bench");
    std::fs::create_dir_all(&directory).context("cannot create a directory for the manifest")?;
    let manifest = directory.join("fastly.toml");
    let (_, authored) = compile::read(&workspace.root().join("config/crates-io.toml"))?;
    let local_server = LocalServer::from_file(workspace.root().join("fastly.toml"))
        .config(authored.config().to_json())
        .switch("enforce");
    std::fs::write(&manifest, local_server.manifest()?).context("cannot write the manifest")?;

    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot try the edge function")?
        .block_on(try_out(&signpost, &local_server, &authored))
        .context("the edge function does not do what is to be measured")?;

    let mut rows = vec![["round", "bare /s", "signpost /s", "ratio"].map(str::to_owned)];
    let (mut bares, mut signposts, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=arguments.rounds {
        let bare = requests_a_second(&bare, &manifest, arguments.seconds)?;
        let signpost = requests_a_second(&signpost, &manifest, arguments.seconds)?;
        let ratio = signpost / bare;
        eprintln!("  round {round}: {ratio:.2}");
        bares.push(bare);
        signposts.push(signpost);
        ratios.push(ratio);
        rows.push([
            round.to_string(),
            format!("{bare:.0}"),
            format!("{signpost:.0}"),
            format!("{ratio:.2}"),
        ]);
    }
    let nothing = "nothing was measured";
    let ratio = median(ratios).context(nothing)?;
    let of_medians = median(signposts).context(nothing)? / median(bares).context(nothing)?;
    println!(
        "\n{}\nmedian ratio {ratio:.2}, at least {LEAST} wanted; ratio of the medians {of_medians:.2}",
        table(&rows)
    );
    Ok(if ratio >= LEAST {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn build_bare(workspace: &Workspace) -> Result<PathBuf> {
    let arguments = "build --package signpost --release --locked --example bare_redirect \
                     --no-default-features --features edge --target";
    let arguments: Vec<_> = arguments.split_whitespace().collect();
    CommandLine::new("cargo", &arguments)
        .argument(EDGE_TARGET)
        .run()?;
    let release = workspace.target().join(EDGE_TARGET).join("release");
    Ok(release.join("examples/bare_redirect.wasm"))
}

/// Sends a few requests and reads what becomes of each: the redirect, and a log line. While it is
/// measured, the output is thrown away.
async fn try_out(module: &Path, local_server: &LocalServer, authored: &Authored) -> Result<()> {
    let config = authored.config();
    let endpoint = config.log().map(|log| log.endpoint.as_str());
    let mut examples = authored.examples().iter();
    let example = examples
        .find(|example| example.request() == PATH)
        .with_context(|| format!("production's configuration has no example for {PATH}"))?;
    let expected = example.location().as_str();
    let viceroy = Viceroy::start(module, local_server).await?;
    for _ in 0..TRIED {
        let answer = viceroy.send(Request::get(PATH).body(Bytes::new())?).await?;
        let location = answer.headers().get(LOCATION);
        ensure!(
            location.is_some_and(|location| location == expected),
            "{} with the location {location:?}, and not {expected}",
            answer.status()
        );
    }
    let is_logged = |line: &str| {
        LogLine::read(line).is_some_and(|line| Some(line.endpoint.as_str()) == endpoint)
    };
    let missing = Cell::new(TRIED);
    let is_last = |line: &str| {
        missing.set(missing.get() - usize::from(is_logged(line)));
        missing.get() == 0
    };
    let waited = viceroy.wait_for_line(is_last, LOG_LIMIT).await;
    waited.with_context(|| format!("{TRIED} requests did not write {TRIED} log lines"))?;
    let logged = viceroy
        .lines()
        .iter()
        .filter(|line| is_logged(line))
        .count();
    ensure!(logged == TRIED, "{TRIED} requests wrote {logged} log lines");
    Ok(())
}

fn requests_a_second(module: &Path, manifest: &Path, seconds: u8) -> Result<f64> {
    let mut viceroy = Server::start(module, manifest)?;
    let url = format!("{}{PATH}", viceroy.url);
    let duration = format!("-d{seconds}s");
    let report = CommandLine::new("wrk", &["-t1", "-c8", &duration, &url])
        .output()
        .context("wrk failed")?;
    viceroy.stop();
    ensure!(
        !report.contains("Non-2xx or 3xx") && !report.contains("Socket errors"),
        "not every request was redirected:\n{report}"
    );
    read_throughput(&report).with_context(|| format!("wrk reports no throughput:\n{report}"))
}

fn read_throughput(report: &str) -> Option<f64> {
    let line = report
        .lines()
        .find_map(|line| line.strip_prefix("Requests/sec:"))?;
    line.trim().parse().ok()
}

/// An address that nothing listens at now. With its output thrown away, Viceroy could not say which
/// one the system chose for it.
fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?)
}

/// The middle one; of an even number, the lower of the two in the middle.
fn median(mut ratios: Vec<f64>) -> Option<f64> {
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len().checked_sub(1)? / 2).copied()
}

/// Viceroy with its output thrown away, so that nothing but the two functions is measured. A log
/// line is still a write, and nobody has to read it.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(module: &Path, manifest: &Path) -> Result<Self> {
        let address = free_address()?;
        let child = Command::new("viceroy")
            .args(["serve", "--addr", &address.to_string(), "-C"])
            .arg(manifest)
            .arg(module)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot run `viceroy`")?;
        let mut server = Self {
            child,
            url: format!("http://{address}"),
        };
        while TcpStream::connect(address).is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("Viceroy ended before it listened ({status})");
            }
            thread::yield_now();
        }
        Ok(server)
    }

    fn stop(&mut self) {
        // One that has ended already needs no end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::{median, read_throughput};

    #[test]
    fn the_throughput_stands_in_the_report_of_wrk() {
        let report = "  4000 requests in 1.00s\nRequests/sec:   4001.25\nTransfer/sec: 1MB\n";
        assert_eq!(read_throughput(report), Some(4001.25));
        assert_eq!(read_throughput(""), None);
    }

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(median(vec![0.9, 0.1, 0.8]), Some(0.8));
        assert_eq!(median(vec![0.2, 0.1]), Some(0.1));
        assert_eq!(median(vec![]), None);
    }
}
