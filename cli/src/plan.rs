//! `signpost plan`: shows what changes if one configuration replaces another.

mod compare;
mod parallel;
mod progress;
mod recent;
mod tally;
mod text;
mod value;

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::Args;
use signpost::config::{RouteName, RoutePattern};

use crate::differences::{self, Difference};
use crate::file::{self, Loaded};
use crate::log::Reader;
use crate::output::{Failure, Format, Outcome, print, print_json};
use crate::unhealthy::Unhealthy;
use compare::Configurations;
use tally::Tally;
use value::{Place, Plan};

/// Shows which requests would be answered differently
///
/// Answers every request with both configurations, by the edge's own code, the switch at `enforce`,
/// and compares status, headers and body. Without `--requests`, the requests are the examples of
/// both files. Lines that are not requests are counted and shown.
///
/// Before the first deployment, OLD is the word `none`: there is no configuration, and the origin
/// answers every request, for the reason `config-missing`. Name a file called `none` as `./none`.
///
/// With `--unhealthy`, the new configuration answers while these targets are unhealthy, and the old
/// one while every target is healthy. Name one file twice to see what the failure of a CDN changes.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  signpost plan old.toml new.toml
  signpost plan deployed.json config/crates-io.toml --requests requests.log.zst
  signpost plan none config/crates-io.toml --requests requests.log
  zcat access.log.*.gz | signpost plan old.toml new.toml --requests -
  signpost plan old.toml new.toml --requests access.log --max-unreadable 20 --format json
  signpost plan two-targets.toml two-targets.toml --unhealthy fastly --requests access.log

Exit codes: 0 nothing changes, 1 something changes or too many lines could not be read, so that a
person should look, 2 it could not be found out.")]
pub(crate) struct Arguments {
    /// The configuration in force: TOML, the JSON of `signpost compile`, or `none`; `-` for standard
    /// input
    old: PathBuf,

    /// The configuration that is to replace it, in either form; `-` for standard input
    new: PathBuf,

    /// Requests, one a line: paths, URLs, the JSON of Signpost or crates.io, alone or behind what
    /// syslog writes before it, a W3C extended log such as CloudFront's, or an access log in the
    /// common or combined format; plain, gzip or zstd; `-` for standard input
    #[arg(long, value_name = "FILE")]
    requests: Option<PathBuf>,

    /// How many percent of the lines may be unreadable before a person must look; blank lines do
    /// not count
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = 1,
        requires = "requests",
        value_parser = clap::value_parser!(u8).range(..=100)
    )]
    max_unreadable: u8,

    /// A target of the new configuration to take as unhealthy; may be given several times
    #[arg(long, value_name = "TARGET")]
    unhealthy: Vec<String>,

    /// How to print the plan
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let requests = arguments.requests.as_deref();
    file::ensure_one_dash(
        [&*arguments.old, &*arguments.new]
            .into_iter()
            .chain(requests),
    )?;
    let old = match arguments.old.as_path() {
        none if none == Path::new(NONE) => None,
        file => Some(Loaded::read(file)?),
    };
    let new = read_new(&arguments.new)?;
    let in_file = |why| Failure::new(format!("{}: {why}", file::name(&arguments.new)));
    let unhealthy = Unhealthy::read(new.config(), &arguments.unhealthy).map_err(in_file)?;
    let files = Files::new(old.as_ref(), &new, &unhealthy);
    let mut plan = match requests {
        Some(file) => over_file(&files, file)?.allowing(arguments.max_unreadable),
        None => over_examples(&files),
    };
    if plan.requests == 0 {
        return Err(without_examples(old.is_none()));
    }
    plan.unhealthy.clone_from(&arguments.unhealthy);
    match arguments.format {
        Format::Text => print(&plan)?,
        Format::Json => print_json(&plan)?,
    }
    match &plan.incomplete {
        Some(why) => Err(Failure::new(format!("the plan is incomplete: {why}"))),
        None => Ok(Outcome::found(plan.needs_review())),
    }
}

/// Stands for OLD before there is a configuration.
const NONE: &str = "none";

