//! Whether the hosts that a redirect may name can exist.

use super::super::draft::{Draft, Report};
use crate::config::{Key, ProblemCode};
use crate::values::Host;

/// The top-level domains that are no public ones, and never will be: RFC 2606, RFC 6761, and ICANN's
/// resolution 2024.07.29.06.
const RESERVED: [&str; 4] = ["example", "internal", "localhost", "test"];

/// What the end of a host is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// The host is an address, or below a public suffix or a reserved domain.
    Known,
    /// Where names are registered, and nothing below it.
    Bare,
    Unknown,
}

/// Notes each allowed host that cannot exist, and each private suffix that is none, or that no host needs.
///
/// The host of a base is an allowed one, so the bases are not looked at.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    let written = draft.aside.keys.private_suffixes.iter();
    let suffixes: Vec<_> = written.map(|it| it.to_ascii_lowercase()).collect();
    let allowed = draft.raw.allowed_hosts.as_deref().unwrap_or_default();
    let hosts = || {
        let hosts = allowed.iter().enumerate();
        hosts.filter_map(|(index, host)| Some((index, Host::parse(host).ok()?)))
    };
    for (index, host) in hosts() {
        let is_below = |suffix: &String| is_below(&host, suffix);
        let message = match ending(host.as_str()) {
            Ending::Known => continue,
            Ending::Unknown if suffixes.iter().any(is_below) => continue,
            Ending::Unknown => {
                let (_, last) = host.as_str().rsplit_once('.').unwrap_or_default();
                format!(
                    "`{host}` ends in `{last}`, and there is no such top-level domain; correct it, or if it is a name of your own network, list its end in `private_suffixes`"
                )
            }
            Ending::Bare => format!(
                "names are registered below `{host}`, so it is not a host itself; write the full host"
            ),
        };
        let key = Key::default().name("allowed_hosts").index(index);
        report.sink.push(ProblemCode::HostUnknown, key, message);
    }
    for (index, suffix) in suffixes.iter().enumerate() {
        let (code, message) = if !is_suffix(suffix) {
            let message = format!(
                "`{suffix}` is not the end of a host; write one such as `corp` or `lan.example-company`, without a dot before it"
            );
            (ProblemCode::PrivateSuffixInvalid, message)
        } else if ending(&format!("a.{suffix}")) != Ending::Unknown {
            let message = format!("hosts below `{suffix}` need no private suffix; leave it out");
            (ProblemCode::PrivateSuffixIdle, message)
        } else if !hosts().any(|(_, host)| is_below(&host, suffix)) {
            let message = format!("no allowed host is below `{suffix}`; leave it out");
            (ProblemCode::PrivateSuffixIdle, message)
        } else {
            continue;
        };
        let key = Key::default().name("private_suffixes").index(index);
        report.sink.push(code, key, message);
    }
}

/// What the end of a host is, by the public suffix list.
///
/// Where a company lets others register names, such as `s3.amazonaws.com`, there may be a host as well.
fn ending(host: &str) -> Ending {
    let last = host.rsplit('.').next().unwrap_or(host);
    let is_address = host.starts_with('[') || last.bytes().all(|byte| byte.is_ascii_digit());
    if is_address || RESERVED.contains(&last) {
        return Ending::Known;
    }
    match psl::suffix(host.as_bytes()).filter(psl::Suffix::is_known) {
        None => Ending::Unknown,
        Some(suffix) if suffix.as_bytes() == host.as_bytes() => match suffix.typ() {
            Some(psl::Type::Private) => Ending::Known,
            _ => Ending::Bare,
        },
        Some(_) => Ending::Known,
    }
}

fn is_suffix(text: &str) -> bool {
    Host::parse(&format!("a.{text}")).is_ok()
}

fn is_below(host: &Host, suffix: &str) -> bool {
    let before = host.as_str().strip_suffix(suffix);
    before.is_some_and(|it| it.ends_with('.'))
}
