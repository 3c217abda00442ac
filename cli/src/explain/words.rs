//! What each reason means, and what to do about it.

use signpost::decision::Reason;
use signpost::location::Refusal;
use signpost::values::CaptureType;

/// The meaning of a reason, as in `docs/request-handling.md`.
pub(super) fn meaning(reason: &Reason) -> &'static str {
    match reason {
        Reason::NoRoute => "No route matches this path, or the routes do not apply to this host.",
        Reason::OriginRoute => {
            "The path is on a route with `origin = true`, and its captures fit. Such routes are tried \
             first, for any method."
        }
        Reason::PathMalformed => {
            "The path has an empty segment (a slash at its end is allowed), a `.` or `..` segment, \
             an encoded slash, a backslash, a control character, an escape that is left after \
             decoding (`%252B`), or bytes that are not UTF-8; or it may not be the path that the \
             client sent."
        }
        Reason::CameFromTarget => {
            "The request comes from a target of its route: its `CDN-Loop` or `Via` has the name in \
             `loop` of the target. That CDN would get its own redirect back, and go round."
        }
        Reason::MethodNotRedirectable => {
            "A route matches the path, but the method is neither GET nor HEAD, nor OPTIONS by which a \
             browser asks for one of them where `cors` is on."
        }
        Reason::NameInvalid => {
            "The path has a route's literals, and its crate name does not fit: the name is invalid, the \
             path repeats it or its folder differently, or it is too short for a part that the location \
             takes of it."
        }
        Reason::VersionInvalid => {
            "The path has a route's literals, and its version does not fit: the version is invalid, the \
             path repeats it differently, or it is too short for a part that the location takes of it."
        }
        Reason::CaptureInvalid => {
            "The literals of a route are where they belong, and a capture of another type is \
             invalid: its text is not of the type, is not what the path repeats, or is too short for \
             a part that the location takes of it. Or the location would be longer than 2,048 bytes \
             at one of the route's targets; then nothing is built."
        }
        Reason::LocationRefused(_) => {
            "The proof refused the candidate: a bug or an attack. The service log says so too."
        }
        Reason::SwitchOff(_) => "The location was proven, but the switch is `off`.",
        Reason::SwitchShadow(_) => {
            "The location was proven, but the switch is `shadow`: it is logged, not sent."
        }
        Reason::NotInRollout(_) => {
            "The location was proven, but this file is not in the share that is enforced."
        }
        Reason::Retried(_) => {
            "The location was proven, but the client was already sent to every target, or this is \
             its last attempt."
        }
        Reason::ConfigMissing => "The Config Store has no entry `config`.",
        Reason::ConfigInvalid => "The entry `config` has problems; the service log names them.",
    }
}

/// What to do if the location would be too long; its reason is one of an invalid capture.
pub(super) const NEXT_IF_TOO_LONG: &str =
    "Nothing: no file has such a path. If one does, shorten the location or the base.";

/// What to do about a reason.
pub(super) fn next(reason: &Reason, applies: bool, sent_from: Option<u8>) -> String {
    let words = match reason {
        Reason::NoRoute if !applies => {
            "Ask for one of the hosts in `hosts`, or add this one to it."
        }
        Reason::NoRoute => {
            "If it should be redirected, compare the path with `signpost routes FILE`."
        }
        Reason::OriginRoute => {
            "If it should be redirected, narrow the path of that route, or leave the route out."
        }
        Reason::PathMalformed => {
            "Nothing, if a scanner or a broken client asked for this: the origin gets it as it \
             came. Otherwise correct what is marked in stage 1."
        }
        Reason::CameFromTarget => {
            "Nothing, if the target fetches what it misses from this host. If it does not, correct `loop` \
             of the target."
        }
        Reason::MethodNotRedirectable => {
            "Nothing: the origin answers this. Ask with GET or HEAD to see a redirect; a preflight needs \
             `Origin`, `Access-Control-Request-Method` and `cors = true`."
        }
        Reason::NameInvalid | Reason::VersionInvalid | Reason::CaptureInvalid => {
            "If it should be redirected, correct what is marked in stage 2: the request, or the path \
             of the route."
        }
        Reason::LocationRefused(Refusal::Loop) => {
            "The target's host sends its requests here again. Give the target another host, or \
             the route another path."
        }
        Reason::LocationRefused(_) => {
            "Compare what is marked in stage 4 with the base, `allowed_hosts` and the route's \
             location. If they are as they should be, this is a bug: report it with this output."
        }
        Reason::SwitchOff(_) | Reason::SwitchShadow(_) => {
            "Set the entry `switch` to `enforce` to send the location."
        }
        Reason::NotInRollout(_) => {
            let percent = sent_from.unwrap_or(100);
            return format!("It is sent from `enforce {percent}%` on.");
        }
        Reason::Retried(_) => {
            "Nothing: within the window, and while the origin's share lasts, the origin answers this \
             client."
        }
        Reason::ConfigMissing | Reason::ConfigInvalid => {
            "Compile a configuration with `signpost compile FILE` and store it."
        }
    };
    words.to_owned()
}

/// Describes a capture type.
pub(super) fn kind(name: &str) -> String {
    let words = match name.parse().ok() {
        Some(CaptureType::Crate) => {
            "an ASCII letter, then letters, digits, `-` and `_`; at most 64 bytes"
        }
        Some(CaptureType::Semver) => {
            "a version such as 1.10.0 (Semantic Versioning 2.0.0); at most 150 bytes"
        }
        Some(CaptureType::Segment) => {
            "1 to 255 visible ASCII characters without `/ \\ % ? #`, and neither `.` nor `..`"
        }
        Some(CaptureType::Lower) => {
            "1 to 255 visible ASCII characters without upper-case letters and `/ \\ % ? #`, and \
             neither `.` nor `..`"
        }
        Some(CaptureType::Digits) => "1 to 255 digits",
        Some(
            kind @ (CaptureType::Hex(_)
            | CaptureType::Sha1
            | CaptureType::Sha256
            | CaptureType::Sha512),
        ) => {
            let (length, _) = kind.lengths();
            return format!("{length} lower-case hexadecimal digits");
        }
        Some(CaptureType::Path) => {
            "one or more segments of visible ASCII characters without `\\ % ? #`, none of them \
             empty, `.` or `..`; at most 1,024 bytes"
        }
        Some(CaptureType::OneOf(_)) | None => return format!("one of {}", name.replace('|', ", ")),
    };
    words.to_owned()
}
