"""Cases: the state machine, answers, documents, messages, opinions, and the pages of each role."""
