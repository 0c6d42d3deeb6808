"""Pages of the desk: lists, the case page, work on a case, and moves that are confirmed."""
