"""Text to token numbers and back: characters for students from scratch, or the tokenizer of a Hugging Face folder."""

import hashlib
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

import msgspec

from sumika.schema import SumikaError

THINK, END_THINK, ANSWER, END, UNKNOWN = "<think>", "</think>", "<answer>", "<end>", "<unknown>"
SPECIAL = (END, THINK, END_THINK, ANSWER, UNKNOWN)
ALPHABET = "\n" + "".join(chr(code) for code in range(32, 127))


class Tokenizer(Protocol):
    """What turns text into token numbers."""

    @property
    def size(self) -> int:
        """How many pieces there are."""
        ...

    @property
    def end_id(self) -> int:
        """The piece that ends an answer."""
        ...

    @property
    def fingerprint(self) -> str:
        """A hash of everything that decides its numbers, 16 hexadecimal digits."""
        ...

    def encode(self, text: str) -> list[int]:
        """Return the numbers of a text."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of some numbers."""
        ...

    def lacks(self, text: str) -> list[str]:
        """Return the characters of a text that it has no pieces for, each once, in the order of their codes."""
        ...


class _Alphabet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    characters: str
    special: tuple[str, ...]


class CharacterTokenizer:
    """One token for each character, and one for each special piece.

    Attributes:
        characters: The alphabet, each once.
        special: Pieces of several characters, numbered first; `<end>` and `<unknown>` among them.
    """

    def __init__(self, characters: str = ALPHABET, special: Sequence[str] = SPECIAL) -> None:
        if len(set(characters)) != len(characters) or not {END, UNKNOWN} <= set(special):
            raise ValueError("an alphabet has every character once, and the pieces <end> and <unknown>")
        self.characters, self.special = characters, tuple(special)
        self._pieces = (*self.special, *characters)
        self._numbers = {piece: number for number, piece in enumerate(self._pieces)}
        self._cut = re.compile("(" + "|".join(map(re.escape, self.special)) + ")")
        self._unknown = self._numbers[UNKNOWN]

    @classmethod
    def of_texts(cls, texts: Sequence[str]) -> "CharacterTokenizer":
        """Return a tokenizer with exactly the characters that occur in some texts."""
        plain = "|".join(map(re.escape, SPECIAL))
        return cls("".join(sorted(set().union(*(re.sub(plain, "", text) for text in texts)))))

    @property
    def size(self) -> int:
        """How many pieces there are."""
        return len(self._pieces)

    @property
    def end_id(self) -> int:
        """The piece that ends an answer."""
        return self._numbers[END]

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the pieces in their order."""
        return hashlib.sha256("\x00".join(self._pieces).encode()).hexdigest()[:16]

    def encode(self, text: str) -> list[int]:
        """Return the numbers of a text; what is not in the alphabet becomes `<unknown>`."""
        numbers, unknown = self._numbers, self._unknown
        ids: list[int] = []
        for index, part in enumerate(self._cut.split(text)):
            if index % 2:
                ids.append(numbers[part])
            else:
                ids.extend(numbers.get(character, unknown) for character in part)
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of some numbers."""
        return "".join(self._pieces[number] for number in ids)

    def lacks(self, text: str) -> list[str]:
        """Return the characters of a text that are not in the alphabet, each once, in the order of their codes."""
        plain = "".join(self._cut.split(text)[::2])
        return sorted(set(plain) - set(self.characters))

    def save(self, path: Path) -> None:
        """Write the alphabet as JSON."""
        path.write_bytes(msgspec.json.encode(_Alphabet(self.characters, self.special)))

    @classmethod
    def load(cls, path: Path) -> "CharacterTokenizer":
        """Read what `save` wrote.

        Raises:
            SumikaError: if the file is missing or no alphabet.
        """
        try:
            alphabet = msgspec.json.decode(path.read_bytes(), type=_Alphabet)
            return cls(alphabet.characters, alphabet.special)
        except (OSError, msgspec.DecodeError, ValueError) as error:
            raise SumikaError(
                f"no alphabet of a character tokenizer ({error})", where=str(path), remedy="Train the student again."
            ) from error


