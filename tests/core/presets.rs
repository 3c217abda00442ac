//! The presets, and real requests to registries that run them, natively and in wasm.

use crate::test;
use std::collections::BTreeMap;

use crate::fixtures::configs;
use signpost::decision::Reason;
use signpost::request::Request;
use signpost::values::Switch;
use signpost_rows::{Expect, PRESETS, PresetRow, preset_rows};

#[track_caller]
fn check(row: &PresetRow, config: &signpost::config::Config) {
    let request = Request::new(row.method, row.host, row.target);
    let answer = signpost::answer(config, &request, Switch::ENFORCE);
    let reply = answer.reply();
    let location = reply.as_ref().and_then(|reply| {
        let mut headers = reply.headers.iter();
        headers.find_map(|(name, value)| (*name == "location").then_some(&**value))
    });
    let reason = answer.decision().reason().map(Reason::code);
    let expected = match row.expect {
        Expect::Redirect { location } => (Some(location), None),
        Expect::Origin { reason } => (None, Some(reason)),
        Expect::Json { .. } => panic!("{row:?}: JSON is off in presets"),
    };
    assert_eq!((location, reason), expected, "{row:?}");
}

#[test]
fn every_row_holds() {
    for (name, toml) in PRESETS {
        let config = configs::read(toml);
        for row in preset_rows().iter().filter(|row| row.preset == name) {
            check(row, &config);
        }
    }
}

#[test]
fn every_preset_has_ten_rows() {
    let mut counts: BTreeMap<_, usize> = PRESETS.iter().map(|(name, _)| (*name, 0)).collect();
    for row in preset_rows() {
        *counts.get_mut(row.preset).expect(row.preset) += 1;
    }
    let few: Vec<_> = counts.iter().filter(|(_, count)| **count < 10).collect();
    assert!(few.is_empty(), "{few:?}");
}
