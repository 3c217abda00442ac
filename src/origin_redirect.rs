//! Stage 6: compares the origin's redirect with the proven location.
//!
//! On 2023-07-20 it was the origin that sent every download to a host which does not exist. A request
//! that the switch leaves to the origin still has its proven location, so the edge can tell.

use std::fmt;

use url::Url;

use crate::config::{CheckRedirects, Config};
use crate::decision::Released;
use crate::location::Location;

/// The part of the origin's answer that may send the client on.
#[derive(Clone, Copy, Debug)]
pub struct OriginAnswer<'a> {
    /// The status.
    pub status: u16,
    /// The values of the `Location` header fields, in the order in which they arrived; an empty one
    /// for a value that could not be read.
    pub locations: &'a [Vec<u8>],
    /// The URL that was requested, which relative locations start from.
    pub requested: &'a str,
}

/// A redirect of the origin that does not lead to the proven location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginRedirect {
    named: String,
    repair: Option<Released>,
}

impl OriginRedirect {
    /// Compares the origin's answer to a request on a route with the location that was proven at its
    /// target, and with those at the route's other targets. `None` if it is not a redirect, or leads to one
    /// of these.
    ///
    /// It is repaired only where the location may be released. A redirect to the host that was asked, to one
    /// of the configuration's `hosts` or to an allowed one is left alone.
    pub fn judge(
        answer: &OriginAnswer<'_>,
        proven: &[&Location],
        released: Option<Released>,
        config: &Config,
    ) -> Option<Self> {
        let check = config.origin().check_redirects;
        // Clients follow a Location on any of these, whatever the status means.
        let sends_on = (300..400).contains(&answer.status) && !answer.locations.is_empty();
        if !sends_on || check == CheckRedirects::Off {
            return None;
        }
        let requested = Url::parse(answer.requested).ok();
        let read = answer.read(requested.as_ref());
        if let Some((text, url)) = &read {
            // A relative one is another text. Any other spelling is the origin's own idea.
            let leads_to = |proven: &&Location| {
                *text == proven.as_str()
                    || (text.starts_with('/') && url.as_str() == proven.as_str())
            };
            if proven.iter().any(leads_to) {
                return None;
            }
        }
        let host = read.as_ref().and_then(|(_, url)| url.host_str());
        let is_left = host.is_some_and(|host| config.allows_host(host))
            || answer.stays_at_registry(requested.as_ref(), config);
        Some(Self {
            named: read.map_or_else(|| answer.unreadable(), |(_, url)| without_secrets(url)),
            repair: released.filter(|_| check == CheckRedirects::Repair && !is_left),
        })
    }

    /// Where the origin would have sent the client, without user info, query or fragment, which may
    /// hold secrets. A text that is not a URL is kept as it is up to its query.
    pub fn named(&self) -> &str {
        &self.named
    }

    /// The location to send instead of the origin's; `None` if that stays as it is.
    pub fn repair(&self) -> Option<&Location> {
        self.repair.as_ref().map(Released::location)
    }
}

impl OriginAnswer<'_> {
    /// The location as text and as the URL that it means. Clients differ in which of two they follow,
    /// so two count as unreadable, and so does a text that clients read in different ways.
    fn read(&self, requested: Option<&Url>) -> Option<(&str, Url)> {
        let [location] = self.locations else {
            return None;
        };
        let is_plain = |byte: &u8| byte.is_ascii_graphic() && *byte != b'\\';
        let text = str::from_utf8(location).ok()?;
        if text.is_empty() || !location.iter().all(is_plain) {
            return None;
        }
        let url = Url::options().base_url(requested).parse(text);
        Some((text, url.ok()?))
    }

    /// Whether every location is at the host that was asked, or at one of the configuration's `hosts`, as far
    /// as a client can read it.
    fn stays_at_registry(&self, requested: Option<&Url>, config: &Config) -> bool {
        let is_own = |location: &Vec<u8>| {
            let text = str::from_utf8(location).ok()?;
            let is_clear = !text.is_empty() && !text.contains(['\\', '\t', '\n', '\r']);
            let url = Url::options().base_url(requested).parse(text);
            let url = url.ok().filter(|_| is_clear)?;
            let host = url.host_str()?;
            let is_requested = requested.is_some_and(|it| it.host_str() == Some(host));
            (is_requested || config.names_host(host)).then_some(())
        };
        self.locations.iter().all(|it| is_own(it).is_some())
    }

    /// The unreadable text, for whoever has to find out why.
    fn unreadable(&self) -> String {
        let texts = self.locations.iter().map(|location| {
            let before_query = location.split(|byte| matches!(byte, b'?' | b'#')).next();
            String::from_utf8_lossy(before_query.unwrap_or_default())
        });
        texts.collect::<Vec<_>>().join(", ")
    }
}

fn without_secrets(mut url: Url) -> String {
    url.set_query(None);
    url.set_fragment(None);
    // These fail only for URLs that can have neither.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

impl fmt::Display for OriginRedirect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the origin redirects to `{}`, ", self.named)?;
        match self.repair() {
            Some(location) => write!(formatter, "and the client is sent to `{location}`"),
            None => formatter.write_str("which is not the proven location"),
        }
    }
}
