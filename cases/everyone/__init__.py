"""Pages of a case that every side has under its own address: documents, messages, «danger immédiat»."""
