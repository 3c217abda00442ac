//! An exchange of which hardly anything is known, for the log lines of tests.

use std::time::SystemTime;

use signpost::config::ClientIp;
use signpost::log_line::{Exchange, InForce};
use signpost::switch::Switch;

/// A GET request of `path` over HTTP/2 that was answered with 302.
pub(crate) fn of(path: &str) -> Exchange<'_> {
    Exchange {
        time: SystemTime::UNIX_EPOCH,
        method: "GET",
        scheme: "https",
        host: "crates.io",
        path,
        protocol: "HTTP/2",
        referer: None,
        user_agent: None,
        client_ip: None,
        tls_cipher: None,
        tls_protocol: None,
        edge_location: None,
        status: 302,
        bytes: Some(0),
        content_type: None,
    }
}

/// A switch in force, without a configuration.
pub(crate) fn with(switch: Switch) -> InForce<'static> {
    InForce {
        revision: None,
        switch,
        client_ip: ClientIp::None,
    }
}
