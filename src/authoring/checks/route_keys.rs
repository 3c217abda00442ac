//! Whether the keys of a route fit together, and with the rest of the file.

use super::super::draft::{Draft, Report};
use crate::config::{Key, ProblemCode};
use crate::values::Host;

/// Notes each key of a route of the origin that only a redirect has, and each host of a route that the
/// configuration does not have.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    for (index, raw) in draft.raw.routes.iter().enumerate() {
        let key = Key::default().name("routes").index(index);
        let of_redirects = [
            ("target", raw.target.is_some()),
            ("targets", raw.targets.is_some()),
            ("location", raw.location.is_some()),
            ("unused", raw.unused.is_some()),
            ("status", raw.status.is_some()),
            ("json", raw.json.is_some()),
            ("cache_control", raw.cache_control.is_some()),
        ];
        let is_wrong = |is_there| is_there && raw.origin == Some(true);
        for (name, _) in of_redirects.into_iter().filter(|(_, it)| is_wrong(*it)) {
            let message = format!(
                "the route has `origin = true`, so nothing is redirected; leave `{name}` out, or `origin`"
            );
            let code = ProblemCode::RouteOfOriginInvalid;
            report.sink.push(code, key.name(name), message);
        }
        let hosts = raw.hosts.iter().flatten().map(|host| Host::parse(host));
        for (place, host) in hosts
            .enumerate()
            .filter_map(|(it, host)| Some((it, host.ok()?)))
        {
            let all = draft.config.hosts();
            if all.is_some_and(|all| !all.contains(&host)) {
                let message = format!(
                    "`{host}` is not in the `hosts` of the configuration; add it there, or leave it out here"
                );
                let key = key.name("hosts").index(place);
                report
                    .sink
                    .push(ProblemCode::RouteHostUnknown, key, message);
            }
        }
    }
}
