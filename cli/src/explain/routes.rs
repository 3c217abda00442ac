//! Stage 2: how far each route matched.

use serde::Serialize;
use signpost::config::Config;
use signpost::request::Request;
use signpost::route::{self, Outcome, Trace};
use signpost::values::{Capture, CaptureSlot, Mismatch, PathTemplate};

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
        /// Whether the capture stands elsewhere in the pattern, so that the text must fit what is
        /// there.
        is_repeated: bool,
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
    let tried = |trace: Trace<'_, '_>| Tried {
        route: trace.route.name().to_string(),
        path: trace.route.path().to_string(),
        result: TrialResult::of(trace),
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
    fn of(Trace { route, outcome }: Trace<'_, '_>) -> Self {
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
            }) => Self::Capture {
                segment,
                pattern_segment: of_template,
                is_repeated: !declares(route.path(), of_template, slot),
                captured: Captured::new(slot, &found),
            },
        }
    }
}

/// Whether a segment of a pattern is the one that has the type of a capture.
fn declares(template: &PathTemplate, segment: usize, slot: &CaptureSlot) -> bool {
    let mut segments = template.segments().skip(segment);
    segments
        .next()
        .is_some_and(|segment| segment.declares(slot.name()))
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
            /p/x/y-1.0.0.tgz           | `y` does not fit what `name` is elsewhere in the path
            /p/x/x-1.0.tgz             | `1.0` is not a valid `semver`: a version
            /o/44/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 | `44` does not fit what `digest` is elsewhere
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
