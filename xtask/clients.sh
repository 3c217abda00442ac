#!/bin/sh
# Installs what tests run and Debian packages have: the clients of registries, and the programs between
# Fastly and a pager.
set -e
export DEBIAN_FRONTEND=noninteractive

# Debian starts the services of what it installs, also at the next boot. The tests start their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
fi
new=
for service in rsyslog prometheus prometheus-alertmanager; do
    dpkg --status "$service" > /dev/null 2>&1 || new="$new $service"
done

apt-get --quiet update
apt-get --quiet --yes --no-install-recommends install \
    ruby golang-go skopeo composer php-curl unzip maven python3 \
    rsyslog rsyslog-gnutls prometheus prometheus-alertmanager

for service in $new; do
    deb-systemd-helper disable "$service.service" > /dev/null
done
