use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};

use crate::command_line::CommandLine;
use crate::tool;
use crate::tools::{self, EDGE_TARGET};
use crate::workspace::Workspace;

/// The most bytes that the module may have, so that growth is noticed.
pub(crate) const LARGEST: u32 = 750_000;

/// Build the edge module for release
///
/// Writes target/wasm32-wasip1/release/signpost-edge.wasm, stripped, and fails if it is larger than
/// 750 KB.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Also copy the module to where `fastly compute build` packs it from
    #[arg(long)]
    package: bool,
}

/// Builds the module and says how large it is.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let module = module(&workspace)?;
    if arguments.package {
        lay_out_package(&workspace, &module)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds the module, says how large it is, and returns its path.
pub(crate) fn module(workspace: &Workspace) -> Result<PathBuf> {
    let path = for_the_edge(workspace, "signpost", "signpost-edge")?;
    let size = fs::metadata(&path)
        .with_context(|| format!("cannot read {}", path.display()))?
        .len();
    check_size(size)?;
    println!("{} has {size} bytes", path.display());
    Ok(path)
}

/// Builds a program of a package as it is deployed, and returns the path of its file.
pub(crate) fn for_the_edge(workspace: &Workspace, package: &str, name: &str) -> Result<PathBuf> {
    tool::ensure(&[tools::target(EDGE_TARGET)?])?;
    let line = "cargo build --release --locked --no-default-features --features edge --target";
    CommandLine::new(line)
        .argument(EDGE_TARGET)
        .arguments("--package")
        .argument(package)
        .arguments("--bin")
        .argument(name)
        .run()?;
    Ok(release_directory(workspace)
        .join(name)
        .with_extension("wasm"))
}

fn check_size(size: u64) -> Result<()> {
    ensure!(
        size <= u64::from(LARGEST),
        "the module has {size} bytes, which is more than {LARGEST}: find what grew with \
         `cargo tree --no-default-features --features edge` and leave it out"
    );
    Ok(())
}

/// Copies the module to where the Fastly CLI expects it.
///
/// For the language `rust` the CLI takes the file named after the root package, not after the
/// binary, and copies it to `bin/main.wasm`, the file that it packs for any other language.
fn lay_out_package(workspace: &Workspace, module: &Path) -> Result<()> {
    let named = release_directory(workspace).join("signpost.wasm");
    let main = workspace.root().join("bin/main.wasm");
    for copy in [named, main] {
        if let Some(directory) = copy.parent() {
            fs::create_dir_all(directory)
                .with_context(|| format!("cannot create {}", directory.display()))?;
        }
        fs::copy(module, &copy).with_context(|| format!("cannot write {}", copy.display()))?;
    }
    Ok(())
}

fn release_directory(workspace: &Workspace) -> PathBuf {
    workspace.target().join(EDGE_TARGET).join("release")
}

#[cfg(test)]
mod tests {
    use super::{LARGEST, check_size};

    #[test]
    fn a_module_that_is_too_large_is_an_error_with_its_size() {
        let larger = u64::from(LARGEST) + 1;
        assert!(check_size(larger - 1).is_ok());
        let error = check_size(larger).unwrap_err().to_string();
        assert!(error.contains(&format!("{larger} bytes")), "{error}");
    }
}
