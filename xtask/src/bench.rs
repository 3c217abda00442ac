mod compare;
mod scene;
mod server;
mod try_out;
mod wrk;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use signpost_testbed::StandInOrigin;

use crate::build;
use crate::tool;
use crate::tools;
use crate::workspace::Workspace;
use compare::{Comparison, Side};
use scene::{RETRY, Scene};
use try_out::{Try, try_out};
use wrk::Files;

/// The least share of a bare function's throughput that the edge function may have.
const LEAST_OF_BARE: f64 = 0.75;

/// The least share of the throughput that is left when tries are remembered.
const LEAST_WITH_RETRY: f64 = 0.7;

/// How many requests for one file are looked at before any is measured.
const TRIED: usize = 10;

/// Measure the edge function against a bare one, and with `[retry]` against without it
///
/// All are served by Viceroy and asked by wrk.
///
/// The edge function and a bare one answer the same download with the same redirect; the edge
/// function also writes a log line. Fails below 0.75.
///
/// The edge function with `[retry]` and without it, on production's configuration: every request is
/// for another file and so a first try. Fails below 0.7.
///
/// The same with two targets and always the same few files: nearly every request is a later try, and
/// some go to the origin. Only shown.
///
/// What is to be measured is looked at first: the redirects, the log lines, and how tries are counted
/// in them. All take turns in one run, because machines are noisy, and the median of the rounds'
/// ratios counts.
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
    wrk::ensure_installed()?;
    let workspace = Workspace::load()?;
    tool::ensure(&[tools::viceroy()])?;
    let edge = build::module(&workspace)?;
    let bare = build::for_the_edge(
        &workspace,
        "--example bare_redirect",
        "examples/bare_redirect.wasm",
    )?;
    let (rounds, seconds) = (arguments.rounds, arguments.seconds);
    let comparisons = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot run the origin of the bench")?
        .block_on(async {
            let origin = StandInOrigin::start().await?;
            let comparisons = prepare(&workspace, &origin, &edge, &bare).await?;
            // The origin answers on this thread while another one waits for wrk.
            let measuring = move || compare::measure(comparisons, rounds, seconds);
            tokio::task::spawn_blocking(measuring).await?
        })?;
    let mut is_met = true;
    for comparison in &comparisons {
        print!("\n{comparison}");
        is_met &= comparison.is_met();
    }
    Ok(if is_met {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The comparisons, once every scene was seen to be what its name says.
async fn prepare(
    workspace: &Workspace,
    origin: &StandInOrigin,
    edge: &Path,
    bare: &Path,
) -> Result<Vec<Comparison>> {
    let scene = |name, file, more| Scene::new(workspace, origin, name, file, more);
    let production = scene("production", "config/crates-io.toml", "")?;
    let retry = scene("retry", "config/crates-io.toml", RETRY)?;
    let two_targets = scene("two-targets", "benches/two-targets.toml", "")?;
    let two_targets_retry = scene("two-targets-retry", "benches/two-targets.toml", RETRY)?;

    let uncounted = [Try::uncounted(0); TRIED];
    let counted = [1, 2].map(|attempt| Try::counted(0, attempt));
    let others = [1, 2].map(|file| Try::counted(file, 1));
    try_out(edge, &production, &uncounted).await?;
    try_out(edge, &retry, &[counted, others].concat()).await?;
    try_out(edge, &two_targets, &uncounted).await?;
    let to_the_origin = [1, 2, 3].map(|attempt| Try::counted(0, attempt));
    try_out(edge, &two_targets_retry, &to_the_origin).await?;

    let side =
        |name, module, scene: &Scene, files| Side::new(name, module, scene.manifest(), files);
    Ok(vec![
        Comparison::new(
            "the edge function against a bare one",
            side("bare", bare, &production, Files::One),
            side("signpost", edge, &production, Files::One),
            Some(LEAST_OF_BARE),
        ),
        Comparison::new(
            "[retry] against none, each request a first try",
            side("off", edge, &production, Files::New),
            side("on", edge, &retry, Files::New),
            Some(LEAST_WITH_RETRY),
        ),
        Comparison::new(
            "[retry] against none, nearly each request a later try",
            side("off", edge, &two_targets, Files::Few),
            side("on", edge, &two_targets_retry, Files::Few),
            None,
        ),
    ])
}
