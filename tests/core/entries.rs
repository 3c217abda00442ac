//! What is in force after a look-up of the Config Store's entries, and the lines of the service log.

use crate::fixtures::configs;
use crate::test;
use signpost::config::Config;
use signpost::entries::{Entries, Lookup};
use signpost::request::Request;
use signpost::values::{Share, Switch};
use signpost_rows::{MIRROR, PRODUCTION, STAGING};

#[track_caller]
fn json(toml: &str) -> String {
    configs::read(toml).to_json().to_owned()
}

fn found(text: &str) -> Lookup {
    Lookup::Found(text.to_owned())
}

/// A look-up of both entries, and what must hold after it.
struct Step<'a> {
    config: Lookup,
    switch: Lookup,
    /// The revision in force, or the reason why there is none.
    in_force: Result<&'a str, &'a str>,
    position: Switch,
    /// What each line of the service log begins with.
    service_log: &'a [&'a str],
}

#[track_caller]
fn check(row: &str, steps: &[Step<'_>]) {
    let mut entries = Entries::default();
    for (number, step) in steps.iter().enumerate() {
        let at = format!("{row}, step {number}");
        let next = || unreachable!("no switch here gives `next` a share");
        let lines = entries.take(step.config.clone(), step.switch.clone(), next);
        let in_force = entries
            .sides()
            .map(|sides| sides.config().revision())
            .map_err(signpost::decision::Reason::code);
        assert_eq!(in_force, step.in_force, "{at}");
        assert_eq!(entries.switch(), step.position, "{at}");
        check_lines(&lines, step.service_log, &at);
    }
}

#[test]
fn nothing_is_redirected_before_the_first_look_up() {
    let entries = Entries::default();
    assert_eq!(entries.sides().unwrap_err().code(), "config-missing");
    assert_eq!(entries.switch(), Switch::OFF);
}

#[test]
fn a_good_configuration_stays_until_another_good_one_comes() {
    let (production, staging) = (json(PRODUCTION), json(STAGING));
    let revision = |toml| configs::read(toml).revision().to_owned();
    let (first, second) = (revision(PRODUCTION), revision(STAGING));
    let enforce = || found("enforce");
    let step = |config: &Lookup, in_force, service_log| Step {
        config: config.clone(),
        switch: enforce(),
        in_force,
        position: Switch::ENFORCE,
        service_log,
    };
    let good = found(&production);
    let bad = found("{}");
    let kept: &[&str] = &["signpost: config-invalid: revision "];
    let gone: &[&str] = &["signpost: config-missing: revision "];
    check(
        "good, bad, bad, gone, failed, another",
        &[
            step(&good, Ok(&first), &[]),
            step(&good, Ok(&first), &[]),
            step(&bad, Ok(&first), kept),
            step(&bad, Ok(&first), &[]),
            step(&Lookup::Missing, Ok(&first), gone),
            step(&Lookup::Failed, Ok(&first), gone),
            step(&found(&staging), Ok(&second), &[]),
        ],
    );
    check(
        "missing, bad, failed, good",
        &[
            step(
                &Lookup::Missing,
                Err("config-missing"),
                &["signpost: config-missing: every request goes to the origin: "],
            ),
            step(
                &bad,
                Err("config-invalid"),
                &["signpost: config-invalid: every request goes to the origin: "],
            ),
            step(
                &Lookup::Failed,
                Err("config-missing"),
                &["signpost: config-missing: every request goes to the origin: "],
            ),
            step(&good, Ok(&first), &[]),
        ],
    );
}

#[test]
fn a_switch_that_goes_missing_never_turns_up() {
    let production = json(PRODUCTION);
    let revision = configs::production().revision().to_owned();
    let step = |config, switch, position, service_log| Step {
        config,
        switch,
        in_force: Ok(revision.as_str()),
        position,
        service_log,
    };
    let good = || found(&production);
    let failed = &["signpost: the entry `switch` cannot be looked up: off is in force"];
    let gone: &[&str] = &["signpost: the Config Store has no entry `switch`: off is in force"];
    let never_seen: &[&str] =
        &["signpost: the Config Store has no entry `switch`: shadow is in force"];
    let both_gone: &[&str] = &[
        "signpost: config-missing: revision ",
        "signpost: the Config Store has no entry `switch`: off is in force",
    ];
    let config_gone = &["signpost: config-missing: revision "];
    check(
        "off, failed, store gone, back without a switch",
        &[
            step(good(), found("off"), Switch::OFF, &[]),
            step(good(), Lookup::Failed, Switch::OFF, failed),
            step(Lookup::Failed, Lookup::Failed, Switch::OFF, config_gone),
            step(Lookup::Missing, Lookup::Missing, Switch::OFF, both_gone),
            step(good(), Lookup::Missing, Switch::OFF, &[]),
            step(Lookup::Failed, Lookup::Missing, Switch::OFF, config_gone),
            step(good(), found("enforce"), Switch::ENFORCE, &[]),
        ],
    );
    check(
        "enforce, missing, unreadable, missing",
        &[
            step(good(), found("enforce"), Switch::ENFORCE, &[]),
            step(
                good(),
                Lookup::Missing,
                Switch::ENFORCE,
                &["signpost: the Config Store has no entry `switch`: enforce is in force"],
            ),
            step(
                good(),
                found("on"),
                Switch::OFF,
                &["signpost: the switch is taken as off: the switch reads `on`"],
            ),
            step(good(), Lookup::Missing, Switch::OFF, gone),
        ],
    );
    check(
        "there never was a switch",
        &[
            step(good(), Lookup::Failed, Switch::OFF, failed),
            step(good(), Lookup::Missing, Switch::SHADOW, never_seen),
            step(
                good(),
                Lookup::Failed,
                Switch::SHADOW,
                &["signpost: the entry `switch` cannot be looked up: shadow is in force"],
            ),
            step(good(), found("off"), Switch::OFF, &[]),
            step(good(), Lookup::Missing, Switch::OFF, gone),
        ],
    );
    check(
        "the first look-up of the switch fails",
        &[
            step(good(), Lookup::Failed, Switch::OFF, failed),
            step(good(), found("shadow"), Switch::SHADOW, &[]),
            step(
                good(),
                found("shadwo"),
                Switch::OFF,
                &["signpost: the switch is taken as off: the switch reads `shadwo`"],
            ),
            step(good(), found("shadwo"), Switch::OFF, &[]),
        ],
    );
}

/// The entries at a look-up, and what must hold of `next` after it.
struct NextStep<'a> {
    config: &'a Lookup,
    switch: &'a str,
    /// `None` if it may not be looked up.
    next: Option<&'a Lookup>,
    /// The revision in force on the side of `next`.
    in_force: Option<&'a str>,
    /// What each line of the service log begins with.
    service_log: &'a [&'a str],
}

