//! The smoke tests of a release.

use std::path::Path;

use signpost::values::{Share, Switch};
use url::Url;

use super::fastly::words;
use super::known::{Known, Position};
use crate::output::Failure;

/// The smoke tests of one deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Smoke {
    pub(crate) edge: String,
    /// What the operator adds.
    pub(crate) arguments: Vec<String>,
}

/// A smoke test with the switch in this position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SmokeTest {
    position: Position,
    /// Its words before the switch, and those after it.
    before: Vec<String>,
    after: Vec<String>,
}

/// How a smoke test asks targets before any redirect leads there.
const ASK_TARGETS: [&str; 2] = ["--targets", "always"];

/// The longest wait of a smoke test for a change. Data centres need about half of it.
const SETTLE: &str = "60s";

impl Smoke {
    /// Smoke tests with more arguments of the operator's.
    pub(crate) fn new(edge: &str, arguments: &[String]) -> Result<Self, Failure> {
        let names_own = |word: &&String| {
            let name = word.split('=').next().unwrap_or_default();
            ["--targets", "--cold-query"].contains(&name)
        };
        if let Some(word) = arguments.iter().find(names_own) {
            return Err(Failure::new(format!(
                "a release itself says when targets are asked: leave {word} out, and run `signpost smoke` with it beside the release"
            )));
        }
        Ok(Self {
            edge: edge.to_owned(),
            arguments: arguments.to_vec(),
        })
    }

    /// Tries the examples of `config` once `switch` is seen to be in force.
    pub(crate) fn at(&self, switch: Switch, config: &Path) -> SmokeTest {
        self.test(Position::At(switch), config, None, &[])
    }

    /// The same before any redirect leaves, with files from every target: they must be ready before it
    /// does.
    pub(crate) fn before_redirects(&self, config: &Path) -> SmokeTest {
        let position = Position::At(Switch::SHADOW);
        self.test(position, config, None, &ASK_TARGETS)
    }

    /// Tries the examples of `config` while it answers every file and the switch stays where it is.
    pub(crate) fn of_config(&self, config: &Path) -> SmokeTest {
        self.test(Position::PRESENT, config, None, &[])
    }

    /// The same at this address instead of the edge's, such as that of Fastly Staging.
    pub(crate) fn of_config_at(&self, address: &str, config: &Path) -> SmokeTest {
        let edge = Url::parse(&self.edge).ok();
        // If the edge is not a URL, the smoke test itself says so.
        let host = edge.as_ref().and_then(Url::host_str).unwrap_or_default();
        let port = edge.as_ref().and_then(Url::port_or_known_default);
        let port = port.unwrap_or_default();
        let detour = format!("{host}:{port}:{address}:{port}");
        let own = ["--connect-to", &detour];
        self.test(Position::PRESENT, config, None, &own)
    }

    /// Tries files of both sides while `next` has this share, or, while it has none, files of `next` at
    /// every target.
    pub(crate) fn of_both(&self, share: Share, config: &Path, next: &Path) -> SmokeTest {
        let own: &[_] = if share == Share::NONE {
            &ASK_TARGETS
        } else {
            &[]
        };
        self.test(Position::Present(share), config, Some(next), own)
    }

    fn test(
        &self,
        position: Position,
        config: &Path,
        next: Option<&Path>,
        own: &[&str],
    ) -> SmokeTest {
        let config = config.to_string_lossy();
        let place = ["--config", &config, "--edge", &self.edge];
        let next = next.map(Path::to_string_lossy);
        let next: Vec<_> = next.iter().flat_map(|next| ["--next", next]).collect();
        let more: Vec<_> = self.arguments.iter().map(String::as_str).collect();
        let names_settle = |word: &&str| *word == "--settle" || word.starts_with("--settle=");
        let settle: &[_] = if more.iter().any(names_settle) {
            &[]
        } else {
            &["--settle", SETTLE]
        };
        let after = [&next, settle, own, &more].concat();
        SmokeTest {
            position,
            before: words("signpost", "smoke", &[&place]),
            after: after.into_iter().map(str::to_owned).collect(),
        }
    }
}

impl SmokeTest {
    /// The position of the switch that it expects.
    pub(super) fn position(&self) -> Position {
        self.position
    }

    /// The words of `signpost smoke`.
    pub(super) fn words(&self, known: &Known) -> Vec<String> {
        let switch = ["--switch".to_owned(), self.position.text(known)];
        [&*self.before, &switch, &self.after].concat()
    }
}
