"""What came back: raw mail becomes an Incoming, which says what it is, about whom, and how that is known.

incoming     the words: kinds, causes, failures, tokens
mail         raw bytes into headers and parts, whatever their state
wording      the words by which servers refuse
causes       status and text into a cause
reports      delivery reports by RFC 3464
complaints   feedback reports by RFC 5965, and the vendors' own
forms        bounces in words: Exim, qmail, Exchange, Gmail and the rest
answers      what people and their programs write back
tokens       what in it was made here
classifying  all of these in their order: classify()
"""
