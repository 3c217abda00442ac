//! Imports in `cli/src` and `cli/logs/src` go down: no cycle between files, and no command imports another.

use std::fs;
use std::path::Path;

use signpost_testbed::imports::{self, Source};

/// A module each, with its parts below it.
const COMMANDS: [&str; 11] = [
    "check",
    "compile",
    "completions",
    "explain",
    "init",
    "man",
    "plan",
    "release",
    "routes",
    "smoke",
    "watch",
];

/// What may import commands: the command line, and the library's front door.
const ABOVE_COMMANDS: [&str; 2] = ["crate", "crate::command_line"];

fn sources() -> Vec<Source> {
    sources_in("src")
}

fn sources_in(directory: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    imports::files(&root).unwrap()
}

/// The command that a module such as `crate::plan::line` is part of.
fn command(module: &str) -> Option<&str> {
    let part = module.split("::").nth(1)?;
    COMMANDS.contains(&part).then_some(part)
}

#[test]
fn no_file_imports_itself_through_others() {
    for directory in ["src", "logs/src"] {
        imports::assert_no_cycle(&sources_in(directory));
    }
}

#[test]
fn the_layers_of_the_logs_import_those_below_alone() {
    let layers = ["failure", "text", "log", "watch"];
    let layer = |module: &str| {
        let name = module.strip_prefix("crate::")?.split("::").next()?;
        layers.iter().position(|layer| *layer == name)
    };
    for source in sources_in("logs/src") {
        let file = source.path.display();
        let own = layer(&source.module);
        let is_root = source.module == "crate";
        assert!(own.is_some() || is_root, "{file}: name it in `layers`");
        for imported in &source.imports {
            assert!(is_root || layer(imported) <= own, "{file}: {imported}");
        }
    }
}

#[test]
fn the_logs_print_nothing() {
    let sources = sources_in("logs/src");
    assert!(!sources.is_empty());
    for source in sources {
        let text = fs::read_to_string(&source.path).unwrap();
        // `eprint!` and `eprintln!` end in the same letters.
        for word in ["print!", "println!", "dbg!", "stdout()", "stderr()"] {
            assert!(!text.contains(word), "{}: {word}", source.path.display());
        }
    }
}

#[test]
fn a_command_is_imported_only_by_itself_and_from_above() {
    let sources = sources();
    let mut wrong = Vec::new();
    for source in &sources {
        if ABOVE_COMMANDS.contains(&source.module.as_str()) {
            continue;
        }
        let own = command(&source.module);
        for imported in &source.imports {
            let other = command(imported);
            if other.is_some() && other != own {
                let file = sources.iter().find(|file| file.module == *imported);
                let (path, other) = (source.path.display(), file.unwrap().path.display());
                wrong.push(format!(
                    "{path} imports {other}, which is part of a command"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
