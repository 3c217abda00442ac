//! The targets of a configuration, and those of each route.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::check::{Check, missing};
use super::problem::{At, Key, Problem, ProblemCode};
use super::raw::{RawRoute, RawTarget, RawWeighted};
use crate::host::Host;
use crate::target::{Base, MAX_TARGETS, Target, Targets, Weight, WeightedTarget};

/// The targets as written, and those of them that hold.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    pub(super) raw: &'k BTreeMap<String, RawTarget>,
    pub(super) proven: &'k BTreeMap<String, Arc<Target>>,
}

impl Check {
    pub(super) fn targets(
        &mut self,
        key: &At<'_>,
        targets: &BTreeMap<String, RawTarget>,
        allowed_hosts: Option<&[Host]>,
    ) -> BTreeMap<String, Arc<Target>> {
        if targets.is_empty() {
            self.push(missing(
                key,
                "add a table such as [targets.static] with the base of a CDN",
            ));
        }
        let mut proven = BTreeMap::new();
        for (name, raw) in targets {
            let key = &key.name(name);
            let base = self.base(&key.name("base"), raw.base.as_deref(), allowed_hosts);
            let health = raw.health_backend.as_deref();
            let health = health.map(|name| self.backend(&key.name("health_backend"), name));
            let Some(base) = base else {
                continue;
            };
            let mut target = Target::new(name.clone(), base);
            if let Some(backend) = health {
                target = target.with_health_of(backend);
            }
            proven.insert(name.clone(), Arc::new(target));
        }
        proven
    }

    fn base(
        &mut self,
        key: &At<'_>,
        text: Option<&str>,
        allowed_hosts: Option<&[Host]>,
    ) -> Option<Base> {
        let instead = "write the URL of the CDN, such as https://static.crates.io";
        let text = self.require(key, text, instead)?;
        let base = self.take(ProblemCode::BaseInvalid, key, Base::parse(text))?;
        if allowed_hosts.is_some_and(|allowed| !allowed.contains(base.host())) {
            let message = format!(
                "the host `{}` of the base `{base}` is not in allowed_hosts; correct the base, or add the host there if it is right",
                base.host()
            );
            self.push(Problem::new(ProblemCode::BaseHostNotAllowed, key, message));
        }
        Some(base)
    }

    /// The targets of a route: the one that `target` names, or those in `targets`.
    pub(super) fn route_targets(
        &mut self,
        key: &At<'_>,
        raw: &RawRoute,
        known: Known<'_>,
    ) -> Option<Targets> {
        let target_key = &key.name("target");
        let Some(several) = &raw.targets else {
            let target = self.require(target_key, raw.target.as_deref(), "name one of the targets");
            let target = self.known_target(target_key, target?, known)?;
            let only = WeightedTarget::new(target, Weight::ONE);
            return Some(Targets::new(only, Vec::new()));
        };
        let list_key = &key.name("targets");
        if raw.target.is_some() {
            let message = "the route has `targets` as well; leave one of the two out";
            self.push(Problem::new(
                ProblemCode::TargetsInvalid,
                target_key,
                message,
            ));
        }
        self.several_targets(list_key, several, known)
    }

    fn several_targets(
        &mut self,
        key: &At<'_>,
        several: &[RawWeighted],
        known: Known<'_>,
    ) -> Option<Targets> {
        if several.is_empty() || several.len() > MAX_TARGETS {
            let message = format!(
                "`{}` names {} targets; name 1 to {MAX_TARGETS}",
                Key::from(key),
                several.len()
            );
            self.push(Problem::new(ProblemCode::TargetsInvalid, key, message));
        }
        let mut are_different = true;
        let mut proven = Vec::new();
        for (index, raw) in several.iter().enumerate() {
            let key = &key.index(index);
            let name = self.require(&key.name("name"), raw.name.as_ref(), "name a target");
            let weight = raw.weight.map_or(Some(Weight::ONE), |weight| {
                let key = &key.name("weight");
                self.take(ProblemCode::TargetsInvalid, key, Weight::try_from(weight))
            });
            let Some(name) = name else { continue };
            let mut earlier = several.iter().take(index);
            if earlier.any(|other| other.name.as_ref() == Some(name)) {
                are_different = false;
                let message = format!(
                    "`{name}` is named twice; name each target once, and give it a weight if its share is to be larger"
                );
                self.push(Problem::new(ProblemCode::TargetsInvalid, key, message));
            }
            let target = self.known_target(key, name, known);
            proven.extend(target.zip(weight));
        }
        let holds = are_different && proven.len() == several.len();
        let mut proven = proven
            .into_iter()
            .filter(|_| holds)
            .map(|(target, weight)| WeightedTarget::new(target, weight));
        Some(Targets::new(proven.next()?, proven.collect()))
    }

    fn known_target(&mut self, key: &At<'_>, name: &str, known: Known<'_>) -> Option<Arc<Target>> {
        if !known.raw.contains_key(name) {
            let message = format!("there is no [targets.{name}]; name a target that is configured");
            self.push(Problem::new(ProblemCode::TargetUnknown, key, message));
        }
        known.proven.get(name).cloned()
    }
}
