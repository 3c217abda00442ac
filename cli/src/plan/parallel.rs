//! Many lines at once: one thread reads, the others compare.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::chunks::{Chunk, Chunks};
use super::compare::Configurations;
use super::tally::Tally;

/// More threads than these compare faster than one can read.
const MOST_THREADS: usize = 16;

/// Compares the answers to every line, and says how the stream ended.
///
/// `progress` is called now and then with the number of lines that were read. Memory is bounded: only
/// a few chunks are held, and as many tallies as there are threads.
pub(super) fn tally<'c>(
    configurations: &Configurations<'c>,
    lines: impl Read,
    threads: usize,
    mut progress: impl FnMut(u64),
) -> (Tally<'c>, io::Result<()>) {
    let threads = threads.clamp(1, MOST_THREADS);
    let mut chunks = Chunks::new(lines);
    let (filled, to_compare) = sync_channel::<Chunk>(threads);
    let (emptied, to_fill) = channel::<Vec<u8>>();
    let to_compare = Arc::new(Mutex::new(to_compare));
    let tally = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                let (to_compare, emptied) = (Arc::clone(&to_compare), emptied.clone());
                scope.spawn(move || work(configurations, &to_compare, &emptied))
            })
            .collect();
        // The workers alone hold it now, so that sending fails when none is left.
        drop(to_compare);
        while let Some(chunk) = chunks.next(to_fill.try_recv().unwrap_or_default()) {
            if filled.send(chunk).is_err() {
                break;
            }
            progress(chunks.lines());
        }
        drop(filled);
        let tallies = workers.into_iter().map(|worker| match worker.join() {
            Ok(tally) => tally,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        tallies.fold(Tally::default(), Tally::merge)
    });
    (tally, chunks.into_end())
}

fn work<'c>(
    configurations: &Configurations<'c>,
    to_compare: &Mutex<Receiver<Chunk>>,
    emptied: &Sender<Vec<u8>>,
) -> Tally<'c> {
    let mut tally = Tally::default();
    // Nothing is left half done by a worker that panics while it holds the lock.
    let next = || {
        let to_compare = to_compare.lock().unwrap_or_else(PoisonError::into_inner);
        to_compare.recv().ok()
    };
    while let Some(chunk) = next() {
        tally.take_chunk(configurations, &chunk);
        // Nobody wants it back once all is read.
        let _ = emptied.send(chunk.bytes);
    }
    tally
}
