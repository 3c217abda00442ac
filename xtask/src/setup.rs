use std::process::ExitCode;

use anyhow::Result;

use crate::tool;
use crate::tools;
use crate::workspace::Workspace;

/// Install what the other commands need
///
/// The Rust targets and components, Viceroy, cargo-llvm-cov, the test runner of wasm-bindgen, zizmor,
/// httplint and the Fastly CLI. Tools in the right version stay as they are. The other commands install
/// what they need by themselves; this one does it beforehand. If cargo-binstall is on PATH, it
/// downloads the tools that would otherwise be compiled.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Also install the clients of registries and the programs of operators that tests run, where Debian's
    /// packages have them
    #[arg(long)]
    clients: bool,
}

/// Installs every tool; if one fails, the others are installed all the same.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::load()?;
    let clients = arguments.clients.then(|| Ok(tools::clients()));
    let wanted = [
        tools::target(tools::EDGE_TARGET),
        tools::target(tools::PURE_TARGET),
        tools::llvm_tools(),
        Ok(tools::clippy()),
        Ok(tools::rustfmt()),
        Ok(tools::cargo_llvm_cov()),
        Ok(tools::viceroy()),
        Ok(tools::node()),
        Ok(tools::zizmor(&workspace)),
        Ok(tools::httplint(&workspace)),
        tools::wasm_bindgen(&workspace),
        Ok(tools::fastly_cli(&workspace)),
    ];
    let mut complete = true;
    for tool in wanted.into_iter().chain(clients) {
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
    Ok(ExitCode::from(u8::from(!complete)))
}
