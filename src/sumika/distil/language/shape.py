"""The shape of a causal language model: its sizes, and what follows from them (parameters, operations)."""

import msgspec

from sumika.schema import SumikaError


class DecoderShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sizes of a decoder of the Llama, Qwen2 and Qwen2.5 family.

    Attributes:
        vocabulary: Pieces of the tokenizer.
        width: Of the residual stream.
        layers: Blocks of attention and feed-forward.
        heads: Of the queries.
        key_value_heads: Of keys and values; divides `heads`.
        hidden: Width inside the feed-forward.
        context: Most tokens in a sequence.
        head_width: Width of a head; 0 for `width // heads`.
        rope_base: Base of the rotary positions.
        tied: The output layer is the embedding.
        query_bias: Queries, keys and values have biases (Qwen2).
        norm_epsilon: Added to the mean square in each norm.
    """

    vocabulary: int
    width: int
    layers: int
    heads: int
    key_value_heads: int
    hidden: int
    context: int
    head_width: int = 0
    rope_base: float = 10_000.0
    tied: bool = True
    query_bias: bool = False
    norm_epsilon: float = 1e-6

    def __post_init__(self) -> None:
        """Refuse sizes that do not fit together.

        Raises:
            SumikaError: if a size is not positive or a division leaves a rest.
        """
        sizes = (self.vocabulary, self.width, self.layers, self.heads, self.key_value_heads, self.hidden, self.context)
        problem = ""
        if min(sizes) < 1:
            problem = f"sizes of a language model must be positive, found {sizes}"
        elif self.heads % self.key_value_heads:
            problem = f"{self.heads} heads cannot share {self.key_value_heads} key-value heads evenly"
        elif not self.head_width and self.width % self.heads:
            problem = f"a width of {self.width} cannot be cut into {self.heads} heads"
        elif self.head_size % 2:
            problem = f"a head of {self.head_size} cannot be rotated: the number must be even"
        if problem:
            raise SumikaError(problem, where="student", remedy="Change the sizes of the student in the recipe.")

    @property
    def head_size(self) -> int:
        """Width of one head."""
        return self.head_width or self.width // self.heads

    @property
    def query_width(self) -> int:
        """Width of all queries of a token."""
        return self.heads * self.head_size

    @property
    def key_value_width(self) -> int:
        """Width of all keys (or all values) of a token."""
        return self.key_value_heads * self.head_size

    def layer_matrix_parameters(self) -> int:
        """Return the weights of one layer's matrices, without biases and norms."""
        attention = self.width * (2 * self.query_width + 2 * self.key_value_width)
        return attention + 3 * self.width * self.hidden

    def parameters(self) -> int:
        """Return the number of weights; a tied embedding counts once."""
        bias = self.query_width + 2 * self.key_value_width if self.query_bias else 0
        layer = self.layer_matrix_parameters() + bias + 2 * self.width
        embeddings = self.vocabulary * self.width * (1 if self.tied else 2)
        return self.layers * layer + self.width + embeddings

    def flops_per_token(self, context: int, *, train: bool, output_share: float = 1.0) -> float:
        """Return the floating-point operations per token (multiply and add are two).

        Causal attention costs each token half of the context on average; a backward pass costs twice the forward
        (Kaplan et al. 2020, arXiv:2001.08361, table 1). Norms, rotations and the look-up of embeddings are left out.

        Args:
            context: Length of the sequence the token stands in.
            train: Forward and backward instead of forward alone.
            output_share: Share of tokens at which the output layer is computed.
        """
        matrices = 2.0 * self.layers * self.layer_matrix_parameters()
        attention = 2.0 * self.layers * 2 * self.query_width * context / 2
        output = 2.0 * self.vocabulary * self.width * output_share
        return (matrices + attention + output) * (3 if train else 1)
