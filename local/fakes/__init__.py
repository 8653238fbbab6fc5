"""Fakes of the services that Kakehashi speaks to: Microsoft 365, and a tool that is launched."""
