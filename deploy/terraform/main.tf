# What the edge function reads. It can change without a new version of the service.
resource "fastly_configstore" "signpost" {
  # The name in the account. The edge function uses the name of the link below.
  name = "${var.name}-signpost"
}

# The first entries. Terraform writes them once and leaves them alone afterwards: in an incident the
# switch is set by hand, and an apply must never set it back; the configuration is stored by
# `signpost release`, which tries it share by share, and for that has two more entries, `next` and `release`.
resource "fastly_configstore_entries" "signpost" {
  store_id       = fastly_configstore.signpost.id
  manage_entries = false

  entries = {
    config = var.compiled_config
    switch = "shadow"
  }
}

resource "fastly_service_compute" "signpost" {
  name = var.name

  dynamic "domain" {
    for_each = var.domains

    content {
      name = domain.value
    }
  }

  # How long an execution can take, with the defaults: a sandbox takes requests for 20 s, the edge may
  # ask further backends for 30 s (`origin.next_backend_timeout`), and the last of them has 60 s for its
  # first byte. That is 110 s, within the 2 minutes that Fastly gives an execution. A trial account
  # gives 60 s: there, a backend that is silent for a minute ends the execution, and the client gets
  # Fastly's error instead of Signpost's 504.
  dynamic "backend" {
    for_each = var.backends

    content {
      name                  = backend.key
      address               = backend.value.address
      port                  = backend.value.port
      override_host         = coalesce(backend.value.override_host, backend.value.address)
      use_ssl               = true
      ssl_check_cert        = true
      ssl_cert_hostname     = backend.value.address
      ssl_sni_hostname      = backend.value.address
      connect_timeout       = backend.value.connect_timeout
      first_byte_timeout    = backend.value.first_byte_timeout
      between_bytes_timeout = backend.value.between_bytes_timeout
      healthcheck           = "${backend.key}-health"
    }
  }

  # One for each backend, so that a backend that is down is passed over before it costs a request.
  dynamic "healthcheck" {
    for_each = var.backends

    content {
      name           = "${healthcheck.key}-health"
      host           = coalesce(healthcheck.value.override_host, healthcheck.value.address)
      path           = healthcheck.value.health_path
      method         = "GET"
      check_interval = 5000
      timeout        = 2000
      window         = 5
      threshold      = 3
      initial        = 3
    }
  }

  resource_link {
    name        = "signpost"
    resource_id = fastly_configstore.signpost.id
  }

  # The log to keep. Each node of Fastly writes its lines to a file of its own, one file every period.
  # Before the JSON, each line has Fastly's classic envelope:
  #
  #   <134>2026-11-22T20:11:31Z cache-fra-eddf8230001 signpost-log[4242]: {"version":"1",…}
  #
  # The download counter of crates.io needs it: it takes a file whose first byte is `<` for one of
  # Fastly, and fails on a file that begins with `{`. `signpost plan` and `signpost watch` read the files as
  # they are. To notice an incident, watch the streamed log below: a file comes once a minute at the
  # earliest, and Fastly's default is an hour.
  logging_s3 {
    name              = var.log.name
    bucket_name       = var.log.bucket
    domain            = var.log.domain
    path              = var.log.path
    s3_iam_role       = var.log.role
    period            = 60
    compression_codec = "zstd"
    message_type      = "classic"
  }

  # The log to watch. Fastly sends each line as it comes, over TCP with TLS, to a syslog server that feeds
  # `signpost watch`, so that an alarm comes within 30 s. deploy/rsyslog/signpost.conf is for rsyslog, and
  # deploy/systemd/signpost-watch.service watches what it writes.
  logging_syslog {
    name            = var.streamed_log.name
    address         = var.streamed_log.address
    port            = var.streamed_log.port
    message_type    = var.streamed_log.message_type
    use_tls         = true
    tls_hostname    = coalesce(var.streamed_log.tls_hostname, var.streamed_log.address)
    tls_ca_cert     = var.streamed_log.tls_ca_cert
    tls_client_cert = one(var.streamed_log_client[*].certificate)
    tls_client_key  = one(var.streamed_log_client[*].key)
  }

  package {
    filename         = var.package
    source_code_hash = filesha512(var.package)
  }

  lifecycle {
    # A new package is released by `signpost release`, with a smoke test after each share. An
    # apply would let it serve everybody at once.
    ignore_changes = [package]
    # Without the service, every download fails.
    prevent_destroy = true
  }

  # So that the entries are there before the first request comes.
  depends_on = [fastly_configstore_entries.signpost]
}
