//! Stage 2: how far each route matched.

use std::borrow::Cow;

use serde::Serialize;
use signpost::config::Config;
use signpost::request::Request;
use signpost::route::{self, Outcome, Trace};
use signpost::values::{Capture, CaptureSlot, Mismatch, PathTemplate};

use super::repeat::Repeat;

/// A route, and how far it matched the path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Tried {
    pub(crate) route: String,
    /// The route's path pattern.
    pub(crate) path: String,
    #[serde(flatten)]
    pub(crate) result: TrialResult,
}

/// How far a route matched. Segments are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub(crate) enum TrialResult {
    Matched {
        /// In the order of the pattern.
        captures: Vec<Captured>,
    },
    SegmentCount {
        /// The fewest segments that the pattern takes.
        at_least: usize,
        /// The most segments that it takes; nothing if it takes any number.
        at_most: Option<usize>,
        found: usize,
    },
    Literal {
        segment: usize,
        /// The segment of the pattern.
        pattern_segment: usize,
        expected: String,
        found: String,
    },
    /// The text does not fit the capture.
    Capture {
        /// Where the capture begins.
        segment: usize,
        /// The segment of the pattern.
        pattern_segment: usize,
        /// Whether the text must fit what the capture is elsewhere in the path, and does not.
        is_repeated: bool,
        /// What the capture is elsewhere, if that is a whole segment.
        elsewhere: Option<String>,
        #[serde(flatten)]
        captured: Captured,
    },
    /// The route applies to these hosts, and the request is to another one.
    OtherHost { hosts: Vec<String> },
    /// An earlier route matched.
    NotTried,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Captured {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) text: String,
}

/// Every route; nothing if the path is malformed.
pub(super) fn tried(config: &Config, request: &Request<'_>) -> Option<Vec<Tried>> {
    let traces = route::trace(config, request).ok()?;
    let path = request.segments().ok()?;
    let tried = |trace: Trace<'_, '_>| Tried {
        route: trace.route.name().to_string(),
        path: trace.route.path().to_string(),
        result: TrialResult::of(trace, path),
    };
    Some(traces.into_iter().map(tried).collect())
}

