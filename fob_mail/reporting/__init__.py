"""What a campaign came to: gathered from the ledger and from what came back, weighed, and shown in a terminal or on a page."""
