//! Every row: what is dead, and what is expected with Signpost and without.

use signpost_testbed::one_of;

use crate::dead_places::cdn::Death;
use crate::dead_places::outcome::{Outcome, Source};
use crate::dead_places::row::{Cdns, Expected, Group, Origin, Row};

/// No server was asked for anything.
const NOTHING: Expected = Expected {
    outcome: Outcome::FailsAfterFourAttempts,
    error: "",
    dead: 0,
    alive: 0,
    origin: 0,
    attempts: &[],
};

/// What every client was told in 2023. The name is looked up, because cargo does it: it has never
/// had an address, and without a network it has none, either.
const OF_2023: &str = "Could not resolve host: static.crates.iocrates";

const REFUSED: &str = "Could not connect to server";

/// Every group, in the order of the table.
pub(crate) fn groups() -> Vec<Group> {
    vec![
        first_of_two_cdns(),
        first_of_two_cdns_untrusted(),
        first_of_two_cdns_unhealthy(),
        only_cdn(),
        only_cdn_untrusted(),
        origin_dead(),
        origin_dead_and_off(),
        origin_wrong_and_not_asked(),
        origin_wrong_and_repaired(),
        origin_wrong_and_reported(),
        only_cdn_with_the_share_used_up(),
        only_cdn_if_the_origin_redirects(),
        only_cdn_and_origin(),
    ]
}

fn first_of_two_cdns() -> Group {
    of_deaths("one of two CDNs", Cdns::FirstOfTwoDead, |death| Expected {
        outcome: Outcome::FetchedAtSecondAttempt(Source::OtherCdn),
        error: death.error(),
        dead: 1,
        alive: 1,
        attempts: &[1, 2],
        ..NOTHING
    })
}

fn first_of_two_cdns_untrusted() -> Group {
    of_certificates("one of two CDNs", Cdns::FirstOfTwoDead, |death| Expected {
        outcome: Outcome::FetchedAtSecondRun(Source::OtherCdn),
        error: death.error(),
        dead: 1,
        alive: 1,
        attempts: &[1, 2],
        ..NOTHING
    })
}

fn first_of_two_cdns_unhealthy() -> Group {
    let what = "one of two CDNs, once its `health_backend` is unhealthy";
    of_certificates(what, Cdns::FirstOfTwoUnhealthy, |_| Expected {
        outcome: Outcome::Fetched(Source::OtherCdn),
        alive: 1,
        attempts: &[1],
        ..NOTHING
    })
}

fn only_cdn() -> Group {
    of_deaths("the only CDN", Cdns::OneDead, |death| Expected {
        outcome: Outcome::FetchedAtSecondAttempt(Source::Origin),
        error: death.error(),
        dead: 1,
        origin: 1,
        attempts: &[1, 2],
        ..NOTHING
    })
}

fn only_cdn_untrusted() -> Group {
    of_certificates("the only CDN", Cdns::OneDead, |death| Expected {
        outcome: Outcome::FetchedAtSecondRun(Source::Origin),
        error: death.error(),
        dead: 1,
        origin: 1,
        attempts: &[1, 2],
        ..NOTHING
    })
}

/// A CDN is dead in a way after which cargo tries again.
fn of_deaths(what: &str, cdns: fn(Death) -> Cdns, with: fn(Death) -> Expected) -> Group {
    let without = |death: Death| Expected {
        outcome: Outcome::FailsAfterFourAttempts,
        error: death.error(),
        dead: 4,
        origin: 4,
        ..NOTHING
    };
    of_cdn(what, Death::PASSING.as_slice(), cdns, with, without)
}

/// A CDN is dead in a way after which cargo does not try again.
fn of_certificates(what: &str, cdns: fn(Death) -> Cdns, with: fn(Death) -> Expected) -> Group {
    let without = |death: Death| Expected {
        outcome: Outcome::FailsEachRun,
        error: death.error(),
        dead: 2,
        origin: 2,
        ..NOTHING
    };
    of_cdn(what, Death::FINAL.as_slice(), cdns, with, without)
}

fn of_cdn(
    what: &str,
    deaths: &[Death],
    cdns: fn(Death) -> Cdns,
    with: fn(Death) -> Expected,
    without: fn(Death) -> Expected,
) -> Group {
    let ways: Vec<_> = deaths.iter().map(|death| death.what()).collect();
    let rows = deaths.iter().map(|&death| Row {
        name: death.what(),
        cdns: cdns(death),
        // With another CDN the origin is not needed.
        origin: match cdns(death) {
            Cdns::OneDead(_) => Origin::Serves,
            _ => Origin::Redirects,
        },
        switch: "enforce",
        check_redirects: "report",
        origin_share: "5%",
        with: with(death),
        without: without(death),
    });
    Group {
        what: format!("{what}: it {}", one_of(&ways)),
        rows: rows.collect(),
    }
}

