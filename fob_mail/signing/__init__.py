"""DKIM: how a message is signed in this process, where the relay does not do it (RFC 6376, 8301, 8463).

relaxed    what a verifier hashes of headers and body
seal       the signatures of one message after another of a campaign
keys       keys from files, new keys, and what stands of them in the DNS
"""
