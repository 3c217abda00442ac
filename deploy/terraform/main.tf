# What the edge function reads. It can change without a new version of the service.
resource "fastly_configstore" "signpost" {
  # The name in the account. The edge function uses the name of the link below.
  name = "${var.name}-signpost"
}

# The first entries. Terraform writes them once and leaves them alone afterwards: in an incident the
# switch is set by hand, and an apply must never set it back; the configuration is stored by
# `signpost release`, which tries it share by share.
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

  dynamic "backend" {
    for_each = var.backends

    content {
      name              = backend.key
      address           = backend.value.address
      port              = backend.value.port
      use_ssl           = true
      ssl_check_cert    = true
      ssl_cert_hostname = backend.value.address
      ssl_sni_hostname  = backend.value.address
      healthcheck       = "${backend.key}-health"
    }
  }

  # One for each backend, so that a backend that is down is passed over before it costs a request.
  dynamic "healthcheck" {
    for_each = var.backends

    content {
      name           = "${healthcheck.key}-health"
      host           = healthcheck.value.address
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

  # Each node of Fastly writes its lines to a file of its own, one file every period, and `signpost
  # watch` sees no line earlier. With the usual period of an hour, an incident would be over first. To
  # feed `watch`, take the new files every minute and merge those of all nodes by the time of their
  # lines, which is at the same place in each line:
  #
  #   zstd --decompress --stdout NEW_FILES | LC_ALL=C sort | signpost watch -
  #
  # That reads the files that are there. For those to come, do the same in a loop with the new files.
  logging_s3 {
    name              = var.log.name
    bucket_name       = var.log.bucket
    domain            = var.log.domain
    path              = var.log.path
    s3_iam_role       = var.log.role
    period            = 60
    compression_codec = "zstd"
    # Puts nothing before the JSON of a line.
    message_type = "blank"
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
