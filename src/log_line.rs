//! Stage 6: what happened to a request, as one line of JSON.
//!
//! The line has the fields of the version "1" line that crates.io's log counters read, and one
//! object more, `signpost`. Whatever a client or the origin sends, a line is valid JSON, and at most
//! [`MAX_LINE`] bytes long.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, SystemTime};

use serde::{Serialize, Serializer};

use crate::config::{ClientIp, LogFields, RouteName, Target};
use crate::decision::{Because, Decision, Reason};
use crate::location::{Location, Refusal};
use crate::origin_redirect::OriginRedirect;
use crate::sides::Side;
use crate::values::{Cut, Share, Switch};

/// The most bytes that a line has.
pub const MAX_LINE: usize = 13_300;

// The most bytes that a value takes in a line. A longer one is cut, and marked.
const MAX_HOST: usize = 320;
const MAX_PATH: usize = 4096;
const MAX_AGENT: usize = 1024;
const MAX_TYPE: usize = 256;
const MAX_ORIGIN_LOCATION: usize = 2048;
const MAX_WORD: usize = 64;

/// What the platform knows of a request and of the answer that was sent.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// When the request arrived.
    pub time: SystemTime,
    /// The method, as it arrived.
    pub method: &'a str,
    /// `https` or `http`.
    pub scheme: &'a str,
    /// The `Host`, as it arrived.
    pub host: &'a str,
    /// The path, as it arrived, without the query.
    pub path: &'a str,
    /// The version of HTTP that the client spoke, such as `HTTP/2`.
    pub protocol: &'a str,
    /// The `Referer`; its query is not logged.
    pub referer: Option<&'a str>,
    /// The `User-Agent`.
    pub user_agent: Option<&'a str>,
    /// The client's address.
    pub client_ip: Option<IpAddr>,
    /// The cipher of the client's TLS connection, by its OpenSSL name.
    pub tls_cipher: Option<&'a str>,
    /// The version of the client's TLS connection, such as `TLSv1.3`.
    pub tls_protocol: Option<&'a str>,
    /// The point of presence that answered, such as `FRA`.
    pub edge_location: Option<&'a str>,
    /// The status that was sent.
    pub status: u16,
    /// The bytes of the body that was sent, where they are known.
    pub bytes: Option<u64>,
    /// The `Content-Type` that was sent.
    pub content_type: Option<&'a str>,
}

/// What was in force when the request was decided.
#[derive(Clone, Copy, Debug)]
pub struct InForce<'a> {
    /// The revision of the configuration that answered, where there was one.
    pub revision: Option<&'a str>,
    /// The switch.
    pub switch: Switch,
    /// How much of the client's address may be written.
    pub client_ip: ClientIp,
    /// The fields that every line has besides.
    pub fields: Option<&'a LogFields>,
}

/// What was answered, and why: the parts of an [`Answer`](crate::Answer), which is a layer above.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered<'a> {
    pub(crate) side: Side,
    pub(crate) decision: &'a Decision,
    pub(crate) decided: &'static str,
    pub(crate) route: Option<&'a RouteName>,
    pub(crate) target: Option<&'a Target>,
    pub(crate) attempt: Option<u8>,
    pub(crate) because: Option<Because>,
    /// Why `next` has no way for the request, where `config` answers for that reason.
    pub(crate) next_reason: Option<&'a Reason>,
    pub(crate) origin_redirect: Option<&'a OriginRedirect>,
}

