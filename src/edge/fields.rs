//! Fields of requests and answers that are removed or set on their way.

use std::net::IpAddr;

use fastly::handle::{RequestHandle, ResponseHandle};
use fastly::http::header::{CONNECTION, HeaderName, HeaderValue, VIA};
use signpost::proxy::{Connection, ends_before_client, ends_before_origin, via};

use super::arrival::{Arrival, Caller, MAX_NAME, names, protocol, read_all, values};

/// How long a `Connection` may be for all its options to be read. Those of a longer one are not, and
/// the fields it names stay: as they would have if nobody had named them.
const MAX_CONNECTION: usize = 65_536;

/// Fields that only Fastly says.
const OF_PLATFORM: [&str; 3] = ["fastly-client-ip", "fastly-ff", "fastly-ssl"];

/// Fields in which the origin is told the client's address.
const CLIENT_ADDRESS: [HeaderName; 3] = [
    HeaderName::from_static("fastly-client-ip"),
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-real-ip"),
];
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// What a proxy says to the origin of a request.
pub(super) struct OfProxy<'a> {
    scheme: &'static str,
    host: &'a str,
    client_ip: Option<IpAddr>,
    via: String,
}

impl<'a> OfProxy<'a> {
    pub(super) fn read(handle: &RequestHandle, arrival: &'a Arrival) -> Self {
        Self {
            scheme: arrival.scheme(),
            host: arrival.host(),
            client_ip: arrival
                .known_caller()
                .map_or_else(|| handle.client_ip_addr(), Caller::address),
            via: via(protocol(handle)),
        }
    }

    /// Takes out what is not for the origin, or what only a proxy may say, and says it.
    pub(super) fn replace_in(&self, handle: &mut RequestHandle) {
        let names = names(handle);
        let connection = values(handle, &CONNECTION, MAX_CONNECTION);
        let is_removed = |name: &str, connection: &Connection<'_>| {
            ends_before_origin(name, connection, &OF_PLATFORM)
        };
        for name in chosen(names, &connection, is_removed) {
            handle.remove_header(&name);
        }
        set(handle, &FORWARDED_PROTO, self.scheme);
        set(handle, &FORWARDED_HOST, self.host);
        if let Some(client_ip) = self.client_ip {
            let client_ip = client_ip.to_string();
            for name in &CLIENT_ADDRESS {
                set(handle, name, &client_ip);
            }
        }
        if let Ok(via) = HeaderValue::from_str(&self.via) {
            handle.append_header(&VIA, &via);
        }
    }
}

/// Takes out of the origin's answer what is not for the client.
pub(super) fn from_origin(response: &mut ResponseHandle) {
    let names = read_all(|room| response.get_header_names(room), MAX_NAME);
    let connection = read_all(
        |room| response.get_header_values(&CONNECTION, room),
        MAX_CONNECTION,
    );
    for name in chosen(names, &connection, ends_before_client) {
        response.remove_header(&name);
    }
}

/// Those of the names that are chosen, given the values of `Connection`.
fn chosen(
    mut names: Vec<HeaderName>,
    connection: &[HeaderValue],
    is_chosen: fn(&str, &Connection<'_>) -> bool,
) -> Vec<HeaderName> {
    let connection = Connection::of(connection.iter().map(HeaderValue::as_bytes));
    names.retain(|name| is_chosen(name.as_str(), &connection));
    names
}

/// A value that cannot stand in a field is not sent.
fn set(handle: &mut RequestHandle, name: &HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        handle.insert_header(name, &value);
    }
}
