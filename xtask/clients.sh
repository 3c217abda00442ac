#!/bin/sh
# Installs what tests run and Debian packages have: the clients of registries, and the programs between
# Fastly and a pager.
set -e
export DEBIAN_FRONTEND=noninteractive

# Debian starts the services of what it installs, also at the next boot. The tests start their own.
policy=/usr/sbin/policy-rc.d
marker='# By `cargo xtask setup --clients`, which removes it at its end.'
new=

leave_no_trace() {
    if grep -qsxF "$marker" "$policy"; then
        rm -f "$policy"
    fi
    for service in $new; do
        # It refuses to run outside a package's own script, which it tells by this variable.
        DPKG_MAINTSCRIPT_PACKAGE=$service deb-systemd-helper disable "$service.service" > /dev/null
    done
}
# Without the other two, a signal would end this shell without the first.
trap leave_no_trace EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# With the marker, it is what a killed run has left. Without it, it is the administrator's.
if [ ! -e "$policy" ] || grep -qsxF "$marker" "$policy"; then
    printf '#!/bin/sh\n%s\nexit 101\n' "$marker" > "$policy"
    chmod 755 "$policy"
fi
for service in rsyslog prometheus prometheus-alertmanager; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$service" 2> /dev/null) || status=
    [ "$status" = installed ] || new="$new $service"
done

apt-get --quiet update
apt-get --quiet --yes --no-install-recommends install \
    ruby golang-go skopeo composer php-curl unzip maven python3 \
    rsyslog rsyslog-gnutls prometheus prometheus-alertmanager systemd
