use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};

use crate::command_line::CommandLine;
use crate::table::table;
use crate::tool;
use crate::tools;
use crate::workspace::Workspace;

/// The runs, their tests, and how many of [`OUTCOMES`] count. The quick tests of the first catch nearly every mutant,
/// and compiling the others takes as long again. What it misses is tested in the last run, with all.
const RUNS: [(&str, &[&str], usize); 2] = [
    ("first", &["test=core"], 3),
    ("last", &["lib", "test=core", "test=oracle"], 4),
];
/// That of cargo-mutants.
const VERSION: &str = "27.0.0";
/// The page that lists the mutants that no test can catch.
const LIST: &str = "docs/mutants.md";
/// What becomes of a mutant, as cargo-mutants names its files.
const OUTCOMES: [&str; 4] = ["caught", "timeout", "unviable", "missed"];

/// Change the library in many small ways, and see whether a test fails each time
///
/// cargo-mutants changes a copy of the working tree, below the target directory. All of it takes hours, so
/// results are kept: stop the command when you like, and start it again. A mutant is tested again once its
/// file changes; one that was missed, once the library or a test does. Remove target/mutants to begin anew.
///
/// Fails if docs/mutants.md does not list a mutant that was missed, or lists one that was not.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask mutants                               every mutant that has no result yet\n  \
    cargo xtask mutants src/authoring src/route.rs    those of some files\n  \
    cargo xtask mutants --shard 0/4                   a quarter, on the first of four machines\n\n\
    Exit codes: 0 the page lists what was missed, 1 it does not, or the tests fail without a change")]
pub(crate) struct Arguments {
    /// Only files whose paths begin so
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    /// Only every N-th mutant, from number K on
    #[arg(long, value_name = "K/N", value_parser = shard, default_value = "0/1")]
    shard: (usize, usize),
}

/// What became of each mutant, by its name: `FILE:LINE:COLUMN: CHANGE`.
type Results = BTreeMap<String, String>;

/// Tests the mutants that have no result, and shows all results.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let probe = "cargo mutants --version";
    let tool = tools::from_crate("cargo-mutants", VERSION, probe, "--locked", "3 minutes");
    tool::ensure(&[tool])?;
    let folder = workspace.target().join("mutants");
    let tree = folder.join("tree");
    fs::create_dir_all(&tree)?;
    // A run that was stopped left its own.
    let mut results = collect(&folder);
    let changed = changed(workspace.root(), &tree)?;
    forget(&mut results, &changed);
    keep(&folder, &results)?;
    for run in RUNS.map(|(run, ..)| folder.join(run)) {
        if run.exists() {
            fs::remove_dir_all(run)?;
        }
    }
    for path in &changed {
        let copy = tree.join(path);
        fs::create_dir_all(copy.parent().unwrap_or(&tree))?;
        fs::copy(workspace.root().join(path), copy)?;
    }

    let mutants = CommandLine::new("cargo mutants --in-place --iterate --timeout 600 --dir")
        .argument(tree.to_string_lossy())
        .variable("CARGO_TARGET_DIR", folder.join("build"));
    let all = mutants.clone().arguments("--list").output()?;
    let all: Vec<_> = all.lines().collect();
    let (first, step) = arguments.shard;
    let mut wanted: BTreeSet<_> = all.iter().skip(first).step_by(step).collect();
    let paths = &arguments.paths;
    wanted.retain(|name| paths.is_empty() || paths.iter().any(|path| name.starts_with(path)));
    for (run, tests, _) in RUNS {
        wanted.retain(|name| !results.contains_key(**name));
        if wanted.is_empty() {
            break;
        }
        eprintln!("The {run} run: {} of {} mutants", wanted.len(), all.len());
        let others = all.iter().filter(|name| !wanted.contains(name));
        let others: Vec<_> = others.copied().collect();
        let output = folder.join(run).join("mutants.out");
        fs::create_dir_all(&output)?;
        // It does not test what it takes for caught.
        fs::write(output.join("previously_caught.txt"), others.join("\n"))?;
        let tests = tests.iter().map(|test| format!("--cargo-arg=--{test} "));
        let line = mutants
            .clone()
            .arguments(&tests.collect::<String>())
            .variable("SIGNPOST_MUTANTS", run)
            .argument("--output");
        let line = line.argument(folder.join(run).to_string_lossy());
        line.announce();
        let status = line.command().status()?;
        results = collect(&folder);
        keep(&folder, &results)?;
        // 2 and 3 mean that a mutant was missed, or that the tests did not end.
        let is_complete = matches!(status.code(), Some(0 | 2 | 3));
        ensure!(
            is_complete,
            "`{line}` ended early ({status}); {}/log says why",
            output.display()
        );
    }
    let page = workspace.root().join(LIST);
    let page = fs::read_to_string(page).with_context(|| format!("cannot read {LIST}"))?;
    let (figures, problems) = report(&all, &results, &page);
    print!("{figures}{problems}");
    Ok(ExitCode::from(u8::from(!problems.is_empty())))
}

