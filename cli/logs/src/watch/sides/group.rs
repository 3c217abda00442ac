use crate::watch::clients::Asked;

/// A group with fewer requests is not compared.
const ENOUGH_REQUESTS: u32 = 10;

/// The most windows that are judged together.
pub(super) const MOST_WINDOWS: usize = 6;

/// What is compared: the repeat ratio, and the share of what is not redirected.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Of {
    Repeats,
    NotRedirected,
}

/// What was asked for the files of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Group {
    compared: u32,
    repeats: u32,
    on_routes: u32,
    not_redirected: u32,
}

impl From<&Asked> for Group {
    fn from(asked: &Asked) -> Self {
        Self {
            compared: asked.compared.into(),
            repeats: asked.repeats.into(),
            on_routes: asked.on_routes.into(),
            not_redirected: asked.not_redirected.into(),
        }
    }
}

impl Group {
    pub(super) fn add(&mut self, other: &Self) {
        let Self {
            compared,
            repeats,
            on_routes,
            not_redirected,
        } = other;
        self.compared = self.compared.saturating_add(*compared);
        self.repeats = self.repeats.saturating_add(*repeats);
        self.on_routes = self.on_routes.saturating_add(*on_routes);
        self.not_redirected = self.not_redirected.saturating_add(*not_redirected);
    }

    pub(super) fn requests(&self) -> u32 {
        self.on_routes.max(self.compared)
    }

    /// A ratio, if there are enough requests.
    pub(super) fn ratio(&self, of: Of) -> Option<f64> {
        let (part, whole) = match of {
            Of::Repeats => (self.repeats, self.compared),
            Of::NotRedirected => (self.not_redirected, self.on_routes),
        };
        (whole >= ENOUGH_REQUESTS).then(|| f64::from(part) / f64::from(whole))
    }
}
