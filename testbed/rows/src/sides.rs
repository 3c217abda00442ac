//! Two configurations in force: every combination of the entries, and who answers what.

use self::Config::{Broken, Good, Missing};
use self::Next::{Another, Same};

/// The configuration in the entry `config`.
pub const CONFIG: &str = include_str!("../data/side-of-config.toml");

/// The other one, in the entry `next`.
pub const NEXT: &str = include_str!("../data/side-of-next.toml");

/// A file that is on the side of `config` while `next` has half of the files.
pub const FILE_OF_CONFIG: &str = "/d/serde/1.0.219";

/// One that is on the side of `next`.
pub const FILE_OF_NEXT: &str = "/d/smallvec/1.10.0";

/// The entry `config`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Config {
    /// It is there, and has no problem.
    Good,
    /// It is not there.
    Missing,
    /// It has problems.
    Broken,
}

/// The entry `next`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is not there.
    Missing,
    /// It has problems.
    Broken,
    /// It has the revision of `config`.
    Same,
    /// It has another revision.
    Another,
}

/// Who answers, and the header `signpost-decision`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The entry that answers; `None` without a configuration.
    pub by: Option<&'static str>,
    /// The value of the header.
    pub decision: &'static str,
}

/// Combinations of which the same is expected.
#[derive(Clone, Copy, Debug)]
pub struct Combinations {
    /// The states of the entry `config`.
    pub configs: &'static [Config],
    /// Those of the entry `next`.
    pub nexts: &'static [Next],
    /// The texts of the entry `switch`.
    pub switches: &'static [&'static str],
    /// For a file on the side of `config` while `next` has half of the files.
    pub file_of_config: Answered,
    /// For one on the side of `next`.
    pub file_of_next: Answered,
}

/// A request on the side of `next`, and what the two configurations say of it.
#[derive(Clone, Copy, Debug)]
pub struct OnNext {
    /// The path of the file.
    pub path: &'static str,
    /// The value of its `CDN-Loop`, empty if it has none.
    pub cdn_loop: &'static str,
    /// The attempts at the file, this one included.
    pub attempt: u8,
    /// What `next` says of it, in words.
    pub at_next: &'static str,
    /// What `config` says of it, in words.
    pub at_config: &'static str,
    /// What is answered.
    pub expected: Answered,
}

const WITHOUT_NEXT: &str = "enforce";
const ENFORCE: &str = "enforce, next 50%";
const LEAVES_OUT: &str = "enforce 0%, next 50%";
const SHADOW: &str = "shadow, next 50%";
const OFF: &str = "off, next 50%";
const UNREADABLE: &str = "enforce, next";

/// Every state of the switch.
pub const SWITCHES: [&str; 6] = [WITHOUT_NEXT, ENFORCE, LEAVES_OUT, SHADOW, OFF, UNREADABLE];

const REDIRECT: &str = "redirect;route=\"download\"";
const NOT_IN_ROLLOUT: &str = "origin;reason=\"not-in-rollout\"";
const SWITCH_SHADOW: &str = "origin;reason=\"switch-shadow\"";
const SWITCH_OFF: &str = "origin;reason=\"switch-off\"";

const REDIRECT_BY_NEXT: &str = "redirect;route=\"download\";by=\"next\"";
const NOT_IN_ROLLOUT_BY_NEXT: &str = "origin;reason=\"not-in-rollout\";by=\"next\"";
const SWITCH_SHADOW_BY_NEXT: &str = "origin;reason=\"switch-shadow\";by=\"next\"";
const SWITCH_OFF_BY_NEXT: &str = "origin;reason=\"switch-off\";by=\"next\"";

/// All of a `next` that answers nothing.
const NONE_OF_NEXT: &[Next] = &[Next::Missing, Next::Broken, Same];

/// Every combination.
pub const COMBINATIONS: [Combinations; 12] = [
    both(&[Good], &Next::ALL, &[WITHOUT_NEXT], by_config(REDIRECT)),
    both(&[Good], NONE_OF_NEXT, &[ENFORCE], by_config(REDIRECT)),
    each(&[ENFORCE], REDIRECT, REDIRECT_BY_NEXT),
    both(
        &[Good],
        NONE_OF_NEXT,
        &[LEAVES_OUT],
        by_config(NOT_IN_ROLLOUT),
    ),
    each(&[LEAVES_OUT], NOT_IN_ROLLOUT, NOT_IN_ROLLOUT_BY_NEXT),
    both(&[Good], NONE_OF_NEXT, &[SHADOW], by_config(SWITCH_SHADOW)),
    each(&[SHADOW], SWITCH_SHADOW, SWITCH_SHADOW_BY_NEXT),
    both(&[Good], NONE_OF_NEXT, &[OFF], by_config(SWITCH_OFF)),
    each(&[OFF], SWITCH_OFF, SWITCH_OFF_BY_NEXT),
    both(&[Good], &Next::ALL, &[UNREADABLE], by_config(SWITCH_OFF)),
    both(
        &[Missing],
        &Next::ALL,
        &SWITCHES,
        by_none("origin;reason=\"config-missing\""),
    ),
    both(
        &[Broken],
        &Next::ALL,
        &SWITCHES,
        by_none("origin;reason=\"config-invalid\""),
    ),
];

