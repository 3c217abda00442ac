use std::ops::Deref;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, Weak};
use std::thread;

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::Response;
use tokio::runtime::{Builder, Runtime};

use crate::local_server::LocalServer;
use crate::module::module_under_test;
use crate::origin::{RecordedRequest, StandInOrigin};
use crate::server::lock;
use crate::viceroy::Viceroy;

/// The most pairs that are kept without a test. Each takes memory.
const MOST_IDLE: usize = 8;

/// The module under Viceroy and an origin behind it, lent to one test after the other, because Viceroy compiles the
/// module for more than a second.
///
/// Dropping it gives it back, unless the test panicked.
#[derive(Debug)]
pub struct Lent {
    pair: Option<Pair>,
    /// Where it goes back to.
    pool: Arc<Pool>,
}

/// What is lent.
#[derive(Debug)]
pub struct Pair {
    /// The origin.
    pub origin: StandInOrigin,
    /// The module.
    pub viceroy: Viceroy,
    server: LocalServer,
}

/// The pairs that no test uses, the latest last. They end with the last test that uses any.
#[derive(Debug)]
struct Pool {
    idle: Mutex<Vec<Pair>>,
    /// The runtime of a test ends with the test.
    runtime: Option<Runtime>,
}

static POOL: Mutex<Weak<Pool>> = Mutex::new(Weak::new());

impl Lent {
    /// The module with this workspace's own configuration, changed by `change`, and an origin with these replies.
    ///
    /// Another test may have used it, if its configuration differs in the entries alone. Then its sandboxes are new all
    /// the same, and the lines and requests of that test are forgotten. What the module remembers of attempts stays:
    /// with `[retry]`, a test sends a `User-Agent` of its own, and one that depends on how often the origin is asked
    /// starts a [`Pair`].
    ///
    /// # Errors
    ///
    /// Those of [`Viceroy::start`].
    ///
    /// # Panics
    ///
    /// Without a [module](module_under_test).
    pub async fn start(
        reply: impl Fn(&RecordedRequest) -> Response<Bytes> + Send + Sync + 'static,
        change: impl Fn(LocalServer) -> LocalServer,
    ) -> Result<Self> {
        let pool = Pool::shared()?;
        let pair = if let Some((pair, server)) = pool.find(&change) {
            pool.run(pair.taking(server)).await?
        } else {
            let origin = pool.run(StandInOrigin::start()).await?;
            let server = change(behind(&origin));
            pool.run(Pair::start_with(origin, server)).await?
        };
        pair.origin.answer_with(Arc::new(reply));
        Ok(Self {
            pair: Some(pair),
            pool,
        })
    }

    /// Changes the entries of the store.
    ///
    /// # Errors
    ///
    /// Those of [`Viceroy::start`], and when it changes more than the entries.
    pub async fn take(&mut self, change: impl FnOnce(LocalServer) -> LocalServer) -> Result<()> {
        let pair = self.pair.take().context("an earlier change failed")?;
        let server = change(pair.server.clone());
        self.pair = Some(self.pool.run(pair.taking(server)).await?);
        Ok(())
    }
}

impl Deref for Lent {
    type Target = Pair;

    fn deref(&self) -> &Pair {
        self.pair
            .as_ref()
            .expect("the last change of the entries has failed")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // A pair without a store has no entries that could be changed.
        let can_be_lent = |pair: &Pair| pair.server.has_store_file() && !thread::panicking();
        if let Some(pair) = self.pair.take().filter(can_be_lent) {
            // What a test lets its origin answer with may belong to the test.
            pair.origin.answer_with(Arc::new(StandInOrigin::said));
            let mut idle = lock(&self.pool.idle);
            idle.push(pair);
            let too_many = idle.len().saturating_sub(MOST_IDLE);
            idle.drain(..too_many);
        }
    }
}

impl Pair {
    /// Starts a pair that no other test uses, with this workspace's own configuration, changed by `change`, and an
    /// origin that says which request arrived.
    ///
    /// # Errors
    ///
    /// Those of [`Viceroy::start`].
    ///
    /// # Panics
    ///
    /// Without a [module](module_under_test).
    pub async fn start(change: impl FnOnce(LocalServer) -> LocalServer) -> Result<Self> {
        let origin = StandInOrigin::start().await?;
        let server = change(behind(&origin));
        Self::start_with(origin, server).await
    }

    async fn start_with(origin: StandInOrigin, server: LocalServer) -> Result<Self> {
        let viceroy = Viceroy::start(&module_under_test(), &server).await?;
        // Viceroy itself asks every backend for `/` before it listens.
        drop(origin.take_requests());
        Ok(Self {
            origin,
            viceroy,
            server,
        })
    }

    /// The same pair with other entries.
    async fn taking(mut self, server: LocalServer) -> Result<Self> {
        ensure!(
            server.is_alike_but_for_entries(&self.server),
            "only the entries of the store can be changed"
        );
        self.viceroy.take(&module_under_test(), &server).await?;
        self.server = server;
        drop(self.origin.take_requests());
        Ok(self)
    }
}

/// This workspace's own configuration before this origin.
fn behind(origin: &StandInOrigin) -> LocalServer {
    let server = LocalServer::of_workspace().backend("origin", origin.url());
    server.with_store_file()
}

impl Pool {
    /// The one that tests share now.
    fn shared() -> Result<Arc<Self>> {
        let mut shared = lock(&POOL);
        if let Some(pool) = shared.upgrade() {
            return Ok(pool);
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .context("cannot start a runtime for what tests share")?;
        let pool = Arc::new(Self {
            idle: Mutex::default(),
            runtime: Some(runtime),
        });
        *shared = Arc::downgrade(&pool);
        Ok(pool)
    }

    /// An idle pair that only needs other entries, and the configuration that has them.
    fn find(&self, change: impl Fn(LocalServer) -> LocalServer) -> Option<(Pair, LocalServer)> {
        let mut idle = lock(&self.idle);
        let found = idle.iter().enumerate().find_map(|(index, pair)| {
            let server = change(behind(&pair.origin));
            let is_alike = server.is_alike_but_for_entries(&pair.server);
            is_alike.then_some((index, server))
        });
        found.map(|(index, server)| (idle.remove(index), server))
    }

    /// Does this on the runtime that outlives each test.
    async fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        let runtime = self
            .runtime
            .as_ref()
            .expect("it is there until the pool is dropped");
        let done = runtime.spawn(work).await;
        done.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        lock(&self.idle).clear();
        if let Some(runtime) = self.runtime.take() {
            // It may not wait in a task, and a test is one.
            runtime.shutdown_background();
        }
    }
}
