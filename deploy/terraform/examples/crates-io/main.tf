# crates.io. First make the two files that this reads, at the root of the repository:
#
#   fastly compute build
#   cargo run -q -p signpost-cli -- compile config/crates-io.toml > deploy/terraform/examples/crates-io/config.json
#
# The provider takes its token from the environment variable FASTLY_API_KEY.

terraform {
  required_version = ">= 1.9"

  required_providers {
    fastly = {
      source  = "fastly/fastly"
      version = "~> 8.1"
    }
  }
}

variable "log_role" {
  description = "The AWS role with which Fastly writes to the bucket of the logs."
  type        = string
}

module "signpost" {
  source = "../.."

  name    = "crates.io"
  domains = ["crates.io"]

  backends = {
    origin = {
      # The server's own host, never crates.io: that would be a loop.
      address     = "origin.crates.example"
      health_path = "/api/v1/summary"
    }
  }

  compiled_config = file("${path.module}/config.json")
  package         = "${path.module}/../../../../pkg/signpost.tar.gz"

  log = {
    name   = "signpost-log"
    bucket = "crates-io-request-logs"
    domain = "s3.us-west-1.amazonaws.com"
    role   = var.log_role
    path   = "/signpost/"
  }

  # It gets lines as soon as `log.endpoints` of the configuration names it beside `signpost-log`.
  streamed_log = {
    name    = "signpost-stream"
    address = "logs.crates.example"
  }
}

output "service_id" {
  value = module.signpost.service_id
}

output "store_id" {
  value = module.signpost.store_id
}