/// What happens on the side of `next`, in the order in which one client asks.
pub const ON_NEXT: [OnNext; 15] = [
    on_next(
        ["/d/serde/1.0.0", "proven", "whatever"],
        1,
        by_next(REDIRECT_BY_NEXT),
    ),
    on_next(
        ["/d/serde/1.0.0", "proven", "proven"],
        2,
        by_config("redirect;route=\"download\";because=\"next-retried\""),
    ),
    on_next(
        [
            "/d/serde/1.0.0",
            "proven",
            "proven, and its targets are used up",
        ],
        3,
        by_config("origin;reason=\"retried\";because=\"next-retried\""),
    ),
    on_next(
        ["/d/removed/1.0.0", "a route with `origin = true`", "proven"],
        1,
        by_next("origin;reason=\"origin-route\";by=\"next\""),
    ),
    OnNext {
        cdn_loop: "next-cdn",
        ..on_next(
            ["/d/loops/1.0.0", "a target of the route asks", "proven"],
            1,
            by_next("origin;reason=\"came-from-target\";by=\"next\""),
        )
    },
    OnNext {
        cdn_loop: "config-cdn",
        ..on_next(
            ["/d/loops/1.0.0", "proven", "a target of the route asks"],
            1,
            by_next("origin;reason=\"came-from-target\";by=\"next\""),
        )
    },
    OnNext {
        cdn_loop: "config-cdn",
        ..on_next(
            ["/old/loops", "no route", "a target of the route asks"],
            1,
            by_next("origin;reason=\"came-from-target\";by=\"next\""),
        )
    },
    on_next(
        ["/old/serde", "no route", "proven"],
        1,
        by_config("redirect;route=\"old\";because=\"next-refused\""),
    ),
    on_next(
        [
            "/old/serde",
            "no route",
            "proven, and its targets are used up",
        ],
        2,
        by_config("origin;reason=\"retried\";because=\"next-refused\""),
    ),
    on_next(
        ["/p/Guide.html", "refused: a capture does not fit", "proven"],
        1,
        by_config("redirect;route=\"page\";because=\"next-refused\""),
    ),
    on_next(
        ["/new/serde", "proven", "no route"],
        1,
        by_next("redirect;route=\"new\";by=\"next\""),
    ),
    on_next(
        ["/new/serde", "proven", "no route"],
        2,
        by_config("origin;reason=\"no-route\";because=\"next-retried\""),
    ),
    on_next(
        ["/nothing", "no route", "no route"],
        1,
        by_next("origin;reason=\"no-route\";by=\"next\""),
    ),
    on_next(
        ["/d/serde/1.0", "refused: a capture does not fit", "refused"],
        1,
        by_next("origin;reason=\"version-invalid\";by=\"next\""),
    ),
    on_next(
        ["/d//1.0.0", "the path cannot be decoded", "the same"],
        1,
        by_config("origin;reason=\"path-malformed\""),
    ),
];

impl Config {
    /// Every one.
    pub const ALL: [Self; 3] = [Good, Missing, Broken];
}

impl Next {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Missing, Self::Broken, Same, Another];
}

impl Combinations {
    /// What is expected of one combination.
    ///
    /// # Panics
    ///
    /// Unless exactly one row has it.
    #[track_caller]
    pub fn of(config: Config, next: Next, switch: &str) -> &'static Self {
        let has = |row: &&Self| {
            row.configs.contains(&config)
                && row.nexts.contains(&next)
                && row.switches.contains(&switch)
        };
        let found: Vec<_> = COMBINATIONS.iter().filter(has).collect();
        let [row] = found[..] else {
            panic!("{} rows have {config:?}, {next:?}, {switch}", found.len());
        };
        row
    }
}

const fn by_config(decision: &'static str) -> Answered {
    Answered {
        by: Some("config"),
        decision,
    }
}

const fn by_next(decision: &'static str) -> Answered {
    Answered {
        by: Some("next"),
        decision,
    }
}

const fn by_none(decision: &'static str) -> Answered {
    Answered { by: None, decision }
}

/// The same for the files of both sides.
const fn both(
    configs: &'static [Config],
    nexts: &'static [Next],
    switches: &'static [&'static str],
    answered: Answered,
) -> Combinations {
    Combinations {
        configs,
        nexts,
        switches,
        file_of_config: answered,
        file_of_next: answered,
    }
}

/// The same decision, of which each side takes its own.
const fn each(
    switches: &'static [&'static str],
    of_config: &'static str,
    of_next: &'static str,
) -> Combinations {
    Combinations {
        configs: &[Good],
        nexts: &[Another],
        switches,
        file_of_config: by_config(of_config),
        file_of_next: by_next(of_next),
    }
}

const fn on_next(
    [path, at_next, at_config]: [&'static str; 3],
    attempt: u8,
    expected: Answered,
) -> OnNext {
    OnNext {
        path,
        cdn_loop: "",
        attempt,
        at_next,
        at_config,
        expected,
    }
}
