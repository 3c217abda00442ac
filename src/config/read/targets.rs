//! Reads the targets of a configuration, and those of each route.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::key::{At, Key};
use super::super::problem::{ProblemCode, Sink};
use super::super::raw::{RawRoute, RawTarget, RawWeighted, Table};
use super::super::target::{MAX_TARGETS, Target, Targets, Weight, WeightedTarget};
use super::fields::backend;
use crate::values::{Base, Host, Instead, LoopToken, Unencoded};

/// The targets as written, and those of them that hold.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    pub(super) written: &'k Table<RawTarget>,
    pub(super) valid: &'k BTreeMap<String, Arc<Target>>,
}

pub(super) fn read(
    key: &At<'_>,
    written: &Table<RawTarget>,
    allowed_hosts: Option<&[Host]>,
    sink: &mut Sink,
) -> BTreeMap<String, Arc<Target>> {
    if written.0.is_empty() {
        let instead = "add a table such as [targets.static] with the base of a CDN";
        sink.note_missing(key, instead);
    }
    let mut targets = BTreeMap::new();
    for (name, raw) in &written.0 {
        let key = &key.name(name);
        let base = base(&key.name("base"), raw.base.as_deref(), allowed_hosts, sink);
        let health = raw.health_backend.as_deref();
        let health = health.map(|name| backend(&key.name("health_backend"), name, sink));
        let loop_token = raw.loop_token.as_deref().and_then(|text| {
            let read = text.parse::<LoopToken>();
            sink.take(ProblemCode::LoopTokenInvalid, &key.name("loop"), read)
        });
        let unencoded = raw.unencoded.as_deref().and_then(|text| {
            let read = text.parse::<Unencoded>();
            sink.take(ProblemCode::UnencodedInvalid, &key.name("unencoded"), read)
        });
        if let Some(base) = base {
            let mut target = Target::new(name.clone(), base);
            if let Some(backend) = health {
                target = target.with_health_of(backend);
            }
            if let Some(token) = loop_token {
                target = target.with_loop_token(token);
            }
            if let Some(unencoded) = unencoded {
                target = target.with_unencoded(unencoded);
            }
            targets.insert(name.clone(), Arc::new(target));
        }
    }
    targets
}

fn base(
    key: &At<'_>,
    text: Option<&str>,
    allowed_hosts: Option<&[Host]>,
    sink: &mut Sink,
) -> Option<Base> {
    let instead = "write the URL of the CDN, such as https://static.crates.io";
    let text = sink.require(key, text, instead)?;
    let base = sink.take(ProblemCode::BaseInvalid, key, Base::parse(text))?;
    let host = base.host();
    if allowed_hosts.is_some_and(|allowed| !allowed.contains(host)) {
        let message = format!(
            "the host `{host}` of the base `{base}` is not in allowed_hosts; correct the base, or add the host there if it is right"
        );
        sink.push(ProblemCode::BaseHostNotAllowed, key, message);
    }
    Some(base)
}

/// Reads the targets of a route: the one that `target` names, or those in `targets`.
pub(super) fn of_route(
    key: &At<'_>,
    raw: &RawRoute,
    known: Known<'_>,
    sink: &mut Sink,
) -> Option<Targets> {
    let target_key = &key.name("target");
    let Some(several) = &raw.targets else {
        if raw.target.is_none() && sink.has(&Key::from(&key.name("targets"))) {
            return None;
        }
        let name = sink.require(target_key, raw.target.as_deref(), "name one of the targets")?;
        let target = known_target(target_key, name, known, sink)?;
        let only = WeightedTarget::new(target, Weight::ONE);
        return Some(Targets::new(only, Vec::new()));
    };
    if raw.target.is_some() {
        let message = "the route has `targets` as well; leave one of the two out";
        sink.push(ProblemCode::TargetsInvalid, target_key, message);
    }
    read_several(&key.name("targets"), several, known, sink)
}

fn read_several(
    key: &At<'_>,
    several: &[RawWeighted],
    known: Known<'_>,
    sink: &mut Sink,
) -> Option<Targets> {
    let code = ProblemCode::TargetsInvalid;
    let number = several.len();
    if !(1..=MAX_TARGETS).contains(&number) {
        let key_text = Key::from(key);
        let message = format!("`{key_text}` names {number} targets; name 1 to {MAX_TARGETS}");
        sink.push(code, key, message);
    }
    let mut are_different = true;
    let mut valid = Vec::new();
    for (index, raw) in several.iter().enumerate() {
        let key = &key.index(index);
        let name = sink.require(&key.name("name"), raw.name.as_ref(), "name a target");
        let weight = raw.weight.map_or(Ok(Weight::ONE), Weight::try_from);
        let weight = sink.take(code, &key.name("weight"), weight);
        let Some(name) = name else { continue };
        let mut earlier = several.iter().take(index);
        if earlier.any(|other| other.name.as_ref() == Some(name)) {
            are_different = false;
            let message = format!(
                "`{name}` is named twice; name each target once, and give it a weight if its share is to be larger"
            );
            sink.push(code, key, message);
        }
        valid.extend(known_target(key, name, known, sink).zip(weight));
    }
    let hold = are_different && valid.len() == number;
    let mut targets = valid
        .into_iter()
        .filter(|_| hold)
        .map(|(target, weight)| WeightedTarget::new(target, weight));
    Some(Targets::new(targets.next()?, targets.collect()))
}

fn known_target(
    key: &At<'_>,
    name: &str,
    known: Known<'_>,
    sink: &mut Sink,
) -> Option<Arc<Target>> {
    if known.written.names().all(|it| it != name) {
        let instead = Instead::of(name, known.written.names());
        let message =
            format!("there is no [targets.{name}]; name a target that is configured{instead}");
        sink.push(ProblemCode::TargetUnknown, key, message);
    }
    known.valid.get(name).cloned()
}
