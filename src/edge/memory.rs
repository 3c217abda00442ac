//! Who was sent for which file, remembered in the platform's cache of this point of presence.

use std::time::{Duration, Instant};

use fastly::cache::core::{CacheError, CacheKey, Found, insert, lookup};
use signpost::retry::{Key, Memory, Patient, Secret, Unknown, Window};
use signpost::target::Tries;

/// How long an answer of the cache may take. What the platform has limits for is a wait for another
/// request that asks the same, and nobody waits here for another.
const LIMIT: Duration = Duration::from_millis(250);

/// How long a secret is in use.
const SECRET_LIFE: Duration = Duration::from_hours(24);

/// How long one allowance lasts.
const ALLOWANCE_LIFE: Duration = Duration::from_secs(1);

/// The cache. The keys of tries are hashes, so that none of them is one of the names below.
pub(super) struct CacheMemory {
    secret: Option<Secret>,
}

/// The cache, for as long as it answers quickly.
pub(super) type PatientMemory = Patient<CacheMemory, Box<dyn FnMut() -> Duration>>;

const SECRET: &[u8] = b"signpost: the secret that the keys of tries are made with";
const ALLOWANCE: &[u8] = b"signpost: the request to the origin that is allowed besides";

impl CacheMemory {
    /// The cache, with a clock beside it.
    pub(super) fn start() -> PatientMemory {
        let start = Instant::now();
        let clock = Box::new(move || start.elapsed());
        Patient::new(Self { secret: None }, clock, LIMIT)
    }
}

impl Memory for CacheMemory {
    fn secret(&mut self) -> Result<Secret, Unknown> {
        if let Some(secret) = self.secret {
            return Ok(secret);
        }
        let known = read(SECRET)?.and_then(|bytes| <[u8; 32]>::try_from(&bytes[..]).ok());
        let random = known.map_or_else(make_secret, Ok)?;
        let secret = Secret::new(random);
        self.secret = Some(secret);
        Ok(secret)
    }

    fn recall(&mut self, key: &Key) -> Result<Tries, Unknown> {
        let tries = read(key.as_bytes())?;
        Ok(tries
            .and_then(|bytes| Tries::from_bytes(&bytes))
            .unwrap_or(Tries::NONE))
    }

    fn remember(&mut self, key: &Key, tries: Tries, window: Window) -> Result<(), Unknown> {
        write(key.as_bytes(), &tries.to_bytes(), window.as_duration())
    }

    fn take_allowance(&mut self) -> Result<bool, Unknown> {
        if read(ALLOWANCE)?.is_some() {
            return Ok(false);
        }
        write(ALLOWANCE, &[], ALLOWANCE_LIFE)?;
        Ok(true)
    }
}

/// Makes a secret for all sandboxes. Where two make one at the same time, one of them is forgotten,
/// and so are the tries that it was used for.
fn make_secret() -> Result<[u8; 32], Unknown> {
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|_| Unknown)?;
    write(SECRET, &random, SECRET_LIFE)?;
    Ok(random)
}

/// What is remembered under a key: the metadata of an object without a body.
fn read(key: &[u8]) -> Result<Option<impl AsRef<[u8]> + std::ops::Deref<Target = [u8]>>, Unknown> {
    let found = lookup(cache_key(key)).execute().map_err(|_| Unknown)?;
    // Nothing is ever stale and usable here: what is remembered has no time beyond its window.
    Ok(found
        .filter(Found::is_usable)
        .map(|found| found.user_metadata()))
}

fn write(key: &[u8], metadata: &[u8], life: Duration) -> Result<(), Unknown> {
    let written = insert(cache_key(key), life)
        .user_metadata(metadata.to_vec().into())
        .known_length(0)
        .execute()
        .and_then(|body| body.finish().map_err(|_| CacheError::InvalidOperation));
    written.map_err(|_| Unknown)
}

fn cache_key(key: &[u8]) -> CacheKey {
    CacheKey::copy_from_slice(key)
}
