//! The long explanation of every code, for `signpost check --explain`.

use crate::findings::Code;

/// The meaning of a code, why it matters, and a wrong and a right example.
pub(super) fn of(code: Code) -> String {
    let name = code.name();
    let body = EXPLANATIONS.iter().find(|(other, _)| *other == name);
    let body = body.map_or("", |(_, body)| body);
    let heading = textwrap::fill(&format!("{name}: {}", code.meaning()), 100);
    format!("{heading}\n\n{body}")
}

macro_rules! explanations {
    ($($code:literal,)+) => {
        const EXPLANATIONS: &[(&str, &str)] = &[
            $(($code, include_str!(concat!("explanations/", $code, ".md"))),)+
        ];
    };
}

explanations! {
    "allowed-host-mistyped",
    "allowed-host-unused",
    "backend-invalid",
    "base-host-not-allowed",
    "base-invalid",
    "client-ip-invalid",
    "differs",
    "dl-not-redirected",
    "entry-too-large",
    "example-fails",
    "example-missing",
    "header-invalid",
    "host-invalid",
    "key-missing",
    "key-unknown",
    "location-invalid",
    "location-loops",
    "location-unprovable",
    "log-endpoint-invalid",
    "origin-option-invalid",
    "path-invalid",
    "retry-invalid",
    "revision-mismatch",
    "route-name-duplicate",
    "route-name-invalid",
    "route-unreachable",
    "routes-overlap",
    "status-invalid",
    "syntax-invalid",
    "target-unknown",
    "target-unused",
    "targets-invalid",
}

#[cfg(test)]
mod tests;
