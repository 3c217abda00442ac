//! A compiled configuration has one form, named by its revision, and is accepted in no other.

use crate::test;
use std::collections::BTreeSet;

use crate::fixtures::configs::{as_compiled, changed, problems_of, read};
use signpost::authoring::Authored;
use signpost::config::MAX_ENTRY_LENGTH;
use signpost_rows::{OLD_ENTRIES, PRODUCTION, SMALL, STAGING, with_its_revision};

/// Other ways to write what [`SMALL`] says: what is replaced in it, and by what.
const SAME_MEANING: &[(&str, &str)] = &[
    (
        "https://cdn.example\"\n\n[log]",
        "CDN.example//\" # a comment\n\n[log]",
    ),
    (
        "https://cdn.example\"\n\n[log]",
        "HTTPS://cdn.example:443/\"\n\n[log]",
    ),
    ("[\"cdn.example\"]", "[\"CDN.EXAMPLE\", \"cdn.example\"]"),
    (
        "endpoint = \"edge-log\"",
        "client_ip = \"truncated\"\nendpoint = \"edge-log\"",
    ),
    (
        "endpoint = \"edge-log\"",
        "endpoints = [\"edge-log\"]\n[log.fields]",
    ),
    ("[log]", "[response]\ncors = false\n[log]"),
    ("[log]", "[response]\n[log]"),
    (
        "backends = [\"origin\"]",
        "next_backend_timeout = \"30000ms\"\nbackends = [\"origin\"]\ncheck_redirects = \"report\"",
    ),
    (
        "name = \"file\"",
        "status = 302\njson = false\nname = \"file\"",
    ),
    (
        "request = \"/files/a.txt\"\nlocation = \"https://cdn.example/a.txt\"",
        "request = \"/files/b\"\nlocation = \"https://cdn.example/b\"",
    ),
];

/// A route for one host, in place of the table of the log that it precedes.
const ONLY_AT_HOST: &str = "[[routes]]\nname = \"page\"\npath = \"/files/page\"\norigin = true\nhosts = [\"a.example\"]\nexamples = [{ request = \"https://a.example/files/page\" }]\n[log]";

/// Changes of [`SMALL`] that mean something else.
const OTHER_MEANING: &[(&str, &str)] = &[
    ("[origin]", "hosts = [\"crates.io\"]\n[origin]"),
    ("[\"origin\"]", "[\"origin\", \"origin-b\"]"),
    ("edge-log\"", "edge-log-2\""),
    ("edge-log\"", "edge-log\"\nclient_ip = \"full\""),
    ("edge-log\"", "edge-log\"\nservice_endpoint = \"service\""),
    ("edge-log\"", "edge-log\"\nfields.service = \"a\""),
    (
        "endpoint = \"edge-log\"",
        "endpoints = [\"edge-log\", \"s3\"]",
    ),
    (
        "backends = [\"origin\"]",
        "backends = [\"origin\"]\ncheck_redirects = \"off\"",
    ),
    (
        "backends = [\"origin\"]",
        "backends = [\"origin\"]\ncheck_redirects = \"repair\"",
    ),
    (
        "backends = [\"origin\"]",
        "backends = [\"origin\"]\nnext_backend_timeout = \"250ms\"",
    ),
    ("[log]", "[response]\ncors = true\n[log]"),
    ("[log]", "[response]\nhsts = \"max-age=1\"\n[log]"),
    (
        "[log]",
        "[targets.other]\nbase = \"cdn.example/x\"\n[[routes]]\nname = \"other\"\npath = \"/other/{file:segment}\"\ntarget = \"other\"\nlocation = \"/{file}\"\nexamples = [{ request = \"/other/a\", location = \"https://cdn.example/x/a\" }]\n[log]",
    ),
    (
        "[\"cdn.example\"]",
        "[\"cdn.example\", \"b.example\"]\n[targets.b]\nbase = \"b.example\"\n[[routes]]\nname = \"other\"\npath = \"/other/{file:segment}\"\ntarget = \"b\"\nlocation = \"/{file}\"\nexamples = [{ request = \"/other/a\", location = \"https://b.example/a\" }]\n",
    ),
    ("name = \"file\"", "name = \"files\""),
    (
        "https://cdn.example\"\n",
        "https://cdn.example\"\nunencoded = \"+\"\n",
    ),
    ("[log]", ONLY_AT_HOST),
    (
        "[log]",
        "[[routes]]\nname = \"blob\"\npath = \"/v2/{image:segment}/{digest:sha256}\"\ntarget = \"cdn\"\nlocation = \"/{digest}\"\nunused = [\"image\"]\nexamples = [{ request = \"/v2/a/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\", location = \"https://cdn.example/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\" }]\n[log]",
    ),
    (
        "name = \"file\"",
        "name = \"file\"\nstatus = 301\ncache_control = \"max-age=60\"",
    ),
    ("name = \"file\"", "name = \"file\"\njson = true"),
    ("[log]", "[response]\njson = true\n[log]"),
    (
        "name = \"file\"",
        "name = \"file\"\ncache_control = \"no-store\"",
    ),
];

