//! The core knows no platform, and every code it can give is documented.

#![cfg(not(target_family = "wasm"))]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use signpost::config::ProblemCode;
use signpost::decision::{Because, Reason};
use signpost::location::{Location, Refusal};
use signpost::request::Request;
use signpost::values::Switch;

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
    // Those that print to standard error end in the same letters.
    "print!",
    "println!",
    "dbg!",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below `folder`, without the edge binary's.
fn core_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if !path.ends_with("src/edge") {
                files.extend(core_files(&path)?);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("src/main.rs")
        {
            files.push(path);
        }
    }
    Ok(files)
}

/// The text of a Rust file line by line, with what comments say left out. Literals are kept whole:
/// two slashes in one of them begin no comment.
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
    // A quotation mark before a name that no other follows is that of a lifetime.
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
fn no_file_of_the_core_knows_a_platform() {
    let files = core_files(&root().join("src")).expect("the sources");
    let stages = [
        "lib",
        "request",
        "route",
        "target",
        "location",
        "decision",
        "origin_redirect",
        "reply",
        "log_line",
        "check",
    ];
    for stage in stages {
        let name = format!("{stage}.rs");
        assert!(
            files.iter().any(|path| path.ends_with(&name)),
            "{name} was not looked at"
        );
    }
    for path in files {
        check(&path);
    }
}

#[test]
fn the_stages_are_declared_in_the_order_of_a_request() {
    let text = fs::read_to_string(root().join("src/lib.rs")).expect("lib.rs");
    let declared: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    let stages = [
        "request",
        "route",
        "target",
        "location",
        "decision",
        "origin_redirect",
        "reply",
        "log_line",
    ];
    assert_eq!(declared.get(..stages.len()), Some(&stages[..]));
}

/// A proven location, for the reasons that hold one.
fn location() -> Location {
    let config = signpost::authoring::from_toml(include_str!("../config/crates-io.toml"))
        .expect("production's configuration holds");
    let request = Request::new(
        "GET",
        "crates.io",
        "/api/v1/crates/smallvec/1.10.0/download",
    );
    let answer = signpost::answer(&config, &request, Switch::ENFORCE);
    answer.decision().location().cloned().expect("a location")
}

/// Each reason with its code; a new reason does not compile until it stands here.
fn reasons() -> Vec<(Reason, &'static str)> {
    let all = [
        Reason::NoRoute,
        Reason::MethodNotRedirectable,
        Reason::PathMalformed,
        Reason::NameInvalid,
        Reason::VersionInvalid,
        Reason::CaptureInvalid,
        Reason::LocationRefused(Refusal::Loop),
        Reason::ConfigMissing,
        Reason::ConfigInvalid,
        Reason::SwitchOff(location()),
        Reason::SwitchShadow(location()),
        Reason::NotInRollout(location()),
        Reason::Retried(location()),
    ];
    all.map(|reason| {
        let code = match &reason {
            Reason::NoRoute => "no-route",
            Reason::MethodNotRedirectable => "method-not-redirectable",
            Reason::PathMalformed => "path-malformed",
            Reason::NameInvalid => "name-invalid",
            Reason::VersionInvalid => "version-invalid",
            Reason::CaptureInvalid => "capture-invalid",
            Reason::LocationRefused(_) => "location-refused",
            Reason::ConfigMissing => "config-missing",
            Reason::ConfigInvalid => "config-invalid",
            Reason::SwitchOff(_) => "switch-off",
            Reason::SwitchShadow(_) => "switch-shadow",
            Reason::NotInRollout(_) => "not-in-rollout",
            Reason::Retried(_) => "retried",
        };
        (reason, code)
    })
    .to_vec()
}

#[test]
fn reasons_have_stable_codes() {
    let reasons = reasons();
    for (reason, code) in &reasons {
        assert_eq!(reason.code(), *code);
        assert_eq!(
            reason.decision_header(),
            format!("origin;reason=\"{code}\"")
        );
        let is_refused = *code == "location-refused";
        assert_eq!(
            reason.refusal(),
            is_refused.then_some(Refusal::Loop),
            "{code}"
        );
        let is_held_back = matches!(
            *code,
            "switch-off" | "switch-shadow" | "not-in-rollout" | "retried"
        );
        assert_eq!(reason.held_back().is_some(), is_held_back, "{code}");
    }
    let codes: BTreeSet<_> = reasons.iter().map(|(_, code)| code).collect();
    assert_eq!(codes.len(), reasons.len());
}

#[test]
fn refusals_have_stable_codes() {
    let codes = Refusal::ALL.map(Refusal::code);
    let expected = [
        "too-long",
        "not-printable-ascii",
        "not-a-url",
        "not-canonical",
        "scheme",
        "not-the-base",
        "host-not-allowed",
        "user-info",
        "query",
        "fragment",
        "unsafe-segment",
        "unsafe-character",
        "captures-differ",
        "loop",
    ];
    assert_eq!(codes, expected);
    assert_eq!(BTreeSet::from(codes).len(), codes.len());
}

#[test]
fn no_code_means_two_things() {
    let mut codes: Vec<_> = reasons().iter().map(|(_, code)| *code).collect();
    codes.extend(Refusal::ALL.map(Refusal::code));
    codes.extend(ProblemCode::ALL.iter().map(|code| code.code()));
    codes.extend(Because::ALL.map(Because::code));
    let different: BTreeSet<_> = codes.iter().collect();
    assert_eq!(different.len(), codes.len());
}

#[test]
fn every_reason_and_refusal_is_documented() {
    let path = root().join("docs/request-handling.md");
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let reasons = reasons();
    let codes = reasons
        .iter()
        .map(|(_, code)| *code)
        .chain(Refusal::ALL.map(Refusal::code))
        .chain(Because::ALL.map(Because::code));
    let missing: Vec<_> = codes
        .filter(|code| !text.contains(&format!("`{code}`")))
        .collect();
    assert!(
        missing.is_empty(),
        "{} does not name {missing:?}",
        path.display()
    );
}
