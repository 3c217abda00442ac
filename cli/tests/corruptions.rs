//! Production's configuration, made wrong on purpose in every way that we could think of. `check` or
//! `plan` catches each of them, and the table says which.

mod tool;

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use signpost::authoring::Authored;
use tool::{ended, signpost};

/// What catches a corruption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caught {
    /// `check`, with this code among others.
    Check(&'static str),
    /// `plan`: a request of the examples is answered otherwise.
    Answers,
    /// `plan`: every example is answered as before, and a key differs.
    Keys,
}

use Caught::{Answers, Check, Keys};
use signpost_rows::PRODUCTION;

/// One replacement, of the first occurrence.
type Once<'t> = (&'t str, &'t str);

#[rustfmt::skip] // A row a line.
const ONE_PLACE: &[(&str, Once<'_>, Caught)] = &[
    // Slashes.
    ("the first slash of a location is missing", ("\"/crates/{name}/", "\"crates/{name}/"), Check("location-invalid")),
    ("a slash inside a location is missing", ("\"/crates/{name}/", "\"/crates{name}/"), Check("example-fails")),
    ("a slash between the captures is missing", ("{name}/{name}", "{name}{name}"), Check("location-invalid")),
    ("a slash of a location is doubled", ("\"/crates/{name}/", "\"/crates//{name}/"), Check("location-invalid")),
    ("the first slash of a location is doubled", ("\"/crates/{name}/", "\"//crates/{name}/"), Check("location-invalid")),
    ("a location ends in a slash", ("{version}.crate\"", "{version}.crate/\""), Check("location-invalid")),
    ("a slash of the scheme is missing", ("\"https://static", "\"https:/static"), Check("base-invalid")),
    ("both slashes of the scheme are missing", ("\"https://static", "\"https:static"), Check("base-invalid")),
    ("a slash of the scheme is doubled", ("\"https://static", "\"https:////static"), Check("base-invalid")),
    ("a slash inside the base is doubled", ("crates.io\"\n\n[response]", "crates.io//crates\"\n\n[response]"), Check("base-invalid")),
    ("the first slash of a path is missing", ("\"/api/", "\"api/"), Check("path-invalid")),
    ("a path ends in a slash", ("/download\"\ntarget", "/download/\"\ntarget"), Check("path-invalid")),
    // Hosts and bases.
    ("the base has another host", ("base = \"https://static.", "base = \"https://cdn."), Check("base-host-not-allowed")),
    ("a letter of the base's host is missing", ("base = \"https://static.crates.io", "base = \"https://static.crate.io"), Check("base-host-not-allowed")),
    ("the base has the host of 2023", ("base = \"https://static.crates.io", "base = \"https://static.crates.iocrates"), Check("base-host-not-allowed")),
    ("the list has the host of 2023", ("[\"static.crates.io\"]", "[\"static.crates.iocrates\"]"), Check("base-host-not-allowed")),
    ("the base has a path", ("crates.io\"\n\n[response]", "crates.io/crates\"\n\n[response]"), Check("example-fails")),
    ("the base has a port", ("crates.io\"\n\n[response]", "crates.io:8443\"\n\n[response]"), Check("example-fails")),
    ("the base is not encrypted", ("base = \"https:", "base = \"http:"), Check("base-invalid")),
    ("the base has a query", ("crates.io\"\n\n[response]", "crates.io?x\"\n\n[response]"), Check("base-invalid")),
    ("the base has user info", ("base = \"https://", "base = \"https://user@"), Check("base-invalid")),
    ("the base is empty", ("base = \"https://static.crates.io\"", "base = \"\""), Check("base-invalid")),
    ("the list has a URL", ("[\"static", "[\"https://static"), Check("host-invalid")),
    ("the list is empty", ("[\"static.crates.io\"]", "[]"), Check("host-invalid")),
    // Captures and templates.
    ("the captures are swapped", ("{name}-{version}", "{version}-{name}"), Check("example-fails")),
    ("a directory is the wrong capture", ("crates/{name}/", "crates/{version}/"), Check("example-fails")),
    ("a capture is left out", ("{name}-{version}.crate", "{name}.crate"), Check("location-invalid")),
    ("a capture is misspelt", ("{name}-{version}.crate", "{name}-{versoin}.crate"), Check("location-invalid")),
    ("a brace is missing", ("{name}-{version}.crate", "{name}-{version.crate"), Check("location-invalid")),
    ("the separator is another one", ("{name}-{version}", "{name}_{version}"), Check("example-fails")),
    ("the suffix has a letter more", (".crate\"", ".crates\""), Check("example-fails")),
    ("the suffix is another one", ("{version}.crate\"", "{version}.tar.gz\""), Check("example-fails")),
    ("the suffix is left out", ("{version}.crate\"", "{version}\""), Check("example-fails")),
    ("a directory is in upper case", ("\"/crates/{name}", "\"/Crates/{name}"), Check("example-fails")),
    ("a location is another route's", ("\"/readmes/{name}/{name}-{version}.html\"", "\"/crates/{name}/{name}-{version}.crate\""), Check("example-fails")),
    // Paths and routes.
    ("a path is misspelt", ("{version:semver}/download", "{version:semver}/downlaod"), Check("example-fails")),
    ("a path is of another version", ("\"/api/v1/", "\"/api/v2/"), Check("example-fails")),
    ("a path lacks a segment", ("\"/api/v1/crates/", "\"/api/crates/"), Check("example-fails")),
    ("a capture has the wrong type", ("{version:semver}", "{version:sha256}"), Check("example-fails")),
    ("a capture has no type", ("{version:semver}", "{version}"), Check("path-invalid")),
    ("a type is misspelt", ("{version:semver}", "{version:sember}"), Check("path-invalid")),
    ("the captures of a path are swapped", ("{name:crate}/{version:semver}", "{version:semver}/{name:crate}"), Check("example-fails")),
    ("the version may be any text", ("{version:semver}", "{version:segment}"), Keys),
    ("the name may be any text", ("{name:crate}", "{name:segment}"), Keys),
    ("a route is renamed", ("\"cdn-download\"", "\"cdn\""), Answers),
    ("two routes have one name", ("\"cdn-download\"", "\"download\""), Check("route-name-duplicate")),
    ("a target is misspelt", ("target   = \"static\"", "target   = \"statc\""), Check("target-unknown")),
    // Options.
    ("a status does not redirect", ("target   = \"static\"", "target   = \"static\"\nstatus = 200"), Check("status-invalid")),
    ("a redirect is permanent", ("target   = \"static\"", "target   = \"static\"\nstatus = 301"), Check("permanent-redirect")),
    ("clients get no JSON", ("target   = \"static\"", "target   = \"static\"\njson = false"), Answers),
    ("a redirect is permanent for an hour", ("target   = \"static\"", "target   = \"static\"\nstatus = 301\ncache_control = \"max-age=3600\""), Answers),
    ("the separator of the cache's directives is missing", ("target   = \"static\"", "target   = \"static\"\ncache_control = \"public max-age=3600\""), Check("header-invalid")),
    ("HTTPS has a number alone", ("\"max-age=31536000; includeSubDomains\"", "\"31536000\""), Check("header-invalid")),
    ("answers are cached for a year", ("target   = \"static\"", "target   = \"static\"\ncache_control = \"max-age=31536000\""), Answers),
    ("websites may not read the answers", ("cors = true", "cors = false"), Answers),
    ("HTTPS is given up", ("max-age=31536000", "max-age=0"), Answers),
    ("addresses are logged under a word that means nothing", ("\"full\"", "\"fulll\""), Check("client-ip-invalid")),
    ("addresses are not logged", ("\"full\"", "\"none\""), Keys),
    ("the log goes elsewhere", ("\"signpost-log\"", "\"other-log\""), Keys),
    ("another backend comes first", ("[\"origin\"]", "[\"other\", \"origin\"]"), Keys),
    ("the backend has another name", ("[\"origin\"]", "[\"primary\"]"), Check("backend-invalid")),
    ("there is no backend", ("[\"origin\"]", "[]"), Check("backend-invalid")),
    ("the routes apply to the CDN's own host alone", ("[\"crates.io\", \"static", "[\"static"), Keys),
    ("the routes apply to one host", ("[\"crates.io\", \"static.crates.io\"]", "[\"crates.io\"]"), Keys),
    ("the routes apply to any host", ("hosts = [\"crates.io\", \"static.crates.io\"]\n", ""), Keys),
    ("the routes apply to staging's hosts", ("[\"crates.io\", \"static.", "[\"staging.crates.io\", \"static.staging."), Keys),
    ("a host is misspelt", ("[\"crates.io\", ", "[\"crate.io\", "), Keys),
    ("a key is misspelt", ("location = \"/crates", "loction = \"/crates"), Check("key-missing")),
    ("a key stands in the wrong table", ("cors = true\n", "cors = true\nclient_ip = \"full\"\n"), Check("key-unknown")),
    ("a quotation mark is missing", ("\"static\"", "\"static"), Check("syntax-invalid")),
    // Examples.
    ("an example's location is another one", ("smallvec-1.10.0.crate", "smallvec-1.10.1.crate"), Check("example-fails")),
    ("an example's request is another one", ("crates/smallvec/1.10.0/download", "crates/smallvec/1.10/download"), Check("example-fails")),
    ("an example's `+` is not encoded", ("0.12.25%2B1.3.0.crate", "0.12.25+1.3.0.crate"), Check("example-fails")),
];

#[test]
fn a_corruption_in_one_place_does_not_go_through() {
    for (name, (from, to), caught) in ONE_PLACE {
        assert!(
            PRODUCTION.contains(from),
            "{name}: {from} is not in the file"
        );
        assert_caught(name, &PRODUCTION.replacen(from, to, 1), *caught);
    }
}

/// Corruptions that are made everywhere they would be, examples included, so that nothing in the
/// file contradicts them: each replacement is of every occurrence.
const EVERYWHERE: &[(&str, &[Once<'_>], Caught)] = &[
    (
        "the host of 2023",
        &[("static.crates.io", "static.crates.iocrates")],
        Check("host-unknown"),
    ),
    (
        "the URL of 2023: the prefix and the path glued together",
        &[
            ("static.crates.io", "static.crates.iocrates"),
            (".iocrates/crates/", ".iocrates/"),
            ("location = \"/crates/{name}/", "location = \"/{name}/"),
        ],
        Check("host-unknown"),
    ),
    (
        "staging's host",
        &[("static.crates.io", "static.staging.crates.io")],
        Answers,
    ),
    (
        "the suffix is another one",
        &[(".crate\"", ".tar.gz\"")],
        Answers,
    ),
    (
        "the base has a path",
        &[(
            "https://static.crates.io",
            "https://static.crates.io/mirror",
        )],
        Answers,
    ),
    (
        "the base has a port",
        &[("https://static.crates.io", "https://static.crates.io:8443")],
        Answers,
    ),
    (
        "a directory is misspelt",
        &[("/readmes/", "/readme/")],
        Answers,
    ),
    (
        "the path of the API is of another version",
        &[("/api/v1/", "/api/v2/")],
        Answers,
    ),
];

#[test]
fn a_corruption_that_nothing_in_the_file_contradicts_does_not_go_through() {
    for (name, replacements, caught) in EVERYWHERE {
        let mut text = PRODUCTION.to_owned();
        for (from, to) in *replacements {
            assert!(text.contains(from), "{name}: {from} is not in the file");
            text = text.replace(from, to);
        }
        assert_caught(name, &text, *caught);
    }
}

#[test]
fn a_part_that_is_dropped_does_not_go_through() {
    let examples_of_readme = after(after(PRODUCTION, "name     = \"readme\""), ".html\"\n");
    let examples_of_readme = before(examples_of_readme, "# The CDN's own");
    let first_example = after(PRODUCTION, "{version}.crate\"\n");
    let first_example = before(first_example, "[[routes.examples]]  # build metadata");
    let readme = after(PRODUCTION, "# The rendered README");
    let readme = before(readme, "# The CDN's own");
    let log = before(
        after(PRODUCTION, "hsts = \"max-age=31536000; includeSubDomains\""),
        "# What cargo",
    );
    for (name, part, caught) in [
        ("one example", first_example, Keys),
        (
            "all examples of a route",
            examples_of_readme,
            Check("example-missing"),
        ),
        ("a route", readme, Answers),
        ("the log", log, Keys),
        (
            "the backends",
            "backends = [\"origin\"]\n",
            Check("key-missing"),
        ),
        (
            "the base",
            "base = \"https://static.crates.io\"\n",
            Check("key-missing"),
        ),
        (
            "the list of hosts",
            "allowed_hosts = [\"static.crates.io\"]\n",
            Check("key-missing"),
        ),
    ] {
        assert_caught(name, &PRODUCTION.replacen(part, "", 1), caught);
    }
}

#[test]
fn a_part_that_is_added_does_not_go_through() {
    let route = |name: &str, path: &str, location: &str, example: [&str; 2]| {
        let [request, to] = example;
        format!(
            "\n[[routes]]\nname = \"{name}\"\npath = \"{path}\"\ntarget = \"static\"\nlocation = \"{location}\"\n[[routes.examples]]\nrequest = \"{request}\"\nlocation = \"https://static.crates.io{to}\"\n"
        )
    };
    let tag = route(
        "tag",
        "/crates/{name:crate}/{tag:segment}/download",
        "/tags/{name}/{tag}",
        ["/crates/serde/latest/download", "/tags/serde/latest"],
    );
    let again = route(
        "again",
        "/crates/{name:crate}/{version:semver}/download",
        "/again/{name}/{version}",
        ["/crates/serde/1.0.228/download", "/again/serde/1.0.228"],
    );
    for (name, part, caught) in [
        (
            "a route that shares paths with another",
            tag,
            Check("routes-overlap"),
        ),
        (
            "a route that never matches",
            again,
            Check("route-unreachable"),
        ),
        (
            "a second target",
            "\n[targets.other]\nbase = \"static.crates.io/other\"\n".to_owned(),
            Check("target-unused"),
        ),
    ] {
        assert_caught(name, &format!("{PRODUCTION}{part}"), caught);
    }
    for (name, host, caught) in [
        (
            "a host that nothing uses",
            "cdn.example",
            Check("allowed-host-unused"),
        ),
        (
            "the host of 2023 beside the right one",
            "static.crates.iocrates",
            Check("allowed-host-mistyped"),
        ),
    ] {
        let hosts = format!("[\"static.crates.io\", \"{host}\"]");
        assert_caught(
            name,
            &PRODUCTION.replacen("[\"static.crates.io\"]", &hosts, 1),
            caught,
        );
    }
}

#[test]
fn production_itself_is_caught_by_nothing() {
    assert_eq!(caught(PRODUCTION), None);
}

fn assert_caught(name: &str, text: &str, expected: Caught) {
    assert_ne!(text, PRODUCTION, "{name} changes nothing");
    if let Check(code) = expected {
        let codes = codes(text);
        assert!(codes.contains(code), "{name}: {code} is not in {codes:?}");
        return;
    }
    assert_eq!(
        caught(text),
        Some(expected),
        "{name} went through, or was caught by something else"
    );
}

/// The codes of what the library finds, which is all that `check` says of a file alone.
fn codes(text: &str) -> BTreeSet<&'static str> {
    match Authored::from_toml(text) {
        Ok(_) => BTreeSet::new(),
        Err(problems) => problems
            .iter()
            .map(|problem| problem.code().code())
            .collect(),
    }
}

/// What `signpost plan` says of a change of production to a configuration without problems.
fn caught(text: &str) -> Option<Caught> {
    let directory = tempfile::tempdir().unwrap();
    let [old, new] = [("old.toml", PRODUCTION), ("new.toml", text)].map(|(name, text)| {
        let file = directory.path().join(name);
        fs::write(&file, text).unwrap();
        file
    });
    let (exit, json, errors) = ended(signpost(&["plan", "--format", "json"]).args([old, new]));
    let plan: Value = serde_json::from_str(&json).expect(&errors);
    let caught = match (
        plan["requests"] == plan["same"],
        plan["differences"].as_array().unwrap().is_empty(),
    ) {
        (false, _) => Some(Answers),
        (true, false) => Some(Keys),
        (true, true) => None,
    };
    let code = i32::from(caught.is_some());
    assert_eq!(exit, Some(code), "{errors}{plan}");
    caught
}

fn after<'t>(text: &'t str, from: &str) -> &'t str {
    text.split_once(from).unwrap().1
}

fn before<'t>(text: &'t str, to: &str) -> &'t str {
    text.split_once(to).unwrap().0
}
