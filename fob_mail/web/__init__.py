"""The public pages: what a reader's browser, or their mail program's one click, meets.

app       the Flask application: its journeys, and a kind page for whatever goes wrong
gate      what holds for every request and every answer: the host, the headers, the log line without a token
joining   the forms, and the page on which a person confirms; snippet: the form on a group's own site
reading   a campaign in the browser: its page, its events, its pictures
archive   what was sent to a public list: a page and two feeds
leaving   leaving a list, taking that back, leaving all
preferring  what a person chooses, by the link of any mail; mine: their data, by a link that only goes to their address
webhooks  what vendors tell of bounces and complaints; topics: those of Amazon's that are set; room: for large ones, in waitress
together  many one-clicks, one commit
network   which network a request comes from, as far as proxies are trusted
figures   what Prometheus is told, on an address of its own
site      what every journey needs
home      the front page, and the one that probes ask
pages     how a page speaks and is drawn
"""
