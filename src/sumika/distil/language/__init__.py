"""Causal language models as students and teachers: the decoder, its tokenizers, packing and training."""
