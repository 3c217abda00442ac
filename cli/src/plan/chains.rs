//! Tells from two configurations alone whether a redirect of one can lead to a redirect of the other.
//!
//! Most cannot, and then no request needs to be followed.

use signpost::config::{Config, Route, Target, WeightedTarget};
use signpost::values::{PathTemplate, Segment};

/// Whether a location of the route may be on a route of the configuration that redirects. If in doubt, it may.
pub(super) fn may_lead_on(route: &Route, config: &Config) -> bool {
    let mut targets = route.targets().iter().map(WeightedTarget::target);
    targets.any(|target| may_lead_on_at(route, target, config))
}

fn may_lead_on_at(route: &Route, target: &Target, config: &Config) -> bool {
    let host = target.base().host().as_str();
    let location = route.location().below(target.base().path());
    let mut routes = config.routes().iter();
    let may_meet =
        |other: &Route| other.pattern().applies_to(host) && may_be_one(&location, other.path());
    config.applies_to(host) && routes.any(may_meet)
}

/// Whether some path may have both forms.
fn may_be_one(one: &PathTemplate, other: &PathTemplate) -> bool {
    let (mut ones, mut others) = (one.segments(), other.segments());
    loop {
        match (ones.next(), others.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) => {
                // What comes after several segments may be anywhere.
                if one.span() != Some(1) || other.span() != Some(1) {
                    return true;
                }
                if !may_be_one_segment(one, other) {
                    return false;
                }
            }
            (None, Some(_)) | (Some(_), None) => return false,
        }
    }
}

fn may_be_one_segment(one: Segment<'_>, other: Segment<'_>) -> bool {
    match (one.literal(), other.literal()) {
        (Some(one), Some(other)) => one == other,
        (Some(text), None) => other.has_shape_of(text),
        (None, Some(text)) => one.has_shape_of(text),
        (None, None) => {
            let begins_alike = match (one.beginning(), other.beginning()) {
                (Some(one), Some(other)) => one.starts_with(other) || other.starts_with(one),
                _ => true,
            };
            let ends_alike = match (one.ending(), other.ending()) {
                (Some(one), Some(other)) => one.ends_with(other) || other.ends_with(one),
                _ => true,
            };
            begins_alike && ends_alike
        }
    }
}

#[cfg(test)]
mod tests {
    use signpost_rows::SmallConfig;
    use signpost_testbed::rows;

    use super::may_lead_on;
    use crate::file::Loaded;

    #[test]
    fn a_location_leads_on_where_some_path_has_both_forms() {
        // The base and path of a location, and the path of a route at `a.example` that it may meet.
        let rows = rows(
            "
            a.example   | /f/{x:segment}         | /f/{x}         | /f/{y:segment}             | true
            a.example   | /f/{x:segment}         | /f/{x}         | /{y:segment}/{z:segment}   | true
            a.example   | /f/{x:segment}         | /f/{x}         | /g/{y:segment}             | false
            a.example   | /f/{x:segment}         | /f/{x}         | /f/{y:segment}/z           | false
            a.example   | /f/{x:segment}         | /f/{x}         | /f/{y:path}                | true
            a.example   | /f/{x:path}            | /f/{x}         | /f/{y:segment}/z           | true
            a.example   | /f/{x:path}            | /f/{x}         | /g/{y:segment}             | false
            a.example   | /f/{x:segment}         | /f/{x}.gem     | /f/{y:segment}.gem         | true
            a.example   | /f/{x:segment}         | /f/{x}.gem     | /f/{y:segment}.zip         | false
            a.example   | /f/{x:segment}         | /f/v{x}        | /f/w{y:segment}            | false
            a.example/g | /f/{x:segment}         | /{x}           | /g/{y:segment}             | true
            a.example/g | /f/{x:segment}         | /{x}           | /{y:segment}               | false
            b.example   | /f/{x:segment}         | /f/{x}         | /f/{y:segment}             | false
            ",
        );
        for [base, path, location, other, expected] in rows {
            let row = format!("{base}{location} and {other}");
            let config = |host: &str, base: &str, path: &str, location: &str| {
                let value = path.replace("{x:segment}", "1").replace("{y:segment}", "1");
                let value = value.replace("{x:path}", "1").replace("{y:path}", "1");
                let request = value.replace("{z:segment}", "1");
                let below = location.replace("{x}", "1").replace("{y}", "1");
                let below = below.replace("{z}", "1");
                let config = SmallConfig::new(&format!("hosts = [\"{host}\"]"));
                let config = config.target("cdn", &format!("https://{base}"), "");
                let config = config.route("file", path, location);
                Loaded::of(&config.example(&request, &below).to_string())
            };
            let to = if other.contains("{z") {
                "/o/{y}/{z}"
            } else {
                "/o/{y}"
            };
            let old = config("r.example", base, path, location);
            let new = config("a.example", "c.example", other, to);
            let route = &old.config().routes()[0];
            assert_eq!(
                may_lead_on(route, new.config()).to_string(),
                expected,
                "{row}"
            );
        }
    }
}
