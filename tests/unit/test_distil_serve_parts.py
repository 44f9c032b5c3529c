"""What the server of a student is made of: text that grows, searches in it, keys."""

from pathlib import Path

import pytest
import tokenizers
from tokenizers import decoders, models, pre_tokenizers

from sumika.distil.language.decoder import Decoder
from sumika.distil.language.generate import LanguageStudent
from sumika.distil.language.shape import DecoderShape
from sumika.distil.language.tokenizer import CharacterTokenizer, FolderTokenizer
from sumika.distil.serve import ServeLimits, serve, stated_key
from sumika.distil.serve._text import Growing, Reply, Search
from sumika.schema import UsageError

KEY = "a-key-of-enough-signs"


def test_text_of_bytes_comes_in_whole_characters(tmp_path: Path) -> None:
    alphabet = {letter: number for number, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    made = tokenizers.Tokenizer(models.BPE(vocab=alphabet, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(["</think>", "<end>"])
    made.save(str(tmp_path / "tokenizer.json"))
    tokenizer = FolderTokenizer(tmp_path)
    said = "é は🙂</think>答え: 🙂 2</s>rest"
    growing = Growing(tokenizer)
    pieces = [growing.add(token) for token in tokenizer.encode(said)]
    assert "".join(pieces) == said
    assert all("\ufffd" not in piece for piece in pieces)
    reply = Reply(tokenizer, tokenizer.encode("</think>"), ["</s>"], thinking=True)
    told = [reply.add(token) for token in tokenizer.encode(said) if not reply.stopped]
    assert ("".join(one[0] for one in told), "".join(one[1] for one in told)) == ("é は🙂", "答え: 🙂 2")
    assert reply.reasoning_tokens == len(tokenizer.encode("é は🙂"))
    cut = Growing(tokenizer)
    assert [cut.add(token) for token in tokenizer.encode("🙂")[:2]] == ["", ""]
    assert cut.rest().strip("\ufffd") == ""


def test_a_search_holds_back_beginnings_alone() -> None:
    search = Search(["STOP", "TOO"])
    assert [search.add(part)[0] for part in ("a S", "T", "x", "STO")] == ["a ", "", "STx", ""]
    assert search.add("O!") == ("S", "!")
    assert search.found == "TOO"
    assert Search([]).add("all") == ("all", "")
    held = Search(["end"])
    assert (held.add("the en")[0], held.rest(), held.found) == ("the ", "en", "")


def test_strangers_need_a_key_and_keys_stay_private(tmp_path: Path) -> None:
    tokenizer = CharacterTokenizer()
    shape = DecoderShape(
        vocabulary=tokenizer.size, width=32, layers=1, heads=2, key_value_heads=2, hidden=32, context=32
    )
    student = LanguageStudent(Decoder(shape), tokenizer)
    for host in ("0.0.0.0", "192.0.2.1", "::"):
        with pytest.raises(UsageError, match="API key is needed"):
            serve(student, "tiny", host)
    for key in ("short", "with spaces in between it", "ä" * 20):
        with pytest.raises(UsageError, match="at least 16"):
            serve(student, "tiny", api_key=key)
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    file.chmod(0o640)
    with pytest.raises(UsageError, match=r"0640.*chmod 600"):
        stated_key({}, file)
    file.chmod(0o600)
    assert stated_key({"SUMIKA_SERVE_KEY": "other"}, file) == KEY
    assert stated_key({"SUMIKA_SERVE_KEY": "other"}) == "other"
    assert stated_key({}) is None
    with pytest.raises(UsageError, match="cannot be read"):
        stated_key({}, tmp_path / "absent")
    with pytest.raises(ValueError, match="at least one"):
        ServeLimits(batch=0)
