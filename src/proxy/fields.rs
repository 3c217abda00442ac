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
    "fastly-client-ip",
    "fastly-ff",
    "fastly-ssl",
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
const BELIEVED_START: &str = "x-forwarded";

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

/// Whether the origin does not get this field of a request.
///
/// ```
/// use signpost::proxy::{Connection, is_kept_from_origin};
///
/// let connection = Connection::of([&b"close, X-Named"[..]]);
/// assert!(is_kept_from_origin("x-named", &connection));
/// assert!(is_kept_from_origin("x_forwarded_for", &connection));
/// assert!(!is_kept_from_origin("user-agent", &connection));
/// ```
pub fn is_kept_from_origin(name: &str, connection: &Connection<'_>) -> bool {
    is_any_of(name, FROM_CLIENT) || is_believed(name) || ends_here(name, connection)
}

/// Whether the client does not get this field of the origin's answer.
pub fn is_kept_from_client(name: &str, connection: &Connection<'_>) -> bool {
    is_any_of(name, FROM_ORIGIN) || ends_here(name, connection)
}

impl<'v> Connection<'v> {
    /// Reads the values of `Connection`.
    pub fn of(values: impl IntoIterator<Item = &'v [u8]>) -> Self {
        let options = values
            .into_iter()
            .flat_map(|value| value.split(|byte| *byte == b','))
            .map(<[u8]>::trim_ascii)
            .filter(|option| !option.is_empty());
        Self(options.take(MAX_OPTIONS).collect())
    }

    fn names(&self, field: &str) -> bool {
        let field = field.as_bytes();
        self.0
            .iter()
            .any(|option| option.eq_ignore_ascii_case(field))
    }
}

fn ends_here(name: &str, connection: &Connection<'_>) -> bool {
    is_any_of(name, HOP_BY_HOP) || (connection.names(name) && !is_end_to_end(name))
}

fn is_end_to_end(name: &str) -> bool {
    let has_start = |start: &&str| {
        let own = name.get(..start.len());
        own.is_some_and(|own| own.eq_ignore_ascii_case(start))
    };
    is_any_of(name, END_TO_END) || END_TO_END_STARTS.iter().any(has_start)
}

fn is_any_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|other| name.eq_ignore_ascii_case(other))
}

fn is_believed(name: &str) -> bool {
    let start = name.get(..BELIEVED_START.len());
    start.is_some_and(|start| reads_as(start, BELIEVED_START))
        || BELIEVED.iter().any(|believed| reads_as(name, believed))
}

/// Whether a server may take one name for another: the case does not matter, and programs that put fields
/// into their environment write `_` for what is neither letter nor digit.
fn reads_as(name: &str, believed: &str) -> bool {
    let as_read = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            byte.to_ascii_lowercase()
        } else {
            b'-'
        }
    };
    name.bytes().map(as_read).eq(believed.bytes())
}
