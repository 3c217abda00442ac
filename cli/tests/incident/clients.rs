//! Real cargos that download through an edge, each from an address of its own.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use signpost_testbed::{Crate, Edge, Registry, cargo_fetch};
use tempfile::TempDir;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::configs::DEAD_HOST;

/// How many files a cargo fetches. It says that it failed as soon as one of them is lost; by then it has
/// given that one four attempts, and has the others.
const FILES: usize = 20;

/// How many run at once: more than lose a file at 1 %, and wait ten seconds for it.
const AT_ONCE: usize = 16;

/// The attempts that cargo makes by default after the first.
const RETRIES: u32 = 3;

/// What became of downloads.
#[derive(Debug, Default)]
pub(crate) struct Downloads {
    /// The files that cargo did not get with all its attempts.
    pub(crate) lost: Vec<Crate>,
    /// How many cargos ran.
    pub(crate) runs: usize,
    /// How many of them failed: what would have been built there is not.
    pub(crate) failed_runs: usize,
    /// The directories of the cargos. They are kept until the test ends: right after many files were deleted, some file
    /// systems are slow to make new ones.
    pub(crate) directories: Vec<TempDir>,
}

/// Lets cargos download each of these files once.
pub(crate) async fn download(edge: &Arc<Edge>, files: &[Crate]) -> Downloads {
    let limit = Arc::new(Semaphore::new(AT_ONCE));
    let mut cargos = JoinSet::new();
    let runs = files.len().div_ceil(FILES);
    let addresses = (u32::from(Ipv4Addr::new(127, 1, 0, 1))..).map(Ipv4Addr::from);
    for (run_number, address) in (0..runs).zip(addresses) {
        // One project cannot have two versions of a crate that are compatible; they are neighbours here.
        let files: Vec<_> = files
            .iter()
            .skip(run_number)
            .step_by(runs)
            .cloned()
            .collect();
        let (edge, limit) = (Arc::clone(edge), Arc::clone(&limit));
        cargos.spawn(async move {
            let _permit = limit.acquire_owned().await;
            run(&edge, address, files).await
        });
    }
    let mut downloads = Downloads::default();
    for (lost, directory) in cargos.join_all().await {
        downloads.directories.push(directory);
        downloads.runs += 1;
        downloads.failed_runs += usize::from(!lost.is_empty());
        downloads.lost.extend(lost);
    }
    downloads
}

/// Runs one with empty caches, and gives the files that it has not got, and its directory.
async fn run(edge: &Edge, address: Ipv4Addr, mut files: Vec<Crate>) -> (Vec<Crate>, TempDir) {
    let door = edge.door(address).await.unwrap();
    let dl = format!("{}/api/v1/crates", door.url());
    let registry = Registry::start(&dl, &files).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let [project, home] = ["project", "home"].map(|name| directory.path().join(name));
    let fetched = cargo_fetch(&project, &home, &registry, RETRIES).await;
    let fetched = fetched.unwrap();
    files.retain(|file| !is_in_cache(file, &home));
    let (is_success, printed) = (fetched.status.success(), fetched.stderr);
    assert_eq!(is_success, files.is_empty(), "{printed}");
    // Any other error is of the test bed.
    let error = format!("Could not resolve host: {DEAD_HOST}");
    assert!(is_success || printed.contains(&error), "{printed}");
    (files, directory)
}

fn is_in_cache(file: &Crate, home: &Path) -> bool {
    let Ok(registries) = fs::read_dir(home.join("registry/cache")) else {
        return false;
    };
    let name = format!("{}-{}.crate", file.name, file.version);
    let mut folders = registries.map(|folder| folder.unwrap().path());
    folders.any(|folder| folder.join(&name).exists())
}
