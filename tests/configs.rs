//! A configuration is proved, or all of its problems are reported at once; compiled, it has one form.

use std::collections::BTreeSet;
use std::error::Error;

use signpost::config::{
    Authored, ClientIp, Config, HeaderText, MAX_ENTRY_LENGTH, ProblemCode, Problems, Step,
};
use signpost::request::Request;
use signpost::switch::Switch;
use wasm_bindgen_test::wasm_bindgen_test;

const PRODUCTION: &str = include_str!("../config/crates-io.toml");
const STAGING: &str = include_str!("../config/crates-io-staging.toml");

/// A small configuration without a problem. The rows below each change one thing in it.
const SMALL: &str = r#"allowed_hosts = ["cdn.example"]

[origin]
backends = ["origin"]

[targets.cdn]
base = "https://cdn.example"

[log]
endpoint = "edge-log"

[[routes]]
name = "file"
path = "/files/{file:segment}"
target = "cdn"
location = "/{file}"

[[routes.examples]]
request = "/files/a.txt"
location = "https://cdn.example/a.txt"
"#;

fn read(text: &str) -> Config {
    Config::from_toml(text).unwrap_or_else(|problems| panic!("{problems}\nin\n{text}"))
}

fn problems_of(text: &str) -> Problems {
    match Config::from_toml(text) {
        Ok(_) => panic!("a problem was expected in\n{text}"),
        Err(problems) => problems,
    }
}

fn changed(from: &str, to: &str) -> String {
    assert_eq!(
        SMALL.matches(from).count(),
        1,
        "`{from}` stands once in the configuration"
    );
    SMALL.replacen(from, to, 1)
}

/// What is replaced in [`SMALL`], by what, and all that is said about it: line and column, code, key
/// and message.
const PROBLEMS: &[(&str, &str, &str)] = &[PROBLEM_ROWS];

