STATES = frozenset({"Receive", "Validate", "Preprocess", "Diff", "ProvisionShard", "Groups", "DeliverTool", "Report"})
