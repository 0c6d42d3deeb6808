"""What a request costs, who pays, vouchers of payers, receipts. Nothing here touches the state of a request."""
