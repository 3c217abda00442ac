output "service_id" {
  description = "What `signpost release` takes as --service-id."
  value       = fastly_service_compute.signpost.id
}

output "store_id" {
  description = "What `signpost release` takes as --store-id."
  value       = fastly_configstore.signpost.id
}
