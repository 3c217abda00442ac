//! Examples of requests that must go to the origin are tried, wherever they stand.

use crate::fixtures::configs;
use crate::test;
use signpost::authoring::Authored;
use signpost_rows::changed;

/// Two routes of the origin and one that redirects, with examples in all places.
const CONFIG: &str = r#"allowed_hosts = ["cdn.example"]
hosts = ["a.example", "b.example"]
origin.backends = ["origin"]
targets.cdn.base = "cdn.example"
examples = [{ request = "/f/a/b", origin = true }]
[[routes]]
name = "file"
path = "/f/{file:segment}"
target = "cdn"
location = "/{file}"
examples = [
  { request = "/f/x", location = "https://cdn.example/x" },
  { request = "/f/%2F", origin = true },
]
[[routes]]
name = "new"
path = "/f/new"
origin = true
examples = [{ request = "/f/new" }]
[[routes]]
name = "numbers"
path = "/f/{number:digits}"
hosts = ["b.example"]
origin = true
examples = [{ request = "/f/1", origin = true }]
"#;

/// What is replaced by what, and what is said.
const ROWS: &[(&str, &str, &str)] = &[
    (
        "\"/f/a/b\", origin = true",
        "\"/f/a/b\"",
        "line 5, column 13: example-fails: examples[0]: an example outside of a route is one that must go to the origin; write `origin = true`, or move it below its route as [[routes.examples]]",
    ),
    (
        "\"/f/a/b\"",
        "\"/f/a\"",
        "line 5, column 25: example-fails: examples[0].request: the request `/f/a` must go to the origin, and the route `file` redirects it to `https://cdn.example/a`; narrow its path, or add a route with `origin = true`",
    ),
    (
        "request = \"/f/a/b\", ",
        "",
        "line 5, column 13: key-missing: examples[0].request: `examples[0].request` is missing; write the path of a request that must go to the origin",
    ),
    (
        "request = \"/f/%2F\", ",
        "request = \"/f/%2F\", location = \"https://cdn.example/x\", target = \"cdn\", ",
        "line 13, column 36: example-fails: routes[0].examples[1].location: the request must go to the origin, so it leads to no location; leave `location` out\nline 13, column 70: example-fails: routes[0].examples[1].target: the request must go to the origin, so it leads to no location; leave `target` out",
    ),
    (
        "request = \"/f/new\"",
        "request = \"/f/newer\"",
        "line 19, column 25: example-fails: routes[1].examples[0].request: the request `/f/newer` must go to the origin, and the route `file` redirects it to `https://cdn.example/newer`; narrow its path, or add a route with `origin = true`",
    ),
    (
        "request = \"/f/new\"",
        "request = \"/g/new\"",
        "line 19, column 25: example-fails: routes[1].examples[0].request: the request `/g/new` must go to the origin, and it does, but not by the route `new`: no-route; correct the route's path, or the request",
    ),
    (
        "request = \"/f/1\"",
        "request = \"/f/new\"",
        "line 25, column 25: example-fails: routes[2].examples[0].request: the request `/f/new` must go to the origin, and the route `new` sends it there, not `numbers`",
    ),
    (
        "request = \"/f/1\"",
        "request = \"https://a.example/f/1\"",
        "line 25, column 25: example-fails: routes[2].examples[0].request: the request `https://a.example/f/1` must go to the origin, and the route `file` redirects it to `https://cdn.example/1`; narrow its path, or add a route with `origin = true`",
    ),
    (
        "request = \"/f/1\", origin = true",
        "request = \"/f/1\", origin = false",
        "line 25, column 42: example-fails: routes[2].examples[0].origin: the route sends its requests to the origin; leave `origin` out, or write `true`",
    ),
    (
        "examples = [{ request = \"/f/a/b\", origin = true }]",
        "examples = [1]",
        "line 5, column 1: syntax-invalid: examples: `examples` is made of tables, each begun by [[examples]]",
    ),
    (
        "examples = [{ request = \"/f/new\" }]",
        "examples = \"/f/new\"",
        "line 19, column 12: syntax-invalid: routes[1].examples: `routes[1].examples` is made of tables, each begun by [[routes.examples]]",
    ),
    (
        "examples = [{ request = \"/f/new\" }]",
        "examples = [{ request = true }]",
        "line 19, column 25: syntax-invalid: routes[1].examples[0].request: `routes[1].examples[0].request` is a text in quotation marks; found `true`",
    ),
];

#[test]
fn an_example_that_does_not_go_to_the_origin_as_it_must_is_found() {
    for (from, to, expected) in ROWS {
        let said = configs::problems_of(&changed(CONFIG, from, to)).to_string();
        assert_eq!(said, *expected, "{from:?} replaced by {to:?}");
    }
}

#[test]
fn the_examples_are_handed_on_with_their_routes() {
    let authored = Authored::from_toml(CONFIG).unwrap_or_else(|problems| panic!("{problems}"));
    let examples = authored.origin_examples().iter();
    let examples: Vec<_> = examples
        .map(|it| {
            (
                it.route().map(ToString::to_string).unwrap_or_default(),
                it.request(),
            )
        })
        .collect();
    let expected = [
        ("", "/f/a/b"),
        ("file", "/f/%2F"),
        ("new", "/f/new"),
        ("numbers", "/f/1"),
    ];
    assert_eq!(
        examples,
        expected.map(|(route, request)| (route.to_owned(), request))
    );
    assert_eq!(authored.warnings(), []);
}
