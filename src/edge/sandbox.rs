//! One sandbox: what it holds from request to request, and how it handles each.

use std::time::SystemTime;

use fastly::Request;
use fastly::compute_runtime::heap_memory_snapshot_mib;
use fastly::handle::{BodyHandle, ResponseHandle};
use fastly::http::StatusCode;
use signpost::config::{Config, MAX_BACKENDS, ResponseOptions};
use signpost::decision::Reason;
use signpost::location::Refusal;
use signpost::log_line::{self, Exchange, InForce};
use signpost::reply::{self, Reply};
use signpost::request::Request as Asked;
use signpost::retry::{self, Budget, Surroundings};
use signpost::{Answer, target};

use super::arrival::{Arrival, Caller, ForLog, KnownHost};
use super::health::is_healthy;
use super::memory::{CacheMemory, PatientMemory};
use super::origin::{self, Backends};
use super::send::{Next, Outgoing, Summary};
use super::store::Store;
use super::writer::Writer;

/// The platform allows 32 backend requests an execution, and 10 on a trial account. The last request
/// may be sent to every backend.
const ORIGIN_REQUESTS: u32 = 8;
const _: () = assert!(ORIGIN_REQUESTS as usize - 1 + MAX_BACKENDS <= 10);

/// How much memory a sandbox may come to hold, in MiB; the platform ends it at 128.
const MEMORY: u32 = 32;

/// Memory grows slowly if at all, and asking for it has its price.
const REQUESTS_A_MEMORY_CHECK: u32 = 16;

/// Why a redirect that the platform would not take went to the origin. The proof has seen to it that
/// this cannot happen.
const UNSENDABLE: Reason = Reason::LocationRefused(Refusal::NotPrintableAscii);

/// What is done once a sandbox and not once a request.
pub(super) struct Sandbox {
    store: Store,
    writer: Writer,
    known_host: KnownHost,
    memory: PatientMemory,
    is_memory_reported: bool,
    budget: Budget,
    edge_location: Option<String>,
    origin_requests: u32,
    requests: u32,
}

impl Sandbox {
    pub(super) fn start() -> Self {
        Self {
            store: Store::open(),
            writer: Writer::default(),
            known_host: KnownHost::default(),
            memory: CacheMemory::start(),
            is_memory_reported: false,
            budget: Budget::default(),
            edge_location: std::env::var("FASTLY_POP").ok(),
            origin_requests: 0,
            requests: 0,
        }
    }