fn check((from, to, expected): (&str, &str, &str)) {
    let text = changed(from, to);
    assert_eq!(
        problems_of(&text).to_string(),
        expected,
        "{from:?} replaced by {to:?}"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn each_problem_says_what_is_wrong_and_where() {
    for row in PROBLEMS {
        check(*row);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn each_kind_of_problem_has_a_row() {
    let said: Vec<_> = PROBLEMS.iter().map(|(_, _, expected)| *expected).collect();
    // These two are about the compiled form.
    let elsewhere = [ProblemCode::EntryTooLarge, ProblemCode::RevisionMismatch];
    for code in ProblemCode::ALL
        .iter()
        .filter(|code| !elsewhere.contains(code))
    {
        assert!(
            said.iter()
                .any(|said| said.contains(&format!(": {code}: "))),
            "no row gives {code}"
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn problem_codes_are_stable_words() {
    let codes: BTreeSet<_> = ProblemCode::ALL.iter().map(|code| code.code()).collect();
    assert_eq!(codes.len(), ProblemCode::ALL.len(), "a code stands twice");
    for code in ProblemCode::ALL {
        let text = code.code();
        let is_kebab_case = text
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()));
        assert!(is_kebab_case, "{text} is not in kebab-case");
        assert_eq!(code.to_string(), text);
        assert!(
            code.meaning().ends_with('.'),
            "the meaning of {text} is no sentence"
        );
    }
    let expected = "base-host-not-allowed base-invalid backend-invalid client-ip-invalid entry-too-large \
        example-fails example-missing header-invalid host-invalid key-missing key-unknown location-invalid \
        log-endpoint-invalid path-invalid revision-mismatch route-name-duplicate route-name-invalid \
        status-invalid syntax-invalid target-unknown";
    assert_eq!(codes, expected.split_whitespace().collect());
}

#[wasm_bindgen_test(unsupported = test)]
fn a_problem_can_be_asked_for_its_parts() {
    let text = changed("\"https://cdn.example\"", "\"ftp://cdn.example\"");
    let problems = problems_of(&text);
    let all: Vec<_> = problems.iter().collect();
    let [problem, _] = all.as_slice() else {
        panic!("{problems}");
    };
    assert_eq!(problem.code(), ProblemCode::BaseInvalid);
    let steps = ["targets", "cdn", "base"].map(|name| Step::Name(name.to_owned()));
    assert_eq!(problem.key().steps(), steps);
    assert_eq!(
        problem.message(),
        "the base `ftp://cdn.example` has the scheme ftp; write https://, or http:// for a loopback host only"
    );
    let place = problem.place().expect("a place");
    assert_eq!((place.line, place.column), (7, 8));
    assert_eq!(text.get(place.bytes.clone()), Some("\"ftp://cdn.example\""));
    let error: &dyn Error = &problems;
    assert!(error.source().is_none());
}

#[wasm_bindgen_test(unsupported = test)]
fn all_problems_are_reported_at_once() {
    let text = r#"
allowed_hosts = ["cdn.example", "https://x.example"]
hosts = []
colour = "red"

[origin]
backends = ["", "origin"]
retries = 3

[targets.cdn]
base = "https:/cdn.example"

[targets.other]
bse = "https://other.example"

[response]
hsts = ""

[log]
client_ip = "all"

[[routes]]
name = "File"
path = "files/{file:segment}"
target = "cnd"
location = "/{file}"
status = 200
cache_control = "no\ncache"

[[routes]]
name = "file"
path = "/{name:crate}/{version:semver}"
target = "cdn"
location = "/{name}"

[[routes.examples]]
request = "/libc/1.0.0"
loction = "https://cdn.example/libc"
"#;
    assert_eq!(problems_of(text).to_string(), ALL_AT_ONCE);
}

const ALL_AT_ONCE: &str = "ALL_AT_ONCE_TEXT";

#[wasm_bindgen_test(unsupported = test)]
fn an_empty_configuration_is_told_all_that_it_needs() {
    assert_eq!(problems_of("").to_string(), EMPTY);
}

const EMPTY: &str = "EMPTY_TEXT";

#[wasm_bindgen_test(unsupported = test)]
fn what_is_written_is_what_holds() {
    let text = r#"
        allowed_hosts = ["static.crates.io", "CDN.example", "cdn.example"]
        hosts = ["Crates.io", "registry.example"]
        origin.backends = ["origin", "origin-b"]
        targets.static.base = "static.crates.io/"
        targets.cdn.base = "https://cdn.example:8443/a/"
        response = { cors = true, hsts = "max-age=60" }
        log = { endpoint = "edge log", client_ip = "none" }
        [[routes]]
        name = "download"
        path = "/d/{name:crate}/{version:semver}"
        target = "cdn"
        location = "/{name}/{version}"
        status = 307
        json = false
        cache_control = "no-store"
        examples = [{ request = "/d/a/1.0.0?x", location = "https://cdn.example:8443/a/a/1.0.0" }]
    "#;
    let authored = Authored::from_toml(text).unwrap_or_else(|problems| panic!("{problems}"));
    let config = authored.config();
    let allowed: Vec<_> = config
        .allowed_hosts()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(allowed, ["cdn.example", "static.crates.io"]);
    let hosts: Option<Vec<_>> = config
        .hosts()
        .map(|hosts| hosts.iter().map(ToString::to_string).collect());
    assert_eq!(
        hosts,
        Some(vec!["crates.io".to_owned(), "registry.example".to_owned()])
    );
    assert_eq!(config.backends(), ["origin", "origin-b"]);
    let targets: Vec<_> = config
        .targets()
        .map(|target| (target.name(), target.base().as_str()))
        .collect();
    assert_eq!(
        targets,
        [
            ("cdn", "https://cdn.example:8443/a"),
            ("static", "https://static.crates.io")
        ]
    );
    let hsts = config.response().hsts.as_ref().map(HeaderText::as_str);
    assert_eq!((config.response().cors, hsts), (true, Some("max-age=60")));
    let log = config.log().expect("a log");
    assert_eq!(
        (log.endpoint.as_str(), log.client_ip),
        ("edge log", ClientIp::None)
    );
    let [route] = config.routes() else {
        panic!("one route was written");
    };
    assert_eq!(route.name().as_str(), "download");
    assert_eq!(
        route.pattern().to_string(),
        "/d/{name:crate}/{version:semver}"
    );
    assert_eq!(route.location().to_string(), "/{name}/{version}");
    assert_eq!(route.target().name(), "cdn");
    assert_eq!(
        (route.options().status.as_u16(), route.options().json),
        (307, false)
    );
    let cache_control = route
        .options()
        .cache_control
        .as_ref()
        .map(HeaderText::as_str);
    assert_eq!(cache_control, Some("no-store"));
    let [example] = authored.examples() else {
        panic!("one example was written");
    };
    assert_eq!(example.route(), route.name());
    assert_eq!(example.request(), "/d/a/1.0.0?x");
    assert_eq!(
        example.location().as_str(),
        "https://cdn.example:8443/a/a/1.0.0"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_not_written_has_a_default() {
    let config = read(&changed("[log]\nendpoint = \"edge-log\"\n", ""));
    assert_eq!(config.hosts(), None);
    assert_eq!(config.log(), None);
    assert_eq!(
        (config.response().cors, config.response().hsts.as_ref()),
        (false, None)
    );
    let [route] = config.routes() else {
        panic!("one route was written");
    };
    assert_eq!(
        (route.options().status.as_u16(), route.options().json),
        (302, true)
    );
    assert_eq!(route.options().cache_control, None);
    let client_ip = read(SMALL).log().map(|log| log.client_ip);
    assert_eq!(client_ip, Some(ClientIp::Truncated));
}

#[wasm_bindgen_test(unsupported = test)]
fn routes_apply_to_the_hosts_that_are_listed_or_to_any() {
    let any = read(SMALL);
    let listed = read(&changed(
        "[origin]",
        "hosts = [\"crates.io\", \"www.example\"]\n[origin]",
    ));
    let rows = [
        ("crates.io", true),
        ("Crates.IO:443", true),
        ("www.example", true),
        ("static.crates.io", false),
        ("evil.example", false),
        ("", false),
    ];
    for (host, is_listed) in rows {
        assert!(any.applies_to(host), "{host:?}");
        assert_eq!(listed.applies_to(host), is_listed, "{host:?}");
        let request = Request::new("GET", host, "/files/a");
        let reason = |config| {
            let answer = signpost::answer(config, &request, Switch::ENFORCE);
            answer.decision().reason().map(|reason| reason.code())
        };
        assert_eq!(reason(&any), None, "{host:?}");
        assert_eq!(
            reason(&listed),
            (!is_listed).then_some("no-route"),
            "{host:?}"
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_client_address_policy_is_called_by_its_name() {
    for policy in [ClientIp::Full, ClientIp::Truncated, ClientIp::None] {
        assert_eq!(ClientIp::from_name(policy.name()), Some(policy));
    }
    assert_eq!(ClientIp::from_name("Full"), None);
}

#[wasm_bindgen_test(unsupported = test)]
fn text_for_a_header_cannot_end_it() {
    for text in ["a", "max-age=300, public", "\"quoted\"; a=b", "~!"] {
        assert_eq!(
            HeaderText::parse(text).as_ref().map(HeaderText::as_str),
            Some(text)
        );
    }
    for text in [
        "", " ", " a", "a ", "a\tb", "a\r\nb", "a\u{0}", "a\u{7f}", "ä",
    ] {
        assert_eq!(HeaderText::parse(text), None, "{text:?}");
    }
}

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
    ("[log]", "[response]\ncors = false\n[log]"),
    ("[log]", "[response]\n[log]"),
    (
        "name = \"file\"",
        "status = 302\njson = true\nname = \"file\"",
    ),
    (
        "request = \"/files/a.txt\"\nlocation = \"https://cdn.example/a.txt\"",
        "request = \"/files/b\"\nlocation = \"https://cdn.example/b\"",
    ),
];

/// Changes of [`SMALL`] that mean something else.
const OTHER_MEANING: &[(&str, &str)] = &[
    ("[\"cdn.example\"]", "[\"cdn.example\", \"b.example\"]"),
    ("[origin]", "hosts = [\"crates.io\"]\n[origin]"),
    ("[\"origin\"]", "[\"origin\", \"origin-b\"]"),
    ("edge-log\"", "edge-log-2\""),
    ("edge-log\"", "edge-log\"\nclient_ip = \"full\""),
    ("[log]", "[response]\ncors = true\n[log]"),
    ("[log]", "[response]\nhsts = \"max-age=1\"\n[log]"),
    ("[log]", "[targets.unused]\nbase = \"cdn.example/x\"\n[log]"),
    ("name = \"file\"", "name = \"files\""),
    ("name = \"file\"", "name = \"file\"\nstatus = 301"),
    ("name = \"file\"", "name = \"file\"\njson = false"),
    (
        "name = \"file\"",
        "name = \"file\"\ncache_control = \"no-store\"",
    ),
];

#[wasm_bindgen_test(unsupported = test)]
fn one_meaning_has_one_compiled_form() {
    let small = read(SMALL);
    for (from, to) in SAME_MEANING {
        let same = read(&changed(from, to));
        assert_eq!(same.to_json(), small.to_json(), "{to:?}");
        assert_eq!(same, small, "{to:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn another_meaning_has_another_revision() {
    let others = OTHER_MEANING
        .iter()
        .map(|(from, to)| read(&changed(from, to)));
    let revisions: BTreeSet<_> = others
        .chain([read(SMALL), read(PRODUCTION), read(STAGING)])
        .map(|config| config.revision().to_owned())
        .collect();
    assert_eq!(revisions.len(), OTHER_MEANING.len() + 3);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_compiled_form_is_this() {
    assert_eq!(read(SMALL).to_json(), SMALL_JSON);
}

const SMALL_JSON: &str = r#"SMALL_JSON_TEXT"#;

#[wasm_bindgen_test(unsupported = test)]
fn the_revision_names_the_content() {
    // Worked out with `sha256sum` over the compiled form without its revision.
    assert_eq!(read(SMALL).revision(), "SMALL_REVISION");
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

#[wasm_bindgen_test(unsupported = test)]
fn what_compiles_is_what_the_edge_accepts() {
    let texts = OTHER_MEANING.iter().map(|(from, to)| changed(from, to));
    for text in texts.chain([SMALL, PRODUCTION, STAGING].map(str::to_owned)) {
        let config = read(&text);
        let accepted =
            Config::from_json(config.to_json()).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(accepted, config);
        let with_line_end = Config::from_json(&format!("{}\n", config.to_json()));
        assert_eq!(with_line_end, Ok(config));
    }
}

/// What is replaced in the compiled form, by what, and all that is said about it.
const BROKEN_JSON: &[(&str, &str, &str)] = &[BROKEN_ROWS];

#[wasm_bindgen_test(unsupported = test)]
fn a_compiled_form_that_was_changed_is_refused() {
    for (from, to, expected) in BROKEN_JSON {
        assert!(
            SMALL_JSON.contains(from),
            "`{from}` stands in the compiled form"
        );
        let text = SMALL_JSON.replacen(from, to, 1);
        let problems = Config::from_json(&text).expect_err(&text);
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

#[wasm_bindgen_test(unsupported = test)]
fn every_byte_of_the_compiled_form_counts() {
    let json = read(SMALL).to_json().to_owned();
    for (place, character) in json.char_indices() {
        let other = if character == 'x' { "y" } else { "x" };
        let mut text = json.clone();
        text.replace_range(place..=place, other);
        assert!(Config::from_json(&text).is_err(), "byte {place}: {text}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_no_compiled_form_is_refused() {
    let rows = [NO_FORM_ROWS];
    for (text, expected) in rows {
        let problems = Config::from_json(text).expect_err(text);
        assert_eq!(problems.to_string(), expected, "{text:?}");
    }
}

/// [`SMALL`], with a header so long that the compiled form has that many characters.
fn of_length(characters: usize) -> String {
    let with_header =
        |value: &str| changed("[log]", &format!("[response]\nhsts = \"{value}\"\n[log]"));
    let shortest = read(&with_header("x")).to_json().len();
    with_header(&"x".repeat(1 + characters - shortest))
}

#[wasm_bindgen_test(unsupported = test)]
fn a_compiled_form_of_8000_characters_fits_and_one_more_does_not() {
    let fits = read(&of_length(MAX_ENTRY_LENGTH));
    assert_eq!(fits.to_json().chars().count(), 8000);
    assert_eq!(Config::from_json(fits.to_json()), Ok(fits));
    assert_eq!(
        problems_of(&of_length(MAX_ENTRY_LENGTH + 1)).to_string(),
        TOO_LARGE
    );
}

const TOO_LARGE: &str = "TOO_LARGE_TEXT";

#[wasm_bindgen_test(unsupported = test)]
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
        .replace("static.staging.crates.io", "static.crates.io");
    assert_eq!(as_production, PRODUCTION);
    assert!(!PRODUCTION.contains("staging"));
}

#[wasm_bindgen_test(unsupported = test)]
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
