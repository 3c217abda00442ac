//! A request as text, and what it meets.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};

use signpost::attempts::Attempts;
use signpost::received::Received;
use signpost::request::Request;
use signpost::values::Switch;

/// What the letters of the first line choose: scene, switch, health, attempts, the targets that those were at,
/// what comes of the origin, and the scheme. What is not there is an `a`. Then comes a request as in HTTP/1.1.
#[derive(Clone, Debug)]
pub(super) struct Asked<'b> {
    pub(super) scene: u8,
    pub(super) switch: Switch,
    health: u8,
    pub(super) attempts: Attempts,
    pub(super) chance: u8,
    pub(super) after: After,
    is_https: bool,
    pub(super) address: IpAddr,
    pub(super) method: Cow<'b, str>,
    pub(super) target: Cow<'b, str>,
    pub(super) host: Cow<'b, str>,
    /// Names in lower case, and values.
    fields: Vec<(String, &'b [u8])>,
}

/// What comes of the origin.
#[derive(Clone, Copy, Debug)]
pub(super) enum After {
    Nothing,
    OriginFailed,
    OriginAnswered,
}

const SWITCHES: [&str; 12] = [
    "enforce",
    "enforce, next 50%",
    "shadow",
    "off",
    "enforce 50%",
    "enforce, next 100%",
    "enforce 50%, next 50%",
    "shadow, next 50%",
    "shadow, next 100%",
    "off, next 100%",
    "enforce 0%",
    "enforce 0%, next 100%",
];

impl<'b> Asked<'b> {
    pub(super) fn read(bytes: &'b [u8]) -> Self {
        let mut lines = bytes.split(|byte| *byte == b'\n');
        let letters = lines.next().unwrap_or_default();
        let letter = |place: usize| letters.get(place).map_or(0, |letter| letter.wrapping_sub(b'a'));
        let line = lines.next().unwrap_or_default();
        let mut words = line.splitn(3, |byte| *byte == b' ').map(String::from_utf8_lossy);
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let fields: Vec<_> = lines.filter_map(field).collect();
        let host = fields.iter().find(|(name, _)| name == "host");
        let switch = SWITCHES[usize::from(letter(1)) % SWITCHES.len()].parse();
        Self {
            scene: letter(0),
            switch: switch.unwrap_or(Switch::OFF),
            health: letter(2),
            attempts: attempts(letter(3), letter(4)),
            chance: letter(4),
            after: match letter(5) % 3 {
                0 => After::Nothing,
                1 => After::OriginFailed,
                _ => After::OriginAnswered,
            },
            is_https: letter(6) % 2 == 0,
            address: Ipv4Addr::new(198, 51, 100, letter(7)).into(),
            method,
            target,
            host: host.map_or(Cow::Borrowed(""), |(_, value)| String::from_utf8_lossy(value)),
            fields,
        }
    }

    /// The target as the edge gets it.
    pub(super) fn received(&self) -> Received<'_> {
        Received::read(Some(&self.host), &self.target)
    }

    /// The request as the edge makes it.
    pub(super) fn request<'r>(&'r self, received: &'r Received<'_>) -> Request<'r> {
        let request = received.request(&self.method);
        let request = request
            .with_accept(self.all("accept"))
            .with_preflight(self.value("origin"), self.value("access-control-request-method"))
            .with_trail(self.all("cdn-loop"), self.all("via"))
            .with_field_names(self.fields.iter().map(|(name, _)| name));
        if self.is_https {
            request
        } else {
            request.over_plain_http()
        }
    }

    pub(super) fn scheme(&self) -> &'static str {
        if self.is_https { "https" } else { "http" }
    }

    pub(super) fn is_healthy(&self, backend: &str) -> bool {
        let bit = backend.bytes().fold(0_u8, u8::wrapping_add) % 8;
        self.health & (1 << bit) == 0
    }

    /// The first value of a field.
    pub(super) fn value(&self, name: &str) -> Option<&[u8]> {
        self.all(name).next()
    }

    pub(super) fn values(&self, name: &str) -> Vec<Vec<u8>> {
        self.all(name).map(<[u8]>::to_vec).collect()
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let fields = self.fields.iter().filter(move |(other, _)| other == name);
        fields.map(|(_, value)| *value)
    }
}

fn field(line: &[u8]) -> Option<(String, &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at_checked(colon)?;
    let name = str::from_utf8(name).ok()?.to_ascii_lowercase();
    Some((name, value.get(1..)?.trim_ascii()))
}

/// So many attempts, at targets that two bits each tell.
fn attempts(number: u8, places: u8) -> Attempts {
    (0..number % 6).fold(Attempts::NONE, |attempts, at| match places >> (2 * (at % 4)) & 3 {
        3 if number > 6 => attempts.and_by_next(),
        3 => attempts.and(None),
        place => attempts.and(Some(place.into())),
    })
}
