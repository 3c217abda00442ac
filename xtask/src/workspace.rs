use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use cargo_metadata::{Metadata, MetadataCommand};
use serde::Deserialize;

/// This workspace: where its files are, what it locks and which tests it has.
#[derive(Debug)]
pub(crate) struct Workspace {
    metadata: Metadata,
}

/// What is read of `Cargo.lock`.
#[derive(Deserialize)]
struct Lock {
    package: Vec<LockedPackage>,
}

#[derive(Deserialize)]
struct LockedPackage {
    name: String,
    version: String,
}

impl Workspace {
    /// Asks cargo for the workspace of the current directory.
    pub(crate) fn load() -> Result<Self> {
        let metadata = MetadataCommand::new()
            .no_deps()
            .exec()
            .context("cannot read the workspace: run `cargo xtask` inside it")?;
        Ok(Self { metadata })
    }

    /// The directory that holds `fastly.toml` and `Cargo.lock`.
    pub(crate) fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// Where cargo builds, `CARGO_TARGET_DIR` respected.
    pub(crate) fn target(&self) -> &Path {
        self.metadata.target_directory.as_std_path()
    }

    /// The version of a package in `Cargo.lock`; `None` when nothing depends on it.
    pub(crate) fn locked_version(&self, package: &str) -> Result<Option<String>> {
        let path = self.root().join("Cargo.lock");
        let lock =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        version_in_lock(&lock, package)
            .with_context(|| format!("cannot use {} as a lock file", path.display()))
    }

    /// The flags of `cargo test` that name the integration tests whose `required-features` are these, without the
    /// one that is called `without`.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub(crate) fn tests_that_need(&self, features: &[&str], without: &str) -> Result<String> {
        let packages = self.metadata.packages.iter();
        let targets = packages
            .flat_map(|package| &package.targets)
            .filter(|target| target.is_test() && target.required_features == features)
            .filter(|target| target.name != without);
        let flags: Vec<_> = targets
            .flat_map(|target| ["--test", &target.name])
            .collect();
        ensure!(
            !flags.is_empty(),
            "no test in a Cargo.toml has `required-features = {features:?}`"
        );
        Ok(flags.join(" "))
    }
}

fn version_in_lock(lock: &str, package: &str) -> Result<Option<String>> {
    let lock: Lock = toml::from_str(lock)?;
    let found = lock.package.into_iter().find(|one| one.name == package);
    Ok(found.map(|package| package.version))
}

#[cfg(test)]
mod tests {
    use super::version_in_lock;

    const LOCK: &str = r#"
version = 4
package = [
    { name = "wasm-bindgen", version = "0.2.130" },
    { name = "wasm-bindgen-macro", version = "0.2.129" },
]"#;

    #[test]
    fn a_locked_version_is_found_by_the_whole_name() {
        for (package, version) in [
            ("wasm-bindgen", Some("0.2.130")),
            ("wasm-bindgen-macro", Some("0.2.129")),
            ("wasm", None),
        ] {
            let found = version_in_lock(LOCK, package).unwrap();
            assert_eq!(found.as_deref(), version, "{package}");
        }
        assert!(version_in_lock("", "wasm-bindgen").is_err());
    }
}
