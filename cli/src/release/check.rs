//! What a release finds wrong before its first step.

use std::path::{Path, PathBuf};

use signpost::authoring::{Example, split_request};
use signpost::decision::Because;
use signpost::request::Request;
use signpost::sides::Sides;
use signpost::values::{Host, Share, Switch};
use url::Url;

use super::action::Compiled;
use crate::file::{Loaded, is_dash};
use crate::output::Failure;

/// Refuses an edge to whose host a configuration does not apply.
pub(super) fn check_host(edge: &str, configs: &[&Loaded]) -> Result<(), Failure> {
    // The smoke test refuses an `--edge` that is not a URL.
    let edge = Url::parse(edge).ok();
    let host = edge.as_ref().and_then(Url::host_str);
    configs.iter().try_for_each(|config| match host {
        Some(host) => config.check_host(host),
        None => Ok(()),
    })
}

/// Refuses a new configuration that has no way for an example of the deployed one.
///
/// At the edge `config` would answer such a request on the side of `next`, and so no smoke test would fail,
/// until the new configuration is alone.
pub(super) fn check_refused(file: &Path, new: &Loaded, deployed: &Loaded) -> Result<(), Failure> {
    let examples = deployed.examples().iter();
    let mut refused = examples.filter(|example| is_refused(example, new, deployed));
    let Some(first) = refused.next() else {
        return Ok(());
    };
    let others = match refused.count() {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    Err(Failure::new(format!(
        "{} has no way for {}{others}, which the deployed configuration redirects: correct it, or, if that is meant, add --allow-refused",
        file.display(),
        first.request()
    )))
}

fn is_refused(example: &Example, new: &Loaded, deployed: &Loaded) -> bool {
    let (host, path) = split_request(example.request());
    let mut patterns = deployed.config().patterns();
    let route = patterns.find(|pattern| pattern.name() == example.route());
    let usual = deployed.config().first_host(route);
    let host = host.or(usual.map(Host::as_str)).unwrap_or_default();
    let request = Request::new("GET", host, path);
    let switch = Switch::ENFORCE.with_next(Share::ALL);
    let sides = Sides::new(deployed.config(), Some(new.config()));
    signpost::answer(sides, &request, switch).because() == Some(Because::NextRefused)
}

/// Reads a configuration before the first step, so that one with problems changes nothing.
pub(super) fn read(file: &Path) -> Result<Loaded, Failure> {
    if is_dash(file) {
        let words = "a release reads the configuration several times, and standard input can be read once; \
                     name a file";
        return Err(Failure::new(words));
    }
    let loaded = Loaded::read(file)?;
    if loaded.examples().is_empty() {
        return Err(Failure::new(format!(
            "{} has no examples for a smoke test: name the TOML file that it was compiled from",
            file.display()
        )));
    }
    Ok(loaded)
}

/// The configuration as it is stored.
pub(super) fn compiled(file: PathBuf, loaded: &Loaded) -> Compiled {
    Compiled {
        file,
        // Without a line break: a store takes no letter more than the largest configuration has.
        json: loaded.config().to_json().to_owned(),
    }
}

/// Reads a share as the command line has it.
pub(super) fn read_share(text: &str) -> Result<u8, String> {
    let share = text.trim_end_matches('%').parse().ok();
    share
        .filter(|percent| (1..=100).contains(percent))
        .ok_or_else(|| "write whole numbers from 1 to 100, such as 1,10,100".to_owned())
}

/// The shares, each larger than the one before.
pub(super) fn growing(shares: &[u8]) -> Result<Vec<Share>, Failure> {
    if !shares.is_sorted_by(|one, next| one < next) {
        return Err(Failure::new(
            "the shares do not grow: write them from the smallest, such as 1,10,100",
        ));
    }
    let shares = shares.iter().map(|&percent| {
        Share::percent(percent).ok_or_else(|| Failure::new("a share is at most 100"))
    });
    shares.collect()
}

#[cfg(test)]
mod tests {
    use super::{Loaded, check_refused, growing, read_share};

    #[test]
    fn shares_are_percent_and_grow() {
        let shown = |shares: &[u8]| -> Option<Vec<String>> {
            let shares = growing(shares).ok()?;
            Some(shares.iter().map(ToString::to_string).collect())
        };
        for (shares, expected) in [
            ([1, 10, 100].as_slice(), Some(vec!["1%", "10%", "100%"])),
            (&[100], Some(vec!["100%"])),
            (&[10, 1], None),
            (&[1, 1], None),
        ] {
            let expected = expected.map(|all| all.into_iter().map(str::to_owned).collect());
            assert_eq!(shown(shares), expected, "{shares:?}");
        }
        for (text, share) in [
            ("1", Some(1)),
            ("10%", Some(10)),
            ("0", None),
            ("101", None),
            ("", None),
        ] {
            assert_eq!(read_share(text).ok(), share, "{text}");
        }
    }

    #[test]
    fn a_configuration_without_a_way_for_what_the_deployed_one_redirects_is_refused() {
        let production = include_str!("../../../config/crates-io.toml");
        let deployed = Loaded::of(production);
        let with = |old: &str, new: &str| {
            assert!(production.contains(old), "{old}");
            Loaded::of(&production.replace(old, new))
        };
        for (name, new, is_refused) in [
            ("the same", Loaded::of(production), false),
            ("another header", with("cors = true", "cors = false"), false),
            (
                "another path",
                with("/api/v1/crates/", "/api/v2/crates/"),
                true,
            ),
        ] {
            let checked = check_refused("new.toml".as_ref(), &new, &deployed);
            assert_eq!(checked.is_err(), is_refused, "{name}: {checked:?}");
        }
    }
}
