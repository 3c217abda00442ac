//! One sandbox: what it keeps from request to request, and how it handles each.

use std::time::SystemTime;

use fastly::Request;
use fastly::compute_runtime::heap_memory_snapshot_mib;
use signpost::config::{Config, MAX_BACKENDS};
use signpost::log_line::InForce;
use signpost::sides::Side;
use signpost::{Answer, Surroundings};

use super::arrival::{Arrival, KnownHost};
use super::health::is_healthy;
use super::log::{Details, Log};
use super::memory::KnownClients;
use super::origin;
use super::send::{Next, Outgoing};
use super::service_log::say_if_refused;
use super::store::Store;

/// The platform allows 32 backend requests an execution, and 10 on a trial account. The last request
/// may be sent to every backend.
const ORIGIN_REQUESTS: u32 = 8;
const _: () = assert!(ORIGIN_REQUESTS as usize - 1 + MAX_BACKENDS <= 10);

/// How much memory a sandbox may come to hold, in MiB; the platform ends it at 128.
const MEMORY: u32 = 32;

/// Memory grows slowly if at all, and asking for it has its price.
const REQUESTS_A_MEMORY_CHECK: u32 = 16;

/// What is done once a sandbox and not once a request.
pub(super) struct Sandbox {
    store: Store,
    log: Log,
    known_host: KnownHost,
    clients: KnownClients,
    origin_requests: u32,
    requests: u32,
}

impl Sandbox {
    pub(super) fn start() -> Self {
        Self {
            store: Store::open(),
            log: Log::start(),
            known_host: KnownHost::default(),
            clients: KnownClients::start(),
            origin_requests: 0,
            requests: 0,
        }
    }

    /// Handles one request: what it returns is the response, and whether this sandbox takes another.
    pub(super) fn handle(&mut self, request: Request) -> Outgoing {
        // It arrives.
        let time = SystemTime::now();
        self.store.refresh(time);
        let entries = self.store.entries();
        let sides = entries.sides();
        let (handle, _) = request.as_handles();
        let arrival = Arrival::read(time, handle, sides.ok(), &mut self.known_host);
        let asked = arrival.request();

        // It is decided.
        let answer = match sides {
            Ok(sides) => {
                let client = || arrival.caller(handle).client();
                let surroundings = Surroundings {
                    health: &is_healthy,
                    clients: Some(self.clients.when(&client, time)),
                    ..entries.switch().into()
                };
                signpost::answer(sides, &asked, surroundings)
            }
            Err(reason) => Answer::origin(reason.clone()),
        };
        self.clients.report();
        if let Some(reason) = answer.next_reason() {
            // Whoever answers instead.
            say_if_refused(reason, Some(Side::Next), asked.path());
        }
        let config = answer.config();
        let log = config.and_then(Config::log);
        let details = log.map(|options| Details::read(options, handle, &arrival));

        // The response is put together, by the edge or by the origin.
        let redirect = answer.reply();
        let redirect = redirect.and_then(|reply| Outgoing::of_reply(&reply, asked.method()));
        let (answer, outgoing) = if let Some(redirect) = redirect {
            (answer, redirect)
        } else {
            let (answer, outgoing, requests) = origin::ask(request, &arrival, &asked, answer);
            self.origin_requests += requests;
            (answer, outgoing)
        };

        // It is logged, and sent last.
        if let Some(details) = details {
            let in_force = InForce {
                revision: config.map(Config::revision),
                switch: entries.switch(),
                client_ip: details.options().client_ip,
                fields: Some(&details.options().fields),
            };
            let summary = outgoing.summary();
            self.log
                .write(&details, &arrival, &asked, &answer, summary, &in_force);
        }
        outgoing.and_then(self.next())
    }

    /// Asked before the answer is sent, because a sandbox that is busy after it cannot take the
    /// client's next request.
    fn next(&mut self) -> Next {
        self.requests += 1;
        let is_exhausted = self.origin_requests >= ORIGIN_REQUESTS;
        let is_large = self.requests.is_multiple_of(REQUESTS_A_MEMORY_CHECK)
            && heap_memory_snapshot_mib().map_or(true, |size| size > MEMORY);
        if is_exhausted || is_large {
            Next::Stop
        } else {
            Next::Serve
        }
    }
}
