use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use http::{Request, Uri};
use signpost::authoring::Authored;
use signpost::values::Switch;
use signpost_testbed::{
    Backend, Lines, LocalServer, StandInCdn, StandInOrigin, Viceroy, add_hosts,
};

use crate::build;
use crate::compile;
use crate::examples::{host_and_path, requests_to_try};
use crate::local_cdn;
use crate::tool;
use crate::tools;
use crate::workspace::Workspace;

/// Build the edge module and serve it on this machine, until Ctrl-C
///
/// Installs what it needs, compiles the configuration, starts a stand-in origin and Viceroy, and
/// prints requests to send with the answers to expect. If the configuration has `hosts`, it adds this
/// machine's to them. A stand-in CDN serves a small file for each example. Then it shows each log line
/// as it comes.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask serve\n  \
    cargo xtask serve --port 8080 --config config/crates-io-staging.toml\n  \
    cargo xtask serve --origin https://crates.io --switch shadow\n  \
    cargo xtask serve --local-cdn      then `curl -siL` ends in bytes from this machine\n  \
    cargo xtask serve --local-cdn --spoil-cdn      then `signpost smoke` finds a wrong file")]
pub(crate) struct Arguments {
    /// The port on 127.0.0.1 to serve at
    #[arg(long, default_value_t = 7676)]
    port: u16,
    /// The configuration as written [default: config/crates-io.toml of this workspace]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// An origin instead of the stand-in, such as `https://crates.io`
    #[arg(long, value_name = "URL", value_parser = read_origin)]
    origin: Option<Backend>,
    /// The entry `switch`: `enforce`, `enforce 25%`, `shadow` or `off`
    #[arg(long, default_value = "enforce")]
    switch: Switch,
    /// Redirect to the stand-in CDN on this machine instead of the configuration's targets, and write
    /// what `signpost smoke` needs to `serve/` in the target directory
    #[arg(long)]
    local_cdn: bool,
    /// Let the stand-in CDN serve a wrong file for the first example
    #[arg(long, requires = "local_cdn")]
    spoil_cdn: bool,
}

/// Serves until Ctrl-C or SIGTERM.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    // Checked before the build, which takes a minute; Viceroy's own message does not say what to do.
    ensure!(
        TcpListener::bind(address).is_ok(),
        "port {} on 127.0.0.1 is in use: stop what listens there, or choose another with --port",
        arguments.port
    );
    let workspace = Workspace::load()?;
    let default = workspace.root().join("config/crates-io.toml");
    let source = compile::read(arguments.config.as_ref().unwrap_or(&default))?;
    tool::ensure(&[tools::viceroy()])?;
    let module = build::module(&workspace)?;
    let manifest = LocalServer::from_file(workspace.root().join("fastly.toml"));
    let served = workspace.target().join("serve");

    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the stand-ins")?
        .block_on(async {
            tokio::select! {
                // First, because Ctrl-C in a terminal stops Viceroy as well.
                biased;
                stopped = stop_requested() => stopped,
                broken = serve(arguments, address, &source, &module, manifest, &served) => {
                    broken.and_then(|ended| bail!("{ended}"))
                }
            }
        })?;
    println!("Stopped.");
    Ok(ExitCode::SUCCESS)
}

/// Serves until something breaks, and returns what.
async fn serve(
    arguments: &Arguments,
    address: SocketAddr,
    (text, authored): &(String, Authored),
    module: &Path,
    manifest: LocalServer,
    served: &Path,
) -> Result<String> {
    let cdn = StandInCdn::start::<String, Bytes>([]).await?;
    local_cdn::stock(&cdn, authored);
    let file = local_cdn::first_file(&cdn, authored);
    let lock_file = local_cdn::lock_file(authored);
    // Redirects to the stand-in CDN name `localhost`: a location on a host of the edge could loop.
    let (text, hosts) = if arguments.local_cdn {
        let url = cdn.url().replace("127.0.0.1", "localhost");
        let text = local_cdn::redirect_to(&url, text, authored)?;
        (text, &["127.0.0.1"][..])
    } else {
        (text.clone(), &["127.0.0.1", "localhost"][..])
    };
    let text = add_hosts(&text, hosts)?;
    if arguments.local_cdn {
        write_served(served, &text, lock_file.as_deref())
            .with_context(|| format!("cannot write into {}", served.display()))?;
        if arguments.spoil_cdn {
            local_cdn::spoil(&cdn, authored);
        }
    }
    let authored = &compile::compile(&text).context("with the hosts of this machine")?;
    let config = authored.config();
    let stand_in = StandInOrigin::start().await?;
    let origin = match &arguments.origin {
        Some(backend) => backend.clone(),
        None => Backend::at(stand_in.url()),
    };
    let backends = config.backends().iter();
    let local_server = backends
        .fold(manifest, |manifest, name| {
            manifest.backend(name, origin.clone())
        })
        .config(config.to_json())
        .switch(&arguments.switch.to_string());

    let mut viceroy = Viceroy::start_at(address, module, &local_server).await?;
    let first = Request::get("/").body(Bytes::new())?;
    let answered = viceroy.send(first).await;
    answered.context("Viceroy listens but does not answer")?;
    if config.hosts().is_some() {
        println!(
            "\nRoutes without `hosts` of their own also apply here to: {}",
            hosts.join(", ")
        );
    }
    print_requests(authored, arguments.switch, &viceroy.url());
    if let Some(file) = file {
        println!(
            "The stand-in CDN serves the examples' files at {}:\n\n  curl -s {file}",
            cdn.url()
        );
    }
    if arguments.local_cdn {
        let has_lock_file = lock_file.is_some();
        let address = viceroy.address();
        let line = smoke_test(served, has_lock_file, authored, address, arguments.switch);
        println!("\nAll of it at once:\n\n  {line}");
    }
    println!("\nLog lines follow. Ctrl-C stops everything.\n");
    let lines = viceroy.follow();
    tokio::select! {
        status = viceroy.ended() => Ok(format!("Viceroy ended by itself ({})", status?)),
        () = show_lines(lines, &stand_in) => Ok("Viceroy closed its output".to_owned()),
    }
}

