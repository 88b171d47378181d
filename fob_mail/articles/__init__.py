"""From whatever the organiser has to an Article: one reader a format."""
