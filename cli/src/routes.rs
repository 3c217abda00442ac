//! `signpost routes`: lists the routes and their targets.

use std::fmt::{self, Display};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use signpost::config::{Route, RoutePattern, WeightedTarget};
use signpost::values::Host;

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
    /// The configuration, in TOML or compiled; `-` for standard input
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

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Table {
    /// The first 12 hexadecimal digits of the compiled configuration's SHA-256.
    revision: String,
    /// The hosts that the routes apply to; `null` for any.
    hosts: Option<Vec<String>>,
    allowed_hosts: Vec<String>,
    retry: Option<Retry>,
    /// The routes of the origin, in the order of matching. They come before all others.
    origin_routes: Vec<OriginRow>,
    /// The routes that redirect, in the order of matching.
    routes: Vec<Row>,
}

/// How later attempts are treated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Retry {
    /// How long an attempt is remembered, in seconds.
    window: u64,
    /// How much may go to the origin, in percent.
    origin_share: u8,
}

/// A route whose requests all go to the origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct OriginRow {
    name: String,
    path: String,
    /// The hosts that it applies to; `null` for those of the configuration.
    hosts: Option<Vec<String>>,
    /// The request of the first example; `null` in a compiled configuration.
    example: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    name: String,
    path: String,
    /// The hosts that it applies to; `null` for those of the configuration.
    hosts: Option<Vec<String>>,
    /// In the order of writing.
    targets: Vec<Share>,
    location: String,
    /// The captures that the location leaves out.
    unused: Vec<String>,
    status: u16,
    /// Whether clients that accept JSON get JSON.
    json: bool,
    cache_control: Option<String>,
    /// The first example; `null` in a compiled configuration, which has none.
    example: Option<Shown>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Share {
    name: String,
    base: String,
    /// Its share of the files, relative to the other targets.
    weight: u16,
    /// The Fastly backend whose health it has.
    health_backend: Option<String>,
    /// The reserved characters that its locations have as they are.
    unencoded: String,
    /// The name that its CDN has in its own requests.
    #[serde(rename = "loop")]
    loop_token: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Shown {
    request: String,
    location: String,
}

impl Table {
    pub(crate) fn of(loaded: &Loaded) -> Self {
        let config = loaded.config();
        let origin_routes = config.origin_routes().iter();
        Self {
            revision: config.revision().to_owned(),
            hosts: config.hosts().map(names),
            allowed_hosts: names(config.allowed_hosts()),
            retry: config.retry().map(|options| Retry {
                window: options.window.as_duration().as_secs(),
                origin_share: options.origin_share.as_percent(),
            }),
            origin_routes: origin_routes
                .map(|route| OriginRow::of(route, loaded))
                .collect(),
            routes: config
                .routes()
                .iter()
                .map(|route| Row::of(route, loaded))
                .collect(),
        }
    }
}

fn names(hosts: &[Host]) -> Vec<String> {
    hosts.iter().map(ToString::to_string).collect()
}

impl OriginRow {
    fn of(route: &RoutePattern, loaded: &Loaded) -> Self {
        let mut requests = loaded.requests();
        let example = requests.find(|(of, _)| *of == Some(route.name()));
        Self {
            name: route.name().to_string(),
            path: route.path().to_string(),
            hosts: route.hosts().map(names),
            example: example.map(|(_, request)| request.to_owned()),
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
            hosts: route.pattern().hosts().map(names),
            targets: route.targets().iter().map(Share::of).collect(),
            location: route.location().to_string(),
            unused: route.unused().map(|it| it.name().to_owned()).collect(),
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
            unencoded: target.unencoded().to_string(),
            loop_token: target.loop_token().map(|it| it.as_str().to_owned()),
        }
    }
}

/// A block for each route: table rows would be wider than any terminal.
impl Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts = match &self.hosts {
            None => "any".to_owned(),
            Some(hosts) => hosts.join(", "),
        };
        writeln!(f, "revision       {}", self.revision)?;
        writeln!(f, "hosts          {hosts}")?;
        writeln!(f, "allowed_hosts  {}", self.allowed_hosts.join(", "))?;
        if let Some(Retry {
            window,
            origin_share,
        }) = &self.retry
        {
            writeln!(
                f,
                "retry          for {window} s the next target, then the origin up to {origin_share}%"
            )?;
        }
        for row in &self.origin_routes {
            write!(f, "\n{row}")?;
        }
        self.routes.iter().try_for_each(|row| write!(f, "\n{row}"))
    }
}

impl Display for OriginRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.name)?;
        writeln!(f, "  path      {}", self.path)?;
        write_hosts(f, self.hosts.as_deref())?;
        writeln!(f, "  origin    answers every request")?;
        let example = self.example.as_deref().unwrap_or(NO_EXAMPLE);
        writeln!(f, "  example   {example}")
    }
}

/// Stands for the example of a compiled configuration.
const NO_EXAMPLE: &str = "(none in a compiled configuration)";

fn write_hosts(f: &mut fmt::Formatter<'_>, hosts: Option<&[String]>) -> fmt::Result {
    match hosts {
        Some(hosts) => writeln!(f, "  hosts     {}", hosts.join(", ")),
        None => Ok(()),
    }
}

impl Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = if self.json { ", or 200 with JSON" } else { "" };
        writeln!(f, "{}", self.name)?;
        writeln!(f, "  path      {}", self.path)?;
        write_hosts(f, self.hosts.as_deref())?;
        let weights: u32 = self.targets.iter().map(|it| u32::from(it.weight)).sum();
        for Share {
            name,
            base,
            weight,
            health_backend,
            unencoded,
            loop_token,
        } in &self.targets
        {
            write!(f, "  target    {name} = {base}")?;
            if self.targets.len() > 1 {
                write!(f, ", {weight} of {weights}")?;
            }
            if let Some(backend) = health_backend {
                write!(f, ", healthy as `{backend}`")?;
            }
            if !unencoded.is_empty() {
                write!(f, ", `{unencoded}` unencoded")?;
            }
            if let Some(name) = loop_token {
                write!(f, ", sends as `{name}`")?;
            }
            writeln!(f)?;
        }
        writeln!(f, "  location  {}", self.location)?;
        if !self.unused.is_empty() {
            writeln!(f, "  unused    {}", self.unused.join(", "))?;
        }
        writeln!(f, "  status    {}{json}", self.status)?;
        if let Some(value) = &self.cache_control {
            writeln!(f, "  cache     {value}")?;
        }
        match &self.example {
            Some(example) => {
                writeln!(f, "  example   {}", example.request)?;
                writeln!(f, "         -> {}", example.location)
            }
            None => writeln!(f, "  example   {NO_EXAMPLE}"),
        }
    }
}
