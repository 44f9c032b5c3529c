"""A decoder of the Llama, Qwen2 and Qwen2.5 family that runs on packed sequences, with Hugging Face's weight names."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import embedding, linear, silu
from torch.utils.checkpoint import checkpoint

from sumika.distil.language.attention import Layout, attend, layout_of, rotate, rotation_tables
from sumika.distil.language.cache import Cache
from sumika.distil.language.shape import DecoderShape


class Projection(nn.Module):
    """A linear layer that may carry a low-rank addition (LoRA) or train against its own int8 rounding.

    Attributes:
        weight: (output, input).
        bias: (output,), or None.
        lora_a: (rank, input), or None.
        lora_b: (output, rank), or None.
        lora_scale: Factor of the low-rank addition.
        fake_int8: Compute with weights rounded to int8 per output; the gradient passes straight through.
    """

    weight: nn.Parameter
    bias: nn.Parameter | None
    lora_a: nn.Parameter | None
    lora_b: nn.Parameter | None

    def __init__(self, inputs: int, outputs: int, *, bias: bool = False) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs))
        self.bias = nn.Parameter(torch.empty(outputs)) if bias else None
        self.lora_a = self.lora_b = None
        self.lora_scale = 0.0
        self.fake_int8 = False

    def forward(self, x: Tensor) -> Tensor:
        """Map (.., input) to (.., output)."""
        weight = fake_int8(self.weight) if self.fake_int8 else self.weight
        y: Tensor = linear(x, weight, self.bias)
        if self.lora_a is not None and self.lora_b is not None:
            y = y + linear(linear(x, self.lora_a), self.lora_b) * self.lora_scale
        return y


def fake_int8(weight: Tensor) -> Tensor:
    """Return a matrix rounded to int8 with one scale per row; its gradient is that of the matrix itself."""
    with torch.no_grad():
        scale = weight.abs().amax(1, keepdim=True).clamp_min(1e-12) / 127
        change = (weight / scale).round_().mul_(scale).sub_(weight)
    rounded: Tensor = weight + change
    return rounded


class _FusedNorm(torch.autograd.Function):
    """Root-mean-square norm with its gradient in few passes over memory (for CPUs, where torch has no fused one)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
        size = x.shape[-1]
        inverse = torch.linalg.vector_norm(x, dim=-1, keepdim=True).square_().div_(size).add_(epsilon).rsqrt_()
        ctx.save_for_backward(x, weight, inverse)
        normed: Tensor = (x * inverse).mul_(weight)
        return normed

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None]:
        x, weight, inverse = ctx.saved_tensors
        normed = x * inverse
        product = gradients[0] * normed
        to_weight = product.sum(0)
        mean = torch.mv(product, weight).div_(x.shape[-1]).unsqueeze_(1)
        to_x = normed.mul_(mean).neg_().addcmul_(gradients[0], weight).mul_(inverse)
        return to_x, to_weight, None


class Norm(nn.Module):
    """Root-mean-square norm (Zhang and Sennrich 2019, arXiv:1910.07467)."""

    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        """Norm the last axis; the mean is taken in float32 whatever the type of `x`."""
        if x.device.type == "cpu" and x.dtype == self.weight.dtype == torch.float32 and x.dim() == 2:
            result: Tensor = _FusedNorm.apply(x, self.weight, self.epsilon)  # type: ignore[no-untyped-call] # torch's own
            return result
        return torch.nn.functional.rms_norm(x, self.weight.shape, self.weight.to(x.dtype), self.epsilon)


