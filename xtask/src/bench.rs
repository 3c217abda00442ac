mod check;
mod compare;
mod scene;
mod server;
mod wrk;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use signpost_testbed::StandInOrigin;

use crate::build;
use crate::tool;
use crate::tools;
use crate::workspace::Workspace;
use check::{Asked, check};
use compare::{Comparison, Side};
use scene::{RETRY, Scene};
use wrk::Files;

/// The least share of a bare function's throughput that the edge function may have.
const LEAST_OF_BARE: f64 = 0.75;

/// The least share of the throughput that may be left with `[retry]`.
const LEAST_WITH_RETRY: f64 = 0.7;

/// How many requests for one file are checked before any is measured.
const CHECKED: usize = 10;

/// Measure the edge function against a bare one, with a share of `next` and with `[retry]`
///
/// Viceroy serves them, and wrk sends the requests.
///
/// A bare function answers a download with the same redirect as the edge function, which also writes
/// a log line. Fails below 0.75.
///
/// With 1 % of the files at a configuration in `next` against without, on production's: every request is for
/// another file. Only shown.
///
/// With `[retry]` against without it, on production's configuration: every request is for another
/// file, and so a first attempt. Fails below 0.7.
///
/// The same with two targets and always the same few files: nearly every request is a later attempt,
/// and some go to the origin. Only shown.
///
/// Before it measures, it checks the redirects, the log lines and the attempts counted in them.
/// Machines are noisy, so all take turns in one run, and the median of the rounds' ratios counts.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask bench\n  \
    cargo xtask bench --rounds 9 --seconds 10")]
pub(crate) struct Arguments {
    /// How many turns each of them has
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    rounds: u8,
    /// How long a turn takes
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    seconds: u8,
}

/// Measures, and shows the result.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    tool::ensure(&[tools::wrk(), tools::viceroy()])?;
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
    for comparison in &comparisons {
        print!("\n{comparison}");
    }
    Ok(if comparisons.iter().all(Comparison::is_met) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The comparisons, once every scene is checked.
async fn prepare(
    workspace: &Workspace,
    origin: &StandInOrigin,
    edge: &Path,
    bare: &Path,
) -> Result<Vec<Comparison>> {
    let scene = |name, file, more| Scene::new(workspace, origin, name, file, more, "enforce");
    let (file, share) = ("config/crates-io.toml", "enforce, next 1%");
    let production = scene("production", file, "")?;
    let next = Scene::new(workspace, origin, "next", file, "", share)?;
    let retry = scene("retry", file, RETRY)?;
    let two_targets = scene("two-targets", "benches/two-targets.toml", "")?;
    let two_targets_retry = scene("two-targets-retry", "benches/two-targets.toml", RETRY)?;

    let uncounted = [Asked::uncounted(0); CHECKED];
    let counted = [1, 2].map(|attempt| Asked::counted(0, attempt));
    let others = [1, 2].map(|file| Asked::counted(file, 1));
    check(edge, &production, &uncounted).await?;
    check(edge, &next, &uncounted).await?;
    check(edge, &retry, &[counted, others].concat()).await?;
    check(edge, &two_targets, &uncounted).await?;
    let to_the_origin = [1, 2, 3].map(|attempt| Asked::counted(0, attempt));
    check(edge, &two_targets_retry, &to_the_origin).await?;

    let side = |name, module: &Path, scene: &Scene, files| Side {
        name,
        module: module.to_owned(),
        manifest: scene.manifest.clone(),
        files,
    };
    Ok(vec![
        Comparison::new(
            "the edge function against a bare one",
            side("bare", bare, &production, Files::One),
            side("signpost", edge, &production, Files::One),
            Some(LEAST_OF_BARE),
        ),
        Comparison::new(
            "1 % of the files at next against none, each request for another file",
            side("none", edge, &production, Files::New),
            side("1 %", edge, &next, Files::New),
            None,
        ),
        Comparison::new(
            "[retry] against none, each request a first attempt",
            side("off", edge, &production, Files::New),
            side("on", edge, &retry, Files::New),
            Some(LEAST_WITH_RETRY),
        ),
        Comparison::new(
            "[retry] against none, nearly each request a later attempt",
            side("off", edge, &two_targets, Files::Few),
            side("on", edge, &two_targets_retry, Files::Few),
            None,
        ),
    ])
}