fn shard(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/');
    let parts = parts.and_then(|(first, step)| Some((first.parse().ok()?, step.parse().ok()?)));
    let parts = parts.filter(|(first, step)| first < step);
    parts.ok_or_else(|| "write K/N with K below N, like 0/4".to_owned())
}

/// The files of the work tree that the copy does not have as they are.
fn changed(root: &Path, tree: &Path) -> Result<Vec<String>> {
    let known = CommandLine::new("git -C")
        .argument(root.to_string_lossy())
        .arguments("ls-files --cached --others --exclude-standard -z")
        .output()?;
    let is_changed = |path: &&str| {
        let written = fs::read(root.join(path)).ok();
        written.is_some() && written != fs::read(tree.join(path)).ok()
    };
    let changed = known.split('\0').filter(is_changed);
    Ok(changed.map(str::to_owned).collect())
}

/// Forgets what the changed files may have made wrong.
fn forget(results: &mut Results, changed: &[String]) {
    let has_other_tests = changed
        .iter()
        .any(|path| path.starts_with("src/") || path.starts_with("test"));
    results.retain(|name, outcome| {
        let is_open = ["missed", "timeout"].contains(&outcome.as_str());
        !(is_open && has_other_tests || changed.iter().any(|path| path == file(name)))
    });
}

/// Reads the results that were kept, and what the two runs have written, also if they were stopped. What the first run
/// missed is not among them: the last run has to test it.
fn collect(folder: &Path) -> Results {
    let read = |path: PathBuf| fs::read_to_string(path).unwrap_or_default();
    let mut lines = read(folder.join("results.txt"));
    for (run, _, counted) in RUNS {
        for outcome in OUTCOMES.into_iter().take(counted) {
            let names = folder.join(run).join("mutants.out").join(outcome);
            let names = read(names.with_extension("txt"));
            lines.extend(names.lines().map(|name| format!("\n{outcome} {name}")));
        }
    }
    let lines = lines.lines().filter_map(|line| line.split_once(' '));
    let results = lines.map(|(outcome, name)| (name.to_owned(), outcome.to_owned()));
    results.collect()
}

fn keep(folder: &Path, results: &Results) -> Result<()> {
    let line = |(name, outcome)| format!("{outcome} {name}\n");
    let lines: String = results.iter().map(line).collect();
    fs::write(folder.join("results.txt"), lines).context("cannot keep the results")
}

