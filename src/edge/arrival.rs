//! What arrived, read from the platform once.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::net::IpAddr;
use std::time::SystemTime;

use fastly::error::BufferSizeError;
use fastly::handle::RequestHandle;
use fastly::http::Method;
use fastly::http::header::{
    ACCEPT, CONTENT_LENGTH, HOST, HeaderName, HeaderValue, TRANSFER_ENCODING, USER_AGENT,
};
use signpost::attempts::Client;
use signpost::received::is_as_received;
use signpost::request::Request;
use signpost::values::Cut;
use url::{Position, Url};

/// The room that a header's value is first read with; enough for most.
const USUAL_VALUE: usize = 128;

/// The longest value of a header that is read, but for `Connection`. Longer ones are passed on, and
/// not understood.
const MAX_VALUE: usize = 8192;

/// The longest value of a header that is logged: the longest that the platform takes. The log cuts it;
/// attempts are remembered under the whole of it.
const MAX_LOGGED: usize = 69 * 1024;

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
    pub(super) fn read(
        time: SystemTime,
        handle: &RequestHandle,
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
        Self {
            time,
            method: handle.get_method(MAX_METHOD).ok(),
            url,
            is_https,
            accept: values(handle, &ACCEPT, MAX_VALUE),
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
        let Some(received) = &self.url else {
            return Request::new(method, &self.host, "");
        };
        let target = &received.url[Position::BeforePath..Position::AfterQuery];
        let request = Request::new(method, &self.host, target)
            .with_accept(self.accept.iter().map(HeaderValue::as_bytes));
        if received.is_as_received {
            request
        } else {
            request.rewritten()
        }
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
    pub(super) fn is_repeatable(&self, handle: &RequestHandle) -> bool {
        let is_safe = matches!(
            self.method,
            Some(Method::GET | Method::HEAD | Method::OPTIONS)
        );
        is_safe
            && self.url.as_ref().is_some_and(|url| url.is_as_received)
            && value(handle, &TRANSFER_ENCODING).is_none()
            && value(handle, &CONTENT_LENGTH).is_none_or(|length| length == "0")
    }

    /// Whether the client used TLS.
    pub(super) fn is_https(&self) -> bool {
        self.is_https
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
    first(handle, name, MAX_LOGGED).unwrap_or_else(mark)
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
/// `max`: there the platform's library stops.
pub(super) fn values(handle: &RequestHandle, name: &HeaderName, max: usize) -> Vec<HeaderValue> {
    let read: Result<Vec<_>, _> = handle.get_header_values(name, USUAL_VALUE).collect();
    read.unwrap_or_else(|_| handle.get_header_values(name, max).flatten().collect())
}

/// A value as text; bytes that are not UTF-8 are replaced.
pub(super) fn as_text(value: &HeaderValue) -> Cow<'_, str> {
    String::from_utf8_lossy(value.as_bytes())
}
