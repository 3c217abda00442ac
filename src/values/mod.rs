//! Layer 1: types that are valid by construction. They know no configuration, request or decision.

mod base;
mod capture;
pub(crate) mod encoding;
mod header_text;
mod host;
mod reading;
mod switch;
mod template;
mod template_text;
mod time;
mod ways;

pub use base::{Base, BaseError, Scheme};
pub use capture::{Capture, CaptureSlot, CaptureType};
pub use header_text::HeaderText;
pub use host::{Host, HostError};
pub use reading::Mismatch;
pub use switch::{Effect, Share, Switch, SwitchError};
pub use template::{PathTemplate, Segment};
pub use template_text::TemplateError;
pub(crate) use time::read_time;
