//! Imports in `src/` go down, never up and never in a circle, and the core knows no platform.

use std::fs;
use std::path::Path;

use signpost_testbed::imports::{self, Source};

/// The layers from the lowest to the highest. A file imports from its own layer and from those before
/// it; a stage of a request is a layer of its own.
const LAYERS: &[&str] = &[
    "values",
    "config",
    "request",
    "sides",
    "route",
    "attempts",
    "target",
    "location",
    "decision",
    "origin_redirect",
    "proxy",
    "reply",
    "log_line",
    "answer",
    "entries",
    "received",
    "authoring",
];

/// What no file of the core may name, because it is a platform, a clock or I/O.
const FORBIDDEN: &[&str] = &[
    "fastly",
    "std::fs",
    "std::env",
    "std::io",
    "std::process",
    "std::thread",
    "std::net::Tcp",
    "std::net::Udp",
    "net::{Tcp",
    "ToSocketAddrs",
    "SystemTime::now",
    "Instant",
    // `eprint!` and `eprintln!` end in the same letters.
    "print!",
    "println!",
    "dbg!",
];

#[track_caller]
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src");
    imports::files(&root).unwrap_or_else(|error| panic!("{error:#}"))
}

/// The layer of a module such as `crate::config::route`; `None` for `lib.rs`, which is above them all,
/// and for the edge.
#[track_caller]
fn layer(module: &str) -> Option<usize> {
    let name = module.strip_prefix("crate::")?.split("::").next()?;
    let layer = LAYERS.iter().position(|layer| *layer == name);
    Some(layer.unwrap_or_else(|| panic!("`{name}` is in no layer; write it into LAYERS")))
}

/// The text of a Rust file without its comments. Two slashes in a literal do not begin a comment.
fn code_in(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else {
            let (token, after) = rest.split_at(token_length(rest));
            code.push_str(token);
            rest = after;
        }
    }
    code
}

/// The length of the literal that a text starts with, or else of its first character.
fn token_length(text: &str) -> usize {
    let raw = text.strip_prefix('r').map(|after| {
        let hashes = after.len() - after.trim_start_matches('#').len();
        (hashes, &after[hashes..])
    });
    if let Some((hashes, quoted)) = raw
        && let Some(content) = quoted.strip_prefix('"')
    {
        let end = format!("\"{}", "#".repeat(hashes));
        return content.find(&end).map_or(text.len(), |length| {
            "r".len() + hashes + "\"".len() + length + end.len()
        });
    }
    let mut characters = text.char_indices();
    let (_, first) = characters.next().unwrap_or_default();
    let is_character = text.starts_with("'\\") || text.chars().nth(2) == Some('\'');
    // A single quotation mark before a name begins a lifetime.
    if first == '"' || (first == '\'' && is_character) {
        let mut escaped = false;
        for (index, character) in characters {
            if character == first && !escaped {
                return index + 1;
            }
            escaped = character == '\\' && !escaped;
        }
        return text.len();
    }
    first.len_utf8()
}

#[test]
fn every_program_of_tests_is_compiled() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let manifests = ["Cargo.toml", "testbed/Cargo.toml"];
    let listed = manifests.map(|file| fs::read_to_string(root.join(file)).unwrap());
    for entry in fs::read_dir(root.join("tests")).unwrap() {
        let path = entry.unwrap().path();
        let main = path.join("main.rs");
        let program = if path.is_dir() { main } else { path };
        let program = program.strip_prefix(&root).unwrap().display();
        let is_listed = listed.iter().any(|it| it.contains(&format!("{program}\"")));
        assert!(
            is_listed,
            "no [[test]] in {manifests:?} has the path {program}"
        );
    }
}

#[test]
fn a_comment_begins_outside_of_literals() {
    let rows = [
        ("a // b\nc", "a \nc"),
        ("a // b", "a "),
        ("/// \"\nc", "\nc"),
        ("f(\"https://a\"); g() // h", "f(\"https://a\"); g() "),
        (r#"f("\\"); // g"#, r#"f("\\"); "#),
        (r#"f("\"//"); g // h"#, r#"f("\"//"); g "#),
        ("f(\"a\n//b\") // c", "f(\"a\n//b\") "),
        (r#"r"\"; f // g"#, r#"r"\"; f "#),
        (r###"r##"a"//"##; f // g"###, r###"r##"a"//"##; f "###),
        ("r#type // a", "r#type "),
        ("'\"' // a \"", "'\"' "),
        (r"b'\'' // a '", r"b'\'' "),
        ("&'a str // it's", "&'a str "),
        ("\"never closed // a", "\"never closed // a"),
    ];
    for (text, code) in rows {
        assert_eq!(code_in(text), code, "{text}");
    }
}

#[track_caller]
fn check(path: &Path) {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for (index, line) in code_in(&text).lines().enumerate() {
        for word in FORBIDDEN {
            assert!(
                !line.contains(word),
                "{} names `{word}` on line {}",
                path.display(),
                index + 1
            );
        }
    }
}

#[test]
fn no_file_imports_from_a_layer_above_it() {
    let sources = sources();
    let path = |module: &str| {
        let file = sources.iter().find(|file| file.module == module);
        file.expect("an import is a file").path.display()
    };
    let mut upward = Vec::new();
    for source in &sources {
        let Some(own) = layer(&source.module) else {
            continue;
        };
        for import in &source.imports {
            if layer(import).is_none_or(|imported| imported > own) {
                let (file, other) = (source.path.display(), path(import));
                upward.push(format!(
                    "{file} imports {other}, which is in a layer above it"
                ));
            }
        }
    }
    assert!(upward.is_empty(), "{}", upward.join("\n"));
}

#[test]
fn no_file_imports_itself_through_others() {
    imports::assert_no_cycle(&sources());
}

#[test]
fn the_layers_are_declared_in_their_order() {
    let text = include_str!("../src/lib.rs");
    let declared = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    assert_eq!(declared.collect::<Vec<_>>(), LAYERS);
}

#[test]
fn every_layer_is_there() {
    let sources = sources();
    for name in LAYERS {
        let module = format!("crate::{name}");
        let is_there = sources.iter().any(|source| source.module == module);
        assert!(is_there, "{module} is missing");
    }
}

#[test]
fn no_file_of_the_core_knows_a_platform() {
    for source in sources() {
        if !source.module.starts_with("main") {
            check(&source.path);
        }
    }
}

#[test]
fn the_tests_of_the_core_run_in_webassembly_too() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/core");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // A folder has no text.
        let text = fs::read_to_string(&path).unwrap_or_default();
        let is_native = text.contains("#![cfg(not(target_family = \"wasm\"))]");
        let is_seen = is_native || !text.contains("#[test]") || text.contains("use crate::test;");
        assert!(is_seen, "{} has no `use crate::test;`", path.display());
    }
}