#[test]
fn one_meaning_has_one_compiled_form() {
    let small = read(SMALL);
    for (from, to) in SAME_MEANING {
        let same = read(&changed(from, to));
        assert_eq!(same.to_json(), small.to_json(), "{to:?}");
        assert_eq!(same, small, "{to:?}");
    }
}

#[test]
fn another_meaning_has_another_revision() {
    let others = OTHER_MEANING
        .iter()
        .map(|(from, to)| read(&changed(from, to)));
    let revisions: BTreeSet<_> = others
        .chain([read(SMALL), read(PRODUCTION), read(STAGING)])
        .map(|config| config.revision().to_owned())
        .collect();
    // Two of them mean the same.
    assert_eq!(revisions.len(), OTHER_MEANING.len() + 2);
}

#[test]
fn the_compiled_form_is_this() {
    assert_eq!(read(SMALL).to_json(), SMALL_JSON);
}

const SMALL_JSON: &str = r#"{"revision":"ba7094b9adc4","format":2,"allowed_hosts":["cdn.example"],"origin":{"backends":["origin"]},"targets":{"cdn":{"base":"https://cdn.example"}},"routes":[{"name":"file","path":"/files/{file:segment}","target":"cdn","location":"/{file}","json":false}],"log":{"endpoint":"edge-log"}}"#;

