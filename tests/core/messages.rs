//! All that is wrong with a route is said at once, with what to write instead.

use crate::fixtures::configs;
use crate::test;
use signpost_rows::changed;

/// A configuration of one route, in which each row changes something.
const CONFIG: &str = r#"allowed_hosts = ["cdn.example"]
hosts = ["registry.example"]
origin.backends = ["origin"]
targets.cdn.base = "cdn.example"
[[routes]]
name = "file"
path = "/files/@{scope:segment}/{name:segment}"
target = "cdn"
location = "/@{scope}/{name}"
examples = [{ request = "/files/@a/b", location = "https://cdn.example/%40a/b" }]
"#;

/// What is replaced by what, and every line that is said.
const ROWS: &[(&str, &str, &[&str])] = &[
    (
        "/files/@{scope:segment}/{name:segment}\"",
        "/{package}/@v/{name:segment}\"",
        &[
            "line 7, column 8: path-invalid: routes[0].path: `{package}` has no type; write `{package:segment}`. Types: crate, semver, segment, path, digits, lower, hex(N), sha1, sha256, sha512",
            "line 9, column 12: location-invalid: routes[0].location: the path has no capture `scope`",
        ],
    ),
    (
        "/files/@{scope",
        "/files/%40{scope",
        &[
            "line 7, column 8: path-invalid: routes[0].path: `%40` holds `%`; write letters, digits and -._~!$&'()*+,;=:@ only, and nothing percent-encoded",
        ],
    ),
    (
        "{name:segment}\"",
        "{name:segment}/\"",
        &["line 7, column 8: path-invalid: routes[0].path: the path ends in a slash; leave it out"],
    ),
    (
        "name = \"file\"",
        "name = \"file\"\nendpoint = \"x\"",
        &[
            "line 7, column 1: key-unknown: routes[0].endpoint: `routes[0].endpoint` is not a key here; `endpoint` belongs in [log]",
        ],
    ),
    (
        "name = \"file\"",
        "name = \"file\"\nstats = 302",
        &[
            "line 7, column 1: key-unknown: routes[0].stats: `routes[0].stats` is not a key of the configuration; did you mean `status`?",
        ],
    ),
    (
        "target = \"cdn\"",
        "targets = \"cdn\"",
        &[
            "line 8, column 11: syntax-invalid: routes[0].targets: `routes[0].targets` is a list such as [\"cdn\"]; for one write `target`; found the text \"cdn\"",
        ],
    ),
    (
        "target = \"cdn\"",
        "target = [\"cdn\"]",
        &[
            "line 8, column 1: syntax-invalid: routes[0].target: `routes[0].target` is a name such as \"cdn\"; for several write `targets`; found a list of other values",
        ],
    ),
    (
        "name = \"file\"",
        "name = \"file\"\nstatus = \"302\"",
        &[
            "line 7, column 10: syntax-invalid: routes[0].status: `routes[0].status` is a number such as 302; found the text \"302\"",
        ],
    ),
    (
        "target = \"cdn\"",
        "target = true",
        &[
            "line 8, column 10: syntax-invalid: routes[0].target: `routes[0].target` is a name such as \"cdn\"; for several write `targets`; found `true`",
        ],
    ),
    (
        "name = \"file\"",
        "name = \"file\"\nstatus = 30.2",
        &[
            "line 7, column 10: syntax-invalid: routes[0].status: `routes[0].status` is a number such as 302; found a float",
        ],
    ),
    (
        "name = \"file\"",
        "name = \"file\"\nhosts = [\"a b\"]",
        &[
            "line 7, column 10: host-invalid: routes[0].hosts[0]: `a b` is neither a domain nor an IP address; write a host such as static.crates.io",
            "line 11, column 51: example-fails: routes[0].examples[0].location: the request `/files/@a/b` should lead to `https://cdn.example/%40a/b` by the route `file`, and goes to the origin: no-route",
        ],
    ),
    (
        "origin.backends = [\"origin\"]\n",
        "origin.backends = [\"origin\"]\nprivate_suffixes = \"corp\"\nlog = 1\nresponse = \"x\"\nretry = true\n",
        &[
            "line 4, column 20: syntax-invalid: private_suffixes: `private_suffixes` is a list such as [\"corp\"]; found the text \"corp\"",
            "line 5, column 7: syntax-invalid: log: `log` is a table, begun by [log]; found the number 1",
            "line 6, column 12: syntax-invalid: response: `response` is a table, begun by [response]; found the text \"x\"",
            "line 7, column 9: syntax-invalid: retry: `retry` is a table, begun by [retry]; found `true`",
        ],
    ),
    (
        "name = \"file\"",
        "name = \"file\"\nunused = \"scope\"\norigin = \"x\"",
        &[
            "line 7, column 10: syntax-invalid: routes[0].unused: `routes[0].unused` is a list such as [\"image\"]; found the text \"scope\"",
            "line 8, column 10: syntax-invalid: routes[0].origin: `routes[0].origin` is `true` or `false`; found the text \"x\"",
        ],
    ),
    (
        "targets.cdn.base = \"cdn.example\"\n[[routes]]",
        "targets = \"cdn.example\"\nroutes = \"x\"\n[other]",
        &[
            "line 4, column 11: syntax-invalid: targets: `targets` is made of tables such as [targets.cdn]; found the text \"cdn.example\"",
            "line 5, column 10: syntax-invalid: routes: `routes` is made of tables, each begun by [[routes]]; found the text \"x\"",
            "line 6, column 2: key-unknown: other: `other` is not a key of the configuration; correct it or leave it out",
        ],
    ),
    (
        "target = \"cdn\"",
        "targets = [{ name = \"cdn\", weight = \"9\" }]",
        &[
            "line 8, column 37: syntax-invalid: routes[0].targets[0].weight: `routes[0].targets[0].weight` is a whole number from 1 to 1000; found the text \"9\"",
        ],
    ),
    (
        "https://cdn.example/%40a/b",
        "https://cdn.example/@a/b",
        &[
            "line 10, column 51: example-fails: routes[0].examples[0].location: the request `/files/@a/b` should lead to `https://cdn.example/@a/b` by the route `file`, and leads to `https://cdn.example/%40a/b`; they differ in encoding only: write the location as it is encoded, or list in the target's `unencoded` what the CDN wants as it is",
        ],
    ),
    (
        "location = \"/@{scope}",
        "location = \"https://cdn.example/@{scope}",
        &[
            "line 9, column 12: location-invalid: routes[0].location: `https://cdn.example/@{scope}/{name}` is a URL; write the path only; the host comes from the target's base",
        ],
    ),
    (
        "name = \"file\"\npath = \"/files/@{scope:segment}/{name:segment}\"\ntarget = \"cdn\"\nlocation = \"/@{scope}/{name}\"",
        "name = \"File\"\npath = \"/files/@{scope:segmnt}/{name}/\"\ntarget = \"cnd\"\nlocation = \"/@{scop}/{name}\"\nstatus = 200\njson = 1\nhost = \"x\"",
        &[
            "line 6, column 8: route-name-invalid: routes[0].name: `File` is not a route name: a lower-case letter, then lower-case letters, digits, `-` and `_`, at most 64 bytes",
            "line 7, column 8: path-invalid: routes[0].path: there is no capture type `segmnt`; types are crate, semver, segment, path, digits, lower, hex(N), sha1, sha256, sha512, or words such as zip|info; did you mean `segment`?",
            "line 7, column 8: path-invalid: routes[0].path: the path ends in a slash; leave it out",
            "line 7, column 8: path-invalid: routes[0].path: `{name}` has no type; write `{name:segment}`. Types: crate, semver, segment, path, digits, lower, hex(N), sha1, sha256, sha512",
            "line 8, column 10: target-unknown: routes[0].target: there is no [targets.cnd]; name a target that is configured; did you mean `cdn`?",
            "line 9, column 12: location-invalid: routes[0].location: the path has no capture `scop`; did you mean `scope`?",
            "line 10, column 10: status-invalid: routes[0].status: 200 is not one of the redirect statuses 301, 302, 303, 307 and 308",
            "line 11, column 8: syntax-invalid: routes[0].json: `routes[0].json` is `true` or `false`; found the number 1",
            "line 12, column 1: key-unknown: routes[0].host: `routes[0].host` is not a key of the configuration; did you mean `hosts`?",
        ],
    ),
];

#[test]
fn every_message_says_what_to_write() {
    for (from, to, expected) in ROWS {
        let said = configs::problems_of(&changed(CONFIG, from, to)).to_string();
        let said: Vec<_> = said.lines().collect();
        assert_eq!(said, *expected, "{from:?} replaced by {to:?}");
    }
}
