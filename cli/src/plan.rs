//! `signpost plan`: shows what changes if one configuration replaces another.

mod chains;
mod compare;
mod cost;
mod examples;
mod files;
mod kept;
mod loops;
mod next;
mod on_next;
mod outline;
mod overwrite;
mod parallel;
mod partial;
mod parts;
mod paths;
mod progress;
mod recent;
mod requests;
mod shares;
mod side;
mod summary;
mod tally;
mod text;
mod unrouted;
mod value;

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{RangedU64ValueParser, TypedValueParser};
use signpost::values::Share;
use signpost_logs::text::counted;

use crate::file::{self, Loaded};
use crate::output::{Failure, Format, Outcome, print, print_json};
use crate::unhealthy::Unhealthy;
use cost::{CpuTimes, Prices};
use files::Files;
use summary::Summary;
use value::Plan;

/// Shows which requests would be answered differently
///
/// Answers every request with both configurations, by the edge's own code, the switch at `enforce`,
/// and compares status, headers and body. Without `--requests`, the requests are the examples of
/// both files. Lines that are not requests are counted and shown.
///
/// Over requests it also shows how much each route takes, and which paths no route takes.
///
/// Before the first deployment, OLD is the word `none`: there is no configuration, and the origin
/// answers every request, for the reason `config-missing`. Name a file called `none` as `./none`.
///
/// With `--unhealthy`, the new configuration answers while these targets are unhealthy, and the old
/// one while every target is healthy. Name one file twice to see what the failure of a CDN changes.
///
/// With `--next`, NEW does not replace OLD yet: it is in the entry `next`, and OLD stays in `config`, as
/// while a release is on its way. The plan also shows what `next` has no way for, so that `config` answers.
///
/// With `--partial`, nothing is printed, and `--merge` makes one plan of many such summaries: the
/// plan of a single run over their files in that order.
#[derive(Args, Debug)]
#[command(override_usage = "\
signpost plan [OPTIONS] <OLD> <NEW> [--requests <FILE>...]
       signpost plan [OPTIONS] --requests <FILE>... <OLD> <NEW>
       signpost plan [OPTIONS] [<OLD> <NEW>] --merge <FILE>...")]
