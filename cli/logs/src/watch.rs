//! Takes the lines of a growing log, and says when downloads fail.

mod alarm;
mod band;
mod blame;
mod changes;
mod clients;
mod clock;
mod event;
mod figures;
mod flow;
mod gauge;
mod judge;
mod line;
mod monitor;
mod noise;
mod refused;
mod repeats;
pub mod report;
mod scope;
mod scopes;
mod settings;
mod sides;
#[cfg(test)]
mod tests;
pub mod text;
mod timeline;
mod verdict;
mod watched;
mod watcher;
mod window;

pub use alarm::{Above, Alarm, Cause};
pub use band::Limit;
pub use changes::Change;
pub use event::{Event, Summary, Unreadable};
pub use figures::Figures;
pub use line::Side;
pub use noise::Notice;
pub use refused::NextRefused;
pub use scope::Scope;
pub use settings::Settings;
pub use timeline::Timeline;
pub use verdict::{OfSides, Verdict};
pub use watcher::Watcher;
pub use window::{Counts, InScope, Ratio, Window};
