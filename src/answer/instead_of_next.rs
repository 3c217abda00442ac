use crate::decision::{Because, Reason};

/// Why `config` answers on the side of `next`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum InsteadOfNext {
    /// `next` has no way for the request, for this reason.
    Refused(Reason),
    /// `next` answered an earlier attempt.
    Retried,
}

impl InsteadOfNext {
    /// As it is said in headers and the log.
    pub(super) fn because(&self) -> Because {
        match self {
            Self::Refused(_) => Because::NextRefused,
            Self::Retried => Because::NextRetried,
        }
    }

    /// Why `next` has no way, if that is why.
    pub(super) fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Refused(reason) => Some(reason),
            Self::Retried => None,
        }
    }
}
