use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{ExitCode, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::command_line::CommandLine;
use crate::table::table;
use crate::tool::{self, Tool};
use crate::tools;
use crate::workspace::Workspace;

const CARGO_FUZZ: &str = "0.13.2";

/// Search for inputs for which a property does not hold
///
/// The properties are in `testbed/properties`, and each has a target in `fuzz/` that hands it to libFuzzer. A run
/// begins with the inputs in `fuzz/corpus`, and with what earlier runs found, which is kept below the target
/// directory: so a long run may be made in parts. An input that fails is written to `fuzz/artifacts`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask fuzz                              each property for half a minute\n  \
    cargo xtask fuzz --seconds 3600 answer base   two of them for an hour each\n\n\
    Exit codes: 0 every property held, 1 one did not or could not be tried")]
pub(crate) struct Arguments {
    /// The properties, by name; all if none is named
    targets: Vec<String>,

    /// How long each is tried
    #[arg(long, value_name = "N", default_value_t = 30)]
    seconds: u64,
}

/// What libFuzzer says at the end of a run.
#[derive(Debug, Default, PartialEq, Eq)]
struct Run {
    executions: u64,
    failed: Option<String>,
}

/// Tries each property in turn, and prints a table.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let known = targets(&workspace).context("cannot read fuzz/fuzz_targets")?;
    let mut wanted: BTreeSet<_> = arguments.targets.iter().cloned().collect();
    let names = Vec::from_iter(known.clone()).join(", ");
    ensure!(wanted.is_subset(&known), "the properties are {names}");
    if wanted.is_empty() {
        wanted = known;
    }
    tool::ensure(&[cargo_fuzz()])?;
    let mut rows = vec![["property", "executions", "result"].map(str::to_owned)];
    let (mut all, mut has_failed) = (0, false);
    for target in wanted {
        let run = fuzz(&workspace, &target, arguments.seconds)?;
        all += run.executions;
        has_failed |= run.failed.is_some();
        let failed = run.failed.map(|input| format!("FAILED for {input}"));
        let result = failed.unwrap_or_else(|| "held".to_owned());
        rows.push([target, run.executions.to_string(), result]);
    }
    rows.push(["all".to_owned(), all.to_string(), String::new()]);
    print!("{}", table(&rows));
    Ok(ExitCode::from(u8::from(has_failed)))
}

/// The names of the targets.
fn targets(workspace: &Workspace) -> Result<BTreeSet<String>> {
    let files = fs::read_dir(workspace.root().join("fuzz/fuzz_targets"))?;
    let names = files.filter_map(|file| Some(file.ok()?.path().file_stem()?.to_str()?.to_owned()));
    Ok(names.collect())
}

fn cargo_fuzz() -> Tool {
    let probe = "cargo fuzz --version";
    tools::from_crate("cargo-fuzz", CARGO_FUZZ, probe, "--locked", "two minutes")
}

/// Tries one property. A sanitizer looks at unsafe code, of which there is none, and needs another compiler
/// than the pinned one.
fn fuzz(workspace: &Workspace, target: &str, seconds: u64) -> Result<Run> {
    let found = workspace.target().join("fuzz-corpus").join(target);
    fs::create_dir_all(&found).with_context(|| format!("cannot create {}", found.display()))?;
    let folder = workspace.root().join("fuzz");
    // What is wrong with a long input is nearly always wrong with a short one.
    let flags = "-verbosity=0 -print_final_stats=1 -max_len=1024";
    let mut line = CommandLine::new("cargo fuzz run --release --debug-assertions --sanitizer none")
        .arguments(target)
        .argument(found.to_string_lossy())
        .argument(folder.join("corpus").join(target).to_string_lossy())
        .arguments(&format!("-- {flags} -max_total_time={seconds}"));
    let dictionary = folder.join(format!("dictionaries/{target}.dict"));
    if dictionary.exists() {
        line = line.argument(format!("-dict={}", dictionary.display()));
    }
    line.announce();
    let mut child = line
        .command()
        .current_dir(workspace.root())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut run = Run::default();
    for bytes in BufReader::new(child.stderr.take().context("no output")?).split(b'\n') {
        let text = String::from_utf8_lossy(&bytes?).into_owned();
        eprintln!("{text}");
        run.read(&text);
    }
    let succeeded = child.wait()?.success();
    ensure!(succeeded || run.failed.is_some(), "`{line}` failed");
    Ok(run)
}

impl Run {
    /// Takes what a line says.
    fn read(&mut self, line: &str) {
        let number = |name: &str| line.strip_prefix(name)?.trim().parse::<u64>().ok();
        if let Some(number) = number("stat::number_of_executed_units:") {
            self.executions = number;
        } else if let Some((_, path)) = line.split_once("Test unit written to ") {
            self.failed = Some(path.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Run;

    #[test]
    fn the_end_of_a_run_is_read() {
        let mut run = Run::default();
        for line in [
            "stat::number_of_executed_units: 4711",
            "artifact_prefix='a/'; Test unit written to fuzz/artifacts/base/crash-1",
        ] {
            run.read(line);
        }
        let failed = Some("fuzz/artifacts/base/crash-1".to_owned());
        assert_eq!((run.executions, run.failed), (4711, failed));
    }
}
