//! How much of the load may move to the origin.

use super::memory::Memory;
use crate::values::Share;

/// How many of the requests that a sandbox would have redirected it sent to the origin instead.
///
/// Many clients behind one address that want the same file look like one client that repeats its
/// attempts. Without a bound, a build farm or an attacker would move the whole load to the origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    redirectable: u64,
    sent_to_origin: u64,
}

impl Budget {
    /// Whether one more request may go to the origin: within the share, or as the one a second that is
    /// allowed besides.
    ///
    /// Most sandboxes are young and have too few requests to take a share of. The one a second is
    /// therefore counted in the memory, where all sandboxes see it.
    pub(super) fn allows_one(&self, share: Share, memory: &mut dyn Memory) -> bool {
        let (sent, all) = (self.sent_to_origin + 1, self.redirectable + 1);
        let share = u64::from(share.as_percent());
        share > 0 && (sent * 100 <= all * share || memory.take_allowance().unwrap_or(false))
    }

    /// Counts an attempt that was redirected, or sent to the origin instead.
    pub(super) fn count(&mut self, is_sent_to_origin: bool) {
        self.redirectable += 1;
        self.sent_to_origin += u64::from(is_sent_to_origin);
    }
}
