//! `cargo bench -p signpost-cli --bench plan`: how fast `signpost plan` and `signpost watch` read a million
//! log lines, and how much memory that takes.
//!
//! Production's configuration is planned against one with another location on the route `download`, so
//! that most of the requests change, which is the most work. `watch` reads in one thread.

mod lines;

use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use flate2::Compression;
use flate2::write::GzEncoder;
use lines::{Lines, PRODUCTION, Paths, one_by_one, with_another_location};
use serde_json::Value;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const LINES: u32 = 1_000_000;

/// Tells the process that is started to measure one run: the most memory of the children of a process
/// is that of the largest, so that each run needs a parent of its own.
const MEASURE: &str = "--measure";

fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    match arguments.first() {
        Some(first) if first == MEASURE => measure(&arguments[1..]),
        // `cargo test --benches` runs this too, and must not wait for it.
        _ if !arguments.iter().any(|argument| argument == "--bench") => {
            println!("nothing is measured without --bench");
            Ok(())
        }
        _ => bench(),
    }
}

/// What was written, and what becomes of it when each line is answered by itself.
#[derive(Default)]
struct Written {
    bytes: u64,
    readable: u64,
    same: u64,
}

fn bench() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let at = |name: &str| directory.path().join(name);
    let (old, new) = (at("old.toml"), at("new.toml"));
    fs::write(&old, PRODUCTION)?;
    fs::write(&new, with_another_location())?;
    for paths in [Paths::Popular, Paths::Unique] {
        let log = at("plain.log");
        let written = write(paths, File::create(&log)?)?;
        let length = written.bytes / u64::from(LINES);
        println!("{LINES} lines of {length} bytes on average, paths {paths:?}");
        let plan = |name, new: &Path, same, log: &Path| {
            let words = [
                "plan".as_ref(),
                old.as_os_str(),
                new.as_os_str(),
                "--requests".as_ref(),
                log.as_os_str(),
            ];
            run(name, "same", same, &words)
        };
        plan("plan", &new, written.same, &log)?;
        plan("plan, nothing changes", &old, written.readable, &log)?;
        let packed = gzip(&log, at("gzip.log"))?;
        plan("plan of gzip", &new, written.same, &packed)?;
        let packed = zstd(&log, at("zstd.log"))?;
        plan("plan of zstd", &new, written.same, &packed)?;
        let words = ["watch".as_ref(), log.as_os_str()];
        run("watch", "lines", LINES.into(), &words)?;
    }
    Ok(())
}

fn write(paths: Paths, file: File) -> Result<Written> {
    let config =
        |text: &str| signpost::authoring::from_toml(text).map_err(|problems| problems.to_string());
    let (old, new) = (config(PRODUCTION)?, config(&with_another_location())?);
    let mut lines = Lines::new(&old, paths);
    let mut file = BufWriter::new(file);
    let mut written = Written::default();
    for _ in 0..LINES {
        let line = lines.next_line();
        writeln!(file, "{line}")?;
        written.bytes += line.len() as u64 + 1;
        let found = one_by_one(&old, &new, &line);
        written.readable += u64::from(found != "unreadable");
        written.same += u64::from(found == "same");
    }
    file.flush()?;
    Ok(written)
}

fn gzip(plain: &Path, file: PathBuf) -> Result<PathBuf> {
    let mut encoder = GzEncoder::new(File::create(&file)?, Compression::default());
    io::copy(&mut File::open(plain)?, &mut encoder)?;
    encoder.finish()?;
    Ok(file)
}

fn zstd(plain: &Path, file: PathBuf) -> Result<PathBuf> {
    zstd::stream::copy_encode(File::open(plain)?, File::create(&file)?, 3)?;
    Ok(file)
}

/// Runs a command of the program, which must find this number under this key.
fn run(name: &str, key: &str, number: u64, words: &[&OsStr]) -> Result<()> {
    print!("  {name:24}");
    io::stdout().flush()?;
    let status = Command::new(std::env::current_exe()?)
        .args([MEASURE, key, &number.to_string()])
        .args(words)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{name}: {status}").into())
    }
}

/// Runs the program, sees that it finds what was found line by line, and prints the figures.
fn measure(arguments: &[OsString]) -> Result<()> {
    let [key, number, words @ ..] = arguments else {
        return Err("a key, a number and a command are needed".into());
    };
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_signpost"))
        .args(words)
        .args(["--format", "json"])
        .stdin(Stdio::null())
        .output()?;
    let seconds = start.elapsed().as_secs_f64();
    if !matches!(output.status.code(), Some(0 | 1)) {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{}: {errors}", output.status).into());
    }
    // `watch` prints an object a line, the sum last.
    let printed = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>();
    let last = printed.last().ok_or("nothing was printed")??;
    let (key, found) = (key.to_string_lossy(), &last[&*key.to_string_lossy()]);
    if Some(found.to_string().as_str()) != number.to_str() {
        return Err(format!("`{key}` is {found}, not {}", number.display()).into());
    }
    let rate = f64::from(LINES) / seconds;
    println!(
        "{seconds:6.2} s  {rate:9.0} lines a second  {}",
        resources()
    );
    Ok(())
}

#[cfg(unix)]
fn resources() -> String {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike as _;
    match getrusage(UsageWho::RUSAGE_CHILDREN) {
        Ok(usage) => {
            let cpu = usage.user_time().num_milliseconds() + usage.system_time().num_milliseconds();
            // Linux counts in KiB.
            let memory = usage.max_rss() / 1024;
            format!("{cpu:5} ms of CPU time  {memory:3} MiB at most")
        }
        Err(error) => format!("(memory is not known: {error})"),
    }
}

#[cfg(not(unix))]
fn resources() -> String {
    "(memory is not known)".to_owned()
}