class Attention(nn.Module):
    """Queries, keys, values and output of one layer."""

    def __init__(self, shape: DecoderShape) -> None:
        super().__init__()
        self.head_size = shape.head_size
        self.q_proj = Projection(shape.width, shape.query_width, bias=shape.query_bias)
        self.k_proj = Projection(shape.width, shape.key_value_width, bias=shape.query_bias)
        self.v_proj = Projection(shape.width, shape.key_value_width, bias=shape.query_bias)
        self.o_proj = Projection(shape.query_width, shape.width)

    def queries_keys_values(self, x: Tensor, cosine: Tensor, sine: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return three of (token, head, head size); queries and keys are rotated."""
        query = self.q_proj(x).unflatten(1, (-1, self.head_size))
        key = self.k_proj(x).unflatten(1, (-1, self.head_size))
        value = self.v_proj(x).unflatten(1, (-1, self.head_size))
        return rotate(query, cosine, sine), rotate(key, cosine, sine), value


class FeedForward(nn.Module):
    """Gated feed-forward (SwiGLU; Shazeer 2020, arXiv:2002.05202)."""

    def __init__(self, shape: DecoderShape) -> None:
        super().__init__()
        self.gate_proj = Projection(shape.width, shape.hidden)
        self.up_proj = Projection(shape.width, shape.hidden)
        self.down_proj = Projection(shape.hidden, shape.width)

    def forward(self, x: Tensor) -> Tensor:
        """Map (token, width) to (token, width)."""
        y: Tensor = self.down_proj(silu(self.gate_proj(x)) * self.up_proj(x))
        return y


class Block(nn.Module):
    """One layer."""

    def __init__(self, shape: DecoderShape) -> None:
        super().__init__()
        self.self_attn = Attention(shape)
        self.mlp = FeedForward(shape)
        self.input_layernorm = Norm(shape.width, shape.norm_epsilon)
        self.post_attention_layernorm = Norm(shape.width, shape.norm_epsilon)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor, layout: Layout, wanted: Tensor | None = None) -> Tensor:
        """Map (token, width) to (token, width), or to (wanted token, width) where not every token is wanted after."""
        query, key, value = self.self_attn.queries_keys_values(self.input_layernorm(x), cosine, sine)
        attended = attend(query, key, value, layout)
        if wanted is not None:
            attended, x = attended.index_select(0, wanted), x.index_select(0, wanted)
        x = x + self.self_attn.o_proj(attended)
        y: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return y

    def prefill(self, x: Tensor, tables: tuple[Tensor, Tensor], layout: Layout, cache: Cache, layer: int) -> Tensor:
        """As `forward`, and keep keys and values."""
        query, key, value = self.self_attn.queries_keys_values(self.input_layernorm(x), *tables)
        cache.fill(layer, key, value, layout.lengths)
        x = x + self.self_attn.o_proj(attend(query, key, value, layout))
        y: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return y

    def step(self, x: Tensor, tables: tuple[Tensor, Tensor], cache: Cache, layer: int, rows: Tensor | None) -> Tensor:
        """One further token of each sequence: (sequence, width) to (sequence, width)."""
        query, key, value = self.self_attn.queries_keys_values(self.input_layernorm(x), *tables)
        x = x + self.self_attn.o_proj(cache.attend(layer, query, key, value, rows))
        y: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return y


class Stack(nn.Module):
    """Embedding, layers and last norm, named as in Hugging Face's models."""

    def __init__(self, shape: DecoderShape) -> None:
        super().__init__()
        self.embed_tokens = nn.Module()
        self.embed_tokens.weight = nn.Parameter(torch.empty(shape.vocabulary, shape.width))
        self.layers = nn.ModuleList([Block(shape) for _ in range(shape.layers)])
        self.norm = Norm(shape.width, shape.norm_epsilon)


class Decoder(nn.Module):
    """A causal language model.

    Attributes:
        shape: Its sizes.
        checkpointing: Keep no activations inside the layers when training; they are computed again.
    """

    def __init__(
        self, shape: DecoderShape, *, seed: int = 0, device: str = "cpu", dtype: torch.dtype = torch.float32
    ) -> None:
        super().__init__()
        self.shape = shape
        self.checkpointing = False
        with torch.device("meta"):
            self.model = Stack(shape)
            if not shape.tied:
                self.lm_head = Projection(shape.width, shape.vocabulary)
        # `to_empty` gives the same, and loads an algebra system that takes a second of a core.
        for module in self.modules():
            for name, weight in module.named_parameters(recurse=False):
                setattr(module, name, nn.Parameter(torch.empty(weight.shape, dtype=dtype, device=device)))
        self._tables: tuple[Tensor, Tensor] | None = None
        self._initialise(seed)

    @torch.no_grad()
    def _initialise(self, seed: int) -> None:
        generator = torch.Generator(self.device).manual_seed(seed)
        for name, weight in self.named_parameters():
            if name.endswith("norm.weight"):
                weight.fill_(1.0)
            elif name.endswith(".bias"):
                weight.zero_()
            else:
                # Fan-in for every matrix; what adds to the residual stream is damped by depth (GPT-2).
                deviation = weight.shape[1] ** -0.5
                if name.endswith(("o_proj.weight", "down_proj.weight")):
                    deviation /= (2 * self.shape.layers) ** 0.5
                weight.normal_(0.0, deviation, generator=generator)

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return self.embedding.device

    @property
    def embedding(self) -> Tensor:
        """(piece, width)."""
        weight = self.model.embed_tokens.weight
        assert isinstance(weight, Tensor)  # Module attributes are typed as a union
        return weight

    @property
    def head(self) -> Tensor:
        """(piece, width) of the output layer; the embedding itself if tied."""
        return self.embedding if self.shape.tied else self.lm_head.weight

    def tables(self, positions: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """Return cosines and sines at some positions, two of (token, 1, head size // 2)."""
        if self._tables is None or self._tables[0].device != positions.device:
            shape = self.shape
            self._tables = rotation_tables(shape.context, shape.head_size, shape.rope_base, positions.device)
        cosine, sine = self._tables
        return cosine[positions, None].to(dtype), sine[positions, None].to(dtype)

    def hidden_packed(
        self, token_ids: Tensor, lengths: list[int], layout: Layout | None = None, wanted: Tensor | None = None
    ) -> Tensor:
        """Return what the last norm gives for every token of packed sequences; none sees another sequence.

        Args:
            token_ids: (token,) of all sequences, one after another.
            lengths: Tokens of each sequence.
            layout: Of these lengths, where it is at hand.
            wanted: (wanted token,) positions whose result is wanted; None for all. The others end at the last layer.

        Returns:
            (token, width), or (wanted token, width).

        Raises:
            ValueError: if the lengths do not sum up to the tokens or a sequence is longer than the context.
        """
        if sum(lengths) != len(token_ids) or max(lengths) > self.shape.context:
            problem = f"{len(token_ids)} tokens for lengths of {sum(lengths)}, the longest {max(lengths)}"
            raise ValueError(problem + f", context {self.shape.context}")
        layout = layout or layout_of(lengths, token_ids.device)
        x = embedding(token_ids, self.embedding)
        if torch.is_autocast_enabled(x.device.type):
            x = x.to(torch.get_autocast_dtype(x.device.type))
        cosine, sine = self.tables(layout.positions, x.dtype)
        last = len(self.model.layers) - 1
        for index, block in enumerate(self.model.layers):
            inputs = (x, cosine, sine, layout, wanted if index == last else None)
            if self.checkpointing and torch.is_grad_enabled():
                x = checkpoint(block, *inputs, use_reentrant=False, preserve_rng_state=False)
            else:
                x = block(*inputs)
        normed: Tensor = self.model.norm(x)
        return normed

    def logits(self, hidden: Tensor) -> Tensor:
        """Map (.., width) to (.., vocabulary)."""
        return linear(hidden, self.head)

    def new_cache(self, batch: int, context: int) -> Cache:
        """Return room for the keys and values of `batch` sequences of at most `context` tokens."""
        return Cache(self.shape, batch, min(context, self.shape.context), self.device, self.embedding.dtype)

    @torch.no_grad()
    def prefill(self, token_ids: Tensor, lengths: list[int], cache: Cache) -> Tensor:
        """Read the beginnings of sequences into an empty cache.

        Args:
            token_ids: (sequence, token), right-padded with anything.
            lengths: Valid tokens of each.
            cache: Of as many sequences.

        Returns:
            (sequence, width): what the last norm gives for each sequence's last token.
        """
        counts = torch.tensor(lengths, device=token_ids.device)
        packed = token_ids[torch.arange(token_ids.shape[1], device=token_ids.device) < counts[:, None]]
        layout = layout_of(lengths, token_ids.device)
        x = embedding(packed, self.embedding)
        tables = self.tables(layout.positions, x.dtype)
        for index, block in enumerate(self.model.layers):
            assert isinstance(block, Block)  # a ModuleList forgets the kind of its members
            x = block.prefill(x, tables, layout, cache, index)
        cache.begin(lengths)
        normed: Tensor = self.model.norm(x[counts.cumsum(0) - 1])
        return normed

    @torch.no_grad()
    def step(self, token_ids: Tensor, cache: Cache, rows: Tensor | None = None) -> Tensor:
        """Read one further token of each active sequence.

        Args:
            token_ids: (sequence,).
            cache: As filled so far.
            rows: (sequence,) rows of the cache they belong to; None if every row is active (faster: drop what has
                finished with `Cache.keep`).

        Returns:
            (sequence, width).

        Raises:
            ValueError: if a sequence would outgrow the cache.
        """
        positions = cache.next_positions(rows)
        x = embedding(token_ids, self.embedding)
        tables = self.tables(positions, x.dtype)
        for index, block in enumerate(self.model.layers):
            assert isinstance(block, Block)  # a ModuleList forgets the kind of its members
            x = block.step(x, tables, cache, index, rows)
        cache.advance(rows)
        normed: Tensor = self.model.norm(x)
        return normed
