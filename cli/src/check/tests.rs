//! Every code has an explanation, and its examples are what they are called.

use std::collections::BTreeSet;

use signpost::authoring::Authored;
use signpost::config::{Problem, ProblemCode};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

use super::explanations::{EXPLANATIONS, of};
use crate::findings::Code;

/// The file that a snippet is merged into. Its keys replace these; a route of another name is
/// added.
const AROUND: &str = r#"
allowed_hosts = ["static.crates.io"]

[origin]
backends = ["origin"]

[targets.static]
base = "https://static.crates.io"

[log]
endpoint = "signpost-log"

[[routes]]
name = "download"
path = "/api/v1/crates/{name:crate}/{version:semver}/download"
target = "static"
location = "/crates/{name}/{name}-{version}.crate"

[[routes.examples]]
request = "/api/v1/crates/smallvec/1.10.0/download"
location = "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate"
"#;

/// Codes that are not about the keys of one file.
const WITHOUT_TOML: [&str; 6] = [
    "differs",
    "dl-not-redirected",
    "entry-nearly-full",
    "entry-too-large",
    "format-unknown",
    "revision-mismatch",
];

#[test]
fn codes_are_unique_and_each_has_an_explanation() {
    let codes: Vec<_> = Code::all().map(Code::name).collect();
    let different: BTreeSet<_> = codes.iter().collect();
    assert_eq!(codes.len(), different.len(), "a code stands twice");
    let files = EXPLANATIONS.files().count();
    assert_eq!(codes.len(), files, "an explanation has no code");
    for code in Code::all() {
        let name = code.name();
        assert_eq!(Code::from_name(name), Some(code));
        assert!(
            code.meaning().ends_with('.'),
            "the meaning of {name} is no sentence"
        );
        let text = of(code);
        for heading in ["\nWhy it matters: ", "\nWrong:\n\n", "\nRight:\n\n"] {
            assert!(
                text.contains(heading),
                "{name} has no {heading:?} in:\n{text}"
            );
        }
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(
            widest <= Some(100),
            "{name} has a line of {widest:?} characters"
        );
    }
}

#[test]
fn what_is_called_wrong_has_that_problem_and_what_is_called_right_has_none() {
    for code in Code::all() {
        let name = code.name();
        let text = of(code);
        let (_, wrong) = text.split_once("\nWrong:\n\n").unwrap();
        let (wrong, right) = wrong.split_once("\nRight:\n\n").unwrap();
        let snippets = [wrong, right].map(snippet);
        if WITHOUT_TOML.contains(&name) {
            assert_eq!(snippets, [None, None], "{name}");
            continue;
        }
        let [wrong, right] = snippets.map(|snippet| problems(&snippet.unwrap()));
        let wrong: BTreeSet<_> = wrong.into_iter().map(ProblemCode::code).collect();
        assert!(
            wrong.contains(name),
            "the wrong example of {name} gives {wrong:?}"
        );
        assert_eq!(right, [], "the right example of {name}");
    }
}

/// The TOML of a section: its indented lines, unless they are a command line or JSON.
fn snippet(section: &str) -> Option<String> {
    let lines = section.lines();
    let lines: Vec<_> = lines.filter_map(|line| line.strip_prefix("    ")).collect();
    let lines = lines.join("\n");
    assert!(!lines.is_empty(), "no example in {section}");
    (!lines.starts_with(['$', '{'])).then_some(lines)
}

fn problems(snippet: &str) -> Vec<ProblemCode> {
    let mut whole: DocumentMut = AROUND.parse().unwrap();
    // Anything else cannot be merged, and need not be.
    let text = match snippet.parse::<DocumentMut>() {
        Ok(snippet) => {
            merge(whole.as_table_mut(), snippet.as_table());
            forget_positions(whole.as_table_mut());
            whole.to_string()
        }
        Err(_) => snippet.to_owned(),
    };
    match Authored::from_toml(&text) {
        Ok(authored) => authored.warnings().iter().map(Problem::code).collect(),
        Err(problems) => problems.iter().map(Problem::code).collect(),
    }
}

fn merge(into: &mut Table, from: &Table) {
    for (key, item) in from {
        match (into.get_mut(key), item) {
            (Some(Item::Table(into)), Item::Table(from)) => merge(into, from),
            (Some(Item::ArrayOfTables(into)), Item::ArrayOfTables(from)) if key == "routes" => {
                merge_routes(into, from);
            }
            _ => {
                into.insert(key, item.clone());
            }
        }
    }
}

/// Changes the route of the same name, or adds the route.
fn merge_routes(into: &mut ArrayOfTables, from: &ArrayOfTables) {
    let mut changed = false;
    for route in from {
        let name = |table: &Table| table.get("name").map(Item::to_string);
        let same = into
            .iter_mut()
            .find(|other| name(other) == name(route) || !route.contains_key("name"));
        match same {
            Some(same) if !changed => {
                merge(same, route);
                changed = true;
            }
            _ => into.push(route.clone()),
        }
    }
}

/// Tables are written in the order of their positions, and these come from two documents.
fn forget_positions(table: &mut Table) {
    table.set_position(None);
    for (_, item) in table.iter_mut() {
        match item {
            Item::Table(table) => forget_positions(table),
            Item::ArrayOfTables(tables) => tables.iter_mut().for_each(forget_positions),
            _ => {}
        }
    }
}
