//! The configurations of tests: production's own, and small ones.

use crate::file::Loaded;

pub(crate) const PRODUCTION: &str = include_str!("../../config/crates-io.toml");

pub(crate) fn production() -> Loaded {
    Loaded::of(PRODUCTION)
}

/// A setting for the last argument of [`small`].
pub(crate) const RETRY: &str = "retry.window = \"30s\"";

/// The route `file` from `/f/{file:segment}` to these targets with their weights, and the example
/// `/f/x` at each. The edge knows the health of some.
pub(crate) fn small(targets: &[(&str, u16)], with_health: &[&str], more: &str) -> String {
    let listed = |each: &dyn Fn(&str, u16) -> String| {
        let all = targets.iter().map(|(name, weight)| each(name, *weight));
        all.collect::<Vec<_>>().join("\n")
    };
    let hosts = listed(&|name, _| format!("\"{name}.example\","));
    let tables = listed(&|name, _| {
        let health = format!(", health_backend = \"{name}-health\"");
        let health = if with_health.contains(&name) {
            &health
        } else {
            ""
        };
        format!("{name} = {{ base = \"https://{name}.example/pub\"{health} }}")
    });
    let several = listed(&|name, weight| format!("{{ name = \"{name}\", weight = {weight} }},"));
    let route = match targets {
        [(only, _)] => format!("target = \"{only}\""),
        _ => format!("targets = [{several}]"),
    };
    let examples = listed(&|name, _| {
        let location = format!("https://{name}.example/pub/x");
        format!("{{ request = \"/f/x\", target = \"{name}\", location = \"{location}\" }},")
    });
    format!(
        "allowed_hosts = [{hosts}]\norigin.backends = [\"origin\"]\n{more}\n[targets]\n{tables}\n\
         [[routes]]\nname = \"file\"\npath = \"/f/{{file:segment}}\"\n{route}\n\
         location = \"/{{file}}\"\nexamples = [{examples}]\n"
    )
}
