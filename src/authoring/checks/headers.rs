//! Whether browsers and caches understand the headers that are written.

use super::super::cache_control::CacheControl;
use super::super::draft::{Draft, Report};
use super::super::hsts::Hsts;
use crate::config::{Key, ProblemCode};
use crate::values::HeaderText;

/// Notes each value that its header cannot have. Whoever gets one ignores it, or reads something else.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    let response = draft.raw.response.as_ref();
    let hsts = response.and_then(|it| it.hsts.as_deref());
    let hsts = hsts.map(|text| (Key::default().name("response").name("hsts"), text));
    let mut note = |key, refused: Result<(), String>| {
        if let Err(message) = refused {
            report.sink.push(ProblemCode::HeaderInvalid, key, message);
        }
    };
    // What cannot stand in any header was noted.
    let can_stand = |text: &str| HeaderText::parse(text).is_some();
    if let Some((key, text)) = hsts.filter(|(_, text)| can_stand(text)) {
        note(key, Hsts::parse(text).map(drop));
    }
    for (index, route) in draft.raw.routes.iter().enumerate() {
        let text = route.cache_control.as_deref();
        if let Some(text) = text.filter(|text| can_stand(text)) {
            let key = Key::default().name("routes").index(index);
            note(
                key.name("cache_control"),
                CacheControl::parse(text).map(drop),
            );
        }
    }
}
