//! What each reason means, and what to do about it.

use signpost::decision::Reason;
use signpost::location::Refusal;
use signpost::values::CaptureType;

/// The meaning of a reason, as in `docs/request-handling.md`.
pub(super) fn meaning(reason: &Reason) -> &'static str {
    match reason {
        Reason::NoRoute => "No route applies to this host, or none has the shape of this path.",
        Reason::PathMalformed => {
            "The path has an empty segment (other than after a slash at its end), a `.` or `..` \
             segment, an encoded slash, backslash or control character, an escape that is left \
             after decoding (`%252B`), or bytes that are not UTF-8; or it may not be the path that \
             the client sent."
        }
        Reason::MethodNotRedirectable => {
            "The path is on a route, and the method is neither GET nor HEAD."
        }
        Reason::NameInvalid => "A capture of type `crate` is not a crate name.",
        Reason::VersionInvalid => "A capture of type `semver` is not a version.",
        Reason::CaptureInvalid => {
            "A capture of type `segment`, `sha256` or `path` does not fit its type."
        }
        Reason::LocationRefused(_) => {
            "The candidate failed its proof: a bug or an attack. The service log says so too."
        }
        Reason::SwitchOff(_) => "The location was proven, and the switch is `off`.",
        Reason::SwitchShadow(_) => {
            "The location was proven, and the switch is `shadow`: it is logged, not sent."
        }
        Reason::NotInRollout(_) => {
            "The location was proven, and the request is not in the share that is enforced."
        }
        Reason::Retried(_) => {
            "The location was proven, and the client was already sent to every target, or makes its \
             last attempt."
        }
        Reason::ConfigMissing => "The Config Store has no entry `config`.",
        Reason::ConfigInvalid => "The entry `config` has problems, which the service log names.",
    }
}

pub(super) fn next(reason: &Reason, applies: bool, sent_from: Option<u8>) -> String {
    match reason {
        Reason::NoRoute if !applies => {
            "Ask for one of the hosts in `hosts`, or add this one to it.".into()
        }
        Reason::NoRoute => {
            "If it should be redirected, compare the path with `signpost routes FILE`.".into()
        }
        Reason::PathMalformed => {
            "Nothing, if a scanner or a broken client asked for this: the origin gets it as it \
             came. Otherwise correct what is marked in stage 1."
                .into()
        }
        Reason::MethodNotRedirectable => {
            "Nothing: the origin answers all other methods. Ask with GET or HEAD to see a redirect."
                .into()
        }
        Reason::NameInvalid => format!("Compare the name with its type: {}.", kind("crate")),
        Reason::VersionInvalid => format!("Compare the version with its type: {}.", kind("semver")),
        Reason::CaptureInvalid => {
            "Compare the text that is marked in stage 2 with its type.".into()
        }
        Reason::LocationRefused(Refusal::Loop) => {
            "The target's host sends its requests here again. Give the target another host, or \
             the route another path."
                .into()
        }
        Reason::LocationRefused(_) => {
            "Compare what is marked in stage 4 with the base, `allowed_hosts` and the route's \
             location. If they are as they should be, this is a bug: report it with this output."
                .into()
        }
        Reason::SwitchOff(_) | Reason::SwitchShadow(_) => {
            "Set the entry `switch` to `enforce` to send the location.".into()
        }
        Reason::NotInRollout(_) => match sent_from {
            Some(percent) => format!("It is sent from `enforce {percent}%` on."),
            None => "It is sent with `enforce`.".into(),
        },
        Reason::Retried(_) => {
            "Nothing: within the window, and while the origin's share lasts, the origin answers this \
             client."
                .into()
        }
        Reason::ConfigMissing | Reason::ConfigInvalid => {
            "Compile a configuration with `signpost compile FILE` and store it.".into()
        }
    }
}

/// Describes a capture type.
pub(super) fn kind(name: &str) -> &'static str {
    match name.parse().ok() {
        Some(CaptureType::Crate) => {
            "an ASCII letter, then letters, digits, `-` and `_`; at most 64 bytes"
        }
        Some(CaptureType::Semver) => {
            "a version such as 1.10.0 (Semantic Versioning 2.0.0); at most 150 bytes"
        }
        Some(CaptureType::Segment) => {
            "1 to 255 visible ASCII characters without `/ \\ % ? #`, and neither `.` nor `..`"
        }
        Some(CaptureType::Sha256) => "64 lower-case hexadecimal digits",
        Some(CaptureType::Path) => {
            "one or more segments of visible ASCII characters without `\\ % ? #`, none of them \
             empty, `.` or `..`; at most 1,024 bytes"
        }
        None => "unknown",
    }
}
