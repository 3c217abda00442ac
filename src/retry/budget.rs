//! How much of the load may be moved onto the origin.

use super::Memory;
use crate::decision::{Decision, Reason};
use crate::switch::Share;

/// How much of what a sandbox would have redirected it has sent to the origin instead.
///
/// Many clients behind one address that all want one file look like one client that tries again and
/// again. Without a bound a build farm, or an attacker, would move the whole load onto the origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    redirectable: u64,
    sent_to_origin: u64,
}

impl Budget {
    /// Whether one more request may be sent to the origin: within the share, or as the one that is
    /// allowed besides.
    ///
    /// In a quiet sandbox there is hardly anything to take a share of, and nearly every sandbox is
    /// young. What is allowed besides is therefore counted where all sandboxes see it.
    pub(super) fn allows_one(&self, share: Share, memory: &mut dyn Memory) -> bool {
        let (sent, all) = (self.sent_to_origin + 1, self.redirectable + 1);
        let share = u64::from(share.as_percent());
        share > 0 && (sent * 100 <= all * share || memory.take_allowance().unwrap_or(false))
    }

    /// Counts an answer that is a redirect, or would have been one.
    pub(super) fn count(&mut self, decision: &Decision) {
        self.redirectable += 1;
        if let Decision::Origin(Reason::Retried(_)) = decision {
            self.sent_to_origin += 1;
        }
    }
}
