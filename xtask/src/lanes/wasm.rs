use anyhow::Result;

use crate::command_line::CommandLine;
use crate::lane::Findings;
use crate::tool;
use crate::tools::{self, PURE_TARGET};
use crate::workspace::Workspace;

/// The library's tests in WebAssembly, under Node.js. They give way to what runs beside them.
pub(crate) fn run(workspace: &Workspace) -> Result<Findings> {
    tool::ensure(&[
        tools::target(PURE_TARGET)?,
        tools::node(),
        tools::wasm_bindgen(workspace)?,
    ])?;
    // The other tests run natively only. At level 1, compiling takes 22 s less than at level 2, and running 7 s more.
    let lines = ["--test core", "--doc"].map(|tests| {
        let line = "nice -n 19 cargo test --package signpost --locked \
                    --config profile.dev.package.signpost.opt-level=1 --target";
        let line = CommandLine::new(line).argument(PURE_TARGET);
        line.arguments(tests)
    });
    Findings::of(lines)
}
