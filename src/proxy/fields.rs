/// The most options of a `Connection` that are read. The fields that further ones name stay, as they
/// would have if nobody had named them.
const MAX_OPTIONS: usize = 256;

/// Fields about one connection, in either direction: RFC 9110, section 7.6.1. `Transfer-Encoding` is left
/// to the platform, which frames every message itself.
const HOP_BY_HOP: &[&str] = &[
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
];

/// What a client says to its proxy.
const FROM_CLIENT: &[&str] = &["proxy-authorization"];

/// What a proxy says to its client.
const FROM_ORIGIN: &[&str] = &["proxy-authenticate", "proxy-authentication-info"];

/// Fields that a server behind a proxy believes of its proxy, or that make it read another request than
/// was sent. A client can write them as well. `Proxy` is one too: programs that put fields into their
/// environment read it as `HTTP_PROXY`.
const BELIEVED: &[&str] = &[
    "forwarded",
    "http-method-override",
    "method-override",
    "proxy",
    "true-client-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-host",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-host",
    "x-original-url",
    "x-real-ip",
    "x-rewrite-url",
];

/// How further such fields start.
const BELIEVED_STARTS: &[&str] = &["x-forwarded"];

/// Fields for whoever receives the message in the end. `Connection` cannot remove them: a client must not
/// be able to hide from the origin what the edge decided by, nor an origin what its answer means.
const END_TO_END: &[&str] = &[
    "accept",
    "authorization",
    "cache-control",
    "cdn-loop",
    "cookie",
    "etag",
    "host",
    "location",
    "origin",
    "proxy-status",
    "range",
    "set-cookie",
    "signpost-decision",
    "strict-transport-security",
    "transfer-encoding",
    "vary",
    "via",
];

/// How further such fields start.
const END_TO_END_STARTS: &[&str] = &["accept-", "access-control-", "content-", "if-"];

/// The options of a message's `Connection`: names of fields that are about this connection only, and
/// words such as `close`.
#[derive(Clone, Debug)]
pub struct Connection<'v>(Vec<&'v [u8]>);

/// Whether the origin does not get this field of a request. `of_platform` are more fields that a client
/// must not write, in lower case: those that only the platform says.
///
/// ```
/// use signpost::proxy::{Connection, ends_before_origin};
///
/// let connection = Connection::of([&b"close, X-Named"[..]]);
/// let is_kept = |name| ends_before_origin(name, &connection, &["cdn-client-ip"]);
/// assert!(is_kept("x-named"));
/// assert!(is_kept("x_forwarded_for"));
/// assert!(is_kept("CDN-Client-IP"));
/// assert!(!is_kept("user-agent"));
/// ```
pub fn ends_before_origin(name: &str, connection: &Connection<'_>, of_platform: &[&str]) -> bool {
    is_listed(name, FROM_CLIENT, &[])
        || is_listed(name, of_platform, &[])
        || is_listed(name, BELIEVED, BELIEVED_STARTS)
        || ends_here(name, connection)
}

/// Whether the client does not get this field of the origin's answer.
pub fn ends_before_client(name: &str, connection: &Connection<'_>) -> bool {
    is_listed(name, FROM_ORIGIN, &[]) || ends_here(name, connection)
}

impl<'v> Connection<'v> {
    /// Reads the values of `Connection`.
    pub fn of(values: impl IntoIterator<Item = &'v [u8]>) -> Self {
        let mut options = Vec::new();
        for value in values {
            for option in value.split(|byte| *byte == b',') {
                let option = option.trim_ascii();
                if !option.is_empty() && options.len() < MAX_OPTIONS {
                    options.push(option);
                }
            }
        }
        Self(options)
    }

    fn names(&self, field: &str) -> bool {
        let field = field.as_bytes();
        self.0
            .iter()
            .any(|option| option.eq_ignore_ascii_case(field))
    }
}

fn ends_here(name: &str, connection: &Connection<'_>) -> bool {
    is_listed(name, HOP_BY_HOP, &[])
        || (connection.names(name) && !is_listed(name, END_TO_END, END_TO_END_STARTS))
}

/// Whether a name reads as one of these, or starts with what reads as one of these.
///
/// Not inlined, because the module is to stay small.
#[inline(never)]
fn is_listed(name: &str, names: &[&str], starts: &[&str]) -> bool {
    let has_start = |start: &&str| {
        let own = name.as_bytes().get(..start.len());
        own.is_some_and(|own| reads_as(own, start))
    };
    names.iter().any(|listed| reads_as(name.as_bytes(), listed)) || starts.iter().any(has_start)
}

/// Whether a server may take a name for this one, which is in lower case: case does not matter, and
/// programs that put fields into their environment write `_` for what is neither letter nor digit.
fn reads_as(name: &[u8], listed: &str) -> bool {
    let as_read = |byte: &u8| {
        if byte.is_ascii_alphanumeric() {
            byte.to_ascii_lowercase()
        } else {
            b'-'
        }
    };
    name.len() == listed.len() && name.iter().map(as_read).eq(listed.bytes())
}
