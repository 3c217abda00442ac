//! Compares the answers to many lines at once.

use std::io::{self, Read};

use rayon::ThreadPoolBuilder;
use rayon::iter::{ParallelBridge as _, ParallelIterator as _};
use signpost_logs::log::Chunks;

use super::compare::Configurations;
use super::tally::Tally;
use crate::output::Failure;

/// One reader cannot keep more threads busy.
const MOST_THREADS: usize = 16;

/// Compares the answers to every line, and says how the stream ended.
///
/// Calls `progress` now and then with the number of lines read. Memory is bounded: each thread
/// holds a chunk and a tally.
pub(super) fn tally<'c, R: Read + Send>(
    configurations: &Configurations<'c>,
    lines: R,
    progress: impl Fn(u64) + Sync,
) -> Result<(Tally<'c>, io::Result<()>, R), Failure> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    tally_with(threads.min(MOST_THREADS), configurations, lines, progress)
}

/// The same with this many threads.
pub(super) fn tally_with<'c, R: Read + Send>(
    threads: usize,
    configurations: &Configurations<'c>,
    lines: R,
    progress: impl Fn(u64) + Sync,
) -> Result<(Tally<'c>, io::Result<()>, R), Failure> {
    let mut chunks = Chunks::new(lines);
    let next = || {
        let chunk = chunks.next(Vec::new());
        progress(chunks.lines());
        chunk
    };
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Failure::new(format!("cannot start threads: {error}")))?;
    let tally = pool.install(|| {
        let chunks = std::iter::from_fn(next).par_bridge();
        let tallies = chunks.fold(Tally::default, |tally, chunk| {
            tally.with_chunk(configurations, &chunk)
        });
        let tallies = tallies.map(|tally| tally.without_recent(configurations));
        tallies.reduce(Tally::default, Tally::merge)
    });
    let (end, lines) = chunks.into_end();
    Ok((tally, end, lines))
}
