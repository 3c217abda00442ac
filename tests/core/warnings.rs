//! What may not be meant is said, and the configuration can be used all the same.

use signpost::authoring::Authored;
use signpost::config::{MAX_ENTRY_LENGTH, Severity};
use signpost_rows::SmallConfig;
use wasm_bindgen_test::wasm_bindgen_test;

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

/// A path, a request and the path that the warning shows, if there is one.
const BROAD: &[(&str, &str, Option<&str>)] = &[
    ("/f/{a:segment}", "/f/x", None),
    ("/{a:segment}.gem", "/x.gem", None),
    ("/{a:segment}", "/x", Some("/favicon.ico")),
    ("/{a:segment}/{b:segment}", "/x/y", Some("/login/oauth")),
    ("/{a:crate}/{b:semver}", "/x/1.0.0", Some("/serde/1.0.228")),
    ("/{a:path}", "/x", Some("/favicon.ico")),
    (
        "/{a:path}/@v/{b:segment}.zip",
        "/x/@v/y.zip",
        Some("/serde/@v/serde.zip"),
    ),
    ("/x/{a:path}", "/x/y", None),
];

#[wasm_bindgen_test(unsupported = test)]
fn a_broad_route_is_told_what_else_it_redirects() {
    for (path, request, shown) in BROAD {
        let slots = signpost::values::PathTemplate::path(path).expect(path);
        let slots = slots.captures().iter();
        let location: String = slots.map(|slot| format!("/{{{}}}", slot.name())).collect();
        let answer = |lines: &str| {
            let config = base(lines).route("file", path, &location);
            // The location follows from the request; the error of the example says it.
            let text = config.clone().example(request, "/?").to_string();
            let said = signpost::authoring::from_toml(&text).expect_err("a wrong example");
            let (_, leads) = said
                .to_string()
                .split_once("leads to `https://cdn.example")
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
                .expect(path);
            let below = leads.split('`').next().expect(path).to_owned();
            warnings(&config.example(request, &below))
        };
        let found = answer("hosts = [\"registry.example\"]");
        let expected: Vec<_> = shown
            .iter()
            .map(|shown| format!("routes[0].path: route-broad: `file` also redirects `{shown}` and all else of that form; write literals where the files have some, or add an example of a request that must go to the origin: [[examples]] with `request` and `origin = true`"))
            .collect();
        assert_eq!(found, expected, "{path}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
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

#[wasm_bindgen_test(unsupported = test)]
fn a_route_of_the_origin_that_changes_nothing_is_named() {
    for (hosts, path, is_idle) in [
        ("", "/f/new", false),
        ("", "/f/{a:crate}", false),
        ("", "/g/new", true),
        ("hosts = [\"b.example\"]\n", "/f/new", true),
        ("hosts = [\"a.example\"]\n", "/f/new", false),
    ] {
        let text = base("hosts = [\"a.example\", \"b.example\"]")
            .route("file", "/f/{a:segment}", "/{a}")
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

#[wasm_bindgen_test(unsupported = test)]
fn an_entry_that_is_nearly_full_is_told_which_routes_are_long() {
    let many = |number: usize| {
        let long = "x".repeat(60);
        (0..number).fold(base("hosts = [\"registry.example\"]"), |config, it| {
            let path = format!("/{long}{it}/{{a:segment}}");
            config
                .route(&format!("r{it}"), &path, &format!("/{it}/{{a}}"))
                .example(&format!("/{long}{it}/x"), &format!("/{it}/x"))
        })
    };
    assert_eq!(warnings(&many(20)), [""; 0]);
    let found = warnings(&many(42));
    let [only] = found.as_slice() else {
        panic!("{found:?}");
    };
    let full = format!(
        "of the {MAX_ENTRY_LENGTH} characters that a Config Store entry holds; the longest routes are `r10` ("
    );
    assert!(
        only.starts_with(": entry-nearly-full: the compiled configuration has ")
            && only.contains(&full),
        "{only}"
    );
}
