"""How a physician becomes an expert: his candidacy, the committee's votes, the decision."""
