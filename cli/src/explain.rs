//! `signpost explain`: shows what happens to one request, stage by stage.

mod address;
mod explanation;
mod facts;
mod field;
mod page;
mod repeat;
mod request;
mod routes;
#[cfg(test)]
mod tests;
mod text;
mod turn;
mod words;

use std::iter;
use std::path::PathBuf;

use clap::Args;
use signpost::sides::Sides;
use signpost::values::{Share, Switch};

use crate::file::Loaded;
use crate::output::{Failure, Format, Outcome, print, print_json};
use address::Address;
use explanation::Explanation;
use field::Field;
use request::Question;
use turn::Supposed;

/// Explains what happens to one request, and why, stage by stage
///
/// Runs the edge function's own code over the configuration. Shows the request, how far each route
/// matched its path, the captures, the candidate, every point of its proof, the decision, and the
/// reply. Sends nothing.
///
/// The URL is taken byte for byte, and then read as Fastly's library reads it before the edge sees
/// it. Browsers and curl resolve `.` and `..` before they send a request (curl does not with
/// --path-as-is), so what arrives from them is another path.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  signpost explain config/crates-io.toml \\
      https://crates.io/api/v1/crates/libgit2-sys/0.12.25+1.3.0/download
  signpost explain config/crates-io.toml /api/v1/crates/smallvec/1.10/download
  signpost explain config/crates-io.toml --accept application/json \\
      --switch 'enforce 25%' /api/v1/crates/smallvec/1.10.0/download
  signpost explain config/crates-io.toml --method OPTIONS \\
      -H 'Origin: https://docs.example' \\
      -H 'Access-Control-Request-Method: GET' \\
      /api/v1/crates/smallvec/1.10.0/download
  signpost explain two-targets.toml --attempt 2 --unhealthy fastly \\
      /api/v1/crates/smallvec/1.10.0/download
  signpost explain config/crates-io.toml --next new.toml \\
      --switch 'enforce, next 5%' /api/v1/crates/smallvec/1.10.0/download

Exit codes: 0 the request is redirected, or the origin answers as designed, 1 the proof refused the
location (a bug or an attack), 2 the configuration or the command line could not be read.")]
pub(crate) struct Arguments {
    /// The configuration, in TOML or compiled; `-` for standard input
    file: PathBuf,

    /// The URL that a client asks for, or its path alone
    ///
    /// A path alone arrives at the first of the configuration's `hosts`, if it has any.
    url: Address,

    /// The method of the request
    #[arg(long, default_value = "GET")]
    method: String,

    /// A value of the request's `Accept`; may be given several times
    #[arg(long)]
    accept: Vec<String>,

    /// A header field of the request, such as `Range: bytes=0-99`; may be given several times
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    headers: Vec<Field>,

    /// The switch: `enforce`, `enforce 25%`, `shadow` or `off`, and `, next 5%` after it with --next
    #[arg(long, default_value_t = Switch::ENFORCE)]
    switch: Switch,

    /// The configuration in the entry `next`, in TOML or compiled
    ///
    /// Explains which of the two answers, and the stages of the request in that one.
    #[arg(long, value_name = "FILE")]
    next: Option<PathBuf>,

    /// Which attempt of its client this is within the window of `[retry]`, from 1
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    attempt: u8,

    /// A target to take as unhealthy; may be given several times
    #[arg(long, value_name = "TARGET")]
    unhealthy: Vec<String>,

    /// How to print the explanation
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let loaded = Loaded::read(&arguments.file)?;
    let next = arguments.next.as_deref().map(Loaded::read).transpose()?;
    if next.is_none() && arguments.switch.next() != Share::NONE {
        return Err(Failure::new(format!(
            "the switch `{}` gives the entry `next` a share; name its configuration with --next FILE",
            arguments.switch
        )));
    }
    let next = next.as_ref().map(Loaded::config);
    let sides = Sides::new(loaded.config(), next);
    let configs: Vec<_> = iter::once(loaded.config()).chain(next).collect();
    let supposed = Supposed::read(&configs, arguments.attempt, &arguments.unhealthy)?;
    let accept = arguments.accept.iter().map(|value| Field::accept(value));
    let fields: Vec<_> = accept.chain(arguments.headers.iter().cloned()).collect();
    let question = Question {
        supposed,
        method: &arguments.method,
        address: &arguments.url,
        fields: &fields,
    };
    let explanation = Explanation::of(sides, &question, arguments.switch);
    match arguments.format {
        Format::Text => print(format_args!("{explanation:#}"))?,
        Format::Json => print_json(&explanation)?,
    }
    Ok(Outcome::found(explanation.is_refused()))
}
