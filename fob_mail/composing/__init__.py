"""From an Article to a message with slots: once a campaign and language, never per recipient."""
