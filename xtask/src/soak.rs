use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use signpost_testbed::LocalServer;
use signpost_testbed::soak::{self, MOST_GROWTH, Soak};

use crate::build;
use crate::compile;
use crate::table::table;
use crate::tool;
use crate::tools;
use crate::workspace::Workspace;

/// Send many requests of all kinds to the module under Viceroy, while what is around it dies and recovers
///
/// Downloads, JSON, preflights, pages, uploads, hostile targets, repeated attempts, and the rows of every
/// preset. Meanwhile the origin refuses and resets connections, answers what is not HTTP, breaks off in the
/// middle of a body, and is silent; targets are unhealthy; the switch has every position, with shares of
/// `next`; and the log endpoint is missing. Every answer is compared, with all its headers, with the one that
/// is right by docs/request-handling.md, which is worked out without the library. Each request that the
/// module saw has one log line.
///
/// Stand-ins: the origin, on this machine. Viceroy reads the entries, the health of backends and the log
/// endpoints in its manifest when it starts, so each phase is a new process of it, and no change is seen by a running
/// sandbox. It prints log lines instead of delivering them. All is plain HTTP/1.1.
///
/// Memory is the most in the second quarter of a phase and in its last one: of Viceroy's process, and of the
/// module in a sandbox. It may not grow by more than a tenth. Viceroy 0.22 ends a sandbox after six
/// requests, whatever the module says: a leak within hundreds of requests of one sandbox is not seen. Of
/// the phases with `[retry]` only the module's memory is judged: Viceroy never forgets what is in its cache.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask soak                                  one million requests\n  \
    cargo xtask soak --requests 20000 --short         six phases, in less than a minute\n  \
    cargo xtask soak --seed 2 --module old.wasm       other requests, to a module that is there\n\n\
    Exit codes: 0 all is right, 1 an answer or a log line is wrong, or memory grew, 2 the command line is \
    wrong")]
pub(crate) struct Arguments {
    /// How many requests in all
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1000..))]
    requests: u64,
    /// The seed of everything random
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many clients ask at the same time
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=512))]
    connections: u32,
    /// Only the phases in which most can go wrong
    #[arg(long)]
    short: bool,
    /// A module, instead of this workspace's
    #[arg(long, value_name = "FILE")]
    module: Option<PathBuf>,
}

/// Runs the soak, and shows what came of each phase.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    tool::ensure(&[tools::viceroy()])?;
    let module = match &arguments.module {
        Some(module) => module.clone(),
        None => build::module(&workspace)?,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot run the clients of the soak")?;
    let reports = runtime.block_on(async {
        let soaking = Soak {
            module: &module,
            local_server: LocalServer::from_file(workspace.root().join("fastly.toml")),
            compile: &|text| Ok(compile::compile(text)?.config().to_json().to_owned()),
            requests: arguments.requests,
            seed: arguments.seed,
            connections: arguments.connections,
            is_short: arguments.short,
            progress: &|text| eprintln!("  {text}"),
        };
        tokio::select! {
            reports = soak::soak(&soaking) => reports,
            // What was started ends with what is dropped here.
            _ = tokio::signal::ctrl_c() => bail!("interrupted"),
        }
    })?;
    for wrong in reports.iter().flat_map(|report| &report.shown) {
        eprintln!("\nWRONG: {wrong}");
    }
    print!("\n{}", table(&soak::table(&reports)));
    let growing = reports.iter().filter(|report| report.is_growing());
    let growing: Vec<_> = growing.map(|report| report.name.as_str()).collect();
    let growing = growing.join(", ");
    if !growing.is_empty() {
        eprintln!("\nMemory grew by more than {MOST_GROWTH} %: {growing}");
    }
    let is_right = growing.is_empty() && reports.iter().all(|report| report.wrong == 0);
    Ok(ExitCode::from(u8::from(!is_right)))
}