#[command(after_help = "\
Examples:
  signpost plan old.toml new.toml
  signpost plan deployed.json config/crates-io.toml --requests requests.log.zst
  signpost plan none config/crates-io.toml --requests requests.log
  zcat access.log.*.gz | signpost plan old.toml new.toml --requests -
  signpost plan old.toml new.toml --requests access.log --max-unreadable 20 --format json
  signpost plan two-targets.toml two-targets.toml --unhealthy fastly --requests access.log
  signpost plan deployed.json new.toml --next 1 --requests access.log
  signpost plan old.toml new.toml --requests access.log --cost 0.60,0.05 --cpu-ms 0.4,0.3
  ls logs/*.gz | xargs -P 8 -I@ signpost plan old.toml new.toml --requests @ --partial @.part
  signpost plan --merge logs/*.part

Exit codes: 0 nothing changes, or the summary of --partial is written; 1 something changes or too
many lines could not be read, so that a person should look; 2 it could not be found out.")]
pub(crate) struct Arguments {
    /// The configuration in force: TOML, the JSON of `signpost compile`, or `none`; `-` for standard
    /// input. With `--merge`, it need not be named; if it is, other summaries are refused
    #[arg(required_unless_present_any = ["merge", "requests"], requires = "new")]
    old: Option<PathBuf>,

    /// The configuration that is to replace it, in either form; `-` for standard input
    #[arg(required_unless_present_any = ["merge", "requests"])]
    new: Option<PathBuf>,

    /// Requests, one a line: paths, URLs, the JSON of Signpost or crates.io, alone or behind what
    /// syslog writes before it, a W3C extended log such as CloudFront's, or an access log in the
    /// common or combined format; plain, gzip or zstd; `-` for standard input. Without OLD and NEW before
    /// it, the last two values are OLD and NEW
    #[arg(long, value_name = "FILE", num_args = 1.., group = "input")]
    requests: Vec<PathBuf>,

    /// Summaries that `--partial` wrote, to add up in this order instead of reading requests
    #[arg(
        long,
        value_name = "FILE",
        num_args = 1..,
        group = "input",
        conflicts_with_all = ["unhealthy", "next"]
    )]
    merge: Vec<PathBuf>,

    /// Write a summary for `--merge` into this file instead of printing the plan
    #[arg(long, value_name = "FILE", requires = "input")]
    partial: Option<PathBuf>,

    /// What the requests cost, by the price of a million of them and that of a million vCPU
    /// milliseconds, in any currency, such as `0.60,0.05`
    #[arg(
        long,
        value_name = "REQUESTS,CPU",
        requires_all = ["input", "cpu_ms"],
        conflicts_with = "partial"
    )]
    cost: Option<Prices>,

    /// The vCPU milliseconds that your edge takes for a request, as measured: for one that it
    /// answers, and for one that it passes to the origin, if that is another number
    #[arg(long, value_name = "ANSWERED[,PASSED]", requires = "cost")]
    cpu_ms: Option<CpuTimes>,

    /// How many percent of the lines may be unreadable before a person must look; blank lines do
    /// not count
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = 1,
        requires = "input",
        conflicts_with = "partial",
        value_parser = clap::value_parser!(u8).range(..=100)
    )]
    max_unreadable: u8,

    /// A target of the new configuration to take as unhealthy; may be given several times
    #[arg(long, value_name = "TARGET")]
    unhealthy: Vec<String>,

    /// The percent of the files that the switch gives NEW in `next`, from 1 to 100: `enforce, next 1%` is 1.
    /// Every target is healthy then
    #[arg(
        long,
        value_name = "PERCENT",
        conflicts_with = "unhealthy",
        value_parser = share()
    )]
    next: Option<Share>,

    /// How to print the plan
    #[arg(long, value_enum, default_value_t, conflicts_with = "partial")]
    format: Format,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let Inputs {
        configurations,
        requests,
    } = arguments.inputs();
    let named = configurations.iter().flat_map(|(old, new)| [*old, *new]);
    let inputs = named.chain(requests.iter().map(PathBuf::as_path));
    file::ensure_one_dash(inputs.clone())?;
    if let Some(file) = &arguments.partial {
        overwrite::check(file, inputs)?;
    }
    match (configurations, arguments.merge.split_first()) {
        (Some((old, new)), merged) => {
            let configurations = Named::read(old, new, arguments)?;
            let files = configurations.files(&arguments.unhealthy);
            match merged {
                Some((first, others)) => {
                    let summary = merge(first, others)?;
                    partial::check(first, &summary, &files.planned())?;
                    over_files(arguments, summary)
                }
                None if requests.is_empty() => {
                    let plan = examples::plan(&files);
                    if plan.requests == 0 {
                        return Err(without_examples(plan.is_first));
                    }
                    show(arguments, &plan)
                }
                None => over_files(arguments, requests::read(&files, requests)?),
            }
        }
        (None, Some((first, others))) => over_files(arguments, merge(first, others)?),
        (None, None) => Err(Failure::new(
            "name OLD and NEW, such as `signpost plan OLD NEW --requests FILE`",
        )),
    }
}

/// The files that the command line names, besides summaries.
struct Inputs<'a> {
    /// OLD and NEW.
    configurations: Option<(&'a Path, &'a Path)>,
    requests: &'a [PathBuf],
}

impl Arguments {
    /// `--requests` takes whatever follows, so it has OLD and NEW at its end if they do not come before it.
    fn inputs(&self) -> Inputs<'_> {
        let named = self.old.as_deref().zip(self.new.as_deref());
        match self.requests.as_slice() {
            [requests @ .., old, new] if named.is_none() && !requests.is_empty() => Inputs {
                configurations: Some((old, new)),
                requests,
            },
            requests => Inputs {
                configurations: named,
                requests,
            },
        }
    }
}

/// Stands for OLD before there is a configuration.
const NONE: &str = "none";

/// The configurations that the command line names.
struct Named {
    old: Option<Loaded>,
    new: Loaded,
    unhealthy: Unhealthy,
    next: Option<Share>,
}

impl Named {
    fn read(old: &Path, new: &Path, arguments: &Arguments) -> Result<Self, Failure> {
        let old = match old {
            none if none == Path::new(NONE) && arguments.next.is_some() => {
                return Err(Failure::new(
                    "OLD is `none`, and without a configuration in `config` nothing is redirected, whatever \
                     is in `next`; name the configuration in force, or leave --next out",
                ));
            }
            none if none == Path::new(NONE) => None,
            file => Some(Loaded::read(file)?),
        };
        if new == Path::new(NONE) {
            return Err(Failure::new(
                "NEW is `none`, which only OLD can be; name the configuration to deploy, and a file \
                 called `none` as ./none",
            ));
        }
        let in_file = |why| Failure::new(format!("{}: {why}", file::name(new)));
        let new = Loaded::read(new)?;
        let unhealthy = Unhealthy::read(new.config(), &arguments.unhealthy).map_err(in_file)?;
        Ok(Self {
            old,
            new,
            unhealthy,
            next: arguments.next,
        })
    }

    fn files<'f>(&'f self, unhealthy: &'f [String]) -> Files<'f> {
        match (&self.old, self.next) {
            (Some(old), Some(share)) => Files::with_next(old, &self.new, share),
            (old, _) => Files::new(old.as_ref(), &self.new, unhealthy, &self.unhealthy),
        }
    }
}

/// Reads a share of at least 1 percent.
fn share() -> impl TypedValueParser<Value = Share> {
    let percent = RangedU64ValueParser::<u8>::new().range(1..=100);
    percent.try_map(|percent| Share::percent(percent).ok_or("there are only 100 percent"))
}

fn merge(first: &Path, others: &[PathBuf]) -> Result<Summary, Failure> {
    partial::merge(first, others.iter().map(PathBuf::as_path))
}

/// Writes the summary or shows its plan.
fn over_files(arguments: &Arguments, summary: Summary) -> Result<Outcome, Failure> {
    if let Some(file) = &arguments.partial {
        let incomplete = summary.incomplete.join("; ");
        partial::write(file, summary)?;
        return match incomplete.as_str() {
            "" => Ok(Outcome::Fine),
            why => Err(Failure::new(format!("the summary is incomplete: {why}"))),
        };
    }
    let names = names(&summary.files);
    let plan = Plan::over_files(summary);
    if plan.requests == 0 {
        return Err(match &plan.incomplete {
            Some(why) => Failure::new(why),
            None => without_requests(&plan, &names),
        });
    }
    let plan = plan.allowing(arguments.max_unreadable);
    let plan = match (arguments.cost, arguments.cpu_ms) {
        (Some(prices), Some(cpu_ms)) => plan.with_cost(prices, cpu_ms),
        _ => plan,
    };
    show(arguments, &plan)
}

fn show(arguments: &Arguments, plan: &Plan) -> Result<Outcome, Failure> {
    match arguments.format {
        Format::Text => print(plan)?,
        Format::Json => print_json(plan)?,
    }
    match &plan.incomplete {
        Some(why) => Err(Failure::new(format!("the plan is incomplete: {why}"))),
        None => Ok(Outcome::found(plan.needs_review())),
    }
}

/// The only file, or how many there are.
fn names(files: &[String]) -> String {
    match files {
        [name] => name.clone(),
        files => counted(files.len(), "file"),
    }
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
