use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, ensure};
use signpost_traffic::{Part, Settings, Traffic};

/// Write the log of an hour of normal downloads, and of the incident of 2023-07-20 after it
///
/// The lines are Signpost's own and go to standard output. Standard error says when the break comes.
/// From then on every redirect leads to a host that does not exist, and cargo makes four attempts at
/// each such download: the next ones come about 1 s, 3.5 s and 6.5 s after each failure.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask replay-incident | signpost watch -\n  \
    cargo xtask replay-incident --rate 500 --before 10m | signpost watch --report page.html -\n  \
    cargo xtask replay-incident --rate 500 --before 10m --share 1 | signpost watch -\n  \
    cargo xtask replay-incident --rate 500 --before 10m --edge-location FRA | signpost watch -\n  \
    cargo xtask replay-incident --before 10m --next 1 | signpost watch -")]
pub(crate) struct Arguments {
    /// Requests a second before the break; 4,710 is the average of the incident
    #[arg(long, default_value_t = 4_710.0)]
    rate: f64,

    /// How long downloads work
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = humantime::parse_duration)]
    before: Duration,

    /// How long redirects then lead nowhere; the incident took 13 minutes
    #[arg(long, value_name = "DURATION", default_value = "13m", value_parser = humantime::parse_duration)]
    after: Duration,

    /// The seed of everything random
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// How many build farms: many machines behind one address, which ask for the same files
    #[arg(long, default_value_t = 20)]
    farms: u32,

    /// The share of files whose downloads are redirected, in percent, as by the switch `enforce 1%`
    #[arg(long, value_name = "PERCENT", default_value_t = 100, value_parser = clap::value_parser!(u8).range(0..=100))]
    share: u8,

    /// Break only what this edge location redirects, such as FRA, with a fifth of the clients, or SYD,
    /// with 3 %
    #[arg(long, value_name = "NAME")]
    edge_location: Option<String>,

    /// Give `next` this share of the files at the break, in percent, and break only its side
    #[arg(long, value_name = "PERCENT", conflicts_with = "edge_location", value_parser = clap::value_parser!(u8).range(1..=100))]
    next: Option<u8>,

    /// When the break comes, in RFC 3339
    #[arg(long, value_name = "TIME", default_value = "2023-07-20T12:17:00Z", value_parser = humantime::parse_rfc3339)]
    break_at: SystemTime,
}

/// Writes the log.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let part = match (&arguments.edge_location, arguments.next) {
        (Some(name), _) => Part::EdgeLocation(name.clone()),
        (None, Some(_)) => Part::Next,
        (None, None) => Part::All,
    };
    let traffic = Traffic::new(&settings(arguments)?)
        .breaking(part)
        .releasing(arguments.next.unwrap_or_default());
    let break_at = humantime::format_rfc3339_seconds(arguments.break_at);
    eprintln!("the break is at {break_at}");
    match write(traffic) {
        // The reader of the pipe has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        written => written.context("cannot write to standard output")?,
    }
    Ok(ExitCode::SUCCESS)
}

fn settings(arguments: &Arguments) -> Result<Settings> {
    ensure!(
        arguments.rate > 0.0 && arguments.rate <= 1e6,
        "--rate is {}: write a number above 0 and up to 1000000",
        arguments.rate
    );
    let start = arguments
        .break_at
        .checked_sub(arguments.before)
        .and_then(|start| start.duration_since(SystemTime::UNIX_EPOCH).ok())
        .context(
            "the log would begin before 1970: write a later --break-at or a shorter --before",
        )?;
    Ok(Settings {
        start: u64::try_from(start.as_micros())?,
        rate: arguments.rate,
        normal: arguments.before,
        broken: arguments.after,
        seed: arguments.seed,
        farms: arguments.farms,
        share: arguments.share,
    })
}

fn write(traffic: Traffic) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut line = Vec::new();
    for request in traffic {
        line.clear();
        request.write_line(&mut line);
        out.write_all(&line)?;
    }
    out.flush()
}
