//! What arrived, read from the platform once.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::net::IpAddr;
use std::time::SystemTime;

use fastly::error::BufferSizeError;
use fastly::handle::RequestHandle;
use fastly::http::header::{
    ACCEPT, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_LENGTH, HOST, HeaderName, HeaderValue, ORIGIN,
    TRANSFER_ENCODING, USER_AGENT, VIA,
};
use fastly::http::{Method, Version};
use signpost::attempts::Client;
use signpost::config::Config;
use signpost::received::is_as_received;
use signpost::request::{self as asked, Request};
use signpost::sides::Sides;
use signpost::values::Cut;
use url::{Position, Url};

/// The room that a header's value is first read with; enough for most.
const USUAL_VALUE: usize = 128;

/// The longest value of most headers that is read. Longer ones are passed on, and not understood.
const MAX_VALUE: usize = 8192;

/// Room for the longest name that the platform's library takes, and for what ends it.
pub(super) const MAX_NAME: usize = 65_536;

/// Where CDNs say that a request came through them: RFC 8586.
const CDN_LOOP: HeaderName = HeaderName::from_static("cdn-loop");

/// The longest value that the platform takes. So long are those that are read whole: what is logged, which
/// the log cuts, and where a CDN has its mark.
const MAX_WHOLE_VALUE: usize = 69 * 1024;

/// The longest method that is read.
const MAX_METHOD: usize = 64;

/// What a decision needs of a request.
pub(super) struct Arrival {
    time: SystemTime,
    method: Option<Method>,
    host: String,
    /// `None` if the URL cannot be read: then it is not known what was asked for.
    url: Option<ReceivedUrl>,
    is_https: bool,
    accept: Vec<HeaderValue>,
    /// `Origin` and `Access-Control-Request-Method`.
    preflight: [Option<HeaderValue>; 2],
    cdn_loop: Vec<HeaderValue>,
    via: Vec<HeaderValue>,
    field_names: Vec<HeaderName>,
    caller: OnceCell<Caller>,
}

/// A URL, and whether it is the one that was received.
struct ReceivedUrl {
    url: Url,
    is_as_received: bool,
}

/// The host that was last seen to be one that URLs can have. Requests of one service nearly all
/// have one host, so it is tried once and not for each of them.
#[derive(Default)]
pub(super) struct KnownHost(String);

/// Who asks, which the log and a repeated attempt need to know.
pub(super) struct Caller {
    address: Option<IpAddr>,
    user_agent: Option<HeaderValue>,
}

impl Arrival {
    /// Reads what the configurations in force need to know of a request. Asking the platform for more would
    /// take time.
    pub(super) fn read(
        time: SystemTime,
        handle: &RequestHandle,
        sides: Option<Sides<'_>>,
        known_host: &mut KnownHost,
    ) -> Self {
        let host = value(handle, &HOST);
        let host = host.as_ref().map(as_text).unwrap_or_default().into_owned();
        let url = known_host
            .is_readable(&host)
            .then(|| ReceivedUrl::read(handle, &host))
            .flatten();
        let is_https = match &url {
            Some(received) => received.url.scheme() == "https",
            // Without a URL, the connection knows: asking it costs more, so only then.
            None => handle
                .client_tls_protocol_bytes()
                .is_some_and(|protocol| !protocol.is_empty()),
        };
        let method = handle.get_method(MAX_METHOD).ok();
        let is_needed = |of: fn(&Config) -> bool| sides.is_some_and(|sides| sides.any(of));
        let may_be_preflight =
            method == Some(Method::OPTIONS) && is_needed(|config| config.response().cors);
        let of_preflight = |name| may_be_preflight.then(|| value(handle, name)).flatten();
        let read = |is_needed: bool, name, max| {
            let values = is_needed.then(|| values(handle, name, max));
            values.unwrap_or_default()
        };
        let has_json = is_needed(Config::has_json);
        let has_loop_token = is_needed(Config::has_loop_token);
        let may_be_attempt =
            method == Some(Method::GET) && is_needed(|config| config.retry().is_some());
        let field_names = may_be_attempt.then(|| names(handle));
        Self {
            time,
            method,
            url,
            is_https,
            accept: read(has_json, &ACCEPT, MAX_VALUE),
            preflight: [&ORIGIN, &ACCESS_CONTROL_REQUEST_METHOD].map(of_preflight),
            // A client of the CDN must not hide its mark behind a long value.
            cdn_loop: read(has_loop_token, &CDN_LOOP, MAX_WHOLE_VALUE),
            via: read(has_loop_token, &VIA, MAX_WHOLE_VALUE),
            field_names: field_names.unwrap_or_default(),
            host,
            caller: OnceCell::new(),
        }
    }

    /// When the request arrived.
    pub(super) fn time(&self) -> SystemTime {
        self.time
    }

