use std::process::ExitCode;

use anyhow::Result;

use crate::tool;
use crate::tools;
use crate::workspace::Workspace;

/// Install what the other commands need and is missing
///
/// The Rust targets and components, Viceroy, cargo-llvm-cov, the test runner of wasm-bindgen and
/// the Fastly CLI. What is there in the right version is left alone, and the other commands
/// install what they need by themselves: this one is for doing it beforehand.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

/// Brings every tool to the machine; one that cannot be brought does not keep the others away.
pub(crate) fn run(_: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let wanted = [
        tools::target(tools::EDGE_TARGET),
        tools::target(tools::PURE_TARGET),
        tools::llvm_tools(),
        Ok(tools::clippy()),
        Ok(tools::rustfmt()),
        Ok(tools::cargo_llvm_cov()),
        Ok(tools::viceroy()),
        Ok(tools::node()),
        tools::wasm_bindgen(&workspace),
        Ok(tools::fastly_cli(&workspace)),
    ];
    let mut complete = true;
    for tool in wanted {
        let ready = tool.and_then(|tool| {
            tool::ensure(std::slice::from_ref(&tool))?;
            Ok(tool.name)
        });
        match ready {
            Ok(name) => println!("ready    {name}"),
            Err(error) => {
                complete = false;
                println!("FAILED   {error:#}");
            }
        }
    }
    Ok(if complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
