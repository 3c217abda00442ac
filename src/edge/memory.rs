//! The attempts of clients, remembered in the platform's cache of this point of presence.

use std::time::{Duration, Instant, SystemTime};

use fastly::cache::core::{CacheError, CacheKey, Found, insert, lookup};
use signpost::attempts::{
    Attempts, Budget, Client, Clients, Key, Memory, Patient, Secret, Unknown,
};
use signpost::config::Window;

use super::service_log::say;

/// How long an answer of the cache may take. The platform only limits waits for another request that
/// asks the same, and the edge never waits for one.
const LIMIT: Duration = Duration::from_millis(250);

/// How long a secret is in use.
const SECRET_LIFE: Duration = Duration::from_hours(24);

/// How old what a node of the point of presence keeps for itself may become. An attempt that another
/// node noted is overlooked for no longer.
const COPY_LIFE: Duration = Duration::from_secs(1);

/// How long one allowance lasts.
const ALLOWANCE_LIFE: Duration = Duration::from_secs(1);

/// What a sandbox knows of clients: the cache, for as long as it answers quickly, and the budget.
pub(super) struct KnownClients {
    cache: Patient<Cache, Box<dyn FnMut() -> Duration>>,
    budget: Budget,
    is_reported: bool,
}

/// The cache. The keys of attempts are hashes, so none of them is one of the names below.
struct Cache {
    secret: Option<Secret>,
}

const SECRET: &[u8] = b"signpost: the secret that the keys of tries are made with";
const ALLOWANCE: &[u8] = b"signpost: the request to the origin that is allowed besides";

impl KnownClients {
    pub(super) fn start() -> Self {
        let start = Instant::now();
        let clock = Box::new(move || start.elapsed());
        Self {
            cache: Patient::new(Cache { secret: None }, clock, LIMIT),
            budget: Budget::default(),
            is_reported: false,
        }
    }

    /// What is known when this client asks at this time.
    pub(super) fn when<'s>(
        &'s mut self,
        client: &'s dyn Fn() -> Option<Client<'s>>,
        time: SystemTime,
    ) -> Clients<'s> {
        Clients {
            client,
            memory: &mut self.cache,
            budget: &mut self.budget,
            chance: microseconds(time),
        }
    }

    /// Says once in a sandbox why attempts are not remembered.
    pub(super) fn report(&mut self) {
        let said = match self.cache.too_long() {
            Some(time) => format!(
                "the cache took {} ms and is not asked again",
                time.as_millis()
            ),
            None if self.cache.has_failed() => "the cache failed".to_owned(),
            None => return,
        };
        if !self.is_reported {
            self.is_reported = true;
            say(&format!("signpost: {said}: attempts count as first ones"));
        }
    }
}

/// Low byte of the microseconds; spreads a build farm.
fn microseconds(time: SystemTime) -> u8 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let [.., last] = since.unwrap_or_default().subsec_micros().to_be_bytes();
    last
}

impl Memory for Cache {
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

    fn recall(&mut self, key: &Key) -> Result<Attempts, Unknown> {
        let attempts = read(key.as_bytes())?;
        Ok(attempts
            .and_then(|bytes| Attempts::from_bytes(&bytes))
            .unwrap_or(Attempts::NONE))
    }

    fn remember(&mut self, key: &Key, attempts: Attempts, window: Window) -> Result<(), Unknown> {
        write(key.as_bytes(), &attempts.to_bytes(), window.as_duration())
    }

    fn take_allowance(&mut self) -> Result<bool, Unknown> {
        if read(ALLOWANCE)?.is_some() {
            return Ok(false);
        }
        write(ALLOWANCE, &[], ALLOWANCE_LIFE)?;
        Ok(true)
    }
}

/// Makes a secret for all sandboxes. If two make one at the same time, one of them is forgotten, and so
/// are the attempts that it was used for.
fn make_secret() -> Result<[u8; 32], Unknown> {
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|_| Unknown)?;
    write(SECRET, &random, SECRET_LIFE)?;
    Ok(random)
}

/// What is remembered under a key: the metadata of an object without a body.
fn read(key: &[u8]) -> Result<Option<impl AsRef<[u8]> + std::ops::Deref<Target = [u8]>>, Unknown> {
    let found = lookup(cache_key(key)).execute().map_err(|_| Unknown)?;
    // Nothing here is stale and usable, because entries have no time beyond their window.
    Ok(found
        .filter(Found::is_usable)
        .map(|found| found.user_metadata()))
}

fn write(key: &[u8], metadata: &[u8], life: Duration) -> Result<(), Unknown> {
    let written = insert(cache_key(key), life)
        .deliver_node_max_age(COPY_LIFE.min(life))
        .user_metadata(metadata.to_vec().into())
        .known_length(0)
        .execute()
        .and_then(|body| body.finish().map_err(|_| CacheError::InvalidOperation));
    written.map_err(|_| Unknown)
}

fn cache_key(key: &[u8]) -> CacheKey {
    CacheKey::copy_from_slice(key)
}
