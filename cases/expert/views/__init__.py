"""Pages of the expert: his cases, a proposal, the workspace, the signature, the follow-up question."""