/// The captures of a template, by name.
pub(super) fn captured(template: &PathTemplate, captures: &[Capture<'_>]) -> Vec<Captured> {
    let slots = template.captures().iter().zip(captures);
    slots
        .map(|(slot, capture)| Captured::new(slot, capture.as_str()))
        .collect()
}

impl Tried {
    pub(crate) fn is_matched(&self) -> bool {
        matches!(self.result, TrialResult::Matched { .. })
    }
}

impl TrialResult {
    fn of(Trace { route, outcome }: Trace<'_, '_>, path: &[Cow<'_, str>]) -> Self {
        match outcome {
            Outcome::Matched(captures) => Self::Matched {
                captures: captured(route.path(), &captures),
            },
            Outcome::OtherHost => Self::OtherHost {
                hosts: route
                    .hosts()
                    .into_iter()
                    .flatten()
                    .map(ToString::to_string)
                    .collect(),
            },
            Outcome::NotReached => Self::NotTried,
            Outcome::Stopped(Mismatch::SegmentCount {
                at_least,
                at_most,
                found,
            }) => Self::SegmentCount {
                at_least,
                at_most,
                found,
            },
            Outcome::Stopped(Mismatch::Literal {
                segment,
                of_template,
                expected,
                found,
            }) => Self::Literal {
                segment,
                pattern_segment: of_template,
                expected: expected.to_string(),
                found: found.to_owned(),
            },
            Outcome::Stopped(Mismatch::Capture {
                segment,
                of_template,
                slot,
                found,
            }) => {
                let text = path.get(segment).map_or("", |text| text);
                let repeat = Repeat {
                    template: route.path(),
                    number: of_template,
                    slot,
                };
                let is_repeated = repeat.is_broken_by(&found, text);
                // A reader cuts a repeat off where it should end, which says little about the segment.
                let shown = if is_repeated && repeat.is_mixed() {
                    text
                } else {
                    &found
                };
                Self::Capture {
                    segment,
                    pattern_segment: of_template,
                    is_repeated,
                    elsewhere: is_repeated.then(|| repeat.elsewhere(path)).flatten(),
                    captured: Captured::new(slot, shown),
                }
            }
        }
    }
}

impl Captured {
    fn new(slot: &CaptureSlot, text: &str) -> Self {
        Self {
            name: slot.name().to_owned(),
            kind: slot.kind().to_string(),
            text: text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use signpost::values::Switch;
    use signpost_testbed::rows;

    use crate::explain::explanation::Explanation;
    use crate::explain::request::Question;
    use crate::file::Loaded;

    const CONFIG: &str = r#"
allowed_hosts = ["cdn.example"]
hosts = ["a.example", "b.example"]
origin.backends = ["origin"]
targets.cdn.base = "https://cdn.example"

[[routes]]
name = "of-a"
path = "/f/{file:segment}"
hosts = ["a.example"]
target = "cdn"
location = "/a/{file}"
examples = [{ request = "/f/x", location = "https://cdn.example/a/x" }]

[[routes]]
name = "of-b"
path = "/f/{file:segment}"
hosts = ["b.example"]
target = "cdn"
location = "/b/{file}"
examples = [{ request = "/f/x", location = "https://cdn.example/b/x" }]

[[routes]]
name = "package"
path = "/p/{name:segment}/{name}-{version:semver}.tgz"
target = "cdn"
location = "/{name}/{version}"
examples = [{ request = "/p/x/x-1.0.0.tgz", location = "https://cdn.example/x/1.0.0" }]

[[routes]]
name = "object"
path = "/o/{digest.first(2)}/{digest:sha256}"
target = "cdn"
location = "/{digest}"
examples = [{ request = "/o/e3/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", location = "https://cdn.example/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" }]

[[routes]]
name = "crate"
path = "/c/{name.index-prefix}/{name:crate}/{name}-{version:semver}.crate"
target = "cdn"
location = "/{name}/{version}"
examples = [{ request = "/c/1/a/a-1.0.0.crate", location = "https://cdn.example/a/1.0.0" }]

[[routes]]
name = "twice"
path = "/t/{a:digits}-{a}"
target = "cdn"
location = "/t/{a}"
examples = [{ request = "/t/1-1", location = "https://cdn.example/t/1" }]

[[routes]]
name = "short"
path = "/s/{name:segment}"
target = "cdn"
location = "/{name.first(2)}/{name}"
examples = [{ request = "/s/xy", location = "https://cdn.example/xy/xy" }]
"#;

    #[test]
    fn it_is_said_of_each_route_why_it_is_not_the_requests() {
        let loaded = Loaded::of(CONFIG);
        for [url, words] in rows(
            "
            https://a.example/f/x      | ✗ of-b;/f/{file:segment};applies to another host: b.example
            https://b.example/f/x      | ✗ of-a;/f/{file:segment};applies to another host: a.example
            https://b.example/f/x      | ✓ of-b;/f/{file:segment};file  x (segment)
            /p/lodash/underscore-1.13.6.tgz | `underscore-1.13.6.tgz` does not fit `name`, which is `lodash` in this path
            /p/x/y-1.0.0.tgz           | `y-1.0.0.tgz` does not fit `name`, which is `x` in this path
            /p/xy/y-1.0.0.tgz          | `y-1.0.0.tgz` does not fit `name`, which is `xy` in this path
            /c/SE/rd/serde/serde-1.0.0.crate | `SE/rd` does not fit `name`, which is `serde` in this path
            /c/se/rd/serde/serd-1.0.0.crate  | `serd-1.0.0.crate` does not fit `name`, which is `serde` in this path
            /c/1/1/1-1.0.0.crate       | `1` is not a valid `crate`: an ASCII letter
            /t/1-2                     | `1-2` does not fit what `a` is elsewhere in the path
            /t/x-x                     | `x` is not a valid `digits`
            /p/x/x-1.0.tgz             | `1.0` is not a valid `semver`: a version
            /o/44/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 | `44` does not fit `digest`, which is;`e3b0c442
            /o/e3/e3                   | `e3` is not a valid `sha256`: 64 lower-case
            /s/x                       | ✗ stops here: a capture is too short for what the location takes of it
            ",
        ) {
            let address = url.parse().unwrap();
            let question = Question::get(&address);
            let explained = Explanation::of(loaded.config(), &question, Switch::ENFORCE);
            let shown = explained.to_string();
            let lines: Vec<_> = shown.lines().map(str::trim).collect();
            let shown = lines.join(";");
            assert!(shown.contains(words), "{url}: {words} is not in {shown}");
        }
    }
}
