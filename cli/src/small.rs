//! The configurations of tests: production's own, and small ones.

use signpost_rows::{PRODUCTION, SmallConfig};

use crate::file::Loaded;

pub(crate) fn production() -> Loaded {
    Loaded::of(PRODUCTION)
}

/// A setting for the last argument of [`small`].
pub(crate) const RETRY: &str = "retry.window = \"30s\"";

/// The route `file` from `/f/{file:segment}` to these targets with their weights, and the example
/// `/f/x` at each. The edge knows the health of some, and answers with JSON.
pub(crate) fn small(targets: &[(&str, u16)], with_health: &[&str], more: &str) -> String {
    let config = SmallConfig::new(&format!("response.json = true\n{more}"));
    let config = targets.iter().fold(config, |config, (name, _)| {
        let health = format!("health_backend = \"{name}-health\"");
        let health = if with_health.contains(name) {
            &health
        } else {
            ""
        };
        config.target(name, &format!("https://{name}.example/pub"), health)
    });
    let route = config.route("file", "/f/{file:segment}", "/{file}");
    route.at(targets).example("/f/x", "/x").to_string()
}
