mod clients;

use std::env::consts::{ARCH, EXE_SUFFIX, OS};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::command_line::CommandLine;
use crate::tool::{self, Install, Probe, Tool};
use crate::workspace::Workspace;
pub(crate) use clients::clients;

/// The target that the edge module is built for.
pub(crate) const EDGE_TARGET: &str = "wasm32-wasip1";
/// The target that the library is tested for.
pub(crate) const PURE_TARGET: &str = "wasm32-unknown-unknown";

const CARGO_LLVM_COV: &str = "0.9.1";
const VICEROY: &str = "0.22.0";

/// Names the version of the Fastly CLI. The lock file beside it has the hashes, and the workflows
/// install from there too.
const FASTLY_CLI: &str = include_str!("../fastly-cli/package.json");
/// Names the version of zizmor, and the hashes of its wheels.
const ZIZMOR: &str = include_str!("../zizmor.txt");
/// Names the versions of httplint and of what it imports, and the hashes of their wheels.
const HTTPLINT: &str = include_str!("../httplint.txt");

const NEEDS_RUST: &str = "install Rust with rustup (https://rustup.rs)";
const NEEDS_RUSTUP: &str = "install Rust with rustup (https://rustup.rs), or add this to your own \
                            Rust toolchain by its own means";
const NEEDS_PIP: &str = "install Python 3.10 or later with pip (https://www.python.org)";
const NEEDS_NODE: &str = "install Node.js 20 or later, which brings npm (https://nodejs.org)";

/// The standard library of a compilation target.
pub(crate) fn target(triple: &str) -> Result<Tool> {
    let library = rustc_path("--print sysroot")?.join("lib/rustlib");
    Ok(rustup(
        &format!("the Rust target {triple}"),
        Probe::Exists(library.join(triple).join("lib")),
        &format!("target add {triple}"),
    ))
}

/// The programs of LLVM that read coverage.
pub(crate) fn llvm_tools() -> Result<Tool> {
    let programs = rustc_path("--print target-libdir")?.with_file_name("bin");
    let program = format!("llvm-profdata{EXE_SUFFIX}");
    Ok(rustup(
        "the Rust component llvm-tools",
        Probe::Exists(programs.join(program)),
        "component add llvm-tools",
    ))
}

/// Clippy, which CI runs.
pub(crate) fn clippy() -> Tool {
    let probe = Probe::Runs(CommandLine::new("cargo clippy --version"));
    rustup("Clippy", probe, "component add clippy")
}

/// Rustfmt, which CI runs.
pub(crate) fn rustfmt() -> Tool {
    let probe = Probe::Runs(CommandLine::new("cargo fmt --version"));
    rustup("Rustfmt", probe, "component add rustfmt")
}

/// cargo-llvm-cov, which measures coverage.
pub(crate) fn cargo_llvm_cov() -> Tool {
    let probe = "cargo llvm-cov --version";
    from_crate(
        "cargo-llvm-cov",
        CARGO_LLVM_COV,
        probe,
        "--locked",
        "a minute",
    )
}

/// Viceroy, which runs the edge module on this machine.
pub(crate) fn viceroy() -> Tool {
    let probe = "viceroy --version";
    from_crate("viceroy", VICEROY, probe, "--locked", "ten minutes")
}

/// The runner of tests in WebAssembly, in the version of `wasm-bindgen` in `Cargo.lock`.
pub(crate) fn wasm_bindgen(workspace: &Workspace) -> Result<Tool> {
    let version = workspace.locked_version("wasm-bindgen")?.context(
        "Cargo.lock does not hold wasm-bindgen, whose version its test runner must have",
    )?;
    let probe = "wasm-bindgen-test-runner --version";
    // Not locked: its own lock file names releases that not every registry mirror has. Only its own
    // version matters.
    Ok(from_crate(
        "wasm-bindgen-cli",
        &version,
        probe,
        "",
        "two minutes",
    ))
}

