//! Which URLs cargo requests, given the `dl` of a registry's index.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use signpost::config::Config;
use signpost::decision::Decision;
use signpost::received::Received;
use signpost::values::Switch;
use url::{Position, Url};

use crate::crate_index::prefix;
use crate::findings::{Code, Finding};

/// The `dl` of a registry's `config.json`: where cargo downloads crates from.
///
/// A URL with markers that cargo fills in, or one to which it appends
/// `/{crate}/{version}/download`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DownloadUrl(String);

/// The crates to request: every length of name that cargo treats differently, both cases, both
/// separators, and versions with all their parts.
const SAMPLES: [(&str, &str); 9] = [
    ("a", "0.1.1"),
    ("az", "1.2.1"),
    ("syn", "2.0.106"),
    ("serde", "1.0.228"),
    ("Inflector", "0.11.4"),
    ("UTF", "0.1.0"),
    ("proc-macro2", "1.0.101"),
    ("rand_core", "0.10.0-rc-6"),
    ("libgit2-sys", "0.12.25+1.3.0"),
];

/// The markers that cargo fills in.
const MARKERS: [&str; 5] = [
    "{crate}",
    "{version}",
    "{prefix}",
    "{lowerprefix}",
    "{sha256-checksum}",
];

const APPENDED: &str = "/{crate}/{version}/download";

/// Any checksum.
const CHECKSUM: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Why a URL is not redirected.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Why {
    reason: String,
    /// Whether the routes apply to the URL's host.
    applies: bool,
}

impl DownloadUrl {
    /// A finding for each reason that keeps downloads through this `dl` from being redirected.
    pub(super) fn findings(&self, config: &Config) -> Vec<Finding> {
        let mut by_reason: BTreeMap<Why, Vec<(&str, String)>> = BTreeMap::new();
        for (name, version) in SAMPLES {
            let url = self.expand(name, version);
            if let Err(why) = redirected(config, &url) {
                by_reason.entry(why).or_default().push((name, url));
            }
        }
        by_reason
            .iter()
            .map(|(why, samples)| {
                let message = self.message(why, samples);
                Finding::new(Code::DlNotRedirected, "", message)
            })
            .collect()
    }

    /// The URL that cargo requests.
    fn expand(&self, name: &str, version: &str) -> String {
        let prefix = prefix(name);
        let values = [name, version, &prefix, &prefix.to_lowercase(), CHECKSUM];
        let mut url = if self.has_markers() {
            self.0.clone()
        } else {
            format!("{self}{APPENDED}")
        };
        for (marker, value) in MARKERS.iter().zip(values) {
            url = url.replace(marker, value);
        }
        url
    }

    fn has_markers(&self) -> bool {
        MARKERS.iter().any(|marker| self.0.contains(marker))
    }

    /// Says why samples go to the origin, each a crate's name and its URL.
    fn message(&self, why: &Why, samples: &[(&str, String)]) -> String {
        let witness = samples.first().map_or("", |(_, url)| url);
        let others = match samples.len() {
            0 | 1 => String::new(),
            2 => ", and so does 1 other sample".to_owned(),
            number => format!(", and so do {} other samples", number - 1),
        };
        let instead = if !why.applies {
            "the routes do not apply to its host: correct the `dl`, or add the host to `hosts`"
                .to_owned()
        } else if !self.has_markers() && self.0.ends_with('/') {
            format!(
                "cargo appends `{APPENDED}`, which gives `//`: leave out the slash at the end of the `dl`"
            )
        } else if self.0.contains("prefix}") && samples.iter().all(|(name, _)| has_capital(name)) {
            "only names with capital letters do, so the `dl` and the route have different prefixes: \
             `{prefix}` is `{name.index-prefix}` in a route, and `{lowerprefix}` is \
             `{name.lower-index-prefix}`"
                .to_owned()
        } else {
            "correct the `dl`, or add a route for the path".to_owned()
        };
        format!(
            "by the `dl` {self} cargo asks for {witness}, which goes to the origin: {}{others}; {instead}",
            why.reason
        )
    }
}

