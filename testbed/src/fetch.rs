use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitStatus;

use anyhow::{Context as _, Result};
use tokio::process::Command;

use crate::cargo::{cargo, output};
use crate::package::Crate;
use crate::registry::Registry;

/// How a `cargo fetch` ended.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Its exit status: success only if every crate was downloaded and its checksum held.
    pub status: ExitStatus,
    /// What it printed, progress and errors.
    pub stderr: String,
}

/// Writes a project that depends on every crate of `registry` and runs a real `cargo fetch` in it.
///
/// With an empty directory for `cargo_home` nothing is cached and every crate is downloaded.
/// `retries` is cargo's `net.retry`; by default cargo makes three more attempts, which takes
/// about ten seconds. Of one crate, versions that cargo holds compatible cannot be fetched
/// together.
///
/// # Errors
///
/// When the project cannot be written or `cargo` cannot be run. A fetch that fails is
/// not an error here: see [`Fetched::status`].
pub async fn cargo_fetch(
    project: &Path,
    cargo_home: &Path,
    registry: &Registry,
    retries: u32,
) -> Result<Fetched> {
    let mut command = fetch_command(project, cargo_home, registry)?;
    run(command.env("CARGO_NET_RETRY", retries.to_string())).await
}

/// Fetches as [`cargo_fetch`] does, with cargo's own number of retries, and trusts the certificate
/// authority whose certificate stands in this PEM file, and no other.
///
/// # Errors
///
/// Those of [`cargo_fetch`].
pub async fn cargo_fetch_trusting(
    authority: &Path,
    project: &Path,
    cargo_home: &Path,
    registry: &Registry,
) -> Result<Fetched> {
    let mut command = fetch_command(project, cargo_home, registry)?;
    run(command.env("CARGO_HTTP_CAINFO", authority)).await
}

fn fetch_command(project: &Path, cargo_home: &Path, registry: &Registry) -> Result<Command> {
    write_project(project, registry)
        .with_context(|| format!("cannot write a project into {}", project.display()))?;
    let mut command = cargo(project);
    command.arg("fetch").env("CARGO_HOME", cargo_home);
    Ok(command)
}

async fn run(command: &mut Command) -> Result<Fetched> {
    let fetched = output(command).await?;
    Ok(Fetched {
        status: fetched.status,
        stderr: String::from_utf8_lossy(&fetched.stderr).into_owned(),
    })
}

fn write_project(project: &Path, registry: &Registry) -> Result<()> {
    fs::create_dir_all(project.join("src"))?;
    fs::write(project.join("src/lib.rs"), "")?;
    fs::write(project.join("Cargo.toml"), manifest(registry.crates()))?;
    fs::create_dir_all(project.join(".cargo"))?;
    let configuration = format!(
        "[registries.stand-in]\nindex = \"{}\"\n",
        registry.index_url()
    );
    fs::write(project.join(".cargo/config.toml"), configuration)?;
    Ok(())
}

fn manifest(crates: &[Crate]) -> String {
    let mut text = String::from(
        "[package]\nname = \"client\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n\
         [workspace]\n\n[dependencies]\n",
    );
    for (index, item) in crates.iter().enumerate() {
        // A requirement names no build metadata: cargo warns of it and ignores it.
        let required = item.version.split('+').next().unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "dependency-{index} = {{ package = \"{}\", version = \"={required}\", \
             registry = \"stand-in\" }}",
            item.name
        );
    }
    text
}