/// zizmor, which checks the workflows: the one on `PATH`, or one below the target directory.
pub(crate) fn zizmor(workspace: &Workspace) -> Tool {
    let probe = "zizmor --version";
    let version = wheel_version(ZIZMOR, "zizmor");
    let mut tool = from_crate("zizmor", version, probe, "--locked", "several minutes");
    let programs = zizmor_programs(workspace).map(|program| program.arguments("--version"));
    tool.probe = Probe::Version(programs.to_vec(), version.to_owned());
    tool.installs.insert(0, wheels(workspace, "zizmor"));
    tool
}

/// The program that [`zizmor`] found or installed.
pub(crate) fn zizmor_program(workspace: &Workspace) -> Result<CommandLine> {
    let version = wheel_version(ZIZMOR, "zizmor");
    in_version(zizmor_programs(workspace), "--version", version)
}

/// httplint, which checks the answers of the edge module: in a folder below the target directory.
pub(crate) fn httplint(workspace: &Workspace) -> Tool {
    let version = wheel_version(HTTPLINT, "httplint").to_owned();
    let probe = CommandLine::new("python3")
        .argument(
            workspace
                .root()
                .join("tests/edge/lint.py")
                .to_string_lossy(),
        )
        .argument("--version")
        .variable("PYTHONPATH", httplint_folder(workspace));
    Tool {
        name: format!("httplint {version}"),
        probe: Probe::Version(vec![probe], version),
        installs: vec![wheels(workspace, "httplint")],
        hint: NEEDS_PIP,
    }
}

/// Where Python finds what [`httplint`] installed.
pub(crate) fn httplint_folder(workspace: &Workspace) -> PathBuf {
    workspace.target().join("httplint")
}

/// Node.js, in which the tests in WebAssembly run.
pub(crate) fn node() -> Tool {
    let probe = Probe::Runs(CommandLine::new("node --version"));
    by_hand("Node.js", probe, NEEDS_NODE)
}

/// jq, with which the workflows read JSON.
pub(crate) fn jq() -> Tool {
    let probe = Probe::Runs(CommandLine::new("jq --version"));
    by_hand("jq", probe, "install jq (https://jqlang.org)")
}

/// wrk, which sends the requests of the bench.
pub(crate) fn wrk() -> Tool {
    // None of its flags succeeds without a server.
    let probe = Probe::Exists(which::which("wrk").unwrap_or_default());
    let hint = "install it (`apt-get install wrk`, `brew install wrk`)";
    by_hand("wrk", probe, hint)
}

/// Valgrind, which counts the instructions of the bench.
pub(crate) fn valgrind() -> Tool {
    let probe = Probe::Runs(CommandLine::new("valgrind --version"));
    by_hand("Valgrind", probe, "install it (`apt-get install valgrind`)")
}

/// The Fastly CLI, which builds and checks the package: the one on `PATH`, or one of this workspace.
pub(crate) fn fastly_cli(workspace: &Workspace) -> Tool {
    let version = fastly_version();
    let commands = fastly_programs(workspace).map(|program| program.arguments("version"));
    Tool {
        name: format!("the Fastly CLI {version}"),
        probe: Probe::Version(commands.to_vec(), version),
        installs: vec![Install {
            needs: "npm",
            command: CommandLine::new("npm ci --ignore-scripts --no-audit --no-fund --prefix")
                .argument(fastly_folder(workspace).to_string_lossy()),
            note: None,
        }],
        hint: NEEDS_NODE,
    }
}

/// The program of the Fastly CLI that [`fastly_cli`] found or installed.
pub(crate) fn fastly_program(workspace: &Workspace) -> Result<String> {
    let line = in_version(fastly_programs(workspace), "version", &fastly_version())?;
    Ok(line.command().get_program().to_string_lossy().into_owned())
}

fn rustup(name: &str, probe: Probe, arguments: &str) -> Tool {
    Tool {
        name: name.to_owned(),
        probe,
        installs: vec![Install {
            needs: "rustup",
            command: CommandLine::new("rustup").arguments(arguments),
            note: None,
        }],
        hint: NEEDS_RUSTUP,
    }
}

/// The wheels that `xtask/NAME.txt` names, in the folder `NAME` below the target directory.
fn wheels(workspace: &Workspace, name: &str) -> Install {
    let pip = "python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
               --require-hashes --no-deps --only-binary :all: --upgrade --target";
    let requirements = workspace.root().join(format!("xtask/{name}.txt"));
    Install {
        needs: "python3",
        command: CommandLine::new(pip)
            .argument(workspace.target().join(name).to_string_lossy())
            .argument("--requirement")
            .argument(requirements.to_string_lossy()),
        note: None,
    }
}

