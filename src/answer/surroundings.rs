use crate::attempts::Clients;
use crate::target::{self, Chosen, Health, all_healthy};
use crate::values::Switch;

/// What a decision needs besides configuration and request.
///
/// A [`Switch`] alone converts into surroundings that know nothing else: every attempt is a first one,
/// and every target is healthy.
pub struct Surroundings<'s> {
    /// The switch in force.
    pub switch: Switch,
    /// Whether a backend is healthy.
    pub health: Health<'s>,
    /// What is known of clients; without it, every attempt is a first one.
    pub clients: Option<Clients<'s>>,
    /// What builds candidates. Whatever it returns has to pass the proof.
    pub build: &'s dyn Fn(&Chosen<'_, '_>) -> String,
}

impl From<Switch> for Surroundings<'_> {
    fn from(switch: Switch) -> Self {
        Self {
            switch,
            health: &all_healthy,
            clients: None,
            build: &target::build,
        }
    }
}
