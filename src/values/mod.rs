//! Layer 1: types that are valid by construction. They know no configuration, request or decision.

mod base;
mod capture;
mod capture_type;
mod cut;
pub(crate) mod encoding;
mod header_text;
mod host;
mod instead;
mod loop_token;
mod mismatch;
mod part;
mod place;
mod reading;
mod reading_order;
mod segment;
mod segments;
mod switch;
mod template;
mod template_checks;
mod template_error;
mod template_text;
mod time;
mod ways;

pub use base::{Base, BaseError, Scheme};
pub use capture::{Capture, CaptureSlot};
pub use capture_type::{CaptureType, UnknownType};
pub use cut::Cut;
pub use encoding::{Unencoded, UnencodedError};
pub use header_text::HeaderText;
pub use host::{Host, HostError};
pub use instead::Instead;
#[cfg(feature = "toml")]
pub(crate) use loop_token::is_token;
pub use loop_token::{LoopToken, LoopTokenError};
pub use mismatch::Mismatch;
pub use part::{CapturePart, UnknownPart};
pub use segment::{Piece, Segment};
pub use switch::{Effect, Position, Share, Switch, SwitchError};
pub use template::{MAX_LOCATION, PathTemplate};
pub use template_error::TemplateErrors;
pub(crate) use time::read_time;
