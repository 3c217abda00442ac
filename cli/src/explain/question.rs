//! What is asked about.

use super::address::Address;
use super::turn::Supposed;

/// What is asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'q> {
    /// Which try of its client it is, and which targets are healthy.
    pub(crate) supposed: &'q Supposed,
    /// The method of the request.
    pub(crate) method: &'q str,
    /// Where it goes.
    pub(crate) address: &'q Address,
    /// The values of its `Accept`.
    pub(crate) accept: &'q [String],
}
