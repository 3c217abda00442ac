//! Stage 6: what happened to a request, as one line of JSON.
//!
//! The line has the fields of the version "1" line that crates.io's log counters read, and one
//! object more, `signpost`. Whatever a client or the origin sends, a line is valid JSON, and at most
//! [`MAX_LINE`] bytes long.

mod object;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, SystemTime};

use crate::config::{ClientIp, LogFields, RouteName, Target};
use crate::decision::{Because, Decision, Reason};
use crate::location::{Location, Refusal};
use crate::origin_redirect::OriginRedirect;
use crate::sides::Side;
use crate::values::{Cut, Share, Switch};
use object::{Object, name};

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
    let text = |text: Option<_>, most| text.map(|text| Cut::in_json(text, most));
    let host = Cut::in_json(exchange.host, MAX_HOST);
    // A URL ends where its host was cut.
    let path = if host.is_cut() {
        ""
    } else {
        without_query(exchange.path)
    };
    // Room for nearly every line at once: growing would copy it several times.
    let mut line = Object::with_room(1024);
    line.word(name!("version"), Some("1"));
    let time = within_rfc3339(exchange.time);
    line.plain(name!("date_time"), humantime::format_rfc3339_micros(time));
    line.text(name!("method"), Some(word(exchange.method)));
    let path = Cut::in_json(path, MAX_PATH);
    line.texts(
        name!("url"),
        [word(exchange.scheme), word("://"), host, path],
    );
    line.number(name!("status"), Some(exchange.status.into()));
    line.number(name!("bytes"), exchange.bytes);
    line.text(name!("content_type"), text(exchange.content_type, MAX_TYPE));
    let ip = exchange
        .client_ip
        .and_then(|ip| in_force.client_ip.apply(ip));
    line.address(name!("ip"), ip);
    line.text(name!("edge_location"), exchange.edge_location.map(word));
    line.text(name!("host"), Some(host));
    line.object(name!("http"), |http| {
        http.text(name!("protocol"), Some(word(exchange.protocol)));
        http.text(
            name!("referer"),
            text(exchange.referer.map(without_query), MAX_AGENT),
        );
        http.text(name!("useragent"), text(exchange.user_agent, MAX_AGENT));
    });
    line.object(name!("tls"), |tls| {
        tls.text(name!("cipher"), exchange.tls_cipher.map(word));
        tls.text(name!("protocol"), exchange.tls_protocol.map(word));
    });
    line.object(name!("signpost"), |signpost| {
        signpost.word(name!("decision"), Some(answered.decided));
        signpost.word(name!("route"), answered.route.map(RouteName::as_str));
        signpost.text(
            name!("target"),
            answered.target.map(|target| word(target.name())),
        );
        signpost.number(name!("attempt"), answered.attempt.map(u64::from));
        signpost.word(name!("reason"), reason.map(Reason::code));
        signpost.word(name!("refusal"), refusal.map(Refusal::code));
        // A proven location has no character that JSON would escape.
        signpost.word(
            name!("location"),
            answered.decision.location().map(Location::as_str),
        );
        signpost.text(name!("revision"), in_force.revision.map(word));
        signpost.plain(name!("switch"), in_force.switch);
        // Hardly any line has these, and there is a line for each download.
        if in_force.switch.next() != Share::NONE {
            signpost.word(name!("side"), Some(answered.side.code()));
        }
        if let Some(because) = answered.because {
            signpost.word(name!("because"), Some(because.code()));
        }
        if let Some(reason) = next_reason {
            signpost.word(name!("next_reason"), Some(reason.code()));
        }
        if let Some(redirect) = answered.origin_redirect {
            let named = Cut::in_json(redirect.named(), MAX_ORIGIN_LOCATION);
            signpost.text(name!("origin_location"), Some(named));
        }
    });
    line.fields(in_force.fields);
    line.finish()
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
