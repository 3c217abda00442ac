//! Whether every line can have the static fields.

use super::super::draft::{Draft, Report};
use crate::config::log_fields::{LogFieldFault, MAX_LOG_FIELD_NAME, MAX_LOG_FIELDS};
use crate::config::{Key, LogFields, ProblemCode};

/// Notes each field that the edge would leave out.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    let log = draft.raw.log.as_ref();
    let written = log.and_then(|log| log.fields.as_ref());
    let mut fields = LogFields::default();
    for (name, value) in written.into_iter().flat_map(|written| &written.0) {
        let Err(fault) = fields.add(name, value) else {
            continue;
        };
        let message = match fault {
            LogFieldFault::Name => format!(
                "`{name}` is not the name of a field: a letter, then letters, digits, `_`, `-` and `.`, at most {MAX_LOG_FIELD_NAME}"
            ),
            LogFieldFault::Own => {
                format!("every line has its own `{name}`; choose another name, or leave it out")
            }
            LogFieldFault::Value => format!(
                "`{}` is not the value of a field: printable ASCII, not empty, without spaces around it",
                value.escape_debug()
            ),
            LogFieldFault::Room => format!(
                "there is no room for `{name}`: all fields together take at most {MAX_LOG_FIELDS} bytes of a line; shorten them"
            ),
        };
        let key = Key::default()
            .name("log")
            .name("fields")
            .name(name.as_str());
        report.sink.push(ProblemCode::LogFieldInvalid, key, message);
    }
}
