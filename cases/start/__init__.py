"""What comes before the account: may this person ask, about which disease, and for whom."""
