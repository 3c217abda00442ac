use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::cargo::{cargo, output};

/// A crate file as `cargo package` made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crate {
    /// The name.
    pub name: String,
    /// The version, with its build metadata if it has any.
    pub version: String,
    /// The content of the `.crate` file, a gzipped tar archive.
    pub bytes: Bytes,
    /// The SHA-256 of `bytes` in lower-case hexadecimal digits, as a registry's index holds it.
    pub sha256: String,
}

/// Writes a small crate without dependencies into `directory` and packs it with `cargo package`.
///
/// `directory` may hold several: each has a directory of its own in it, by name and version.
///
/// # Errors
///
/// When the crate cannot be written or `cargo` refuses it; then the error holds what it printed.
pub async fn package(name: &str, version: &str, directory: &Path) -> Result<Crate> {
    let project = directory.join(format!("{name}-{version}"));
    write_project(&project, name, version)
        .with_context(|| format!("cannot write a crate into {}", project.display()))?;

    let target = project.join("target");
    let packed = output(
        cargo(&project)
            .args(["package", "--allow-dirty", "--no-verify", "--offline"])
            .env("CARGO_TARGET_DIR", &target),
    )
    .await?;
    ensure!(
        packed.status.success(),
        "`cargo package` does not pack {name} {version}: {}",
        String::from_utf8_lossy(&packed.stderr)
    );

    let file = target.join(format!("package/{name}-{version}.crate"));
    let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let sha256 = format!("{:x}", Sha256::digest(&bytes));
    Ok(Crate {
        name: name.to_owned(),
        version: version.to_owned(),
        bytes: bytes.into(),
        sha256,
    })
}

fn write_project(project: &Path, name: &str, version: &str) -> Result<()> {
    fs::create_dir_all(project.join("src"))?;
    // The empty workspace keeps the crate apart from any that stands above the directory.
    let manifest = format!(
        r#"[package]
name = "{name}"
version = "{version}"
edition = "2021"
description = "A crate to download"
license = "MIT"

[workspace]
"#
    );
    fs::write(project.join("Cargo.toml"), manifest)?;
    let source = format!("//! The crate {name} {version}.\n");
    fs::write(project.join("src/lib.rs"), source)?;
    Ok(())
}