/// Reads the new configuration, which there must be.
fn read_new(file: &Path) -> Result<Loaded, Failure> {
    if file == Path::new(NONE) {
        return Err(Failure::new(
            "NEW is `none`, which only OLD can be; name the configuration to deploy, and a file \
             called `none` as ./none",
        ));
    }
    Loaded::read(file)
}

/// The two files and their configurations.
struct Files<'f> {
    /// Nothing before there is a configuration.
    old: Option<&'f Loaded>,
    new: &'f Loaded,
    configurations: Configurations<'f>,
}

impl<'f> Files<'f> {
    fn new(old: Option<&'f Loaded>, new: &'f Loaded, unhealthy: &'f Unhealthy) -> Self {
        let config = old.map(Loaded::config);
        Self {
            old,
            new,
            configurations: Configurations::new(config, new.config(), unhealthy),
        }
    }

    /// The keys that differ; an empty list for a first deployment. The edge ignores examples, so a new one changes
    /// nothing; a dropped one stops holding the configuration to its location.
    fn differences(&self) -> Vec<Difference> {
        let Some(old) = self.old else {
            return Vec::new();
        };
        let mut differences = differences::between(old, self.new);
        differences
            .retain(|difference| !difference.is_of_example() || difference.is_dropped_example());
        differences
    }
}

/// Plans over the examples of both configurations. Requests are answered once, even if several
/// targets have the same example.
fn over_examples(files: &Files<'_>) -> Plan {
    let configurations = &files.configurations;
    let mut tally = Tally::default();
    let mut reader = Reader::default();
    let mut routes = Vec::new();
    let mut seen = HashSet::new();
    for loaded in files.old.into_iter().chain([files.new]) {
        for (route, request) in loaded.requests() {
            let (number, url) = (routes.len() as u64, url(loaded, route, request));
            if seen.insert(url.clone()) {
                tally.take(configurations, &mut reader, number, url.as_bytes());
                routes.push(route.map_or("", RouteName::as_str));
            }
        }
    }
    let place = |index: u64| {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        Place::Example(routes.get(index).map_or("", |route| *route).to_owned())
    };
    tally.into_plan(configurations, place, files.differences())
}

/// The URL of an example that is only a path, if its route has hosts of its own.
fn url<'l>(loaded: &Loaded, route: Option<&RouteName>, request: &'l str) -> Cow<'l, str> {
    let mut patterns = loaded.config().patterns();
    let pattern = patterns.find(|pattern| Some(pattern.name()) == route);
    match pattern.and_then(RoutePattern::hosts).and_then(<[_]>::first) {
        Some(host) if request.starts_with('/') => format!("https://{host}{request}").into(),
        _ => request.into(),
    }
}

fn over_file(files: &Files<'_>, file: &Path) -> Result<Plan, Failure> {
    let (input, bar) = progress::open(file)?;
    let configurations = &files.configurations;
    let (tally, end, input) =
        parallel::tally(configurations, input, |lines| progress::show(&bar, lines))?;
    bar.finish_and_clear();
    let mut plan = tally.into_plan(configurations, Place::Line, files.differences());
    if let Err(error) = end {
        let why = input.failure(&error);
        if plan.requests == 0 {
            return Err(why);
        }
        plan.incomplete = Some(why.to_string());
    }
    if plan.requests == 0 {
        return Err(without_requests(&plan, input.name()));
    }
    Ok(plan)
}

/// The failure for a configuration without examples, such as a compiled one.
fn without_examples(is_first: bool) -> Failure {
    let words = if is_first {
        "the new configuration is compiled; give it as TOML"
    } else {
        "both configurations are compiled; give one of them as TOML"
    };
    Failure::new(format!(
        "there are no examples to plan over, because {words}, or requests with --requests FILE"
    ))
}

/// The failure if no line is a request.
fn without_requests(plan: &Plan, name: &str) -> Failure {
    let mut lines = String::new();
    // Writing to a string does not fail.
    let _ = plan.write_unreadable(&mut lines);
    let message = format!("there is no request in {name}, so nothing can be planned\n{lines}");
    Failure::new(message.trim_end())
}

#[cfg(test)]
mod tests;
