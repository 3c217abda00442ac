//! The cases from real incidents that concern the edge: every lane of tests runs them all.
//!
//! A number is that of an incident that Signpost was built against. The comment above its first case
//! names the source.

use crate::configs::{MIRROR, PRODUCTION, STAGING, changed, of_any_host};
use crate::presets::preset;
use crate::registry_cases::REGISTRY_CASES;

/// A request that came in somewhere, and what must happen to it.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The number of the incident.
    pub number: u8,
    /// What the case shows.
    pub name: &'static str,
    /// The configuration that is in force.
    pub config: Configuration,
    /// The method.
    pub method: &'static str,
    /// The `Host`.
    pub host: &'static str,
    /// The request target, in origin form, byte for byte.
    pub target: &'static str,
    /// The other request headers, in the order they are sent.
    pub headers: &'static [(&'static str, &'static str)],
    /// What must happen.
    pub expect: Expect,
    /// Headers that the answer must have, in lower case; those not named here are left open.
    pub answer_headers: &'static [(&'static str, &'static str)],
}

/// What must happen to a request.
#[derive(Clone, Copy, Debug)]
pub enum Expect {
    /// A 302 with exactly this `Location`, and no body.
    Redirect {
        /// The `Location`.
        location: &'static str,
    },
    /// A 200 whose body is a JSON object that names exactly this URL.
    Json {
        /// The URL.
        location: &'static str,
    },
    /// The origin answers, for the reason of this code.
    Origin {
        /// The code.
        reason: &'static str,
    },
}

/// A configuration that cases run with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Configuration {
    /// Production's own file.
    CratesIo,
    /// Staging's own file.
    Staging,
    /// Production's own file, without its hosts.
    AnyHost,
    /// Production's own file, with upper-case letters and slashes in the base.
    CratesIoOtherSpelling,
    /// Two targets, one with a port and a path; one route whose locations keep the path.
    Mirror,
    /// The preset of this name.
    Preset(&'static str),
    /// The preset for npm, of a CDN that wants `%40`.
    NpmEncoded,
    /// Production's own file, with a crate that only the origin may answer.
    Takedown,
}

impl Configuration {
    /// The configuration as people write it.
    pub fn toml(self) -> String {
        match self {
            Self::CratesIo => PRODUCTION.to_owned(),
            Self::Staging => STAGING.to_owned(),
            Self::AnyHost => of_any_host(PRODUCTION),
            Self::CratesIoOtherSpelling => changed(
                PRODUCTION,
                "\nbase = \"https://static.crates.io\"\n",
                "\nbase = \"HTTPS://Static.Crates.IO///\"\n",
            ),
            Self::Mirror => MIRROR.to_owned(),
            Self::Preset(name) => preset(name).to_owned(),
            Self::NpmEncoded => {
                let lines = preset("npm").lines();
                let lines = lines.filter(|line| !line.starts_with("unencoded"));
                let text = lines.collect::<Vec<_>>().join("\n");
                text.replace("https://cdn.example/@", "https://cdn.example/%40")
            }
            Self::Takedown => changed(
                PRODUCTION,
                "# What cargo asks for.",
                "[[routes]]\nname = \"removed\"\npath = \"/api/v1/crates/leftpad/{version:semver}/download\"\norigin = true\n",
            ),
        }
    }
}

/// Every case.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    CASES.iter().chain(REGISTRY_CASES)
}

/// The configurations that cases run with, each once.
pub fn configurations() -> Vec<Configuration> {
    let mut all = Vec::new();
    for case in cases() {
        if !all.contains(&case.config) {
            all.push(case.config);
        }
    }
    all
}

/// What most cases have in common.
const DOWNLOAD: Case = Case {
    number: 1,
    name: "a download is redirected to the CDN",
    config: Configuration::CratesIo,
    method: "GET",
    host: "crates.io",
    target: "/api/v1/crates/smallvec/1.10.0/download",
    headers: &[],
    expect: Expect::Redirect {
        location: "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
    },
    answer_headers: &[],
};

