"""The preview: a page on this machine alone that shows a draft as readers will see it, and again when its article is saved.

view      what is shown of one reader's mail
watching  whether a file was saved since
app       the page, and what it asks for
"""