fn print_requests(authored: &Authored, switch: Switch, url: &str) {
    println!("\nSignpost answers at {url}. Send these, and expect:\n");
    for row in requests_to_try(authored, switch, url) {
        println!("  {}\n    {}", row.command, row.expected);
    }
    println!();
}

/// Writes the configuration that is served, and the lock file with the files' checksums.
fn write_served(served: &Path, config: &str, lock_file: Option<&str>) -> Result<()> {
    fs::create_dir_all(served)?;
    fs::write(served.join("config.toml"), config)?;
    if let Some(text) = lock_file {
        fs::write(served.join("Cargo.lock"), text)?;
    }
    Ok(())
}

/// The command that smoke-tests what is served.
fn smoke_test(
    served: &Path,
    has_lock_file: bool,
    authored: &Authored,
    address: SocketAddr,
    switch: Switch,
) -> String {
    // The shorter path works where this runs.
    let here = std::env::current_dir().unwrap_or_default();
    let served = served.strip_prefix(here).unwrap_or(served).display();
    let first = authored.examples().first();
    let host = first.and_then(|example| host_and_path(authored.config(), example).0);
    let edge = match host.filter(|host| *host != address.ip().to_string()) {
        // An example or a route may be of one host alone.
        Some(host) => format!("http://{host} --connect-to {host}:80:{address}"),
        None => format!("http://{address}"),
    };
    let switch = match switch {
        Switch::ENFORCE => String::new(),
        switch => format!(" --switch '{switch}'"),
    };
    let files = if has_lock_file {
        format!(" --from-lockfile {served}/Cargo.lock")
    } else {
        String::new()
    };
    format!(
        "cargo run -q -p signpost-cli -- smoke --config {served}/config.toml{files} \
         --edge {edge}{switch}"
    )
}

async fn show_lines(mut lines: Lines, stand_in: &StandInOrigin) {
    while let Some(line) = lines.next().await {
        println!("{line}");
        // The recorded requests are not needed, and would fill the memory.
        drop(stand_in.take_requests());
    }
}

/// Waits for Ctrl-C, or on Unix for SIGTERM.
#[cfg(unix)]
async fn stop_requested() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot listen for Ctrl-C"),
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn stop_requested() -> Result<()> {
    tokio::signal::ctrl_c()
        .await
        .context("cannot listen for Ctrl-C")
}

/// Reads the URL of an origin. Requests carry its host, which servers of many hosts need.
fn read_origin(text: &str) -> Result<Backend, String> {
    let uri: Uri = text.parse().unwrap_or_default();
    match (uri.scheme_str(), uri.authority()) {
        (Some("http" | "https"), Some(authority)) => {
            Ok(Backend::at(text).override_host(authority.as_str()))
        }
        _ => Err("write a URL such as https://crates.io".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::path::Path;

    use signpost::values::Switch;
    use signpost_rows::{PRODUCTION, of_any_host};
    use signpost_testbed::add_hosts;

    use super::{read_origin, smoke_test};
    use crate::compile::compile;

    #[test]
    fn the_smoke_test_asks_as_the_routes_want_to_be_asked() {
        let of_host = PRODUCTION.replacen(
            "name     = \"download\"",
            "name     = \"download\"\nhosts = [\"crates.io\"]",
            1,
        );
        let address = SocketAddr::from(([127, 0, 0, 1], 7676));
        for (text, switch, end) in [
            (PRODUCTION, Switch::ENFORCE, "--edge http://127.0.0.1:7676"),
            (
                &of_any_host(PRODUCTION),
                Switch::ENFORCE,
                "--edge http://127.0.0.1:7676",
            ),
            (
                &of_host,
                Switch::SHADOW,
                "--edge http://crates.io --connect-to crates.io:80:127.0.0.1:7676 --switch 'shadow'",
            ),
        ] {
            let authored = compile(&add_hosts(text, &["127.0.0.1"]).unwrap()).unwrap();
            for has_lock_file in [true, false] {
                let served = Path::new("target/serve");
                let line = smoke_test(served, has_lock_file, &authored, address, switch);
                assert!(line.ends_with(end), "{line}");
                assert_eq!(line.contains("--from-lockfile"), has_lock_file, "{line}");
            }
        }
    }

    #[test]
    fn an_origin_is_a_url_with_a_scheme_and_a_host() {
        assert!(read_origin("https://crates.io").is_ok());
        assert!(read_origin("http://127.0.0.1:8080").is_ok());
        for text in ["crates.io", "/path", "ftp://crates.io", ""] {
            assert!(read_origin(text).is_err(), "{text}");
        }
    }
}
