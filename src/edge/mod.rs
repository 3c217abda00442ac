//! The only code that knows Fastly: a request arrives, is decided, sent and logged.
//!
//! [`signpost::answer`] decides, never this. A request that meets the impossible goes to the origin.

mod arrival;
mod backends;
mod fields;
mod health;
mod log;
mod memory;
mod origin;
mod sandbox;
mod send;
mod service_log;
mod store;

use std::time::Duration;

use fastly::http::serve::Serve;

use sandbox::Sandbox;
use store::LIFETIME;

/// How long a sandbox waits for another request; waiting is billed as memory over time.
const IDLE: Duration = Duration::from_secs(5);

/// Serves requests until the sandbox reaches a limit; `requests` is one of them.
pub(crate) fn serve(requests: usize) {
    let mut sandbox = Sandbox::start();
    // Reaching a bound is how a sandbox ends, not an error.
    let _ = Serve::new()
        .with_max_requests(requests)
        .with_max_lifetime(LIFETIME)
        .with_timeout(IDLE)
        .run(|request| sandbox.handle(request));
    // The platform takes the memory back whole; giving it back piece by piece would be time spent.
    std::mem::forget(sandbox);
}