/// The same download, for clients that want JSON.
const JSON: Case = Case {
    number: 21,
    expect: Expect::Json {
        location: "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate",
    },
    answer_headers: &[
        ("content-type", "application/json"),
        ("vary", "Accept"),
        ("cache-control", "no-store"),
    ],
    ..DOWNLOAD
};

/// A malformed path, which goes to the origin.
const MALFORMED: Case = Case {
    expect: Expect::Origin {
        reason: "path-malformed",
    },
    ..DOWNLOAD
};

/// A download from a host that is not the configuration's, which goes to the origin.
const OTHER_HOST: Case = Case {
    number: 60,
    expect: Expect::Origin { reason: "no-route" },
    ..DOWNLOAD
};

/// The same download from staging.
const STAGING_DOWNLOAD: Case = Case {
    number: 60,
    config: Configuration::Staging,
    expect: Expect::Redirect {
        location: "https://static.staging.crates.io/crates/smallvec/smallvec-1.10.0.crate",
    },
    ..DOWNLOAD
};

/// The cases of crates.io, and of every registry.
const CASES: &[Case] = &[
    // rust-lang/crates.io#6850
    DOWNLOAD,
    Case {
        name: "the README of the same version is on the CDN too",
        target: "/api/v1/crates/smallvec/1.10.0/readme",
        expect: Expect::Redirect {
            location: "https://static.crates.io/readmes/smallvec/smallvec-1.10.0.html",
        },
        ..DOWNLOAD
    },
    Case {
        name: "the CDN's own old path is redirected as well",
        host: "static.crates.io",
        target: "/crates/smallvec/1.10.0/download",
        ..DOWNLOAD
    },
    Case {
        name: "the query is not part of the location",
        target: "/api/v1/crates/smallvec/1.10.0/download?next=https://evil.com/",
        ..DOWNLOAD
    },
    // crates.io storage.rs
    Case {
        number: 2,
        name: "slashes at the end of the base become one, on a download",
        config: Configuration::CratesIoOtherSpelling,
        ..DOWNLOAD
    },
    Case {
        number: 2,
        name: "slashes at the end of the base become one, on a README",
        config: Configuration::CratesIoOtherSpelling,
        target: "/api/v1/crates/smallvec/1.10.0/readme",
        expect: Expect::Redirect {
            location: "https://static.crates.io/readmes/smallvec/smallvec-1.10.0.html",
        },
        ..DOWNLOAD
    },
    Case {
        number: 2,
        name: "slashes at the end of the base become one, on the CDN's own old path",
        config: Configuration::CratesIoOtherSpelling,
        target: "/crates/smallvec/1.10.0/download",
        ..DOWNLOAD
    },
    // mirrorbits c6abff6
    Case {
        number: 3,
        name: "a target without a path never runs into the file's name",
        config: Configuration::Mirror,
        target: "/files/foobar",
        expect: Expect::Redirect {
            location: "https://mirror.org/foobar",
        },
        ..DOWNLOAD
    },
    Case {
        number: 3,
        name: "a path of several segments keeps its slashes",
        config: Configuration::Mirror,
        target: "/files/foo/b+r/baz.iso",
        expect: Expect::Redirect {
            location: "https://mirror.org/foo/b%2Br/baz.iso",
        },
        ..DOWNLOAD
    },
    Case {
        number: 3,
        name: "a target with a port and a path never runs into the digest",
        config: Configuration::Mirror,
        target: "/objects/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855/a%20b",
        expect: Expect::Origin {
            reason: "capture-invalid",
        },
        ..DOWNLOAD
    },
    Case {
        number: 3,
        name: "a target with a port and a path keeps both",
        config: Configuration::Mirror,
        target: "/objects/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855/x.tar.gz",
        expect: Expect::Redirect {
            location: "https://cdn.example:8443/a/b/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855/x.tar.gz",
        },
        ..DOWNLOAD
    },
    // crates.io#4891
    Case {
        number: 5,
        name: "a `+` in the request is `%2B` in the location",
        target: "/api/v1/crates/libgit2-sys/0.12.25+1.3.0/download",
        expect: Expect::Redirect {
            location: "https://static.crates.io/crates/libgit2-sys/libgit2-sys-0.12.25%2B1.3.0.crate",
        },
        ..DOWNLOAD
    },
    // crates.io#4891, #5034
    Case {
        number: 6,
        name: "a `%2B` in the request is `%2B` in the location, never `%252B`",
        target: "/api/v1/crates/libgit2-sys/0.12.25%2B1.3.0/download",
        expect: Expect::Redirect {
            location: "https://static.crates.io/crates/libgit2-sys/libgit2-sys-0.12.25%2B1.3.0.crate",
        },
        ..DOWNLOAD
    },
    Case {
        number: 6,
        name: "a `%2b` in the request is `%2B` in the location",
        target: "/crates/libgit2-sys/0.12.25%2b1.3.0/download",
        expect: Expect::Redirect {
            location: "https://static.crates.io/crates/libgit2-sys/libgit2-sys-0.12.25%2B1.3.0.crate",
        },
        ..DOWNLOAD
    },
    Case {
        number: 6,
        name: "a `%252B` in the request was encoded twice and is not a version",
        target: "/api/v1/crates/libgit2-sys/0.12.25%252B1.3.0/download",
        ..MALFORMED
    },
    // simpleinfra 9ca15211
    Case {
        number: 7,
        name: "a version with two `+` is not semver",
        target: "/api/v1/crates/libgit2-sys/0.12.25+1.3.0+1/download",
        expect: Expect::Origin {
            reason: "version-invalid",
        },
        ..DOWNLOAD
    },
    Case {
        number: 7,
        name: "a version with two `%2B` is not semver",
        target: "/api/v1/crates/libgit2-sys/0.12.25%2B1.3.0%2B1/readme",
        expect: Expect::Origin {
            reason: "version-invalid",
        },
        ..DOWNLOAD
    },
    Case {
        number: 7,
        name: "a name with a `+` is not a name",
        target: "/api/v1/crates/lib+git2/0.12.25+1.3.0/download",
        expect: Expect::Origin {
            reason: "name-invalid",
        },
        ..DOWNLOAD
    },
    // crates.io#4891
    Case {
        number: 8,
        name: "a space where the `+` was is not a version",
        target: "/api/v1/crates/libgit2-sys/0.12.25%201.3.0/download",
        expect: Expect::Origin {
            reason: "version-invalid",
        },
        ..DOWNLOAD
    },
    Case {
        number: 8,
        name: "a space after a version is not part of one",
        target: "/api/v1/crates/smallvec/1.10.0%20/download",
        expect: Expect::Origin {
            reason: "version-invalid",
        },
        ..DOWNLOAD
    },
    // crates.io#1687
    Case {
        number: 9,
        name: "a hyphen in a name stays a hyphen",
        target: "/api/v1/crates/compiler-builtins/0.1.160/download",
        expect: Expect::Redirect {
            location: "https://static.crates.io/crates/compiler-builtins/compiler-builtins-0.1.160.crate",
        },
        ..DOWNLOAD
    },
    Case {
        number: 9,
        name: "an underscore in a name stays an underscore",
        target: "/api/v1/crates/compiler_builtins/0.1.160/download",
        expect: Expect::Redirect {
            location: "https://static.crates.io/crates/compiler_builtins/compiler_builtins-0.1.160.crate",
        },
        ..DOWNLOAD
    },
    // crates.io#7341
    Case {
        number: 9,
        name: "a name keeps its case",
        target: "/api/v1/crates/Foo_downloaD/1.0.0/download",
        expect: Expect::Redirect {
            location: "https://static.crates.io/crates/Foo_downloaD/Foo_downloaD-1.0.0.crate",
        },
        ..DOWNLOAD
    },
    Case {
        number: 9,
        name: "a crate named like the end of the path is a crate",
        target: "/api/v1/crates/download/1.0.0/download",
        expect: Expect::Redirect {
            location: "https://static.crates.io/crates/download/download-1.0.0.crate",
        },
        ..DOWNLOAD
    },
    // crates.io#3564
    Case {
        number: 10,
        name: "an unpublished crate is redirected without asking the origin",
        target: "/api/v1/crates/no-such-crate-anywhere/9.9.9/download",
        expect: Expect::Redirect {
            location: "https://static.crates.io/crates/no-such-crate-anywhere/no-such-crate-anywhere-9.9.9.crate",
        },
        ..DOWNLOAD
    },
    // archlinuxcn/repo#1720
    Case {
        number: 11,
        name: "two slashes at the start are the origin's",
        target: "//api/v1/crates/mcfly/0.4.0/download",
        ..MALFORMED
    },
    // compute-static
    Case {
        number: 12,
        name: "an empty version is the origin's",
        target: "/api/v1/crates/smallvec//download",
        ..MALFORMED
    },
    Case {
        number: 12,
        name: "a segment after the route's last is the origin's",
        target: "/api/v1/crates/smallvec/1.10.0/download/extra",
        expect: Expect::Origin { reason: "no-route" },
        ..DOWNLOAD
    },
    Case {
        number: 12,
        name: "a segment between the route's is the origin's",
        target: "/api/v1/crates/smallvec/1.10.0/extra/download",
        expect: Expect::Origin { reason: "no-route" },
        ..DOWNLOAD
    },
    Case {
        number: 12,
        name: "a slash at the end is the origin's",
        target: "/api/v1/crates/smallvec/1.10.0/download/",
        expect: Expect::Origin { reason: "no-route" },
        ..DOWNLOAD
    },
    Case {
        number: 12,
        name: "a version that is not semver is the origin's",
        target: "/api/v1/crates/smallvec/1.10/download",
        expect: Expect::Origin {
            reason: "version-invalid",
        },
        ..DOWNLOAD
    },
    // treeverse/dvc.org#2749
    Case {
        number: 13,
        name: "a host after two slashes is the origin's",
        target: "//evil.com/",
        ..MALFORMED
    },
    Case {
        number: 13,
        name: "a host after a slash and a backslash is the origin's",
        target: "/\\evil.com",
        ..MALFORMED
    },
    Case {
        number: 13,
        name: "a host before a route's path is the origin's",
        target: "//evil.com/api/v1/crates/smallvec/1.10.0/download",
        ..MALFORMED
    },
    Case {
        number: 13,
        name: "a host for a name is the origin's",
        target: "/api/v1/crates/evil.com/1.10.0/download",
        expect: Expect::Origin {
            reason: "name-invalid",
        },
        ..DOWNLOAD
    },
    Case {
        number: 13,
        name: "an encoded host for a name is the origin's",
        target: "/api/v1/crates/%2F%2Fevil.com/1.10.0/download",
        ..MALFORMED
    },
    Case {
        number: 13,
        name: "user info for a path stays below the mirror",
        config: Configuration::Mirror,
        target: "/files/@evil.com:443",
        expect: Expect::Redirect {
            location: "https://mirror.org/%40evil.com%3A443",
        },
        ..DOWNLOAD
    },
    // caddyserver/caddy#8023
    Case {
        number: 14,
        name: "encoded slashes and backslashes are the origin's",
        target: "/api/v1/crates/..%2F%5cgithub.com%2F%3f/1.0.0/download",
        ..MALFORMED
    },
    Case {
        number: 14,
        name: "encoded slashes and backslashes are the origin's in a path capture",
        config: Configuration::Mirror,
        target: "/files/..%2F%5cgithub.com%2F%3f",
        ..MALFORMED
    },
    // caddyserver/caddy#7330
    Case {
        number: 14,
        name: "dots that were encoded twice are the origin's",
        config: Configuration::Mirror,
        target: "/files/%5C%5Chost/%252e%252e",
        ..MALFORMED
    },
    // erlyaws/yaws#464
    Case {
        number: 15,
        name: "an encoded line end in a name is the origin's",
        target: "/api/v1/crates/a%0D%0ASet-Cookie:%20x=1/1.0.0/download",
        ..MALFORMED
    },
    Case {
        number: 15,
        name: "an encoded line end in a version is the origin's",
        target: "/api/v1/crates/smallvec/1.10.0%0D%0ASet-Cookie:%20x=1/download",
        ..MALFORMED
    },
    // opendatahub-io/notebooks#3867
    Case {
        number: 16,
        name: "the host of the request does not move the location",
        config: Configuration::AnyHost,
        host: "evil.example",
        ..DOWNLOAD
    },
    Case {
        number: 16,
        name: "forwarded hosts do not move the location",
        headers: &[
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-prefix", "/evil"),
            ("forwarded", "host=evil.example;proto=http"),
            ("x-original-url", "/evil"),
        ],
        ..DOWNLOAD
    },
    // crates.io version.rs
    Case {
        number: 17,
        name: "an encoded NUL in a name is the origin's",
        target: "/api/v1/crates/small%00vec/1.10.0/download",
        ..MALFORMED
    },
    Case {
        number: 17,
        name: "an encoded NUL in a version is the origin's",
        target: "/api/v1/crates/smallvec/1.10.0%00/download",
        ..MALFORMED
    },
    // simpleinfra#1130
    Case {
        number: 18,
        name: "HEAD on a route is redirected",
        method: "HEAD",
        ..DOWNLOAD
    },
    Case {
        number: 18,
        name: "HEAD on no route is the origin's",
        method: "HEAD",
        target: "/api/v1/crates/smallvec",
        expect: Expect::Origin { reason: "no-route" },
        ..DOWNLOAD
    },
    // simpleinfra 246d3b63
    Case {
        number: 19,
        name: "PURGE on a route is the origin's",
        method: "PURGE",
        expect: Expect::Origin {
            reason: "method-not-redirectable",
        },
        ..DOWNLOAD
    },
    Case {
        number: 19,
        name: "PURGE on no route is the origin's",
        method: "PURGE",
        target: "/crates/smallvec/smallvec-1.10.0.crate",
        expect: Expect::Origin { reason: "no-route" },
        ..DOWNLOAD
    },
    Case {
        number: 19,
        name: "POST on a route is the origin's",
        method: "POST",
        expect: Expect::Origin {
            reason: "method-not-redirectable",
        },
        ..DOWNLOAD
    },
    Case {
        number: 19,
        name: "OPTIONS on a route is the origin's",
        method: "OPTIONS",
        expect: Expect::Origin {
            reason: "method-not-redirectable",
        },
        ..DOWNLOAD
    },
    // crates.io#6080, #6164
    Case {
        number: 20,
        name: "a page on another site may follow the redirect",
        headers: &[("origin", "https://docs.example")],
        answer_headers: &[
            ("access-control-allow-origin", "*"),
            (
                "strict-transport-security",
                "max-age=31536000; includeSubDomains",
            ),
            ("vary", "Accept"),
            ("signpost-decision", "redirect;route=\"download\""),
        ],
        ..DOWNLOAD
    },
    Case {
        number: 20,
        name: "a page on another site may read the JSON",
        headers: &[
            ("origin", "https://docs.example"),
            ("accept", "application/json"),
        ],
        answer_headers: &[
            ("access-control-allow-origin", "*"),
            (
                "strict-transport-security",
                "max-age=31536000; includeSubDomains",
            ),
            ("vary", "Accept"),
            ("cache-control", "no-store"),
            ("signpost-decision", "redirect;route=\"download\""),
        ],
        ..JSON
    },
    // simpleinfra#1235
    Case {
        name: "`Accept` names JSON",
        headers: &[("accept", "application/json")],
        ..JSON
    },
    Case {
        name: "`Accept` names JSON with parameters",
        headers: &[("accept", "application/json; charset=utf-8; q=0.9")],
        ..JSON
    },
    Case {
        name: "`Accept` names JSON after others",
        headers: &[("accept", "text/html, application/json;q=0.5, */*;q=0.1")],
        ..JSON
    },
    Case {
        name: "a repeated `Accept` names JSON the second time",
        headers: &[("accept", "text/html"), ("accept", "application/json")],
        ..JSON
    },
    Case {
        name: "HEAD asks for JSON",
        method: "HEAD",
        headers: &[("accept", "application/json")],
        ..JSON
    },
    Case {
        number: 21,
        name: "cargo accepts anything and is redirected",
        headers: &[("accept", "*/*"), ("user-agent", "cargo/1.95.0")],
        answer_headers: &[("vary", "Accept")],
        ..DOWNLOAD
    },
    // RFC 9110, section 12.5.1
    Case {
        number: 22,
        name: "`Accept` refuses JSON",
        headers: &[("accept", "application/json;q=0, */*")],
        answer_headers: &[("vary", "Accept")],
        ..DOWNLOAD
    },
    // cloudflare-docs#10845
    Case {
        number: 23,
        name: "a location on the host and the route it came from does not loop",
        config: Configuration::Mirror,
        host: "mirror.org",
        target: "/pub/foo.iso",
        expect: Expect::Origin { reason: "no-route" },
        ..DOWNLOAD
    },
    Case {
        number: 23,
        name: "the same location reached from another host does not loop",
        config: Configuration::Mirror,
        host: "registry.example",
        target: "/pub/foo.iso",
        expect: Expect::Redirect {
            location: "https://mirror.org/pub/foo.iso",
        },
        ..DOWNLOAD
    },
    // cargo registry.rs
    Case {
        number: 26,
        name: "a `dl` that ends in a slash makes cargo ask with two",
        target: "/api/v1/crates//smallvec/1.10.0/download",
        ..MALFORMED
    },
    // kubernetes/registry.k8s.io#91
    Case {
        name: "staging does not answer production",
        config: Configuration::Staging,
        ..OTHER_HOST
    },
    Case {
        name: "staging does not answer production on another port",
        config: Configuration::Staging,
        host: "Crates.io:8443",
        ..OTHER_HOST
    },
    Case {
        name: "staging does not answer production's CDN",
        config: Configuration::Staging,
        host: "static.crates.io",
        target: "/crates/smallvec/1.10.0/download",
        ..OTHER_HOST
    },
    Case {
        name: "production does not answer staging",
        host: "staging.crates.io",
        ..OTHER_HOST
    },
    Case {
        name: "production does not answer staging on another port",
        host: "STAGING.crates.io:443",
        ..OTHER_HOST
    },
    Case {
        name: "production does not answer staging's CDN",
        host: "static.staging.crates.io",
        target: "/crates/smallvec/1.10.0/download",
        ..OTHER_HOST
    },
    Case {
        name: "production does not answer a host that ends in its own",
        host: "www.crates.io",
        ..OTHER_HOST
    },
    Case {
        name: "production answers its host in other letters and with a port",
        number: 60,
        host: "Crates.IO:443",
        ..DOWNLOAD
    },
    Case {
        name: "production answers its CDN's old path",
        number: 60,
        host: "static.crates.io",
        target: "/crates/smallvec/1.10.0/download",
        ..DOWNLOAD
    },
    Case {
        name: "production answers its CDN's old path in other letters and with a port",
        number: 60,
        host: "STATIC.crates.io:8443",
        target: "/crates/smallvec/1.10.0/download",
        ..DOWNLOAD
    },
    Case {
        name: "staging answers its host",
        host: "staging.crates.io",
        ..STAGING_DOWNLOAD
    },
    Case {
        name: "staging answers its host in other letters and with a port",
        host: "Staging.Crates.IO:443",
        ..STAGING_DOWNLOAD
    },
    Case {
        name: "staging answers its CDN's old path",
        host: "static.staging.crates.io",
        target: "/crates/smallvec/1.10.0/download",
        ..STAGING_DOWNLOAD
    },
    Case {
        name: "staging answers its CDN's old path in other letters and with a port",
        host: "static.STAGING.crates.io:8443",
        target: "/crates/smallvec/1.10.0/download",
        ..STAGING_DOWNLOAD
    },
];
