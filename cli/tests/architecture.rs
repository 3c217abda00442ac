//! Imports in `cli/src` go down: no cycle between files, and no command imports another.

use std::path::Path;

use signpost_testbed::imports::{self, Source};

/// A module each, with its parts below it.
const COMMANDS: [&str; 10] = [
    "check",
    "compile",
    "completions",
    "explain",
    "man",
    "plan",
    "release",
    "routes",
    "smoke",
    "watch",
];

/// A release runs the smoke test in its own process.
const ALLOWED: [(&str, &str); 1] = [("release", "smoke")];

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    imports::files(&root).unwrap()
}

/// The command that a module such as `crate::plan::line` is part of.
fn command(module: &str) -> Option<&str> {
    let part = module.split("::").nth(1)?;
    COMMANDS.contains(&part).then_some(part)
}

#[test]
fn no_file_imports_itself_through_others() {
    let sources = sources();
    let cycles: Vec<_> = imports::cycles(&sources)
        .iter()
        .map(|cycle| {
            let files: Vec<_> = cycle
                .iter()
                .map(|file| file.display().to_string())
                .collect();
            files.join("\n  imports ")
        })
        .collect();
    assert!(cycles.is_empty(), "{}", cycles.join("\n"));
}

#[test]
fn no_command_imports_another() {
    let sources = sources();
    let mut across = Vec::new();
    for source in &sources {
        let Some(from) = command(&source.module) else {
            continue;
        };
        for imported in &source.imports {
            let to = command(imported).unwrap_or(from);
            if from != to && !ALLOWED.contains(&(from, to)) {
                let file = sources
                    .iter()
                    .find(|file| file.module == *imported)
                    .unwrap();
                let (path, other) = (source.path.display(), file.path.display());
                across.push(format!("{path} of `{from}` imports {other} of `{to}`"));
            }
        }
    }
    assert!(across.is_empty(), "{}", across.join("\n"));
}

#[test]
fn every_command_is_known() {
    let program = sources()
        .into_iter()
        .find(|file| file.module == "crate::command_line");
    let named = program.unwrap().imports;
    let unknown: Vec<_> = named
        .iter()
        .filter(|module| command(module).is_none() && *module != "crate::output")
        .collect();
    assert_eq!(unknown, [""; 0], "name it in COMMANDS");
}
