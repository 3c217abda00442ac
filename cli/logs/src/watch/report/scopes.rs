use indicatif::HumanCount;
use maud::{Markup, html};

use crate::text::percent;
use crate::watch::timeline::{OfScope, Timeline};

/// The edge locations, targets, routes and sides with the highest repeat ratios.
pub(crate) fn table(timeline: &Timeline) -> Markup {
    let highest = |of_scope: &OfScope| {
        let ratios = of_scope
            .ratios
            .iter()
            .flatten()
            .filter_map(|ratio| ratio.repeat_ratio);
        ratios.max_by(f64::total_cmp)
    };
    let scopes = timeline.scopes.iter();
    let mut scopes: Vec<_> = scopes
        .map(|(scope, of_scope)| (scope, of_scope, highest(of_scope)))
        .collect();
    scopes.sort_by(|(one, _, first), (other, _, second)| {
        let ratios = second.unwrap_or(-1.0).total_cmp(&first.unwrap_or(-1.0));
        one.kind()
            .cmp(other.kind())
            .then(ratios)
            .then_with(|| one.cmp(other))
    });
    html! {
        @if !scopes.is_empty() {
            details open[timeline.in_alarm().next().is_some()] {
                summary { "By edge location, route, side and target" }
                div.scroll {
                    table {
                        thead {
                            tr {
                                th { "Scope" } th { "Name" } th.number { "Requests" } th.number { "Redirects" }
                                th.number { "Not redirected" } th.number { "Highest repeat ratio" } th.number { "Alarms" }
                            }
                        }
                        tbody {
                            @for (scope, of_scope, highest) in scopes {
                                @let alarms = timeline.alarms.iter().filter(|alarm| alarm.scope == *scope).count();
                                tr {
                                    td.time { (scope.kind()) }
                                    th scope="row" { (scope.name().unwrap_or_default()) }
                                    td.number { (HumanCount(of_scope.figures.requests)) }
                                    td.number { (HumanCount(of_scope.figures.redirects)) }
                                    td.number { (HumanCount(of_scope.figures.not_redirected)) }
                                    td.number { (highest.map_or_else(String::new, percent)) }
                                    td.number { (alarms) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