/// A program of a crate: downloaded by cargo-binstall where that is on `PATH`, compiled elsewhere.
pub(crate) fn from_crate(name: &str, version: &str, probe: &str, flags: &str, takes: &str) -> Tool {
    let package = format!("{name}@{version}");
    Tool {
        name: format!("{name} {version}"),
        probe: Probe::Version(vec![CommandLine::new(probe)], version.to_owned()),
        installs: vec![
            Install {
                needs: "cargo-binstall",
                // Without compiling: the next way does that, and says how long it takes.
                command: CommandLine::new(
                    "cargo binstall --no-confirm --disable-strategies compile",
                )
                .argument(&package),
                note: None,
            },
            Install {
                needs: "cargo",
                command: CommandLine::new("cargo install")
                    .argument(&package)
                    .arguments(flags),
                note: Some(format!(
                    "Compiling it once takes about {takes} on two cores; cargo-binstall, if it is \
                     on PATH, downloads it instead."
                )),
            },
        ],
        hint: NEEDS_RUST,
    }
}

/// A tool that only a person installs.
fn by_hand(name: &str, probe: Probe, hint: &'static str) -> Tool {
    Tool {
        name: name.to_owned(),
        probe,
        installs: Vec::new(),
        hint,
    }
}

fn in_version(programs: [CommandLine; 2], flag: &str, version: &str) -> Result<CommandLine> {
    let name = programs[0].to_string();
    programs
        .into_iter()
        .find(|program| tool::prints_version(&program.clone().arguments(flag), version))
        .with_context(|| format!("{name} {version} is missing: run `cargo xtask setup`"))
}

fn rustc_path(arguments: &str) -> Result<PathBuf> {
    let path = CommandLine::new("rustc").arguments(arguments).output();
    let path = path.context(NEEDS_RUST)?;
    Ok(PathBuf::from(path.trim()))
}

fn on_path_or_at(name: &str, path: &Path) -> [CommandLine; 2] {
    [
        CommandLine::program(name),
        CommandLine::program(path.to_string_lossy()),
    ]
}

fn zizmor_programs(workspace: &Workspace) -> [CommandLine; 2] {
    on_path_or_at("zizmor", &workspace.target().join("zizmor/bin/zizmor"))
}

/// The one below `node_modules` is the program for this machine. The script `fastly` beside it starts Node.js
/// first, which takes six times as long as most of what is asked.
fn fastly_programs(workspace: &Workspace) -> [CommandLine; 2] {
    let system = OS.replace("macos", "darwin").replace("windows", "win32");
    let machine = ARCH.replace("x86_64", "x64").replace("aarch64", "arm64");
    let program = format!("node_modules/@fastly/cli-{system}-{machine}/fastly{EXE_SUFFIX}");
    on_path_or_at("fastly", &fastly_folder(workspace).join(program))
}

fn fastly_folder(workspace: &Workspace) -> PathBuf {
    workspace.root().join("xtask/fastly-cli")
}

/// The version of a package in a list of wheels.
fn wheel_version<'l>(list: &'l str, package: &str) -> &'l str {
    let version = list.lines().find_map(|line| {
        let version = line.strip_prefix(package)?.strip_prefix("==")?;
        version.split_whitespace().next()
    });
    version.unwrap_or_default()
}

fn fastly_version() -> String {
    let package: Value = serde_json::from_str(FASTLY_CLI).unwrap_or_default();
    let version = package["dependencies"]["@fastly/cli"].as_str();
    version.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{HTTPLINT, ZIZMOR, fastly_version, wheel_version};

    #[test]
    fn the_files_that_pin_versions_name_them() {
        for version in [
            &*fastly_version(),
            wheel_version(ZIZMOR, "zizmor"),
            wheel_version(HTTPLINT, "httplint"),
        ] {
            let numbers = version
                .split('.')
                .filter(|part| part.parse::<u16>().is_ok());
            assert_eq!(numbers.count(), 3, "{version}");
        }
    }
}
