//! `signpost init`: prints a complete configuration for a kind of registry.

mod filled;
mod presets;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use serde::Serialize;
use signpost::authoring::Authored;
use signpost::config::{ProblemCode, Problems};
use signpost::values::{Base, Host};
use signpost_logs::text::counted;

use crate::findings::{self, Code, Finding};
use crate::output::{Failure, Format, Outcome, Screen, print, print_error, print_json};
use filled::Values;
use presets::{PRESETS, Preset};

/// Prints a complete configuration to start from, for a kind of registry
///
/// A preset has routes for the files of that kind, requests that must be redirected and requests
/// that must not, and comments on what its clients need. `--base` and `--host` put in your own
/// values; what cannot be meant is refused, as `signpost check` does.
#[derive(Args, Debug)]
#[command(
    override_usage = "\
signpost init <NAME> [--base <URL>] [--host <HOST>]
       signpost init --list [--format <FORMAT>]",
    after_help = "\
Examples:
  signpost init --list
  signpost init npm
  signpost init pypi --base https://cdn.example/pypi --host pypi.example > signpost.toml
  signpost init --list --format json | jq -r '.[].name'

Exit codes: 0 printed, 1 the values do not go together, 2 it could not be printed."
)]
pub(crate) struct Arguments {
    /// The preset; --list says what each is for
    #[arg(value_name = "NAME", value_enum, required_unless_present = "list")]
    preset: Option<Preset>,
    /// The CDN that has the files, and the folder if there is one, instead of `https://cdn.example`
    #[arg(long, value_name = "URL", value_parser = Base::parse)]
    base: Option<Base>,
    /// The registry's own host, which clients ask, instead of `registry.example`
    #[arg(long, value_name = "HOST", value_parser = Host::parse)]
    host: Option<Host>,
    /// List the presets
    #[arg(long, conflicts_with_all = ["preset", "base", "host"])]
    list: bool,
    /// How to print the list
    #[arg(long, value_enum, default_value_t, conflicts_with = "preset")]
    format: Format,
}

/// A preset in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Row {
    name: &'static str,
    description: &'static str,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let Some(preset) = arguments.preset else {
        list(arguments.format)?;
        return Ok(Outcome::Fine);
    };
    let values = Values {
        base: arguments.base.as_ref(),
        host: arguments.host.as_ref(),
    };
    let text = values.fill(preset.text);
    // A preset as it is compiles, as the tests show.
    if text != preset.text
        && let Err(problems) = Authored::from_toml(&text)
    {
        print_error(refused(preset, &values, &text, &problems));
        return Ok(Outcome::Found);
    }
    print(text)?;
    Ok(Outcome::Fine)
}

/// Says why a preset with an operator's values does not compile.
fn refused(preset: Preset, values: &Values<'_>, text: &str, problems: &Problems) -> String {
    let mut found = Finding::all_of(problems);
    let is_loop = |finding: &Finding| finding.code == Code::Problem(ProblemCode::LocationLoops);
    // Each route and each example fails for the same reason.
    if let Some(host) = values.shared_host()
        && found.iter().any(is_loop)
    {
        let message = format!(
            "the CDN (`--base`) is at the registry's own host (`--host`), `{host}`, so the edge would \
             redirect to itself; give the CDN another host or a folder"
        );
        let code = Code::Problem(ProblemCode::LocationLoops);
        found = vec![Finding::new(code, "", message)];
    }
    // The file is written later, so messages name the preset.
    let name = format!("<{}>", preset.name);
    let report = findings::render(&name, text, &found, Screen::of_errors());
    let number = counted(found.len(), "problem");
    format!("{report}{number} with these values; nothing was printed\n")
}

fn list(format: Format) -> Result<(), Failure> {
    let rows = PRESETS.iter().map(|preset| Row {
        name: preset.name,
        description: preset.description(),
    });
    match format {
        Format::Json => print_json(&rows.collect::<Vec<_>>()),
        Format::Text => {
            let width = PRESETS.iter().map(|preset| preset.name.len()).max();
            let width = width.unwrap_or_default();
            let lines =
                rows.map(|Row { name, description }| format!("{name:width$}  {description}\n"));
            print(lines.collect::<String>())
        }
    }
}

impl ValueEnum for Preset {
    fn value_variants<'a>() -> &'a [Self] {
        PRESETS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name).help(self.description()))
    }
}