#[test]
fn the_revision_names_the_content() {
    // `with_its_revision` works it out with code of its own.
    assert_eq!(read(SMALL).revision(), "ba7094b9adc4");
    for config in [read(SMALL), read(PRODUCTION), read(STAGING)] {
        let revision = config.revision();
        assert_eq!(revision.len(), 12);
        assert!(
            revision
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')),
            "{revision}"
        );
        assert!(
            config
                .to_json()
                .starts_with(&format!(r#"{{"revision":"{revision}","#)),
            "{revision}"
        );
    }
}

#[test]
fn what_compiles_is_what_the_edge_accepts() {
    let texts = OTHER_MEANING.iter().map(|(from, to)| changed(from, to));
    for text in texts.chain([SMALL, PRODUCTION, STAGING].map(str::to_owned)) {
        let config = read(&text);
        let accepted = signpost::config::from_json(config.to_json())
            .unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(accepted, config);
        let with_line_end = signpost::config::from_json(&format!("{}\n", config.to_json()));
        assert_eq!(with_line_end, Ok(config));
    }
}

/// What is replaced in the compiled form, by what, and the problem.
const BROKEN_JSON: &[(&str, &str, &str)] = &[
    (
        "\"target\":\"cdn\"",
        "\"targets\":[{\"name\":\"cdn\",\"weight\":\"9\"}]",
        "syntax-invalid: invalid type: string \"9\", expected a whole number from 1 to 1000 at line 1 column 245",
    ),
    (
        "\"revision\":\"ba7094b9adc4\",",
        "",
        "key-missing: revision: compiled JSON begins with its revision; compile the configuration again",
    ),
    (
        "ba7094b9adc4",
        "000000000000",
        "revision-mismatch: revision: the content is not the one that was compiled as revision `000000000000`; compile the configuration again instead of editing the entry, or deploy the version that compiled it",
    ),
    (
        "ba7094b9adc4",
        "",
        "revision-mismatch: revision: the content is not the one that was compiled as revision ``; compile the configuration again instead of editing the entry, or deploy the version that compiled it",
    ),
    (
        "\"ba7094b9adc4\"",
        "null",
        "key-missing: revision: compiled JSON begins with its revision; compile the configuration again",
    ),
    (
        "\"ba7094b9adc4\"",
        "12",
        "syntax-invalid: invalid type: integer `12`, expected a string at line 1 column 14",
    ),
    (
        "{\"revision\"",
        "{ \"revision\"",
        "revision-mismatch: revision: the content is not the one that was compiled as revision `ba7094b9adc4`; compile the configuration again instead of editing the entry, or deploy the version that compiled it",
    ),
    (
        "cdn.example\"]",
        "evil.example\"]",
        "revision-mismatch: revision: the content is not the one that was compiled as revision `ba7094b9adc4`; compile the configuration again instead of editing the entry, or deploy the version that compiled it",
    ),
    (
        "\"log\":{",
        "\"logs\":{",
        "revision-mismatch: revision: the content is not the one that was compiled as revision `ba7094b9adc4`; compile the configuration again instead of editing the entry, or deploy the version that compiled it",
    ),
    (
        "\"edge-log\"}}",
        "\"edge-log\"}} x",
        "syntax-invalid: trailing characters at line 1 column 291",
    ),
    (
        "\"edge-log\"}}",
        "\"edge-log\"}",
        "syntax-invalid: EOF while parsing an object at line 1 column 288",
    ),
    (
        "\"edge-log\"}}",
        "\"edge-log\"},\"log\":null}",
        "syntax-invalid: duplicate field `log` at line 1 column 294",
    ),
    (
        "{\"backends\":[\"origin\"]}",
        "7",
        "syntax-invalid: invalid type: integer `7`, expected a table at line 1 column 80",
    ),
    (
        "{\"cdn\":{\"base\":\"https://cdn.example\"}}",
        "7",
        "syntax-invalid: invalid type: integer `7`, expected a table at line 1 column 114",
    ),
    (
        "{\"cdn\":{",
        "{\"cdn\":{},\"cdn\":{",
        "syntax-invalid: duplicate field `cdn` at line 1 column 160",
    ),
    (
        "[\"origin\"]",
        "[1]",
        "syntax-invalid: invalid type: integer `1`, expected a string at line 1 column 93",
    ),
];

#[test]
fn a_compiled_form_that_was_changed_is_refused() {
    for (from, to, expected) in BROKEN_JSON {
        assert!(
            SMALL_JSON.contains(from),
            "`{from}` stands in the compiled form"
        );
        let text = SMALL_JSON.replacen(from, to, 1);
        let problems = signpost::config::from_json(&text).expect_err(&text);
        assert_eq!(
            problems.to_string(),
            *expected,
            "{from:?} replaced by {to:?}"
        );
        assert!(
            problems.iter().all(|problem| problem.place().is_none()),
            "{to:?}"
        );
    }
}

/// What is replaced in the compiled form's content, by what, and the problem. The revision is right.
const FORGED_JSON: &[(&str, &str, &str)] = &[
    (
        "\"format\":2",
        "\"format\":3",
        "format-unknown: format: the format is 3, and this version reads 2; compile the configuration again, or deploy the version that it is for",
    ),
    (
        "\"log\":{",
        "\"logs\":{",
        "key-unknown: unknown field `logs`, expected one of `revision`, `format`, `allowed_hosts`, `hosts`, `origin`, `targets`, `routes`, `response`, `log`, `retry` at line 1 column 265",
    ),
    (
        "[\"cdn.example\"]",
        "[\"evil.example\"]",
        "base-host-not-allowed: targets.cdn.base: the host `cdn.example` of the base `https://cdn.example` is not in allowed_hosts; correct the base, or add the host there if it is right",
    ),
    (
        "\"/{file}\"",
        "\"{file}\"",
        "location-invalid: routes[0].location: `{file}` does not start with `/`; write `/{file}`",
    ),
];

#[test]
fn a_right_revision_does_not_excuse_a_problem() {
    let own = format!(r#""revision":"{}","#, read(SMALL).revision());
    let content = SMALL_JSON.replacen(&own, "", 1);
    assert_eq!(with_its_revision(&content), SMALL_JSON);
    for (from, to, expected) in FORGED_JSON {
        assert!(
            content.contains(from),
            "`{from}` stands in the compiled form"
        );
        let text = with_its_revision(&content.replacen(from, to, 1));
        let problems = signpost::config::from_json(&text).expect_err(&text);
        assert_eq!(
            problems.to_string(),
            *expected,
            "{from:?} replaced by {to:?}"
        );
    }
}

#[test]
fn every_byte_of_the_compiled_form_counts() {
    let small = read(SMALL);
    let old = OLD_ENTRIES.iter().map(|(_, entry)| entry.trim_end());
    for json in old.chain([small.to_json()]) {
        for (place, character) in json.char_indices() {
            let other = if character == 'x' { "y" } else { "x" };
            let mut text = json.to_owned();
            text.replace_range(place..=place, other);
            assert!(
                signpost::config::from_json(&text).is_err(),
                "byte {place}: {text}"
            );
        }
    }
}

#[test]
fn what_is_not_a_compiled_form_is_refused() {
    let rows = [
        (
            "",
            "syntax-invalid: EOF while parsing a value at line 1 column 0",
        ),
        (
            "null",
            "syntax-invalid: invalid type: null, expected a table at line 1 column 4",
        ),
        (
            "42",
            "syntax-invalid: invalid type: integer `42`, expected a table at line 1 column 2",
        ),
        (
            "[]",
            "key-missing: revision: compiled JSON begins with its revision; compile the configuration again",
        ),
        (
            "{}",
            "key-missing: revision: compiled JSON begins with its revision; compile the configuration again",
        ),
        (
            "{\"routes\":[]}",
            "key-missing: revision: compiled JSON begins with its revision; compile the configuration again",
        ),
        (
            "\"config\"",
            "syntax-invalid: invalid type: string \"config\", expected a table at line 1 column 8",
        ),
        (
            "allowed_hosts = [\"cdn.example\"]",
            "syntax-invalid: expected value at line 1 column 1",
        ),
        (
            "{\"revision\":\"ba7094b9adc4\"}",
            "revision-mismatch: revision: the content is not the one that was compiled as revision `ba7094b9adc4`; compile the configuration again instead of editing the entry, or deploy the version that compiled it",
        ),
        (
            "\u{feff}{}",
            "syntax-invalid: expected value at line 1 column 1",
        ),
    ];
    for (text, expected) in rows {
        let problems = signpost::config::from_json(text).expect_err(text);
        assert_eq!(problems.to_string(), expected, "{text:?}");
    }
}

/// [`SMALL`], with a header so long that the compiled form has that many characters.
#[track_caller]
fn of_length(characters: usize) -> String {
    let with_header = |value: &str| {
        changed(
            "[log]",
            &format!("[response]\nhsts = \"max-age={value}\"\n[log]"),
        )
    };
    let shortest = read(&with_header("0")).to_json().len();
    with_header(&"0".repeat(1 + characters - shortest))
}

#[test]
fn a_compiled_form_of_8000_characters_fits_and_one_more_does_not() {
    let fits = read(&of_length(MAX_ENTRY_LENGTH));
    assert_eq!(fits.to_json().chars().count(), 8000);
    assert_eq!(signpost::config::from_json(fits.to_json()), Ok(fits));
    assert_eq!(
        problems_of(&of_length(MAX_ENTRY_LENGTH + 1)).to_string(),
        TOO_LARGE
    );
}

const TOO_LARGE: &str = "line 1, column 1: entry-too-large: the compiled configuration has 8001 characters, and a Config Store entry holds 8000 (100 %); shorten it: fewer routes, targets or hosts; the longest routes are `file` (95)";

#[test]
fn production_and_staging_differ_in_their_hosts_only() {
    let first_line = |text: &str| text.split_once('\n').map(|(first, _)| first.to_owned());
    assert_eq!(
        first_line(PRODUCTION).as_deref(),
        Some("# crates.io, production.")
    );
    assert_eq!(
        first_line(STAGING).as_deref(),
        Some("# crates.io, staging.")
    );
    let as_production = STAGING
        .replacen("# crates.io, staging.", "# crates.io, production.", 1)
        .replace("static.staging.crates.io", "static.crates.io")
        .replacen("\"staging.crates.io\"", "\"crates.io\"", 1);
    assert_eq!(as_production, PRODUCTION);
    assert!(!PRODUCTION.contains("staging"));
}

#[test]
fn productions_own_files_leave_room_in_the_entry() {
    for text in [PRODUCTION, STAGING] {
        let authored = Authored::from_toml(text).unwrap_or_else(|problems| panic!("{problems}"));
        let json = authored.config().to_json();
        assert!(
            json.chars().count() <= MAX_ENTRY_LENGTH / 2,
            "{} characters",
            json.len()
        );
        for route in authored.config().routes() {
            let examples = authored
                .examples()
                .iter()
                .filter(|example| example.route() == route.name());
            assert!(
                examples.count() >= 5,
                "{} has several examples",
                route.name()
            );
        }
    }
}

#[test]
fn the_edge_goes_on_with_what_a_stricter_compiler_would_refuse() {
    for (from, to) in [
        ("[\"cdn.example\"]", "[\"cdn.example\", \"b.example\"]"),
        ("location = \"/{file}\"", "location = \"/files/{file}\""),
        // A redirect that a cache may keep, with [retry]; and two targets with one base.
        (
            "[log]\nendpoint = \"edge-log\"\n\n[[routes]]",
            "[retry]\nwindow = \"30s\"\n\n[[routes]]\nstatus = 308",
        ),
        ("[log]", "[response]\nhsts = \"31536000\"\n[log]"),
        (
            "[log]",
            "[response]\nhsts = \"max-age=1, max-age=1\"\n[log]",
        ),
        (
            "name = \"file\"",
            "name = \"file\"\ncache_control = \"public max-age=3600\"",
        ),
        ("name = \"file\"", "name = \"file\"\nstatus = 301"),
        (
            "name = \"file\"",
            "name = \"file\"\nstatus = 308\ncache_control = \"max-age=31536000, immutable\"",
        ),
        ("[\"origin\"]", "[\"primary\"]"),
        (
            "backends = [\"origin\"]",
            "backends = [\"origin\"]\nnext_backend_timeout = \"2m\"",
        ),
        (
            "[\"cdn.example\"]\n\n[origin]\nbackends = [\"origin\"]\n\n[targets.cdn]\nbase = \"https://cdn.example\"",
            "[\"cdn.iocrates\"]\n\n[origin]\nbackends = [\"origin\"]\n\n[targets.cdn]\nbase = \"https://cdn.iocrates\"",
        ),
        (
            "[[routes]]\nname = \"file\"\npath = \"/files/{file:segment}\"\ntarget = \"cdn\"",
            "[targets.other]\nbase = \"cdn.example\"\n\n[[routes]]\nname = \"file\"\n\
             path = \"/files/{file:segment}\"\ntargets = [{ name = \"cdn\" }, { name = \"other\" }]",
        ),
    ] {
        let text = changed(from, to);
        problems_of(&text);
        assert_eq!(as_compiled(&text).routes().len(), 1, "{to:?}");
    }
}
