//! A redirect may only name hosts that can exist.

use crate::test;
use signpost::authoring::Authored;
use signpost_rows::{PRODUCTION, SmallConfig};

/// All that is said of a configuration, warnings included: key and code.
fn said(text: &str) -> Vec<String> {
    let line = |it: &signpost::config::Problem| format!("{}: {}", it.key(), it.code());
    match Authored::from_toml(text) {
        Ok(authored) => authored.warnings().iter().map(line).collect(),
        Err(problems) => problems.iter().map(line).collect(),
    }
}

fn with_base(base: &str, lines: &str) -> String {
    let lines = format!("hosts = [\"registry.example\"]\n{lines}");
    let text = SmallConfig::new(&lines)
        .target("cdn", base, "")
        .route("file", "/files/{file:digits}", "/{file}")
        .example("/files/1", "/1")
        .to_string();
    // A location has its host in lower case.
    let location = format!("location = \"https://{base}/1\"");
    text.replace(&location, &location.to_ascii_lowercase())
}

/// Bases, whether their host can exist, and whether it can with the private suffixes `corp` and
/// `lan.example-company`.
const BASES: &[(&str, bool, bool)] = &[
    ("static.crates.io", true, true),
    ("Static.Crates.IO", true, true),
    ("cdn.example", true, true),
    ("a.b.test", true, true),
    ("cdn.localhost", true, true),
    ("cdn.internal", true, true),
    ("http://localhost:8080", true, true),
    ("http://127.0.0.1:8080", true, true),
    ("http://[::1]:8080", true, true),
    ("192.0.2.1", true, true),
    ("[2001:db8::1]", true, true),
    ("cdn.xn--p1ai", true, true),
    ("cdn.example.co.uk", true, true),
    ("user.github.io", true, true),
    // Below a company's own suffix others have their names, and the company may have a site there.
    ("s3.amazonaws.com", true, true),
    ("github.io", true, true),
    ("co.uk", false, false),
    ("static.crates.iocrates", false, false),
    ("static.crates.oi", false, false),
    ("cdn.local", false, false),
    ("cdn.invalid", false, false),
    ("cdn.corp", false, true),
    ("CDN.Corp", false, true),
    ("a.b.lan.example-company", false, true),
    ("lan.example-company", false, false),
    ("cdn.xlan.example-company", false, false),
    ("cdn.example-company", false, false),
    ("cdn.xcorp", false, false),
];

#[test]
fn the_end_of_a_host_is_known_or_private() {
    for (base, alone, with_suffixes) in BASES {
        let suffixes = "private_suffixes = [\"Corp\", \"lan.example-company\"]";
        for (lines, is_known) in [("", alone), (suffixes, with_suffixes)] {
            let mut found = said(&with_base(base, lines));
            found.retain(|it| !it.ends_with("private-suffix-idle"));
            let expected: &[&str] = if *is_known {
                &[]
            } else {
                &["allowed_hosts[0]: host-unknown"]
            };
            assert_eq!(found, expected, "{base} {lines}");
        }
    }
}

/// Private suffixes beside the base `cdn.corp`, and what is said of them.
const SUFFIXES: &[(&str, &[&str])] = &[
    ("[\"corp\"]", &[]),
    ("[\"CORP\"]", &[]),
    (
        "[\"corp\", \"lan\"]",
        &["private_suffixes[1]: private-suffix-idle"],
    ),
    (
        "[\"corp\", \"com\"]",
        &["private_suffixes[1]: private-suffix-idle"],
    ),
    (
        "[\"corp\", \"example\"]",
        &["private_suffixes[1]: private-suffix-idle"],
    ),
    (
        "[\"corp\", \"\"]",
        &["private_suffixes[1]: private-suffix-invalid"],
    ),
    (
        "[\"corp\", \".corp\"]",
        &["private_suffixes[1]: private-suffix-invalid"],
    ),
    (
        "[\"corp\", \"corp.\"]",
        &["private_suffixes[1]: private-suffix-invalid"],
    ),
    (
        "[\"corp\", \"*.corp\"]",
        &["private_suffixes[1]: private-suffix-invalid"],
    ),
    (
        "[\"corp\", \"https://corp\"]",
        &["private_suffixes[1]: private-suffix-invalid"],
    ),
    (
        "[\"corp\", \"10\"]",
        &["private_suffixes[1]: private-suffix-invalid"],
    ),
    (
        "[\"corp\", \"c\u{f6}rp\"]",
        &["private_suffixes[1]: private-suffix-invalid"],
    ),
    (
        "\"corp\"",
        &[
            "allowed_hosts[0]: host-unknown",
            "private_suffixes: syntax-invalid",
        ],
    ),
    (
        "[1]",
        &[
            "allowed_hosts[0]: host-unknown",
            "private_suffixes: syntax-invalid",
        ],
    ),
];

#[test]
fn a_private_suffix_is_the_end_of_some_host() {
    for (suffixes, expected) in SUFFIXES {
        let text = with_base("cdn.corp", &format!("private_suffixes = {suffixes}"));
        assert_eq!(said(&text), *expected, "{suffixes}");
    }
}

#[test]
fn the_compiled_form_does_not_hold_private_suffixes() {
    let read = |lines: &str| {
        let text = with_base("cdn.example", lines);
        Authored::from_toml(&text).unwrap_or_else(|it| panic!("{it}"))
    };
    let with = read("private_suffixes = [\"corp\"]").into_config();
    assert_eq!(with.to_json(), read("").config().to_json());
    let missing = with_base("cdn.corp", "private_sufixes = [\"corp\"]");
    let problems = Authored::from_toml(&missing).expect_err("a misspelt key");
    let said = problems.to_string();
    assert!(said.contains("did you mean `private_suffixes`?"), "{said}");
}

#[test]
fn the_host_of_2023_is_refused_where_the_whole_file_agrees_on_it() {
    let text = PRODUCTION.replace("static.crates.io", "static.crates.iocrates");
    let problems = Authored::from_toml(&text).expect_err("there is no such host");
    let said: Vec<_> = problems.iter().map(|it| it.message().to_owned()).collect();
    assert_eq!(
        said,
        [
            "`static.crates.iocrates` ends in `iocrates`, and there is no such top-level domain; correct it, or if it is a name of your own network, list its end in `private_suffixes`"
        ]
    );
}