/// Writes the line, without a line end.
pub(crate) fn write(
    exchange: &Exchange<'_>,
    answered: &Answered<'_>,
    in_force: &InForce<'_>,
) -> String {
    let reason = answered.decision.reason();
    let next_reason = answered.next_reason;
    // Where `config` answers instead of `next`, that of `next`.
    let refusal = [reason, next_reason]
        .into_iter()
        .flatten()
        .find_map(Reason::refusal);
    let word = |text| Cut::in_json(text, MAX_WORD);
    let host = Cut::in_json(exchange.host, MAX_HOST);
    let line = Line {
        version: "1",
        date_time: Text(humantime::format_rfc3339_micros(within_rfc3339(
            exchange.time,
        ))),
        method: word(exchange.method),
        url: Text(Url {
            scheme: word(exchange.scheme),
            host,
            path: without_query(exchange.path),
        }),
        status: exchange.status,
        bytes: exchange.bytes,
        content_type: exchange
            .content_type
            .map(|text| Cut::in_json(text, MAX_TYPE)),
        ip: exchange
            .client_ip
            .and_then(|ip| in_force.client_ip.apply(ip)),
        edge_location: exchange.edge_location.map(word),
        host,
        http: Http {
            protocol: word(exchange.protocol),
            referer: exchange
                .referer
                .map(|url| Cut::in_json(without_query(url), MAX_AGENT)),
            useragent: exchange
                .user_agent
                .map(|text| Cut::in_json(text, MAX_AGENT)),
        },
        tls: Tls {
            cipher: exchange.tls_cipher.map(word),
            protocol: exchange.tls_protocol.map(word),
        },
        signpost: Signpost {
            decision: answered.decided,
            route: answered.route.map(RouteName::as_str),
            target: answered.target.map(|target| word(target.name())),
            attempt: answered.attempt,
            reason: reason.map(Reason::code),
            refusal: refusal.map(Refusal::code),
            location: answered.decision.location().map(Location::as_str),
            revision: in_force.revision,
            switch: Text(in_force.switch),
            side: (in_force.switch.next() != Share::NONE).then(|| answered.side.code()),
            because: answered.because.map(Because::code),
            next_reason: next_reason.map(Reason::code),
            origin_location: answered
                .origin_redirect
                .map(|redirect| Cut::in_json(redirect.named(), MAX_ORIGIN_LOCATION)),
        },
    };
    // Room for nearly every line at once: growing would copy it several times.
    let mut text = Vec::with_capacity(1024);
    // Strings and numbers always become JSON, which is UTF-8; an empty line would be seen, a lost
    // request would not.
    let written = serde_json::to_writer(&mut text, &line).ok();
    if let Some(fields) = in_force.fields {
        // In the place of the last brace.
        text.pop();
        text.extend_from_slice(fields.as_str().as_bytes());
        text.push(b'}');
    }
    written
        .and_then(|()| String::from_utf8(text).ok())
        .unwrap_or_default()
}

/// A clock that is wrong must not cost the line: outside these years there is no date to write.
fn within_rfc3339(time: SystemTime) -> SystemTime {
    let last_second_of_9999 = Duration::from_secs(253_402_300_799);
    time.clamp(
        SystemTime::UNIX_EPOCH,
        SystemTime::UNIX_EPOCH + last_second_of_9999,
    )
}

fn without_query(url: &str) -> &str {
    url.split_once(['?', '#']).map_or(url, |(url, _)| url)
}

impl ClientIp {
    /// The address as far as it may be written: whole, its first 24 or 48 bits, or not at all.
    ///
    /// ```
    /// use signpost::config::ClientIp;
    ///
    /// let address = "198.51.100.17".parse().unwrap();
    /// assert_eq!(ClientIp::Truncated.apply(address).unwrap().to_string(), "198.51.100.0");
    /// ```
    pub fn apply(self, address: IpAddr) -> Option<IpAddr> {
        match self {
            Self::Full => Some(address),
            Self::Truncated => Some(truncate(address)),
            Self::None => None,
        }
    }
}

fn truncate(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8)).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80)).into(),
    }
}

#[derive(Serialize)]
struct Line<'a> {
    version: &'static str,
    date_time: Text<humantime::Rfc3339Timestamp>,
    method: Cut<'a>,
    url: Text<Url<'a>>,
    status: u16,
    bytes: Option<u64>,
    content_type: Option<Cut<'a>>,
    ip: Option<IpAddr>,
    edge_location: Option<Cut<'a>>,
    host: Cut<'a>,
    http: Http<'a>,
    tls: Tls<'a>,
    signpost: Signpost<'a>,
}

#[derive(Serialize)]
struct Http<'a> {
    protocol: Cut<'a>,
    referer: Option<Cut<'a>>,
    useragent: Option<Cut<'a>>,
}

#[derive(Serialize)]
struct Tls<'a> {
    cipher: Option<Cut<'a>>,
    protocol: Option<Cut<'a>>,
}

#[derive(Serialize)]
struct Signpost<'a> {
    decision: &'static str,
    route: Option<&'a str>,
    target: Option<Cut<'a>>,
    attempt: Option<u8>,
    reason: Option<&'static str>,
    refusal: Option<&'static str>,
    location: Option<&'a str>,
    revision: Option<&'a str>,
    switch: Text<Switch>,
    // Hardly any line has these, and there is a line for each download.
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin_location: Option<Cut<'a>>,
}

/// The request's URL without its query. It ends where its host was cut.
struct Url<'a> {
    scheme: Cut<'a>,
    host: Cut<'a>,
    path: &'a str,
}

impl fmt::Display for Url<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, host, path } = self;
        write!(formatter, "{scheme}://{host}")?;
        if host.is_cut() {
            return Ok(());
        }
        Cut::in_json(path, MAX_PATH).fmt(formatter)
    }
}

/// Written as a JSON string straight from its `Display`, without a string in between.
struct Text<T>(T);

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