class FolderTokenizer:
    """The tokenizer of a Hugging Face folder (`tokenizer.json`).

    Attributes:
        path: Of the file.
    """

    def __init__(self, folder: Path) -> None:
        import tokenizers

        self.path = folder / "tokenizer.json"
        try:
            content = self.path.read_bytes()
            self._tokenizer = tokenizers.Tokenizer.from_str(content.decode())
        except Exception as error:  # the library raises bare Exceptions
            raise SumikaError(
                f"no tokenizer can be read ({error})",
                where=str(self.path),
                remedy="Name a folder that holds the tokenizer.json of the model.",
            ) from error
        self.fingerprint = hashlib.sha256(content).hexdigest()[:16]
        self._end = self._end_of(folder)

    def _end_of(self, folder: Path) -> int:
        names = ["<|im_end|>", "<|eot_id|>", END, "</s>", "<|endoftext|>", "<|end_of_text|>"]
        settings = folder / "tokenizer_config.json"
        if settings.exists():
            stated = msgspec.json.decode(settings.read_bytes()).get("eos_token")
            name = stated.get("content") if isinstance(stated, dict) else stated
            names.insert(0, str(name))
        for name in names:
            number = self._tokenizer.token_to_id(name)
            if number is not None:
                return int(number)
        raise SumikaError(
            "the tokenizer has no piece that ends an answer",
            where=str(self.path),
            remedy="State eos_token in tokenizer_config.json.",
        )

    @property
    def size(self) -> int:
        """How many pieces there are, the added ones too."""
        return int(self._tokenizer.get_vocab_size(with_added_tokens=True))

    @property
    def end_id(self) -> int:
        """The piece that ends an answer."""
        return self._end

    def encode(self, text: str) -> list[int]:
        """Return the numbers of a text, without anything added around it."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of some numbers, special pieces too."""
        return str(self._tokenizer.decode(list(ids), skip_special_tokens=False))

    def lacks(self, text: str) -> list[str]:
        """Return the characters of a text that become the unknown piece, or nothing, each once, in their order."""
        unknown = getattr(self._tokenizer.model, "unk_token", None)
        number = None if unknown is None else self._tokenizer.token_to_id(unknown)
        # White space alone may rightly become nothing: some tokenizers strip it at the ends.
        found = {one: self.encode(one) for one in set(text) if not one.isspace()}
        return sorted(one for one, ids in found.items() if not ids or number in ids)


def byte_pieces(tokenizer: CharacterTokenizer) -> list[str]:
    """Return the pieces of an alphabet as GPT-2's byte-level tokenizers name them (Radford et al. 2019), in order.

    Raises:
        SumikaError: if a character has several bytes in UTF-8.
    """
    if not tokenizer.characters.isascii():
        raise SumikaError(
            "byte-level tokenizers (llama.cpp, Qwen2 in transformers) take alphabets of ASCII alone",
            where="export",
            remedy="Train without the other characters; without biases of queries, safetensors takes any.",
        )
    # Bytes without a sign of their own stand in Unicode after the 256 that bytes could be.
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = {byte: chr(256 + place) for place, byte in enumerate(sorted(set(range(256)) - set(seen)))}
    return [*tokenizer.special, *(others.get(ord(one), one) for one in tokenizer.characters)]


def check_tokenizer(tokenizer: Tokenizer, vocabulary: int, *, fingerprint: str = "", where: str = "") -> None:
    """Refuse a tokenizer that is not the model's own.

    Args:
        tokenizer: What would make the numbers.
        vocabulary: Rows of the model's embedding; some models have a few more than pieces.
        fingerprint: Of the tokenizer the model was trained with; "" where it is not known.
        where: The model, for the message.

    Raises:
        SumikaError: if it makes numbers the model does not have, far fewer, or other ones.
    """
    problem = ""
    if fingerprint and fingerprint != tokenizer.fingerprint:
        problem = f"trained with the tokenizer {fingerprint}, but this one is {tokenizer.fingerprint}"
    elif tokenizer.size > vocabulary:
        problem = f"the tokenizer has {tokenizer.size} pieces, the model knows {vocabulary}"
    elif tokenizer.size < vocabulary * 0.9 - 64:
        problem = f"the tokenizer has {tokenizer.size} pieces only, the model knows {vocabulary}"
    if problem:
        raise SumikaError(problem, where=where, remedy="Use the tokenizer that came with the model.")
