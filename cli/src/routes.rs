//! `signpost routes`: the routes and their targets, for a quick look.

use std::fmt::{self, Display};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use signpost::config::{Route, WeightedTarget};

use crate::file::Loaded;
use crate::output::{Failure, Format, Outcome, print, print_json};

/// Shows the routes, their targets and one example each
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  signpost routes config/crates-io.toml
  signpost routes config/crates-io.toml --format json | jq -r '.routes[].path'

Exit codes: 0 shown, 2 the configuration could not be read or has problems.")]
pub(crate) struct Arguments {
    /// The configuration, in TOML or compiled
    file: PathBuf,

    /// How to print the routes
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let table = Table::of(&Loaded::read(&arguments.file)?);
    match arguments.format {
        Format::Text => print(&table)?,
        Format::Json => print_json(&table)?,
    }
    Ok(Outcome::Fine)
}

/// The routes of a configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Table {
    /// The first 12 hexadecimal digits of the SHA-256 of the compiled configuration.
    revision: String,
    /// The request hosts that the routes apply to; `null` where they apply to any.
    hosts: Option<Vec<String>>,
    /// Every host that a redirect may name.
    allowed_hosts: Vec<String>,
    /// Whether and how a second try goes another way.
    retry: Option<Retry>,
    /// The routes, in the order in which they are tried.
    routes: Vec<Row>,
}

/// What becomes of a second try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Retry {
    /// For how long a try is remembered, in seconds.
    window: u64,
    /// How much may go to the origin, in percent.
    origin_share: u8,
}

/// A route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    /// Its name.
    name: String,
    /// Its path pattern.
    path: String,
    /// Its targets, in the order in which they are written.
    targets: Vec<Share>,
    /// The template of its location.
    location: String,
    /// The status of its redirects.
    status: u16,
    /// Whether clients that accept JSON get the URL as JSON.
    json: bool,
    /// The value of `Cache-Control`, if one is sent.
    cache_control: Option<String>,
    /// Its first example; `null` where the configuration is compiled, and has none.
    example: Option<Shown>,
}

/// A target of a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Share {
    /// The name of the target.
    name: String,
    /// Its base.
    base: String,
    /// How large its share of the files is, next to the other targets'.
    weight: u16,
    /// The Fastly backend whose health is the target's, if there is one.
    health_backend: Option<String>,
}

/// An example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Shown {
    /// The request.
    request: String,
    /// The location that it leads to.
    location: String,
}

impl Table {
    pub(crate) fn of(loaded: &Loaded) -> Self {
        let config = loaded.config();
        let in_words =
            |hosts: &[signpost::values::Host]| hosts.iter().map(ToString::to_string).collect();
        Self {
            revision: config.revision().to_owned(),
            hosts: config.hosts().map(in_words),
            allowed_hosts: in_words(config.allowed_hosts()),
            retry: config.retry().map(|options| Retry {
                window: options.window.as_duration().as_secs(),
                origin_share: options.origin_share.as_percent(),
            }),
            routes: config
                .routes()
                .iter()
                .map(|route| Row::of(route, loaded))
                .collect(),
        }
    }
}

impl Row {
    fn of(route: &Route, loaded: &Loaded) -> Self {
        let mut examples = loaded.examples().iter();
        let example = examples.find(|example| example.route() == route.name());
        let options = route.options();
        Self {
            name: route.name().to_string(),
            path: route.path().to_string(),
            targets: route.targets().iter().map(Share::of).collect(),
            location: route.location().to_string(),
            status: options.status.as_u16(),
            json: options.json,
            cache_control: options
                .cache_control
                .as_ref()
                .map(|value| value.as_str().to_owned()),
            example: example.map(|example| Shown {
                request: example.request().to_owned(),
                location: example.location().to_string(),
            }),
        }
    }
}

impl Share {
    fn of(weighted: &WeightedTarget) -> Self {
        let target = weighted.target();
        Self {
            name: target.name().to_owned(),
            base: target.base().to_string(),
            weight: weighted.weight().as_u16(),
            health_backend: target.health_backend().map(str::to_owned),
        }
    }
}

/// A block for each route: a line of a table would be wider than any terminal.
impl Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts = match &self.hosts {
            None => "any".to_owned(),
            Some(hosts) => hosts.join(", "),
        };
        writeln!(formatter, "revision       {}", self.revision)?;
        writeln!(formatter, "hosts          {hosts}")?;
        writeln!(
            formatter,
            "allowed_hosts  {}",
            self.allowed_hosts.join(", ")
        )?;
        if let Some(Retry {
            window,
            origin_share,
        }) = &self.retry
        {
            writeln!(
                formatter,
                "retry          for {window} s the next target, then the origin up to {origin_share}%"
            )?;
        }
        self.routes
            .iter()
            .try_for_each(|row| write!(formatter, "\n{row}"))
    }
}

impl Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = if self.json { ", or 200 with JSON" } else { "" };
        writeln!(formatter, "{}", self.name)?;
        writeln!(formatter, "  path      {}", self.path)?;
        let weights: u32 = self.targets.iter().map(|it| u32::from(it.weight)).sum();
        for Share {
            name,
            base,
            weight,
            health_backend,
        } in &self.targets
        {
            write!(formatter, "  target    {name} = {base}")?;
            if self.targets.len() > 1 {
                write!(formatter, ", {weight} of {weights}")?;
            }
            if let Some(backend) = health_backend {
                write!(formatter, ", healthy as `{backend}`")?;
            }
            writeln!(formatter)?;
        }
        writeln!(formatter, "  location  {}", self.location)?;
        writeln!(formatter, "  status    {}{json}", self.status)?;
        if let Some(value) = &self.cache_control {
            writeln!(formatter, "  cache     {value}")?;
        }
        match &self.example {
            Some(example) => {
                writeln!(formatter, "  example   {}", example.request)?;
                writeln!(formatter, "         -> {}", example.location)
            }
            None => writeln!(formatter, "  example   (none in a compiled configuration)"),
        }
    }
}
