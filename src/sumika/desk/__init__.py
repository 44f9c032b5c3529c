"""One queue for office work: read in, classify, extract, draft, verify, approve; nothing leaves without a yes."""
