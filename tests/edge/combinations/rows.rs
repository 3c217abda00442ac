//! Every combination, and what it ends with.

use self::Configuration::{Broken, Good, NeverThere};
use self::End::{CdnFile, CdnRefuses, NoSuchHost, OriginFile, Unavailable};

/// The entry `switch` of the Config Store, if it is there.
pub(crate) type Switch = Option<&'static str>;

const ENFORCE: Switch = Some("enforce");
/// Stands for every share that leaves the file out.
const LEAVES_OUT: Switch = Some("enforce 0%");
const SHADOW: Switch = Some("shadow");
const OFF: Switch = Some("off");
/// The only one here that cannot be read.
pub(crate) const UNREADABLE: Switch = Some("onn");

/// Every state of the switch.
pub(crate) const SWITCHES: [Switch; 6] = [ENFORCE, LEAVES_OUT, SHADOW, OFF, UNREADABLE, None];

/// The entry `config` of the Config Store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Configuration {
    Good,
    NeverThere,
    Broken,
}

/// What the origin does with a request for the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Serves,
    Refuses,
    Redirects,
    /// It redirects as on 2023-07-20, and `check_redirects` is `report`.
    WrongReported,
    /// It redirects as on 2023-07-20, and `check_redirects` is `repair`.
    WrongRepaired,
}

/// What the CDN does with a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cdn {
    Serves,
    Refuses,
}

/// What the client has in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    CdnFile,
    OriginFile,
    /// The edge answers that no origin backend did.
    Unavailable,
    /// It was sent to the CDN, which refuses connections.
    CdnRefuses,
    /// It was sent to the host of 2023-07-20, which does not exist.
    NoSuchHost,
}

/// The header `signpost-decision`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decisions {
    /// If the origin answers, and its answer is left as it is. Or the origin is not asked.
    pub(crate) answers: &'static str,
    pub(crate) refuses: &'static str,
    /// If it redirects wrongly, and `check_redirects` is `repair`.
    pub(crate) repair: &'static str,
}

/// Combinations of which the same is expected.
pub(crate) struct Group<T: 'static> {
    pub(crate) switches: &'static [Switch],
    pub(crate) configurations: &'static [Configuration],
    pub(crate) expected: T,
}

/// What the client has in the end: by what the CDN does, as in [`Cdn::ALL`], and what the origin does,
/// in the order of [`Origin`].
pub(crate) const ENDS: [Group<[[End; 5]; 2]>; 4] = [
    Group {
        switches: &[ENFORCE],
        configurations: &[Good],
        expected: [[CdnFile; 5], [CdnRefuses; 5]],
    },
    Group {
        switches: &[LEAVES_OUT, SHADOW, None],
        configurations: &[Good],
        expected: [
            [OriginFile, CdnFile, CdnFile, NoSuchHost, CdnFile],
            [OriginFile, CdnRefuses, CdnRefuses, NoSuchHost, CdnRefuses],
        ],
    },
    Group {
        switches: &[OFF, UNREADABLE],
        configurations: &[Good],
        expected: ORIGIN_ALONE,
    },
    Group {
        switches: &SWITCHES,
        configurations: &[NeverThere, Broken],
        expected: ORIGIN_ALONE,
    },
];

/// The client has what the origin alone would give it.
const ORIGIN_ALONE: [[End; 5]; 2] = [
    [OriginFile, Unavailable, CdnFile, NoSuchHost, NoSuchHost],
    [OriginFile, Unavailable, CdnRefuses, NoSuchHost, NoSuchHost],
];

/// What the edge says of its decision. The CDN makes no difference.
pub(crate) const DECISIONS: [Group<Decisions>; 6] = [
    Group {
        switches: &[ENFORCE],
        configurations: &[Good],
        expected: Decisions::whatever("redirect;route=\"download\""),
    },
    Group {
        switches: &[LEAVES_OUT],
        configurations: &[Good],
        expected: Decisions {
            answers: "origin;reason=\"not-in-rollout\"",
            refuses: "redirect;route=\"download\";because=\"origin-down\"",
            repair: "origin;reason=\"not-in-rollout\";because=\"origin-redirect\"",
        },
    },
    Group {
        switches: &[SHADOW, None],
        configurations: &[Good],
        expected: Decisions {
            answers: "origin;reason=\"switch-shadow\"",
            refuses: "redirect;route=\"download\";because=\"origin-down\"",
            repair: "origin;reason=\"switch-shadow\";because=\"origin-redirect\"",
        },
    },
    Group {
        switches: &[OFF, UNREADABLE],
        configurations: &[Good],
        expected: Decisions::whatever("origin;reason=\"switch-off\""),
    },
    Group {
        switches: &SWITCHES,
        configurations: &[NeverThere],
        expected: Decisions::whatever("origin;reason=\"config-missing\""),
    },
    Group {
        switches: &SWITCHES,
        configurations: &[Broken],
        expected: Decisions::whatever("origin;reason=\"config-invalid\""),
    },
];

impl<T> Group<T> {
    /// What is expected of one combination.
    #[track_caller]
    pub(crate) fn expected(
        groups: &'static [Self],
        switch: Switch,
        configuration: Configuration,
    ) -> &'static T {
        let has = |group: &&Self| {
            group.switches.contains(&switch) && group.configurations.contains(&configuration)
        };
        let found: Vec<_> = groups.iter().filter(has).collect();
        let [group] = found[..] else {
            panic!("{} groups have {switch:?}, {configuration:?}", found.len());
        };
        &group.expected
    }
}

impl Configuration {
    pub(crate) const ALL: [Self; 3] = [Good, NeverThere, Broken];
}

impl Origin {
    /// Every one, with those together that differ only in what the origin answers.
    pub(crate) const BY_SET_UP: [&[Self]; 3] = [
        &[Self::Serves, Self::Redirects, Self::WrongReported],
        &[Self::WrongRepaired],
        &[Self::Refuses],
    ];
}

impl Cdn {
    pub(crate) const ALL: [Self; 2] = [Self::Serves, Self::Refuses];
}

impl Decisions {
    /// The same, whatever the origin does.
    const fn whatever(decision: &'static str) -> Self {
        Self {
            answers: decision,
            refuses: decision,
            repair: decision,
        }
    }

    /// The decision if the origin does this.
    pub(crate) fn of(self, origin: Origin) -> &'static str {
        match origin {
            Origin::Serves | Origin::Redirects | Origin::WrongReported => self.answers,
            Origin::Refuses => self.refuses,
            Origin::WrongRepaired => self.repair,
        }
    }
}
