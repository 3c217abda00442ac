//! `signpost init`: prints a complete configuration for a kind of registry.

mod filled;
mod presets;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
use serde::Serialize;
use signpost::authoring::Authored;
use signpost::values::{Base, Host};

use crate::findings::{self, Finding};
use crate::output::{Failure, Format, Outcome, Screen, print, print_error, print_json};
use crate::text::counted;
use filled::Values;
use presets::{PRESETS, Preset};

/// Prints a complete configuration to start from, for a kind of registry
///
/// A preset has routes for the files of that kind, requests that must be redirected and requests
/// that must not, and comments on what its clients need. `--base` and `--host` put in your own
/// values; what cannot be meant is refused, as `signpost check` does.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  signpost init --list
  signpost init npm
  signpost init pypi --base https://cdn.example/pypi --host pypi.example > signpost.toml
  signpost init --list --format json | jq -r '.[].name'

Exit codes: 0 printed, 1 the values do not go together, 2 it could not be printed.")]
pub(crate) struct Arguments {
    /// The preset; --list says what each is for
    #[arg(
        value_name = "NAME",
        required_unless_present = "list",
        value_parser = PossibleValuesParser::new(names()).try_map(|name| read(&name)),
    )]
    preset: Option<&'static Preset>,
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
        let name = format!("{}.toml", preset.name);
        let found = Finding::all_of(&problems);
        let report = findings::render(&name, &text, &found, Screen::of_errors());
        let number = counted(found.len(), "problem");
        print_error(format_args!(
            "{report}{number} with these values; nothing was printed\n"
        ));
        return Ok(Outcome::Found);
    }
    print(text)?;
    Ok(Outcome::Fine)
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

fn names() -> impl Iterator<Item = PossibleValue> {
    let preset = |preset: &Preset| PossibleValue::new(preset.name).help(preset.description());
    PRESETS.iter().map(preset)
}

fn read(name: &str) -> Result<&'static Preset, Failure> {
    let found = PRESETS.iter().find(|preset| preset.name == name);
    found.ok_or_else(|| Failure::new(format!("there is no preset `{name}`")))
}
