//! The client of each kind of registry downloads a package through the module under Viceroy.
//!
//! The origin has the metadata and the files, a CDN has the files, and the configuration is the preset
//! of that kind. Cargo has tests of its own.

mod apt;
mod client;
mod composer;
mod configuration;
mod gem;
mod go;
mod mvn;
mod npm;
mod on_503;
mod page;
mod pip;
mod scene;
mod skopeo;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt::Debug;
use std::io::{Write as _, stderr};
use std::sync::Arc;

use tokio::sync::Semaphore;

use self::client::Client;
use self::scene::{Configured, Scene};

/// Every client, in the order of the table in `docs/failures.md`.
static CLIENTS: [&Client; 8] = [
    &npm::CLIENT,
    &pip::CLIENT,
    &gem::CLIENT,
    &go::CLIENT,
    &apt::CLIENT,
    &skopeo::CLIENT,
    &composer::CLIENT,
    &mvn::CLIENT,
];

/// The variable that makes a missing client a failure, if it is `1`.
const REQUIRED: &str = "SIGNPOST_REQUIRE_CLIENTS";

/// How many clients run at once.
const AT_ONCE: usize = 3;

#[tokio::test]
async fn files_come_from_the_cdn_once_and_metadata_from_the_origin() {
    each(|client| async move {
        let scene = Scene::start(client, Configured::OneCdn).await;
        let printed = succeed(&scene).await?;
        let package = scene.package();
        let files = package.files.iter();
        let once: BTreeMap<_, _> = files.map(|file| (file.at_cdn.clone(), 1)).collect();
        same("hits of the CDN", &once, &scene.cdn_hits(), &printed)?;
        let metadata = package.metadata.iter().map(|file| file.path.as_str());
        let expected = metadata.chain(package.absent.iter().copied());
        let expected: BTreeSet<_> = expected.map(str::to_owned).collect();
        let asked = scene.origin_paths().into_iter().collect();
        same("paths at the origin", &expected, &asked, &printed)
    })
    .await;
}

#[tokio::test]
async fn everything_comes_from_the_origin_without_a_configuration() {
    each(|client| async move {
        let scene = Scene::start(client, Configured::Nothing).await;
        let printed = succeed(&scene).await?;
        same(
            "hits of the CDN",
            &BTreeMap::new(),
            &scene.cdn_hits(),
            &printed,
        )?;
        let asked = scene.origin_paths();
        for file in &scene.package().files {
            let times = asked.iter().filter(|path| **path == file.path).count();
            same(&file.path, &1, &times, &printed)?;
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn another_cdn_has_the_files_when_one_answers_503() {
    each(|client| async move {
        let scene = Scene::start(client, Configured::FirstOfTwoDead).await;
        let mut runs = Vec::new();
        let mut printed = String::new();
        let mut waits = None;
        // A run more than expected shows what it comes to.
        for _ in 0..9 {
            let (run, text) = scene.run().await;
            waits.get_or_insert_with(|| scene.waits());
            runs.push(run);
            printed.push_str(&text);
            if run.exit == 0 {
                break;
            }
        }
        same("runs", client.on_503.runs, &*runs, &printed)?;
        same("the package is there", &true, &scene.is_fetched(), &printed)?;
        let (expected, waits) = (client.on_503.waits(), waits.unwrap_or_default());
        same("number of waits", &expected.len(), &waits.len(), &printed)?;
        // A busy machine makes a wait longer, and nothing makes it shorter.
        let is_long = waits
            .iter()
            .zip(&expected)
            .all(|(wait, least)| wait >= least);
        let what = format!("waits of at least {expected:?}, which are {waits:?}");
        same(&what, &true, &is_long, &printed)
    })
    .await;
}

/// Runs the client, which has to succeed. Gives what it printed.
async fn succeed(scene: &Scene) -> Result<String, String> {
    let (run, printed) = scene.run().await;
    same("exit code", &0, &run.exit, &printed)?;
    same("the package is there", &true, &scene.is_fetched(), &printed)?;
    Ok(printed)
}

fn same<T: Debug + PartialEq + ?Sized>(
    what: &str,
    expected: &T,
    seen: &T,
    printed: &str,
) -> Result<(), String> {
    if expected == seen {
        return Ok(());
    }
    Err(format!(
        "{what}:\nexpected {expected:?}\nseen     {seen:?}\n{printed}"
    ))
}

/// Checks every client that is there, and fails with all that differs from what is expected.
async fn each<Checked>(check: fn(&'static Client) -> Checked)
where
    Checked: Future<Output = Result<(), String>> + Send + 'static,
{
    let limit = Arc::new(Semaphore::new(AT_ONCE));
    let mut rows = Vec::new();
    for client in CLIENTS {
        if !(client.is_there)() {
            report_missing(client.name);
            continue;
        }
        let limit = Arc::clone(&limit);
        let row = tokio::spawn(async move {
            let _permit = limit.acquire_owned().await;
            check(client).await
        });
        rows.push((client.name, row));
    }
    let mut differences = Vec::new();
    for (name, row) in rows {
        // A row that panics is one that differs.
        let checked = row.await.unwrap_or_else(|error| Err(error.to_string()));
        differences.extend(checked.err().map(|error| format!("{name}: {error}")));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

/// Says that a client is not run, past the test runner, which shows nothing of a test that passes.
#[track_caller]
fn report_missing(name: &str) {
    let is_required = env::var_os(REQUIRED).is_some_and(|value| value == "1");
    assert!(
        !is_required,
        "{name} is missing, and {REQUIRED}=1: `cargo xtask setup --clients` installs it"
    );
    let _ = writeln!(stderr(), "not run: {name}, which is not installed");
}