fn origin_dead() -> Group {
    let switches = ["enforce", "enforce 0%", "shadow"];
    let rows = switches.map(|switch| Row {
        name: switch,
        cdns: Cdns::OneAlive,
        origin: Origin::Refuses,
        switch,
        check_redirects: "report",
        origin_share: "5%",
        with: Expected {
            outcome: Outcome::Fetched(Source::Cdn),
            alive: 1,
            // An attempt counts only if the switch lets the redirect leave.
            attempts: if switch == "enforce" { &[1] } else { &[] },
            ..NOTHING
        },
        without: Expected {
            error: REFUSED,
            ..NOTHING
        },
    });
    let [one, two, three] = switches;
    Group {
        what: format!("the origin, with the switch at `{one}`, `{two}` or `{three}`"),
        rows: rows.into(),
    }
}

fn origin_dead_and_off() -> Group {
    let row = Row {
        name: "off",
        cdns: Cdns::OneAlive,
        origin: Origin::Refuses,
        switch: "off",
        check_redirects: "repair",
        origin_share: "5%",
        with: Expected {
            error: Death::Answers503.error(),
            ..NOTHING
        },
        without: Expected {
            error: REFUSED,
            ..NOTHING
        },
    };
    Group {
        what: "the origin, with the switch at `off`".to_owned(),
        rows: vec![row],
    }
}

fn origin_wrong_and_not_asked() -> Group {
    let with = Expected {
        outcome: Outcome::Fetched(Source::Cdn),
        alive: 1,
        attempts: &[1],
        ..NOTHING
    };
    as_in_2023("the switch at `enforce`", "enforce", "report", with)
}

fn origin_wrong_and_repaired() -> Group {
    let with = Expected {
        outcome: Outcome::Fetched(Source::Cdn),
        alive: 1,
        origin: 1,
        ..NOTHING
    };
    let what = "the switch at `shadow` and `check_redirects = \"repair\"`";
    as_in_2023(what, "shadow", "repair", with)
}

fn origin_wrong_and_reported() -> Group {
    let with = Expected {
        error: OF_2023,
        origin: 4,
        ..NOTHING
    };
    let what = "the switch at `shadow` and `check_redirects = \"report\"` or `\"off\"`, or the switch at \
        `off`";
    let groups = [("shadow", "report"), ("shadow", "off"), ("off", "repair")]
        .map(|(switch, check)| as_in_2023(what, switch, check, with));
    let rows = groups.into_iter().flat_map(|group| group.rows);
    Group {
        what: format!("{AS_IN_2023} {what}"),
        rows: rows.collect(),
    }
}

const AS_IN_2023: &str = "the origin's redirects, as on 2023-07-20, with";

/// The origin redirects every download to `https://static.crates.iocrates/…`.
fn as_in_2023(
    what: &str,
    switch: &'static str,
    check_redirects: &'static str,
    with: Expected,
) -> Group {
    let without = Expected {
        error: OF_2023,
        origin: 4,
        ..NOTHING
    };
    let row = Row {
        name: check_redirects,
        cdns: Cdns::OneAlive,
        origin: Origin::RedirectsAsIn2023,
        switch,
        check_redirects,
        origin_share: "5%",
        with,
        without,
    };
    Group {
        what: format!("{AS_IN_2023} {what}"),
        rows: vec![row],
    }
}

fn only_cdn_with_the_share_used_up() -> Group {
    let with = Expected {
        dead: 4,
        attempts: &[1, 2, 3, 4],
        ..NOTHING
    };
    // A share of 0 % is used up from the beginning.
    only_cdn_in_vain(
        "the only CDN, once the `origin_share` is used up",
        Origin::Serves,
        "0%",
        with,
    )
}

fn only_cdn_if_the_origin_redirects() -> Group {
    let with = Expected {
        dead: 4,
        origin: 3,
        attempts: &[1, 2, 3, 4],
        ..NOTHING
    };
    only_cdn_in_vain(
        "the only CDN, if the origin can only redirect to it",
        Origin::Redirects,
        "100%",
        with,
    )
}

/// The only CDN is dead. The origin is asked as often as the share says, and has no file.
fn only_cdn_in_vain(
    what: &str,
    origin: Origin,
    origin_share: &'static str,
    with: Expected,
) -> Group {
    let death = Death::Answers503;
    let error = death.error();
    let row = Row {
        name: origin_share,
        cdns: Cdns::OneDead(death),
        origin,
        switch: "enforce",
        check_redirects: "report",
        origin_share,
        with: Expected { error, ..with },
        without: Expected {
            error,
            dead: 4,
            origin: 4,
            ..NOTHING
        },
    };
    Group {
        what: what.to_owned(),
        rows: vec![row],
    }
}

fn only_cdn_and_origin() -> Group {
    let death = Death::Answers503;
    let row = Row {
        name: "both",
        cdns: Cdns::OneDead(death),
        origin: Origin::Refuses,
        switch: "enforce",
        check_redirects: "report",
        origin_share: "5%",
        with: Expected {
            error: death.error(),
            dead: 4,
            attempts: &[1, 2, 3, 4],
            ..NOTHING
        },
        without: Expected {
            error: REFUSED,
            ..NOTHING
        },
    };
    Group {
        what: "the only CDN and the origin".to_owned(),
        rows: vec![row],
    }
}
