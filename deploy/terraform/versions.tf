terraform {
  required_version = ">= 1.5"

  required_providers {
    fastly = {
      source = "fastly/fastly"
      # 8.1 is the first with health checks for Compute services.
      version = "~> 8.1"
    }
  }
}
