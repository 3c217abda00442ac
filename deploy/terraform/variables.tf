variable "name" {
  description = "The name of the service."
  type        = string
}

variable "domains" {
  description = "The domains at which the service answers."
  type        = set(string)
}

# Times are in milliseconds, as in Fastly's own settings. 60 s for the first byte and between bytes,
# because people publish through the origin. Signpost asks the backends that `origin.backends` of the
# configuration names, and without a configuration the one called `origin`.
variable "backends" {
  description = "The origin's servers, by their names in `origin.backends` of the configuration. `address` is a host, and the name in its certificate. `override_host` is what the server sees in `Host`: its own name, `address`, by default."
  type = map(object({
    address               = string
    health_path           = string
    port                  = optional(number, 443)
    override_host         = optional(string)
    connect_timeout       = optional(number, 1000)
    first_byte_timeout    = optional(number, 60000)
    between_bytes_timeout = optional(number, 60000)
  }))

  validation {
    condition     = contains(keys(var.backends), "origin")
    error_message = "No backend is called `origin`. It has to exist: without a configuration, or with a broken one, every request goes there."
  }

  validation {
    condition     = length(var.backends) <= 3
    error_message = "These are more than 3 backends: `origin.backends` of the configuration takes at most 3."
  }

  validation {
    condition = alltrue([
      for backend in values(var.backends) : alltrue([
        for host in [backend.address, coalesce(backend.override_host, backend.address, "none")] :
        can(regex("^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$", host))
      ])
    ])
    error_message = "An `address` or `override_host` is not a host: write `origin.crates.example`, without `https://`, port, path and dot at the end."
  }

  validation {
    condition = alltrue([
      for backend in values(var.backends) :
      !contains([for name in var.domains : lower(name)], lower(backend.address))
    ])
    error_message = "An `address` is one of the service's own `domains`: its requests would come back to the service, a loop. Write the origin server's own host."
  }
}

variable "compiled_config" {
  description = "The first entry `config`: the output of `signpost compile`."
  type        = string

  validation {
    condition     = can(jsondecode(var.compiled_config)) && length(var.compiled_config) <= 8000
    error_message = "This is not a compiled configuration of at most 8,000 characters: use the output of `signpost compile FILE`."
  }
}

variable "package" {
  description = "The first package: the file that `fastly compute build` writes."
  type        = string
}

variable "log" {
  description = "The bucket that keeps the log lines, and the AWS role that may write to it. `name` is `log.endpoint` of the configuration, or one of its `log.endpoints`."
  type = object({
    name   = string
    bucket = string
    domain = string
    role   = string
    path   = optional(string, "/")
  })
}

# 6514 is the port of syslog over TLS (RFC 5425).
variable "streamed_log" {
  description = "The receiver of the lines that `signpost watch` reads: a host that takes lines over TLS. `name` is another one of `log.endpoints` of the configuration. `message_type` is one of Fastly's: `classic` is read best by a syslog server, and `signpost watch` reads them all, alone or as rsyslog writes them. `tls_hostname` is the name in the receiver's certificate, if that is not `address`; `tls_ca_cert` is who signed it (PEM), if that is no public authority."
  type = object({
    name         = string
    address      = string
    port         = optional(number, 6514)
    message_type = optional(string, "classic")
    tls_hostname = optional(string)
    tls_ca_cert  = optional(string)
  })

  validation {
    condition     = contains(["blank", "classic", "loggly", "logplex"], var.streamed_log.message_type)
    error_message = "`message_type` is `blank`, `classic`, `loggly` or `logplex`."
  }

  validation {
    condition     = var.streamed_log.name != var.log.name
    error_message = "Both logs have the same name. Give each its own, and name both in `log.endpoints` of the configuration."
  }
}

# In a variable of its own, because Terraform shows no part of a sensitive one. Without a validation, because
# Terraform shows the value that one refuses.
variable "streamed_log_client" {
  description = "The certificate with which Fastly shows the receiver of `streamed_log` that a line is of this service, and its key (PEM). Without it, whoever can connect can write lines, and so can each of Fastly's customers from Fastly's addresses. Terraform keeps both in its state."
  type = object({
    certificate = string
    key         = string
  })
  sensitive = true
  default   = null
}

# A warning: without the name in the configuration, the edge writes no line to the streamed log, so no
# alarm ever comes.
check "streamed_log_gets_lines" {
  assert {
    condition     = contains(try(jsondecode(var.compiled_config).log.endpoints, []), var.streamed_log.name)
    error_message = "`log.endpoints` of the configuration does not name `${var.streamed_log.name}`: add it, or `signpost watch` gets no lines."
  }
}
