use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use signpost_testbed::StandInOrigin;

use super::check::{Asked, check, check_limit};
use super::compare::{self, Comparison, Side};
use super::figures::{Figure, Target};
use super::scene::{RETRY, Scene};
use super::wrk::Asks;
use crate::build::{self, LARGEST};
use crate::tool;
use crate::tools;
use crate::workspace::Workspace;

/// How many requests for one file are checked before any is measured.
const CHECKED: usize = 10;

/// The modules that are measured.
struct Modules {
    edge: PathBuf,
    /// The edge function that takes one request a sandbox.
    once: PathBuf,
    limit: PathBuf,
}

/// Compares what requests take.
pub(super) fn compare(workspace: &Workspace, rounds: u8, seconds: u8) -> Result<Vec<Figure>> {
    tool::ensure(&[tools::wrk(), tools::viceroy()])?;
    let bench = |name| build::for_the_edge(workspace, "signpost-benches", name);
    let modules = Modules {
        edge: build::module(workspace)?,
        once: bench("once")?,
        limit: bench("limit")?,
    };
    let comparisons = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot run the origin of the bench")?
        .block_on(async {
            let origin = StandInOrigin::start().await?;
            let mut comparisons = prepare(workspace, &origin, &modules).await?;
            // The origin answers on this thread while another one waits for wrk.
            let measuring = move || {
                compare::measure(&mut comparisons, &origin, rounds, seconds).map(|()| comparisons)
            };
            tokio::task::spawn_blocking(measuring).await?
        })?;
    let module = Figure {
        what: "module".to_owned(),
        value: f64::from(u32::try_from(fs::metadata(&modules.edge)?.len())?),
        unit: "bytes",
        ratio: None,
        target: Some(Target::AtMost(f64::from(LARGEST))),
    };
    let compared = comparisons.iter().flat_map(Comparison::figures);
    Ok(compared.chain([module]).collect())
}

/// The comparisons, once every scene is checked.
async fn prepare(
    workspace: &Workspace,
    origin: &StandInOrigin,
    modules: &Modules,
) -> Result<Vec<Comparison>> {
    let Modules { edge, once, limit } = modules;
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
    check_limit(edge, limit, &production, origin).await?;
    check(edge, &production, &uncounted).await?;
    check(once, &production, &uncounted).await?;
    check(edge, &next, &uncounted).await?;
    check(edge, &retry, &[counted, others].concat()).await?;
    check(edge, &two_targets, &uncounted).await?;
    let to_the_origin = [1, 2, 3].map(|attempt| Asked::counted(0, attempt));
    check(edge, &two_targets_retry, &to_the_origin).await?;

    let side = |name, module: &Path, scene: &Scene, asks| Side {
        name,
        module: module.to_owned(),
        manifest: scene.manifest.clone(),
        asks,
    };
    let against_limit = |name, edge, asks, most| {
        let of_limit = side("limit", limit, &production, asks);
        Comparison::new(of_limit, side(name, edge, &production, asks), most)
    };
    let new = Asks::NewFiles;
    let without = |name| side(name, edge, &production, new);
    Ok(vec![
        against_limit("redirect", edge, Asks::OneFile, Some(1.03)),
        against_limit(
            "first request of a sandbox",
            once,
            Asks::OneFileOnce,
            Some(1.3),
        ),
        against_limit("page of the origin", edge, Asks::Page, None),
        Comparison::new(
            without("none"),
            side("[retry], first attempt", edge, &retry, new),
            Some(1.15),
        ),
        Comparison::new(
            side("none", edge, &two_targets, Asks::FewFiles),
            side(
                "[retry], later attempts",
                edge,
                &two_targets_retry,
                Asks::FewFiles,
            ),
            None,
        ),
        Comparison::new(without("none"), side("1 % at next", edge, &next, new), None),
    ])
}
