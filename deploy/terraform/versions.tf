terraform {
  # 1.9 is the first in which the validation of a variable may name another variable.
  required_version = ">= 1.9"

  required_providers {
    fastly = {
      source = "fastly/fastly"
      # 8.1 is the first with health checks for Compute services.
      version = "~> 8.1"
    }
  }
}
