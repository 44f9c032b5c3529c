"""Talk to the house in Japanese and English: what is said becomes a call, what is answered comes from the records."""
