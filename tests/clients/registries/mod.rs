//! The client of each kind of registry downloads a package through the module under Viceroy.
//!
//! The origin has the metadata and the files, a CDN has the files, and the configuration is the preset
//! of that kind. Cargo has more tests of its own.

mod apt;
mod cargo;
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
use std::io::{Write as _, stderr};
use std::sync::Arc;
use std::time::Duration;

use signpost_testbed::note_missing;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use self::client::Client;
use self::scene::{Configured, Scene};

/// Every client, in the order of the table in `docs/failures.md`.
static CLIENTS: [&Client; 9] = [
    &cargo::CLIENT,
    &npm::CLIENT,
    &pip::CLIENT,
    &gem::CLIENT,
    &go::CLIENT,
    &apt::CLIENT,
    &skopeo::CLIENT,
    &composer::CLIENT,
    &mvn::CLIENT,
];

/// The clients that are run with a credential for the registry.
const WITH_CREDENTIAL: [&str; 5] = ["npm", "pip", "gem", "apt", "composer"];

/// How many clients run at once.
const AT_ONCE: usize = 3;

/// How often a client is run until it succeeds: more often than any needs, so that the difference shows
/// how many runs it takes.
const RUNS: usize = 9;

/// How much a client's clock may differ from ours.
const TOLERANCE: Duration = Duration::from_millis(10);

#[tokio::test]
async fn files_come_from_the_cdn_once_and_metadata_from_the_origin() {
    each(|client| async move {
        let mut scene = Scene::start(client, Configured::OneCdn).await;
        scene.succeed().await?;
        let package = &scene.package;
        let files = package.files.iter();
        let once = files.map(|file| (file.at_cdn.clone(), 1)).collect();
        scene.same("hits of the CDN", &once, &scene.cdn.hits())?;
        let metadata = package.metadata.iter().map(|file| file.path.as_str());
        let expected = metadata.chain(package.absent.iter().copied());
        let expected: BTreeSet<_> = expected.map(str::to_owned).collect();
        let asked = scene.origin_paths().into_iter().collect();
        scene.same("paths at the origin", &expected, &asked)?;
        let is_sent = WITH_CREDENTIAL.contains(&client.name);
        let seen = scene.credentials_at_origin() > 0;
        scene.same("whether the origin gets a credential", &is_sent, &seen)?;
        scene.same("credentials at the CDN", &0, &scene.cdn.credentials())
    })
    .await;
}

#[tokio::test]
async fn everything_comes_from_the_origin_without_a_configuration() {
    each(|client| async move {
        let mut scene = Scene::start(client, Configured::Nothing).await;
        scene.succeed().await?;
        scene.same("hits of the CDN", &BTreeMap::new(), &scene.cdn.hits())?;
        let asked = scene.origin_paths();
        for file in &scene.package.files {
            let times = asked.iter().filter(|path| **path == file.path).count();
            scene.same(&file.path, &1, &times)?;
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn another_cdn_has_the_files_when_one_answers_503() {
    each(|client| async move {
        let version = spawn_blocking(|| client.version()).await.unwrap();
        if !client.on_503.is_of(&version) {
            let tried = format!("{} {}", client.name, client.on_503.version);
            say(&format!(
                "not compared: {version} is installed, and {tried} is on the page"
            ));
            return Ok(());
        }
        let mut scene = Scene::start(client, Configured::FirstOfTwoDead).await;
        let mut runs = vec![scene.run().await];
        let waits = scene.waits();
        while runs.len() < RUNS && runs.last().is_some_and(|run| run.exit != 0) {
            runs.push(scene.run().await);
        }
        scene.same("runs", client.on_503.runs, &*runs)?;
        scene.same("the package is there", &true, &scene.is_fetched())?;
        let expected = client.on_503.waits();
        scene.same("number of waits", &expected.len(), &waits.len())?;
        // A busy machine makes a wait longer, and nothing makes it shorter.
        let mut pairs = waits.iter().zip(&expected);
        let is_long = pairs.all(|(wait, least)| *wait + TOLERANCE >= *least);
        let what = format!("whether {waits:?} are waits of at least {expected:?}");
        scene.same(&what, &true, &is_long)
    })
    .await;
}

/// Checks every client that is there, and fails with all that differs from what is expected.
async fn each<Checked>(check: fn(&'static Client) -> Checked)
where
    Checked: Future<Output = Result<(), String>> + Send + 'static,
{
    let limit = Arc::new(Semaphore::new(AT_ONCE));
    let mut differences = Vec::new();
    let mut rows = Vec::new();
    for client in CLIENTS {
        let name = client.name;
        if (client.is_there)() {
            let limit = Arc::clone(&limit);
            let row = async move {
                let _permit = limit.acquire_owned().await;
                check(client).await
            };
            rows.push((name, tokio::spawn(row)));
        } else if let Err(error) = note_missing(name) {
            differences.push(error.to_string());
        }
    }
    for (name, row) in rows {
        // A row that panics differs, too.
        let checked = row.await.unwrap_or_else(|error| Err(error.to_string()));
        differences.extend(checked.err().map(|error| format!("{name}: {error}")));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

/// Prints a line past the test runner, which shows nothing of a test that passes.
fn say(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}
