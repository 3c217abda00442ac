use crate::command_line::CommandLine;
use crate::tool::{Install, Probe, Tool};

/// Installs what [`clients`] looks for.
const CLIENTS: &str = include_str!("../../clients.sh");

/// The clients of registries that the tests run, beside cargo, what packs for them and unpacks, and the
/// programs between Fastly and a pager. npm and pip are needed anyway, and apt is Debian's own.
pub(crate) fn clients() -> Tool {
    // rsyslogd is not on everybody's `PATH`.
    let probe = "which npm pip gem ruby go apt-get dpkg-deb skopeo composer unzip mvn python3 sha1sum tar \
                 promtool prometheus-alertmanager systemd-analyze /usr/sbin/rsyslogd && \
                 ls /usr/lib/*/rsyslog/lmnsd_gtls.so && php -m | grep -qx curl";
    let shell =
        |before: &str, script: &str| CommandLine::new(before).arguments("sh -c").argument(script);
    let with_apt = |needs, before| Install {
        needs,
        command: shell(before, CLIENTS),
        note: None,
    };
    Tool {
        name: "the clients of registries".to_owned(),
        probe: Probe::Runs(shell("", probe)),
        // Whoever has no sudo is root, as in a container.
        installs: vec![
            with_apt("sudo", "sudo --non-interactive"),
            with_apt("apt-get", ""),
        ],
        hint: "install npm, pip, python3, gem, go, skopeo, composer with PHP's curl and unzip, mvn, rsyslog \
               with GnuTLS, prometheus, prometheus-alertmanager and systemd; apt-get is Debian's own",
    }
}
