"""The only rooms with a window: S3, DynamoDB, Microsoft Graph, secrets, clock and telemetry."""
