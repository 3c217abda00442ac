//! Reads values that several tables have.

use super::super::key::{At, Key};
use super::super::problem::{ProblemCode, Sink};
use crate::values::{HeaderText, Host};

pub(super) fn hosts(key: &At<'_>, written: &[String], sink: &mut Sink) -> Vec<Host> {
    let mut hosts = Vec::new();
    for (index, host) in written.iter().enumerate() {
        let host = Host::parse(host);
        let host = sink.take(ProblemCode::HostInvalid, &key.index(index), host);
        // Their order means nothing, so there is one order.
        if let Some(host) = host
            && let Err(at) = hosts.binary_search(&host)
        {
            hosts.insert(at, host);
        }
    }
    if written.is_empty() {
        let message = format!("`{}` is empty; list at least one host", Key::from(key));
        sink.push(ProblemCode::HostInvalid, key, message);
    }
    hosts
}

/// Reads the name of a Fastly backend.
pub(super) fn backend(key: &At<'_>, name: &str, sink: &mut Sink) -> String {
    if HeaderText::parse(name).is_none() || name.len() > 255 {
        let message =
            format!("`{name}` is not a backend name: 1 to 255 printable ASCII characters");
        sink.push(ProblemCode::BackendInvalid, key, message);
    }
    name.to_owned()
}

pub(super) fn header(key: &At<'_>, text: Option<&str>, sink: &mut Sink) -> Option<HeaderText> {
    let header = HeaderText::parse(text?);
    if header.is_none() {
        let message = "the text cannot stand in a header; write printable ASCII, not empty, without spaces around it";
        sink.push(ProblemCode::HeaderInvalid, key, message);
    }
    header
}
