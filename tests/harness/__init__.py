"""What all tests stand on: the fence, the databases, the browser, the record of what was proved."""
