//! What may not be meant is said, and the configuration can be used all the same.

use crate::fixtures::configs;
use crate::test;
use signpost::authoring::Authored;
use signpost::config::{MAX_ENTRY_LENGTH, Severity};
use signpost_rows::SmallConfig;

fn base(lines: &str) -> SmallConfig {
    SmallConfig::new(lines).target("cdn", "cdn.example", "")
}

/// The warnings of a configuration, with key and code.
#[track_caller]
fn warnings(config: &SmallConfig) -> Vec<String> {
    let text = config.to_string();
    let authored = Authored::from_toml(&text).unwrap_or_else(|it| panic!("{it}\nin\n{text}"));
    let warnings = authored.warnings().iter();
    warnings
        .inspect(|it| assert_eq!(it.code().severity(), Severity::Warning, "{it}"))
        .map(|it| format!("{}: {}: {}", it.key(), it.code(), it.message()))
        .collect()
}

/// A path, a request, where it leads below the base, and the path that the warning shows, if there is
/// one.
const BROAD: &[(&str, &str, &str, Option<&str>)] = &[
    ("/f/{a:segment}", "/f/x", "/x", Some("/f/new")),
    ("/{a:segment}.gem", "/x.gem", "/x", None),
    ("/{a:segment}", "/x", "/x", Some("/favicon.ico")),
    (
        "/{a:segment}/{b:segment}",
        "/x/y",
        "/x/y",
        Some("/login/oauth"),
    ),
    (
        "/{a:crate}/{b:semver}",
        "/x/1.0.0",
        "/x/1.0.0",
        Some("/serde/1.0.228"),
    ),
    ("/{a:path}", "/x", "/x", Some("/favicon.ico")),
    (
        "/{a:path}/@v/{b:segment}.zip",
        "/x/@v/y.zip",
        "/x/y",
        Some("/serde/@v/new.zip"),
    ),
    ("/x/{a:path}", "/x/y", "/y", Some("/x/new")),
    ("/f/{a:crate}", "/f/x", "/x", None),
    ("/f/{a:lower}/x", "/f/y/x", "/y", None),
];

#[test]
fn a_broad_route_is_told_what_else_it_redirects() {
    for (path, request, below_base, shown) in BROAD {
        let slots = signpost::values::PathTemplate::path(path).expect(path);
        let slots = slots.captures().iter();
        let location = slots.map(|slot| format!("/{{{}}}", slot.name()));
        let location = location.collect::<Vec<_>>().concat();
        let config = base("hosts = [\"registry.example\"]").route("file", path, &location);
        let found = warnings(&config.example(request, below_base));
        let expected: Vec<_> = shown
            .iter()
            .map(|shown| format!("routes[0].path: route-broad: `file` redirects every path of its form, such as `{shown}`; write literals where the files have some, or add an example of a request that must go to the origin: [[examples]] with `request` and `origin = true`"))
            .collect();
        assert_eq!(found, expected, "{path}");
    }
}

#[test]
fn an_example_for_the_origin_shows_that_it_was_considered() {
    for (request, is_considered) in [("/new/a.b.c", true), ("/new", false), ("/a/b/c", false)] {
        let lines = format!(
            "hosts = [\"registry.example\"]\nexamples = [{{ request = {request:?}, origin = true }}]"
        );
        let config = base(&lines)
            .route("file", "/{a:crate}/{b:semver}", "/{a}/{b}")
            .example("/a/1.0.0", "/a/1.0.0");
        assert_eq!(warnings(&config).is_empty(), is_considered, "{request}");
    }
}

#[test]
fn a_route_of_the_origin_that_changes_nothing_is_named() {
    for (hosts, path, is_idle) in [
        ("", "/f/7", false),
        ("", "/f/{a:hex(2)}", false),
        ("", "/g/new", true),
        ("hosts = [\"b.example\"]\n", "/f/7", true),
        ("hosts = [\"a.example\"]\n", "/f/7", false),
    ] {
        let text = base("hosts = [\"a.example\", \"b.example\"]")
            .route("file", "/f/{a:digits}", "/{a}")
            .with("hosts = [\"a.example\"]")
            .example("/f/1", "/1");
        let text = format!(
            "{text}\n[[routes]]\nname = \"exception\"\norigin = true\npath = {path:?}\n{hosts}"
        );
        let authored = Authored::from_toml(&text).unwrap_or_else(|it| panic!("{it}\nin\n{text}"));
        let found: Vec<_> = authored
            .warnings()
            .iter()
            .map(|it| it.code().code())
            .collect();
        let expected: &[&str] = if is_idle { &["origin-route-idle"] } else { &[] };
        assert_eq!(found, expected, "{hosts:?} {path}");
    }
}

#[test]
fn an_entry_that_is_nearly_full_is_told_which_routes_are_long() {
    let many = |number: usize| {
        let long = "x".repeat(60);
        (0..number).fold(base("hosts = [\"registry.example\"]"), |config, it| {
            let path = format!("/{long}{it}/{{a:digits}}");
            config
                .route(&format!("r{it}"), &path, &format!("/{it}/{{a}}"))
                .example(&format!("/{long}{it}/1"), &format!("/{it}/1"))
        })
    };
    assert_eq!(warnings(&many(20)), [""; 0]);
    let found = warnings(&many(44));
    let [only] = found.as_slice() else {
        panic!("{found:?}");
    };
    let full = format!(
        "of the {MAX_ENTRY_LENGTH} characters that a Config Store entry holds (83 %); the longest routes are `r10` ("
    );
    assert!(
        only.starts_with(": entry-nearly-full: the compiled configuration has ")
            && only.contains(&full),
        "{only}"
    );
}

#[test]
fn an_entry_is_nearly_full_from_four_fifths_on() {
    let bound = MAX_ENTRY_LENGTH * 4 / 5;
    let with = |more: usize| {
        let path = |it: usize| {
            format!(
                "/{it}{}/{{a:digits}}",
                "x".repeat(if it == 0 { more } else { 60 })
            )
        };
        (0..34).fold(base("hosts = [\"registry.example\"]"), |config, it| {
            config
                .route(&format!("r{it}"), &path(it), &format!("/{it}/{{a}}"))
                .example(&path(it).replace("{a:digits}", "1"), &format!("/{it}/1"))
        })
    };
    let length = |config: &SmallConfig| configs::read(&config.to_string()).to_json().len();
    let more = bound - length(&with(0));
    assert_eq!(length(&with(more)), bound);
    assert_eq!(warnings(&with(more - 1)), [""; 0]);
    assert_eq!(warnings(&with(more)).len(), 1);
}