    /// The request as the pipeline takes it.
    pub(super) fn request(&self) -> Request<'_> {
        let method = self.method();
        let target = self.url.as_ref().map_or("", |received| {
            &received.url[Position::BeforePath..Position::AfterQuery]
        });
        let [origin, requested] = &self.preflight;
        let bytes = HeaderValue::as_bytes;
        let mut request = Request::new(method, &self.host, target)
            .with_accept(self.accept.iter().map(bytes))
            .with_preflight(origin.as_ref().map(bytes), requested.as_ref().map(bytes))
            .with_trail(self.cdn_loop.iter().map(bytes), self.via.iter().map(bytes))
            .with_field_names(&self.field_names);
        if !self.is_https {
            request = request.over_plain_http();
        }
        if self.url.as_ref().is_some_and(|url| !url.is_as_received) {
            request = request.rewritten();
        }
        request
    }

    /// The method, empty if it is longer than any that has a meaning.
    pub(super) fn method(&self) -> &str {
        self.method.as_ref().map_or("", Method::as_str)
    }

    /// The `Host`, empty if there was none.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Who asks, read from the request when it is first needed.
    pub(super) fn caller(&self, handle: &RequestHandle) -> &Caller {
        self.caller.get_or_init(|| Caller {
            address: handle.client_ip_addr(),
            user_agent: logged_value(handle, &USER_AGENT),
        })
    }

    /// Who asks, if it was read.
    pub(super) fn known_caller(&self) -> Option<&Caller> {
        self.caller.get()
    }

    /// Whether the request may be sent a second time, if it turns out to have no body: its method is
    /// safe, no header announces a body, and we can write the URL as it was received.
    ///
    /// A backslash in the target is the exception. It was read as a slash, which has its length, so
    /// nothing tells us that it was there, and the second backend is asked for the path with the
    /// slash.
    pub(super) fn is_repeatable(&self, handle: &RequestHandle, asked: asked::Method) -> bool {
        asked.is_safe()
            && self.url.as_ref().is_some_and(|url| url.is_as_received)
            && value(handle, &TRANSFER_ENCODING).is_none()
            && value(handle, &CONTENT_LENGTH).is_none_or(|length| length == "0")
    }

    /// The scheme that the client used.
    pub(super) fn scheme(&self) -> &'static str {
        if self.is_https { "https" } else { "http" }
    }
}

impl ReceivedUrl {
    fn read(handle: &RequestHandle, host: &str) -> Option<Self> {
        // Asking with no room at all is how the platform tells the length.
        let length = handle.get_url(0).err()?.needed_buf_size;
        let url = handle.get_url(length).ok()?;
        Some(Self {
            is_as_received: is_as_received(&url, length, host),
            url,
        })
    }
}

impl KnownHost {
    /// Whether a URL can have this host. The platform's library gives up the whole sandbox on a URL
    /// that it cannot read, so it is never asked for one.
    fn is_readable(&mut self, host: &str) -> bool {
        if self.0 == host && !host.is_empty() {
            return true;
        }
        let is_readable = !host.is_empty() && Url::parse(&format!("https://{host}/")).is_ok();
        if is_readable {
            host.clone_into(&mut self.0);
        }
        is_readable
    }
}

impl Caller {
    pub(super) fn address(&self) -> Option<IpAddr> {
        self.address
    }

    pub(super) fn user_agent(&self) -> Option<Cow<'_, str>> {
        self.user_agent.as_ref().map(as_text)
    }

    /// The client as its attempts are counted, if it has an address.
    pub(super) fn client(&self) -> Option<Client<'_>> {
        let user_agent = self.user_agent.as_ref().map(HeaderValue::as_bytes);
        Some(Client {
            address: self.address?,
            user_agent: user_agent.unwrap_or_default(),
        })
    }
}

/// The first value of a header.
pub(super) fn value(handle: &RequestHandle, name: &HeaderName) -> Option<HeaderValue> {
    first(handle, name, MAX_VALUE).ok().flatten()
}

/// The first value of a header that is logged; of one that is too long, only the mark of what was cut.
pub(super) fn logged_value(handle: &RequestHandle, name: &HeaderName) -> Option<HeaderValue> {
    let mark = |_| HeaderValue::from_bytes(Cut::MARK.as_bytes()).ok();
    first(handle, name, MAX_WHOLE_VALUE).unwrap_or_else(mark)
}

// Apart, so that it is compiled once.
#[inline(never)]
fn first(
    handle: &RequestHandle,
    name: &HeaderName,
    max: usize,
) -> Result<Option<HeaderValue>, BufferSizeError> {
    match handle.get_header_value(name, USUAL_VALUE) {
        Err(short) if short.needed_buf_size <= max => {
            handle.get_header_value(name, short.needed_buf_size)
        }
        read => read,
    }
}

/// The values of a header in the order in which they arrived, up to the first that is longer than
/// `max`.
pub(super) fn values(handle: &RequestHandle, name: &HeaderName, max: usize) -> Vec<HeaderValue> {
    read_all(|room| handle.get_header_values(name, room), max)
}

/// The name of each header, once.
pub(super) fn names(handle: &RequestHandle) -> Vec<HeaderName> {
    read_all(|room| handle.get_header_names(room), MAX_NAME)
}

/// Reads a list from the platform with the room that one entry may take: first with what is enough for
/// most, then with `max`. It ends before the first entry that is longer: there the platform's library
/// stops.
pub(super) fn read_all<T, List>(read: impl Fn(usize) -> List, max: usize) -> Vec<T>
where
    List: Iterator<Item = Result<T, BufferSizeError>>,
{
    let mut entries = Vec::new();
    for room in [USUAL_VALUE, max] {
        entries.clear();
        let mut list = read(room);
        loop {
            match list.next() {
                Some(Ok(entry)) => entries.push(entry),
                Some(Err(_)) => break,
                None => return entries,
            }
        }
    }
    entries
}

/// The protocol that a request arrived with.
pub(super) fn protocol(handle: &RequestHandle) -> &'static str {
    match handle.get_version() {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_3 => "HTTP/3",
        _ => "HTTP/1.1",
    }
}

/// A value as text; bytes that are not UTF-8 are replaced.
pub(super) fn as_text(value: &HeaderValue) -> Cow<'_, str> {
    String::from_utf8_lossy(value.as_bytes())
}
