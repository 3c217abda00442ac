variable "name" {
  description = "The name of the service."
  type        = string
}

variable "domains" {
  description = "The domains at which the service answers."
  type        = set(string)
}

variable "backends" {
  description = "The origin's servers, under the names in `origin.backends` of the configuration."
  type = map(object({
    address     = string
    health_path = string
    port        = optional(number, 443)
  }))
}

variable "compiled_config" {
  description = "The first entry `config`: what `signpost compile` prints."
  type        = string

  validation {
    condition     = can(jsondecode(var.compiled_config)) && length(var.compiled_config) <= 8000
    error_message = "This is no compiled configuration: write what `signpost compile FILE` prints."
  }
}

variable "package" {
  description = "The first package, which `fastly compute build` makes."
  type        = string
}

variable "log" {
  description = "The bucket that the log lines are written to, and the role that may do so. The name is `log.endpoint` of the configuration."
  type = object({
    name   = string
    bucket = string
    domain = string
    role   = string
    path   = optional(string, "/")
  })
}
