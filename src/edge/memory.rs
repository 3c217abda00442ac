//! Who was sent for which file, remembered in the platform's cache of this point of presence.

use std::time::{Duration, Instant};

use fastly::cache::core::{CacheError, CacheKey, Found, insert, lookup};
use signpost::retry::{Key, Memory};

/// How long the cache may take. The platform offers no limit for it, so one slow answer is the last
/// that a sandbox waits for.
const LIMIT: Duration = Duration::from_millis(50);

/// The cache, for as long as it answers quickly.
#[derive(Default)]
pub(super) struct CacheMemory {
    is_given_up: bool,
}

impl CacheMemory {
    /// What the cache said; nothing if it failed, and then the request goes on without it.
    fn ask<T>(&mut self, question: impl FnOnce() -> Result<T, CacheError>) -> Option<T> {
        if self.is_given_up {
            return None;
        }
        let start = Instant::now();
        let answer = question();
        let time = start.elapsed();
        if time > LIMIT {
            self.is_given_up = true;
            let time = time.as_millis();
            eprintln!(
                "signpost: the cache took {time} ms: this sandbox takes every try as a first one"
            );
        }
        answer.ok()
    }
}

impl Memory for CacheMemory {
    fn recall(&mut self, key: &Key) -> u32 {
        let times = self.ask(|| {
            let found = lookup(cache_key(key)).execute()?;
            // Nothing is ever stale and usable here: what is remembered has no time beyond its window.
            let usable = found.filter(Found::is_usable);
            Ok(usable.and_then(|found| read_times(&found.user_metadata())))
        });
        times.flatten().unwrap_or_default()
    }

    fn remember(&mut self, key: &Key, times: u32, window: Duration) {
        // The number is all there is to an object, and it is not in its body.
        let _ = self.ask(|| {
            insert(cache_key(key), window)
                .user_metadata(times.to_be_bytes().to_vec().into())
                .known_length(0)
                .execute()?
                .finish()
                .map_err(|_| CacheError::InvalidOperation)
        });
    }
}

/// The number of four bytes; nothing where somebody else wrote something else.
fn read_times(metadata: &[u8]) -> Option<u32> {
    metadata.try_into().map(u32::from_be_bytes).ok()
}

fn cache_key(key: &Key) -> CacheKey {
    CacheKey::copy_from_slice(key.as_bytes())
}
