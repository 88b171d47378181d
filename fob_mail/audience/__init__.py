"""The audience: who asked for which list, with which words, and who is not to be mailed any more.

lists          mailing lists: create, find, edit
subscribers    one person: add, show, remove; everyone: export
importing      a file of people, a million of them if need be
joining        by a form, and a press on the link in the mail that asks
limits         how often may an address, a network, everybody ask
preferring     what a person chooses: name, language, lists, a pause; readdressing: another address
forgetting     all that is known of a person, to take along; and how they are forgotten
retention      what lapses, and when
leaving        leaving a list, taking that back, leaving all
suppressions   addresses that are never mailed again
counting       how many stand how
"""
