//! What is in force after a look-up of the Config Store's entries, and the lines of the service log.

use crate::fixtures::configs;
use signpost::config::Config;
use signpost::entries::{Entries, Lookup};
use signpost::values::Switch;
use signpost_rows::{PRODUCTION, STAGING};
use wasm_bindgen_test::wasm_bindgen_test;

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
        let lines = entries.take(step.config.clone(), step.switch.clone());
        let in_force = entries
            .config()
            .map(Config::revision)
            .map_err(signpost::decision::Reason::code);
        assert_eq!(in_force, step.in_force, "{at}");
        assert_eq!(entries.switch(), step.position, "{at}");
        assert_eq!(lines.len(), step.service_log.len(), "{at}: {lines:?}");
        for (line, beginning) in lines.iter().zip(step.service_log) {
            assert!(line.starts_with(beginning), "{at}: {line}");
            assert!(!line.contains('\n'), "{at}: {line}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn nothing_is_redirected_before_the_first_look_up() {
    let entries = Entries::default();
    assert_eq!(entries.config().unwrap_err().code(), "config-missing");
    assert_eq!(entries.switch(), Switch::Off);
}

#[wasm_bindgen_test(unsupported = test)]
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

#[wasm_bindgen_test(unsupported = test)]
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
            step(good(), found("off"), Switch::Off, &[]),
            step(good(), Lookup::Failed, Switch::Off, failed),
            step(Lookup::Failed, Lookup::Failed, Switch::Off, config_gone),
            step(Lookup::Missing, Lookup::Missing, Switch::Off, both_gone),
            step(good(), Lookup::Missing, Switch::Off, &[]),
            step(Lookup::Failed, Lookup::Missing, Switch::Off, config_gone),
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
                Switch::Off,
                &["signpost: the switch is taken as off: the switch reads `on`"],
            ),
            step(good(), Lookup::Missing, Switch::Off, gone),
        ],
    );
    check(
        "there never was a switch",
        &[
            step(good(), Lookup::Failed, Switch::Off, failed),
            step(good(), Lookup::Missing, Switch::Shadow, never_seen),
            step(
                good(),
                Lookup::Failed,
                Switch::Shadow,
                &["signpost: the entry `switch` cannot be looked up: shadow is in force"],
            ),
            step(good(), found("off"), Switch::Off, &[]),
            step(good(), Lookup::Missing, Switch::Off, gone),
        ],
    );
    check(
        "the first look-up of the switch fails",
        &[
            step(good(), Lookup::Failed, Switch::Off, failed),
            step(good(), found("shadow"), Switch::Shadow, &[]),
            step(
                good(),
                found("shadwo"),
                Switch::Off,
                &["signpost: the switch is taken as off: the switch reads `shadwo`"],
            ),
            step(good(), found("shadwo"), Switch::Off, &[]),
        ],
    );
}
