//! Gathers the crates and files to ask for, and their checksums.

use std::collections::BTreeMap;
use std::path::Path;

use reqwest::StatusCode;
use url::Url;

use crate::file::in_words;
use crate::output::Failure;
use crate::smoke::ask::client::Client;
use crate::smoke::gather::index::{self, Index, Release};
use crate::smoke::gather::lockfile;
use crate::smoke::gather::package::{Checksums, Package};
use crate::smoke::gather::probes::Kind;
use crate::smoke::gather::sums::Sums;

/// The most bytes of an index file; the largest of crates.io has some 5 million.
const MAX_INDEX: usize = 64 << 20;

/// The crates, their checksums, the files of a list, and notes on how they were found.
#[derive(Clone, Default)]
pub(crate) struct Gathered {
    pub(crate) packages: Vec<(Kind, Package)>,
    pub(crate) checksums: Checksums,
    pub(crate) sums: Sums,
    /// What was left out, and why.
    pub(crate) notes: Vec<String>,
}

impl Gathered {
    /// Adds the crates of a lock file, or a sample of them.
    pub(crate) fn add_lock_file(
        &mut self,
        file: &Path,
        index: Option<&Index>,
        sample: Option<(usize, u64)>,
    ) -> Result<(), Failure> {
        let name = file.display();
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::new(format!("cannot read {name}: {}", in_words(&error))))?;
        let source = index.map(Index::source);
        let found = lockfile::read(&text, source.as_deref())
            .map_err(|error| Failure::new(format!("{name} is not a lock file: {error}")))?;
        if found.packages.is_empty() {
            return Err(Failure::new(format!(
                "{name} has no crates of crates.io; name another lock file, or their registry by --index"
            )));
        }
        if found.other_sources > 0 {
            self.notes.push(format!(
                "{} of the packages in {name} are of no registry, or of another one, and are left out",
                found.other_sources
            ));
        }
        // Includes crates outside the sample: an example may be one.
        for (package, checksum) in &found.packages {
            if let Some(checksum) = checksum {
                self.checksums.insert(package.clone(), checksum.clone());
            }
        }
        let found = found.packages.into_iter();
        let mut packages: Vec<_> = found.map(|(package, _)| package).collect();
        if let Some((size, seed)) = sample {
            let all = packages.len();
            packages = lockfile::sample(packages, size, seed);
            self.notes.push(format!(
                "{} of the {all} crates in {name} are asked for, chosen by --seed {seed}",
                packages.len()
            ));
        }
        let packages = packages.into_iter();
        self.packages
            .extend(packages.map(|package| (Kind::LockFile, package)));
        Ok(())
    }

    /// Reads the index files of the crates in `known`: the checksum of each version, and the newest
    /// versions that are not yanked.
    pub(crate) async fn add_index(
        &mut self,
        client: &Client,
        index: &Index,
        known: &[Package],
        latest: usize,
    ) -> Result<(), Failure> {
        let mut files: BTreeMap<&str, Vec<Release>> = BTreeMap::new();
        for package in known {
            if !files.contains_key(package.name()) {
                let releases = read(client, index, package.name()).await?;
                if releases.is_none() {
                    let name = package.name();
                    self.notes.push(format!("the index has no crate `{name}`"));
                }
                files.insert(package.name(), releases.unwrap_or_default());
            }
        }
        for (name, releases) in &files {
            for release in releases {
                // Skips versions that no route takes.
                if let Ok(package) = Package::new(name, &release.version) {
                    self.checksums.insert(package, release.checksum.clone());
                }
            }
            let newest = releases.iter().rev().filter(|release| !release.yanked);
            for release in newest.take(latest) {
                let package = Package::new(name, &release.version).map_err(Failure::new)?;
                self.packages.push((Kind::Latest, package));
            }
        }
        Ok(())
    }
}

/// The versions of a crate; nothing if the index does not have it.
async fn read(client: &Client, index: &Index, name: &str) -> Result<Option<Vec<Release>>, Failure> {
    let file = index.file_of(name);
    let failure = |words: String| Failure::new(format!("cannot read {file}: {words}"));
    let url = Url::parse(&file).map_err(|error| failure(error.to_string()))?;
    client.turn().await;
    let mut response = client
        .get(&url)
        .await
        .map_err(|trouble| failure(trouble.message))?;
    match response.status() {
        StatusCode::OK => {}
        // cargo reads them so.
        StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => {
            return Ok(None);
        }
        status => return Err(failure(format!("it answered {status}"))),
    }
    let mut text = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| failure(error.to_string()))?
    {
        text.extend_from_slice(&chunk);
        if text.len() > MAX_INDEX {
            return Err(failure(format!("it has more than {MAX_INDEX} bytes")));
        }
    }
    let releases = index::releases(&String::from_utf8_lossy(&text)).map_err(failure)?;
    Ok(Some(releases))
}
