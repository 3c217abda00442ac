use super::address::Address;
use super::turn::Supposed;

/// The request to explain, and the circumstances in which it arrives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'q> {
    pub(crate) supposed: &'q Supposed,
    pub(crate) method: &'q str,
    pub(crate) address: &'q Address,
    pub(crate) accept: &'q [String],
}
