//! Which examples can be asked for at the host of the run.

use signpost::authoring::split_request;
use signpost::config::{RouteName, RoutePattern};
use signpost::values::Host;
use signpost_logs::text::counted;

use super::{Sources, is_sent};

impl Sources<'_> {
    /// The path of an example's request; nothing if it is for another host.
    pub(crate) fn path_at_host<'e>(
        &self,
        route: Option<&RouteName>,
        request: &'e str,
    ) -> Option<&'e str> {
        let (host, path) = split_request(request);
        let is_asked = match host.map(Host::parse) {
            Some(host) => host.is_ok_and(|host| host.is_named_by(self.edge.host())),
            None => self
                .pattern(route)
                .is_none_or(|pattern| pattern.applies_to(self.edge.host())),
        };
        is_asked.then_some(path)
    }

    /// Notes on the examples that are left out.
    pub(crate) fn left_out(&self) -> impl Iterator<Item = String> {
        let (mut elsewhere, mut unsent) = (0_u64, 0_u64);
        for (route, request) in self.loaded.requests() {
            match self.path_at_host(route, request) {
                None => elsewhere += 1,
                Some(path) if !is_sent(path) => unsent += 1,
                Some(_) => {}
            }
        }
        let host = format!("for another host than {}", self.edge.host());
        let path = "whose path no client sends as it is written".to_owned();
        [(elsewhere, host), (unsent, path)]
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, why)| format!("left out: {} {why}", counted(number, "example")))
    }

    fn pattern(&self, route: Option<&RouteName>) -> Option<&RoutePattern> {
        let mut patterns = self.loaded.config().patterns();
        patterns.find(|pattern| Some(pattern.name()) == route)
    }
}