fn has_capital(name: &str) -> bool {
    name.contains(|letter: char| letter.is_ascii_uppercase())
}

/// Succeeds if a URL is redirected, else says why not.
fn redirected(config: &Config, url: &str) -> Result<(), Why> {
    let url = Url::parse(url).map_err(|error| Why {
        reason: format!("it is not a URL ({error})"),
        applies: true,
    })?;
    let host = url.host_str().unwrap_or_default();
    let host = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let target = &url[Position::BeforePath..Position::AfterQuery];
    let received = Received::read(Some(&host), target);
    let request = received.request("GET");
    let answer = signpost::answer(config, &request, Switch::ENFORCE);
    match answer.decision() {
        Decision::Redirect(_) => Ok(()),
        Decision::Origin(reason) => Err(Why {
            reason: match reason.refusal() {
                Some(refusal) => format!("{} ({refusal})", reason.code()),
                None => reason.code().to_owned(),
            },
            applies: config.applies_to(&host),
        }),
    }
}

impl FromStr for DownloadUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let example =
            "write the `dl` of the index's config.json, such as https://static.crates.io/crates";
        let url =
            Url::parse(text).map_err(|error| format!("it is not a URL ({error}); {example}"))?;
        if !matches!(url.scheme(), "https" | "http") {
            let scheme = url.scheme();
            return Err(format!("cargo downloads nothing by `{scheme}:`; {example}"));
        }
        let mut rest = text.to_owned();
        for marker in MARKERS {
            rest = rest.replace(marker, "");
        }
        if rest.contains(['{', '}']) {
            let markers = MARKERS.join(", ");
            return Err(format!(
                "it holds braces that are not a marker of cargo; the markers are {markers}"
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for DownloadUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use signpost_testbed::rows;

    use super::{CHECKSUM, DownloadUrl};
    use crate::file::Loaded;
    use crate::small::production;

    #[test]
    fn a_dl_is_expanded_as_cargo_does() {
        let table = "
            https://x/api                    | a     | 1.0.0   | https://x/api/a/1.0.0/download
            https://x/api/                   | a     | 1.0.0   | https://x/api//a/1.0.0/download
            https://x/c                      | a     | 1.0.0+b | https://x/c/a/1.0.0+b/download
            https://x/{crate}-{version}      | a-b   | 1.0.0   | https://x/a-b-1.0.0
            https://x/{prefix}               | a     | 1.0.0   | https://x/1
            https://x/{prefix}               | ab    | 1.0.0   | https://x/2
            https://x/{prefix}               | Abc   | 1.0.0   | https://x/3/A
            https://x/{lowerprefix}          | Abc   | 1.0.0   | https://x/3/a
            https://x/{prefix}/{crate}       | ABcD  | 1.0.0   | https://x/AB/cD/ABcD
            https://x/{lowerprefix}/{crate}  | ABcDe | 1.0.0   | https://x/ab/cd/ABcDe
            https://x/{sha256-checksum}      | a     | 1.0.0   | https://x/CHECKSUM
            https://x/{crate}/{crate}        | a     | 1.0.0   | https://x/a/a
        ";
        for [dl, name, version, url] in rows(&table.replace("CHECKSUM", CHECKSUM)) {
            let read: DownloadUrl = dl.parse().unwrap();
            assert_eq!(read.expand(name, version), url, "{dl} {name} {version}");
        }
    }

    #[test]
    fn other_text_is_refused() {
        for [dl, words] in rows(
            "
                                            | it is not a URL
            static.crates.io/crates         | it is not a URL
            sparse+https://index.crates.io/ | cargo downloads nothing by
            ftp://x/y                       | cargo downloads nothing by `ftp:`
            https://x/{name}                | not a marker of cargo
            https://x/{crate                | not a marker of cargo
            ",
        ) {
            let error = dl.parse::<DownloadUrl>().unwrap_err();
            assert!(error.contains(words), "{dl}: {error}");
        }
    }

    /// A registry whose crates are in the folders of its index, or named by their digests.
    const SHARDED: &str = r#"
allowed_hosts = ["cdn.example"]
origin.backends = ["origin"]
targets.cdn.base = "https://cdn.example"

[[routes]]
name     = "as-it-is"
path     = "/as/{name.index-prefix}/{name:crate}/{name}-{version:semver}.crate"
target   = "cdn"
location = "/{name.index-prefix}/{name}-{version}.crate"

[[routes.examples]]
request  = "/as/se/rd/serde/serde-1.0.0.crate"
location = "https://cdn.example/se/rd/serde-1.0.0.crate"

[[routes]]
name     = "lower"
path     = "/lower/{name.lower-index-prefix}/{name:crate}/{name}-{version:semver}.crate"
target   = "cdn"
location = "/{name.lower-index-prefix}/{name}-{version}.crate"

[[routes.examples]]
request  = "/lower/in/fl/Inflector/Inflector-0.11.4.crate"
location = "https://cdn.example/in/fl/Inflector-0.11.4.crate"

[[routes]]
name     = "digest"
path     = "/digest/{digest.first(2)}/{digest:sha256}"
target   = "cdn"
location = "/{digest}"

[[routes.examples]]
request  = "/digest/e3/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
location = "https://cdn.example/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"#;

    #[test]
    fn every_marker_is_judged_by_the_routes() {
        let loaded = Loaded::of(SHARDED);
        let capitals = "only names with capital letters do";
        for [dl, number, words] in rows(
            "
            https://x/as/{prefix}/{crate}/{crate}-{version}.crate         | 0 |
            https://x/lower/{lowerprefix}/{crate}/{crate}-{version}.crate | 0 |
            https://x/lower/{prefix}/{crate}/{crate}-{version}.crate      | 1 | CAPITALS
            https://x/as/{lowerprefix}/{crate}/{crate}-{version}.crate    | 1 | CAPITALS
            https://x/as/{prefix}/{crate}-{version}.crate                 | 2 | correct the `dl`, or add a route
            https://x/as/{prefix}/{crate}/x-{version}.crate               | 1 | correct the `dl`, or add a route
            https://x/as/{crate}/{crate}/{crate}-{version}.crate          | 1 | name-invalid
            https://x/digest/e3/{sha256-checksum}                         | 0 |
            https://x/digest/e4/{sha256-checksum}                         | 1 | capture-invalid
            https://x/digest/{sha256-checksum}                            | 1 | no-route
            ",
        ) {
            let read: DownloadUrl = dl.parse().unwrap();
            let findings = read.findings(loaded.config());
            assert_eq!(findings.len().to_string(), number, "{dl}: {findings:#?}");
            let words = words.replace("CAPITALS", capitals);
            for finding in &findings {
                assert!(finding.message.contains(&words), "{dl}: {finding:?}");
            }
        }
    }

    #[test]
    fn productions_routes_answer_the_dl_of_crates_io_and_the_api() {
        let loaded = production();
        for [dl, found] in rows(
            "
            https://static.crates.io/crates                              | -
            https://crates.io/api/v1/crates                              | -
            https://crates.io/api/v1/crates/{crate}/{version}/download   | -
            https://crates.io/api/v1/crates/                             | path-malformed
            https://crates.io/api/v1/crate                               | no-route
            https://crates.io/api/v1/crates?x=                           | no-route
            https://crates.io/api/v1/crates/{version}/{crate}/download   | name-invalid
            https://Static.crates.io:8443/crates                         | -
            https://static.staging.crates.io/crates                      | no-route,_add_the_host_to_`hosts`
            ",
        ) {
            let found: Vec<_> = found.split_whitespace().filter(|it| *it != "-").collect();
            let read: DownloadUrl = dl.parse().unwrap();
            let findings = read.findings(loaded.config());
            assert_eq!(findings.len(), found.len(), "{dl}: {findings:?}");
            for (finding, parts) in findings.iter().zip(found) {
                for part in parts.split(",_") {
                    let part = part.replace('_', " ");
                    assert!(finding.message.contains(&part), "{dl}: {finding:?}");
                }
            }
        }
    }
}
