use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use signpost_testbed::StandInOrigin;

use super::check::{check, check_limit};
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

/// Compares what requests take.
pub(super) fn compare(workspace: &Workspace, rounds: u8, seconds: u8) -> Result<Vec<Figure>> {
    tool::ensure(&[tools::wrk(), tools::viceroy()])?;
    let bench = |name| build::for_the_edge(workspace, "signpost-benches", name);
    let modules = [build::module(workspace)?, bench("once")?, bench("limit")?];
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
        value: f64::from(u32::try_from(fs::metadata(&modules[0])?.len())?),
        unit: "bytes".to_owned(),
        ratio: None,
        target: Some(Target::AtMost(f64::from(LARGEST))),
    };
    let compared = comparisons.iter().map(Comparison::figure);
    Ok(compared.chain([module]).collect())
}

/// The comparisons of the edge function, of the one that takes one request a sandbox, and of the limit, once
/// every scene is checked.
async fn prepare(
    workspace: &Workspace,
    origin: &StandInOrigin,
    [edge, once, limit]: &[PathBuf; 3],
) -> Result<Vec<Comparison>> {
    let scene = |name, file, more| Scene::new(workspace, origin, name, file, more, "enforce");
    let (file, share) = ("config/crates-io.toml", "enforce, next 1%");
    let production = scene("production", file, "")?;
    let next = Scene::new(workspace, origin, "next", file, "", share)?;
    let retry = scene("retry", file, RETRY)?;
    let two_targets = scene("two-targets", "benches/two-targets.toml", "")?;
    let two_targets_retry = scene("two-targets-retry", "benches/two-targets.toml", RETRY)?;

    let uncounted = [(0, None); CHECKED];
    check_limit(edge, limit, &production, origin).await?;
    check(edge, &production, &uncounted).await?;
    check(once, &production, &uncounted).await?;
    check(edge, &next, &uncounted).await?;
    let attempts = [(0, Some(1)), (0, Some(2)), (1, Some(1)), (2, Some(1))];
    check(edge, &retry, &attempts).await?;
    check(edge, &two_targets, &uncounted).await?;
    // The third one goes to the origin.
    let attempts = [1, 2, 3].map(|attempt| (0, Some(attempt)));
    check(edge, &two_targets_retry, &attempts).await?;

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