    /// Handles one request: what comes out is its answer, and whether this sandbox takes another.
    pub(super) fn handle(&mut self, request: Request) -> Outgoing {
        let time = SystemTime::now();
        self.store.refresh(time);
        let (handle, _) = request.as_handles();
        let arrival = Arrival::read(handle, &mut self.known_host);
        let entries = self.store.entries();
        let config = entries.config();
        let log = config.ok().and_then(Config::log);
        let for_log = log.map(|_| ForLog::read(handle, &arrival));
        let mut caller = log.map(|_| Caller::read(handle));

        let asked = arrival.request();
        let mut answer = match config {
            Ok(config) => retry::answer(
                target::build,
                config,
                &asked,
                entries.switch(),
                || {
                    let caller = caller.get_or_insert_with(|| Caller::read(handle));
                    caller.client()
                },
                &mut Surroundings {
                    health: &is_healthy,
                    memory: &mut self.memory,
                    budget: &mut self.budget,
                    chance: microseconds(time),
                },
            ),
            Err(reason) => Answer::origin(reason.clone()),
        };
        report_memory(&self.memory, &mut self.is_memory_reported);
        let reply = config.ok().and_then(|config| answer.reply(config, &asked));
        let ours = reply.as_ref().map(|reply| put_together(reply, &asked));
        if let Some(None) = ours {
            answer = Answer::origin(UNSENDABLE);
        }
        let (outgoing, summary) = if let Some(ours) = ours.flatten() {
            ours
        } else {
            report_refusal(&answer, asked.path());
            let passed = origin::pass(request, &arrival, &Backends::of(config.ok()));
            self.origin_requests += passed.attempts;
            let config = config.ok();
            if let Some((response, body)) = passed.answer {
                answer = origin::judge(&response, &arrival, answer, config);
                origin::pass_back(response, body, &arrival, &answer)
            } else {
                answer = answer.after_origin_failed();
                without_origin(config, &answer, &asked)
            }
        };

        if let (Some(log), Some(for_log), Some(caller)) = (log, for_log, caller) {
            let in_force = InForce {
                revision: config.ok().map(Config::revision),
                switch: entries.switch(),
                client_ip: log.client_ip,
            };
            let (referer, user_agent) = (for_log.referer(), caller.user_agent());
            let exchange = Exchange {
                time,
                method: arrival.method(),
                scheme: arrival.scheme(),
                host: arrival.host(),
                path: asked.path(),
                protocol: for_log.protocol,
                referer: referer.as_deref(),
                user_agent: user_agent.as_deref(),
                client_ip: caller.client_ip,
                tls_cipher: for_log.tls_cipher.as_deref(),
                tls_protocol: for_log.tls_protocol.as_deref(),
                edge_location: self.edge_location.as_deref(),
                status: summary.status,
                bytes: summary.bytes,
                content_type: summary.content_type.as_deref(),
            };
            let line = log_line::write(&exchange, &answer, &in_force);
            self.writer.write(&log.endpoint, &line);
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

/// Why the origin is asked.
pub(super) fn reason_of<'a>(answer: &'a Answer<'_>) -> &'a Reason {
    answer.decision().reason().unwrap_or(&UNSENDABLE)
}

/// A reply of ours, ready to be sent.
fn put_together(reply: &Reply<'_>, asked: &Asked<'_>) -> Option<(Outgoing, Summary)> {
    let outgoing = Outgoing::of_reply(reply)?;
    Some((outgoing, Summary::of_reply(reply, asked.method())))
}

/// A refused proof is a bug or an attack, so the service log is told besides the log endpoint.
fn report_refusal(answer: &Answer<'_>, path: &str) {
    let reason = reason_of(answer);
    if let Some(refusal) = reason.refusal() {
        eprintln!("signpost: {}: {refusal}: {path}", reason.code());
    }
}

/// The last digits of a time, which nobody can foresee.
fn microseconds(time: SystemTime) -> u8 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let [.., last] = since.unwrap_or_default().subsec_micros().to_be_bytes();
    last
}

/// Says once in a sandbox why tries are not remembered.
fn report_memory(memory: &PatientMemory, is_reported: &mut bool) {
    let said = match memory.too_long() {
        Some(time) => format!(
            "the cache took {} ms and is asked no more",
            time.as_millis()
        ),
        None if memory.has_failed() => "the cache failed".to_owned(),
        None => return,
    };
    if !*is_reported {
        *is_reported = true;
        eprintln!("signpost: {said}: tries count as first ones");
    }
}

/// What the client gets where no origin backend answered: the redirect that was held back, or the
/// 503 that cargo tries again.
fn without_origin(
    config: Option<&Config>,
    answer: &Answer<'_>,
    asked: &Asked<'_>,
) -> (Outgoing, Summary) {
    let redirect = config.and_then(|config| answer.reply(config, asked));
    if let Some(redirect) = redirect.and_then(|reply| put_together(&reply, asked)) {
        return redirect;
    }
    let without_config = ResponseOptions::default();
    let options = config.map_or(&without_config, Config::response);
    let reply = reply::origin_unavailable(options, reason_of(answer));
    put_together(&reply, asked).unwrap_or_else(|| {
        let mut response = ResponseHandle::new();
        response.set_status(StatusCode::SERVICE_UNAVAILABLE);
        let outgoing = Outgoing::new(response, BodyHandle::new());
        (outgoing, Summary::of_reply(&reply, asked.method()))
    })
}
