use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::command_line::CommandLine;
use crate::tool::{self, Install, Probe, Tool};
use crate::workspace::Workspace;

/// The target that the edge module is built for.
pub(crate) const EDGE_TARGET: &str = "wasm32-wasip1";
/// The target that the library is tested for.
pub(crate) const PURE_TARGET: &str = "wasm32-unknown-unknown";

const CARGO_LLVM_COV: &str = "0.9.1";
const FASTLY_CLI: &str = "16.1.0";
const VICEROY: &str = "0.22.0";

const NEEDS_RUSTUP: &str = "install Rust with rustup (https://rustup.rs), or add this to your own \
                            Rust toolchain by its own means";
const NEEDS_NPM: &str = "install Node.js 20 or later, which brings npm (https://nodejs.org)";
const NEEDS_CARGO: &str = "install Rust with rustup (https://rustup.rs)";

const NO_RUSTC: &str = "`rustc` does not run: install Rust with rustup (https://rustup.rs)";

/// The standard library of a compilation target.
pub(crate) fn target(triple: &str) -> Result<Tool> {
    Ok(Tool {
        name: format!("the Rust target {triple}"),
        probe: Probe::Exists(sysroot()?.join("lib/rustlib").join(triple).join("lib")),
        installs: vec![rustup(&["target", "add", triple])],
    })
}

/// Clippy, which CI holds the code to.
pub(crate) fn clippy() -> Tool {
    Tool {
        name: "Clippy".to_owned(),
        probe: Probe::Runs(CommandLine::new("cargo", &["clippy", "--version"])),
        installs: vec![rustup(&["component", "add", "clippy"])],
    }
}

/// Rustfmt, which CI holds the code to.
pub(crate) fn rustfmt() -> Tool {
    Tool {
        name: "Rustfmt".to_owned(),
        probe: Probe::Runs(CommandLine::new("cargo", &["fmt", "--version"])),
        installs: vec![rustup(&["component", "add", "rustfmt"])],
    }
}

/// The programs of LLVM that read coverage.
pub(crate) fn llvm_tools() -> Result<Tool> {
    let libraries = CommandLine::new("rustc", &["--print", "target-libdir"])
        .output()
        .context(NO_RUSTC)?;
    let programs = Path::new(libraries.trim()).with_file_name("bin");
    let program = format!("llvm-profdata{}", std::env::consts::EXE_SUFFIX);
    Ok(Tool {
        name: "the Rust component llvm-tools".to_owned(),
        probe: Probe::Exists(programs.join(program)),
        installs: vec![rustup(&["component", "add", "llvm-tools"])],
    })
}

/// cargo-llvm-cov, which measures coverage.
pub(crate) fn cargo_llvm_cov() -> Tool {
    Tool {
        name: format!("cargo-llvm-cov {CARGO_LLVM_COV}"),
        probe: Probe::Version(
            vec![CommandLine::new("cargo", &["llvm-cov", "--version"])],
            CARGO_LLVM_COV.to_owned(),
        ),
        installs: vec![Install {
            needs: "cargo",
            advice: Some(NEEDS_CARGO),
            command: cargo_install("cargo-llvm-cov", CARGO_LLVM_COV).argument("--locked"),
            note: None,
        }],
    }
}

/// Viceroy, which runs the edge module on this machine.
pub(crate) fn viceroy() -> Tool {
    Tool {
        name: format!("Viceroy {VICEROY}"),
        probe: Probe::Version(
            vec![CommandLine::new("viceroy", &["--version"])],
            VICEROY.to_owned(),
        ),
        installs: vec![
            Install {
                needs: "cargo-binstall",
                advice: None,
                command: CommandLine::new("cargo", &["binstall", "--no-confirm"])
                    .argument(format!("viceroy@{VICEROY}")),
                note: None,
            },
            Install {
                needs: "cargo",
                advice: Some(NEEDS_CARGO),
                command: cargo_install("viceroy", VICEROY).argument("--locked"),
                note: Some("It is compiled once, which takes about ten minutes on two cores."),
            },
        ],
    }
}

/// The runner of tests in WebAssembly, of the very version of `wasm-bindgen` in `Cargo.lock`.
pub(crate) fn wasm_bindgen(workspace: &Workspace) -> Result<Tool> {
    let version = workspace
        .locked_version("wasm-bindgen")?
        .context("Cargo.lock holds no wasm-bindgen, whose version its test runner must have")?;
    Ok(Tool {
        name: format!("wasm-bindgen-cli {version}"),
        probe: Probe::Version(
            vec![CommandLine::new("wasm-bindgen-test-runner", &["--version"])],
            version.clone(),
        ),
        installs: vec![Install {
            needs: "cargo",
            advice: Some(NEEDS_CARGO),
            // Its own lock file names releases that not every registry mirror has. The version
            // that matters is the one that is asked for here.
            command: cargo_install("wasm-bindgen-cli", &version),
            note: Some("It is compiled once, which takes about two minutes."),
        }],
    })
}

/// Node.js, in which the tests in WebAssembly run.
pub(crate) fn node() -> Tool {
    Tool {
        name: "Node.js".to_owned(),
        probe: Probe::Runs(CommandLine::new("node", &["--version"])),
        installs: vec![Install {
            needs: "node",
            advice: Some(NEEDS_NPM),
            command: CommandLine::new("node", &["--version"]),
            note: None,
        }],
    }
}

/// The Fastly CLI, which builds and checks the package: the one on PATH, or one of our own.
pub(crate) fn fastly_cli(workspace: &Workspace) -> Tool {
    let tools = workspace.tools();
    Tool {
        name: format!("the Fastly CLI {FASTLY_CLI}"),
        probe: Probe::Version(
            fastly_programs(workspace)
                .map(|program| CommandLine::new(program, &["version"]))
                .to_vec(),
            FASTLY_CLI.to_owned(),
        ),
        installs: vec![Install {
            needs: "npm",
            advice: Some(NEEDS_NPM),
            command: CommandLine::new("npm", &["install", "--no-audit", "--no-fund", "--prefix"])
                .argument(tools.to_string_lossy())
                .argument(format!("@fastly/cli@{FASTLY_CLI}")),
            note: None,
        }],
    }
}

/// The program of the Fastly CLI that [`fastly_cli`] found or installed.
pub(crate) fn fastly_program(workspace: &Workspace) -> Result<String> {
    fastly_programs(workspace)
        .into_iter()
        .find(|program| {
            let version = CommandLine::new(program, &["version"]);
            tool::prints_version(&version, FASTLY_CLI)
        })
        .with_context(|| format!("the Fastly CLI {FASTLY_CLI} is missing: `cargo xtask setup`"))
}

fn sysroot() -> Result<PathBuf> {
    let path = CommandLine::new("rustc", &["--print", "sysroot"])
        .output()
        .context(NO_RUSTC)?;
    Ok(PathBuf::from(path.trim()))
}

fn rustup(arguments: &[&str]) -> Install {
    Install {
        needs: "rustup",
        advice: Some(NEEDS_RUSTUP),
        command: CommandLine::new("rustup", arguments),
        note: None,
    }
}

fn cargo_install(package: &str, version: &str) -> CommandLine {
    CommandLine::new("cargo", &["install", package, "--version", version])
}

fn fastly_programs(workspace: &Workspace) -> [String; 2] {
    let own = workspace.tools().join("node_modules/.bin/fastly");
    ["fastly".to_owned(), own.to_string_lossy().into_owned()]
}