/// A table of the results by file, and what the page lists wrongly or does not list.
fn report(all: &[&str], results: &Results, page: &str) -> (String, String) {
    let mut counts = BTreeMap::<&str, [usize; 7]>::new();
    let mut listed: Vec<_> = page.lines().filter_map(listed).collect();
    let mut problems = Vec::new();
    for name in all {
        let outcome = results.get(*name).map_or("untested", String::as_str);
        let column = OUTCOMES.iter().position(|one| *one == outcome);
        for row in [file(name), "together"] {
            let row = counts.entry(row).or_default();
            row[1] += 1;
            row[column.map_or(6, |column| column + 2)] += 1;
        }
        let change = name.splitn(4, ':').nth(3).unwrap_or_default();
        let change = format!("{}:{change}", file(name));
        let place = listed.iter().position(|one| *one == change);
        match (outcome, place) {
            ("missed" | "untested", Some(place)) => drop(listed.swap_remove(place)),
            ("missed", None) => problems.push(format!(
                "{name}\n  No test fails: write one, or list it in {LIST} with the reason why none can.\n"
            )),
            _ => {}
        }
    }
    problems.extend(listed.iter().map(|change| {
        format!("{change}\n  It is not missed, or not there: take it off {LIST}.\n")
    }));
    let titles = [
        "file", "mutants", "caught", "timeout", "unviable", "missed", "untested",
    ];
    let mut rows = vec![titles.map(str::to_owned)];
    rows.extend(counts.into_iter().map(|(name, counts)| {
        let mut row = counts.map(|count| count.to_string());
        name.clone_into(&mut row[0]);
        row
    }));
    (table(&rows), problems.concat())
}

/// The file of a mutant.
fn file(name: &str) -> &str {
    name.split(':').next().unwrap_or_default()
}

/// Reads a row of the page, which has a file, a change and the reason: `FILE: CHANGE`.
fn listed(row: &str) -> Option<String> {
    let (file, others) = row.strip_prefix("| `")?.split_once("` | `")?;
    let (change, _) = others.split_once("` | ")?;
    Some(format!("{file}: {}", change.replace("\\|", "|")))
}

#[cfg(test)]
mod tests {
    use super::{Results, forget, report, shard};

    const ALL: [&str; 4] = [
        "src/a.rs:1:2: replace || with && in f",
        "src/a.rs:9:9: replace || with && in f",
        "src/a.rs:3:3: replace g -> bool with true",
        "src/b.rs:4:4: replace h with ()",
    ];
    const ROW: &str = "| `src/a.rs` | `replace \\|\\| with && in f` | Both hold. |\n";

    fn results(outcomes: [&str; 4]) -> Results {
        let pairs = ALL.into_iter().zip(outcomes);
        pairs
            .map(|(name, outcome)| (name.to_owned(), outcome.to_owned()))
            .collect()
    }

    #[test]
    fn the_page_lists_each_missed_mutant_and_no_other() {
        let twice = ROW.repeat(2);
        for (outcomes, page, expected) in [
            (["caught", "caught", "unviable", "timeout"], "", 0),
            (["missed", "caught", "caught", "caught"], ROW, 0),
            (["missed", "missed", "caught", "caught"], ROW, 1),
            (["missed", "missed", "missed", "caught"], &twice, 1),
            (["caught", "caught", "caught", "caught"], ROW, 1),
            (["untested", "untested", "missed", "missed"], ROW, 2),
        ] {
            let (table, problems) = report(&ALL, &results(outcomes), page);
            assert_eq!(
                problems.lines().count(),
                2 * expected,
                "{outcomes:?}: {problems}"
            );
            assert!(table.contains("\ntogether  4 "), "{table}");
        }
    }

    #[test]
    fn a_result_is_forgotten_once_its_file_changes_and_a_missed_one_once_any_does() {
        for (changed, left) in [
            (&[][..], 4),
            (&["docs/a.md"], 4),
            (&["tests/a.rs"], 2),
            (&["src/a.rs"], 1),
            (&["src/b.rs"], 1),
        ] {
            let changed: Vec<_> = changed.iter().map(|path| (*path).to_owned()).collect();
            let mut results = results(["caught", "missed", "timeout", "unviable"]);
            forget(&mut results, &changed);
            assert_eq!(results.len(), left, "{changed:?}");
        }
    }

    #[test]
    fn a_shard_is_a_part_of_a_whole() {
        for (text, expected) in [
            ("0/1", Some((0, 1))),
            ("3/4", Some((3, 4))),
            ("4/4", None),
            ("1", None),
        ] {
            assert_eq!(shard(text).ok(), expected, "{text}");
        }
    }
}