#[test]
fn a_next_that_is_broken_or_gone_is_dropped_at_once() {
    let (config, other) = (found(&json(PRODUCTION)), found(&json(MIRROR)));
    let (next, bad) = (found(&json(STAGING)), found("{}"));
    let (missing, failed) = (Lookup::Missing, Lookup::Failed);
    let revision = |toml| configs::read(toml).revision().to_owned();
    let (staging, mirror) = (revision(STAGING), revision(MIRROR));
    let production = revision(PRODUCTION);
    let step = |switch, next, in_force, service_log| NextStep {
        config: &config,
        switch,
        next,
        in_force,
        service_log,
    };
    let shared = "enforce, next 5%";
    let in_force = Some(staging.as_str());
    let is_missing: &[&str] =
        &["signpost: next: `config` answers everything: the Config Store has no entry `next`"];
    let is_broken: &[&str] = &["signpost: next: `config` answers everything: "];
    let cannot: &[&str] =
        &["signpost: next: `config` answers everything: the entry `next` cannot be looked up"];
    let stays: &[&str] = &["signpost: next: revision "];
    let config_is_broken: &[&str] = &["signpost: config-invalid: "];
    let rows = [
        (
            "without a share it is not looked up",
            vec![
                step("enforce", None, None, &[]),
                step(shared, Some(&next), in_force, &[]),
                step("enforce, next 0%", None, None, &[]),
                step("off, next 1%", Some(&next), in_force, &[]),
                step("shadow", None, None, &[]),
            ],
        ),
        (
            "missing and broken: said once, and dropped at once",
            vec![
                step(shared, Some(&missing), None, is_missing),
                step(shared, Some(&missing), None, &[]),
                step(shared, Some(&next), in_force, &[]),
                step(shared, Some(&bad), None, is_broken),
                step(shared, Some(&bad), None, &[]),
                step(shared, Some(&next), in_force, &[]),
                step(shared, Some(&missing), None, is_missing),
                step(shared, Some(&other), Some(&mirror), &[]),
            ],
        ),
        (
            "a failed look-up keeps it",
            vec![
                step(shared, Some(&failed), None, cannot),
                step(shared, Some(&next), in_force, &[]),
                step(shared, Some(&failed), in_force, stays),
                step(shared, Some(&failed), in_force, &[]),
                step(shared, Some(&next), in_force, &[]),
            ],
        ),
        (
            "it has the revision of `config`, until that is another",
            vec![
                step(shared, Some(&config), None, &[]),
                NextStep {
                    config: &next,
                    ..step(shared, Some(&config), Some(&production), &[])
                },
            ],
        ),
        (
            "a broken `config` stays in force beside it",
            vec![
                step(shared, Some(&next), in_force, &[]),
                NextStep {
                    config: &bad,
                    ..step(shared, Some(&next), in_force, config_is_broken)
                },
            ],
        ),
        (
            "without `config` it answers nothing",
            vec![NextStep {
                config: &bad,
                ..step(shared, Some(&next), None, config_is_broken)
            }],
        ),
    ];
    for (row, steps) in rows {
        check_next(row, &steps);
    }
}

#[track_caller]
fn check_next(row: &str, steps: &[NextStep<'_>]) {
    let mut entries = Entries::default();
    for (number, step) in steps.iter().enumerate() {
        let at = format!("{row}, step {number}");
        let look_up = || step.next.expect(&at).clone();
        let lines = entries.take(step.config.clone(), found(step.switch), look_up);
        let request = Request::new("GET", "crates.io", "/");
        let all = Switch::ENFORCE.with_next(Share::ALL);
        let sides = entries.sides().ok();
        let next = sides.and_then(|sides| sides.next_for(&request, all));
        assert_eq!(next.map(Config::revision), step.in_force, "{at}");
        check_lines(&lines, step.service_log, &at);
    }
}

#[track_caller]
fn check_lines(lines: &[String], beginnings: &[&str], at: &str) {
    assert_eq!(lines.len(), beginnings.len(), "{at}: {lines:?}");
    for (line, beginning) in lines.iter().zip(beginnings) {
        assert!(line.starts_with(beginning), "{at}: {line}");
        assert!(!line.contains('\n'), "{at}: {line}");
    }
}
