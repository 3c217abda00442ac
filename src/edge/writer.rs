//! The log endpoint.

use std::io::Write;

use fastly::log::Endpoint;

/// Writes lines to a Fastly log endpoint. A line that cannot be written is lost, never the request.
#[derive(Default)]
pub(super) struct Writer {
    endpoint: Option<(String, Option<Endpoint>)>,
}

impl Writer {
    /// Writes one line to the endpoint of this name.
    pub(super) fn write(&mut self, name: &str, line: &str) {
        let is_open = matches!(&self.endpoint, Some((open, _)) if open == name);
        if !is_open {
            self.endpoint = Some((name.to_owned(), open(name)));
        }
        if let Some((_, Some(endpoint))) = &mut self.endpoint {
            // An endpoint that takes no line now may take the next one.
            let _ = endpoint.write_all(line.as_bytes());
        }
    }
}

fn open(name: &str) -> Option<Endpoint> {
    Endpoint::try_from_name(name)
        .inspect_err(|error| eprintln!("signpost: no line is logged to `{name}`: {error}"))
        .ok()
}
