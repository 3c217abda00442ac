//! What the edge says of itself: in the service log, and at a log endpoint if the configuration names
//! one.

use std::cell::RefCell;
use std::io::Write;

use fastly::log::Endpoint;
use signpost::decision::Reason;
use signpost::sides::Side;
use signpost::values::Cut;

/// The most bytes of a line.
const MAX_LINE: usize = 2048;

/// A log endpoint by its name, opened once.
pub(super) struct Destination {
    name: String,
    endpoint: Option<Endpoint>,
}

thread_local! {
    static DESTINATION: RefCell<Option<Destination>> = const { RefCell::new(None) };
}

/// Sends what is said from now on to this log endpoint as well.
pub(super) fn go_to(endpoint: Option<&str>) {
    let is_open = DESTINATION.with_borrow(|open| open.as_ref().map(Destination::name) == endpoint);
    if !is_open {
        let destination = endpoint.map(Destination::open);
        DESTINATION.set(destination);
    }
}

/// Says a line. A line that cannot be written is lost, never the request.
pub(super) fn say(text: &str) {
    let line = Cut::in_json(text, MAX_LINE).to_string();
    let _ = writeln!(std::io::stderr(), "{line}");
    DESTINATION.with_borrow_mut(|open| {
        if let Some(destination) = open {
            destination.write(&line);
        }
    });
}

/// Says that a proof was refused, if that is the reason: a bug or an attack. The entry that refused it is named
/// if it is `next`.
pub(super) fn say_if_refused(reason: &Reason, by: Option<Side>, path: &str) {
    if let Some(refusal) = reason.refusal() {
        let entry = if by == Some(Side::Next) { "next: " } else { "" };
        let code = reason.code();
        say(&format!("signpost: {entry}{code}: {refusal}: {path}"));
    }
}

impl Destination {
    pub(super) fn open(name: &str) -> Self {
        let endpoint = Endpoint::try_from_name(name).inspect_err(|error| {
            say(&format!("signpost: no line is logged to `{name}`: {error}"));
        });
        Self {
            name: name.to_owned(),
            endpoint: endpoint.ok(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Writes a line, if the endpoint takes it; one that takes none now may take the next one.
    pub(super) fn write(&mut self, line: &str) {
        if let Some(endpoint) = &mut self.endpoint {
            let _ = endpoint.write_all(line.as_bytes());
        }
    }
}
