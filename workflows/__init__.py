"""When things happen: durable processes, thin over the domain."""
