variable "name" {
  description = "The name of the service."
  type        = string
}

variable "domains" {
  description = "The domains at which the service answers."
  type        = set(string)
}

variable "backends" {
  description = "The origin's servers, by their names in `origin.backends` of the configuration."
  type = map(object({
    address     = string
    health_path = string
    port        = optional(number, 443)
  }))
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
  description = "The bucket for the log lines, and the AWS role that may write to it. `name` is `log.endpoint` of the configuration."
  type = object({
    name   = string
    bucket = string
    domain = string
    role   = string
    path   = optional(string, "/")
  })
}
