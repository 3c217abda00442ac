//! What is known of a scope.

use std::time::Duration;

use super::alarm::AlarmState;
use super::band::Band;
use super::clients::{Asked, Clients};
use super::figures::Figures;
use super::flow::{Flow, Level};
use super::gauge::{Gauge, Windows};
use super::scope::Scope;
use super::settings::Settings;
use super::sides::BySide;
use crate::log::Time;

/// How much lower the ceiling of a part is than that of all requests. If one part is broken, its ratio is
/// hardly above that of all, and the part is to be named.
const PART: f64 = 0.05;

/// If a window has too few clients, windows of this time are judged together, and at most so many.
const TOGETHER: Duration = Duration::from_mins(1);
const MOST_TOGETHER: usize = 6;

/// A scope, and what is known of it.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) scope: Scope,
    /// What happened in the open window.
    pub(crate) figures: Figures,
    pub(crate) clients: Clients,
    /// Downloads of the open window whose client is unknown.
    pub(crate) of_unknown: u32,
    pub(crate) windows: Windows,
    pub(crate) by_side: BySide,
    pub(crate) repeats: Gauge,
    pub(crate) not_redirected: Gauge,
    pub(crate) refusals: AlarmState,
    /// That of all requests and of edge locations.
    pub(crate) flow: Option<Flow>,
}

impl Watched {
    pub(crate) fn new(scope: Scope, settings: &Settings) -> Self {
        let mut band = settings.band;
        if scope != Scope::All {
            band.ceiling = (band.ceiling - PART).max(0.0);
        }
        let together = TOGETHER.as_millis() / settings.window.as_millis().max(1);
        let together = usize::try_from(together).unwrap_or(1);
        let together = together.clamp(1, MOST_TOGETHER);
        let gauge = |share| {
            let band = Band::new(band, settings.window);
            Gauge::new(
                share,
                band,
                settings.minimum_clients,
                settings.window,
                together,
            )
        };
        let has_flow = matches!(scope, Scope::All | Scope::EdgeLocation(_));
        Self {
            scope,
            figures: Figures::default(),
            clients: Clients::default(),
            of_unknown: 0,
            windows: Windows::new(together),
            by_side: BySide::default(),
            refusals: AlarmState::default(),
            repeats: gauge(Asked::repeat_ratio),
            not_redirected: gauge(Asked::not_redirected_ratio),
            flow: has_flow.then(Flow::default),
        }
    }

    /// What counts here of what a client asked, if some scope is in alarm for it.
    pub(crate) fn left_to_count(
        &self,
        mut asked: Asked,
        in_repeats: bool,
        in_others: bool,
    ) -> Asked {
        if in_repeats && !self.repeats.alarm.is_raised() {
            (asked.compared, asked.repeats) = (0, 0);
        }
        if in_others && !self.not_redirected.alarm.is_raised() {
            (asked.on_routes, asked.not_redirected) = (0, 0);
        }
        asked
    }

    pub(crate) fn count(&mut self, client: u64, asked: Asked, in_repeats: bool, in_others: bool) {
        let on_routes = asked.on_routes;
        let asked = self.left_to_count(asked, in_repeats, in_others);
        // A redirect counts as redirected even while its target is in alarm. Without those, all that is left would be
        // requests that are not redirected, and that would look like a second fault.
        let asked = Asked { on_routes, ..asked };
        if asked != Asked::default() {
            self.clients.add(client, &asked);
        }
    }

    /// Closes the window. Returns its figures, and what its traffic says.
    pub(crate) fn close(&mut self, start: Time, length: Duration) -> (Figures, Level) {
        let clients = std::mem::take(&mut self.clients);
        let of_unknown = std::mem::take(&mut self.of_unknown);
        let flow = self.flow.as_mut();
        let level = flow.map(|flow| flow.close(start, length, &clients, of_unknown));
        self.windows.close(clients);
        self.by_side.close();
        let figures = std::mem::take(&mut self.figures);
        (figures, level.unwrap_or(Level::Unknown))
    }
}
