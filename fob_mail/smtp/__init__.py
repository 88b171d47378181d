"""One relay, several pipelined sessions: a round trip a message (RFC 5321, 2920)."""
