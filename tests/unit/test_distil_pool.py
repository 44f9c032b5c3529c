"""Pools are read from every format, and what is wrong is named with file, row and column."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sumika.distil.pool import PoolError, PoolSettings, read_arrays, read_examples
from sumika.distil.records import Grading

ROWS = [
    {"prompt": "What is 2 + 2?", "answer": "4", "domain": "sums"},
    {"prompt": "What is 2 * 4?", "answer": "8", "domain": "products"},
    {"prompt": "What is 9 - 2?", "answer": "7", "domain": "sums"},
]


def _lines(folder: Path, *rows: Any, name: str = "pool.jsonl") -> str:
    path = folder / name
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return str(path)


def test_json_lines_are_read_with_where_each_row_stands(tmp_path: Path) -> None:
    path = _lines(tmp_path, *ROWS)
    examples, report = read_examples(PoolSettings(path=path, licence="MIT"))
    assert [example.answer for example in examples] == ["4", "8", "7"]
    assert examples[1].source == f"{path}:2"
    assert examples[1].licence == "MIT"
    assert (report.rows, report.kept, report.bad) == (3, 3, 0)


def test_gzipped_lines_blank_lines_and_a_byte_order_mark_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "pool.jsonl.gz"
    path.write_bytes(
        gzip.compress(b"\xef\xbb\xbf" + json.dumps(ROWS[0]).encode() + b"\n\n" + json.dumps(ROWS[1]).encode())
    )
    examples, report = read_examples(PoolSettings(path=str(path)))
    assert len(examples) == report.rows == 2


def test_a_cut_gzip_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pool.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(ROWS[0]).encode() * 99)[:-9])
    with pytest.raises(PoolError, match=r"pool.jsonl.gz: cannot be read"):
        read_examples(PoolSettings(path=str(path)))


def test_columns_of_other_names_are_mapped_and_answers_may_be_numbers(tmp_path: Path) -> None:
    path = _lines(tmp_path, {"question": "1 + 1", "solution": 2, "checks": ["assert True"], "grading": "code"})
    columns = {"prompt": "question", "answer": "solution", "tests": "checks"}
    examples, _report = read_examples(PoolSettings(path=path, columns=columns))
    assert (examples[0].answer, examples[0].tests, examples[0].grading) == ("2", ("assert True",), Grading.CODE)


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_a_missing_column_is_named_with_its_nearest(tmp_path: Path, kind: Any) -> None:
    path = _lines(tmp_path, {"Promt": "a"}) if kind == "jsonl" else str(tmp_path / "pool.parquet")
    if kind == "parquet":
        pq.write_table(pa.table({"Promt": ["a"]}), path)
    with pytest.raises(PoolError, match=r"no column 'prompt'.*nearest: 'Promt'.*Columns found: Promt"):
        read_examples(PoolSettings(path=path, kind=kind))


def test_a_mapped_field_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(PoolError, match=r"'anwser', which is no field \(nearest: 'answer'\)"):
        read_examples(PoolSettings(path=_lines(tmp_path, *ROWS), columns={"anwser": "answer"}))


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ('{"prompt": "cut', r"pool.jsonl:4: no JSON"),
        ("[1, 2]", r"pool.jsonl:4: an object \{...\} is expected, found list: \[1, 2\]"),
        ({"prompt": 7}, r"pool.jsonl:4: column 'prompt': text is expected, found int: 7"),
        ({"prompt": "  "}, r"pool.jsonl:4: column 'prompt': the prompt is missing or empty"),
        ({"answer": "4"}, r"pool.jsonl:4: column 'prompt': the prompt is missing or empty"),
        ({"prompt": "a", "answer": True}, r"column 'answer': text is expected, found bool: True"),
        ({"prompt": "a", "tests": [1]}, r"column 'tests': a list of texts is expected"),
        (
            {"prompt": "a", "grading": "code", "tests": ["assert True", "f()\nassert f(2) == "]},
            r"pool.jsonl:4: column 'tests': a test is no Python: line 2, column 16: invalid syntax",
        ),
        ({"prompt": "a", "grading": "feel"}, r"column 'grading': one of text, maths, code is expected, found 'feel'"),
    ],
)
def test_a_bad_row_is_named_and_refused_above_the_share(tmp_path: Path, row: Any, problem: str) -> None:
    path = _lines(tmp_path, *ROWS, row)
    with pytest.raises(PoolError, match=problem):
        read_examples(PoolSettings(path=path))
    examples, report = read_examples(PoolSettings(path=path, most_bad_share=0.25))
    assert (len(examples), report.bad, len(report.first_bad)) == (3, 1, 1)


def test_the_remedy_names_a_share_that_works(tmp_path: Path) -> None:
    path = _lines(tmp_path, *ROWS, "broken")
    with pytest.raises(PoolError) as refused:
        read_examples(PoolSettings(path=path))
    share = float(refused.value.remedy.split("most_bad_share: ")[1].split("`")[0])
    assert read_examples(PoolSettings(path=path, most_bad_share=share))[1].kept == 3


def test_only_the_first_ten_bad_rows_are_listed_but_all_are_counted(tmp_path: Path) -> None:
    path = _lines(tmp_path, *ROWS, *["broken"] * 25)
    _examples, report = read_examples(PoolSettings(path=path, most_bad_share=1))
    assert (report.bad, len(report.first_bad)) == (25, 10)


def test_bytes_that_are_no_text_are_a_bad_row(tmp_path: Path) -> None:
    path = tmp_path / "pool.jsonl"
    path.write_bytes(b'{"prompt": "a"}\n{"prompt": "\xff\xfe"}\n')
    assert read_examples(PoolSettings(path=str(path), most_bad_share=1))[1].bad == 1


def test_missing_and_empty_files_are_told_apart(tmp_path: Path) -> None:
    _lines(tmp_path, *ROWS)
    with pytest.raises(PoolError, match=r"no such file or folder. Did you mean .*pool.jsonl"):
        read_examples(PoolSettings(path=str(tmp_path / "pol.jsonl")))
    empty = _lines(tmp_path, name="empty.jsonl")
    with pytest.raises(PoolError, match="the file is empty"):
        read_examples(PoolSettings(path=empty))


def test_the_limit_counts_good_rows(tmp_path: Path) -> None:
    path = _lines(tmp_path, "broken", *ROWS)
    examples, _report = read_examples(PoolSettings(path=path, limit=2, most_bad_share=1))
    assert [example.answer for example in examples] == ["4", "8"]


def test_a_damaged_parquet_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pool.parquet"
    path.write_bytes(b"PAR1 this is none")
    with pytest.raises(PoolError, match="no whole file of Parquet"):
        read_examples(PoolSettings(path=str(path), kind="parquet"))


def _saved_to_disk(folder: Path, rows: list[dict[str, str]]) -> None:
    folder.mkdir(parents=True)
    table = pa.Table.from_pylist(rows)
    names = []
    for part in range(2):
        names.append(f"data-{part:05}-of-00002.arrow")
        piece = table.slice(part * 2, 2)
        with pa.ipc.new_stream(str(folder / names[-1]), piece.schema) as stream:
            stream.write_table(piece)
    (folder / "dataset_info.json").write_text("{}")
    (folder / "state.json").write_text(json.dumps({"_data_files": [{"filename": name} for name in names]}))


def test_a_folder_that_save_to_disk_wrote_is_read(tmp_path: Path) -> None:
    _saved_to_disk(tmp_path / "set" / "train", ROWS)
    (tmp_path / "set" / "dataset_dict.json").write_text('{"splits": ["train"]}')
    for path in (tmp_path / "set", tmp_path / "set" / "train"):
        examples, report = read_examples(PoolSettings(path=str(path), kind="folder"))
        assert [example.answer for example in examples] == ["4", "8", "7"]
        assert report.kept == 3
    with pytest.raises(PoolError, match=r"no split 'test'. Splits found: train"):
        read_examples(PoolSettings(path=str(tmp_path / "set"), kind="folder", split="test"))


def test_a_cut_arrow_file_is_named(tmp_path: Path) -> None:
    _saved_to_disk(tmp_path / "set", ROWS)
    file = tmp_path / "set" / "data-00001-of-00002.arrow"
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(PoolError, match=r"data-00001-of-00002.arrow: .*no whole file of an Arrow stream"):
        read_examples(PoolSettings(path=str(tmp_path / "set"), kind="folder"))


def test_a_folder_of_parquet_is_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for part, row in enumerate(ROWS):
        pq.write_table(pa.Table.from_pylist([row]), tmp_path / "data" / f"train-{part:05}-of-00003.parquet")
    examples, _report = read_examples(PoolSettings(path=str(tmp_path), kind="folder"))
    assert [example.answer for example in examples] == ["4", "8", "7"]


def test_a_folder_without_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PoolError, match="this is no data set"):
        read_examples(PoolSettings(path=str(tmp_path), kind="folder"))


def test_labels_that_are_names_become_classes(tmp_path: Path) -> None:
    path = tmp_path / "pool.npz"
    np.savez(path, signal=np.ones((3, 2, 5)), label=np.array(["walk", "box", "walk"]), group=np.array([1, 1, 2]))
    settings = PoolSettings(path=str(path), kind="arrays", columns={"x": "signal", "y": "label"})
    arrays, report = read_arrays(settings)
    assert arrays.classes == ("box", "walk")
    assert arrays.y.tolist() == [1, 0, 1]
    assert arrays.x.dtype == np.dtype(np.float32)
    assert (arrays.group.tolist(), report.kept) == (["1", "1", "2"], 3)


def test_whole_numbers_without_names_name_themselves(tmp_path: Path) -> None:
    path = tmp_path / "pool.npz"
    np.savez(path, x=np.ones((6, 2)), y=np.array([3, 1, -1, 10, 1, -7], np.int16))
    with pytest.raises(PoolError, match=r"row 6: column 'y': the class is -7"):
        read_arrays(PoolSettings(path=str(path), kind="arrays"))
    arrays, report = read_arrays(PoolSettings(path=str(path), kind="arrays", most_bad_share=0.5))
    assert arrays.classes == ("1", "3", "10")
    assert arrays.y.tolist() == [1, 0, -1, 2, 0]
    assert any("no `classes`" in note for note in report.notes)


def test_impossible_labels_are_bad_rows(tmp_path: Path) -> None:
    path = tmp_path / "pool.npz"
    np.savez(path, x=np.ones((4, 2)), y=np.array([0, 1, 5, 1]), classes=np.array(["a", "b"]))
    with pytest.raises(PoolError, match=r"pool.npz row 3: column 'y': the class is 5, but there are 2 classes"):
        read_arrays(PoolSettings(path=str(path), kind="arrays"))
    arrays, report = read_arrays(PoolSettings(path=str(path), kind="arrays", most_bad_share=0.5))
    assert (len(arrays), report.bad) == (3, 1)


def test_a_single_array_is_a_pool_without_labels(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones((3, 2, 5), np.float32))
    arrays, report = read_arrays(PoolSettings(path=str(tmp_path / "x.npy"), kind="arrays"))
    assert arrays.y.tolist() == [-1, -1, -1]
    assert any("no labels" in note for note in report.notes)


def test_a_folder_of_arrays_is_read(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones((3, 2, 5), np.float32))
    np.save(tmp_path / "y.npy", np.array([[0.5], [1.5], [np.nan]]))
    arrays, report = read_arrays(PoolSettings(path=str(tmp_path), kind="arrays", most_bad_share=0.5))
    assert arrays.y.tolist() == [[0.5], [1.5]]
    assert report.bad == 1


def test_arrays_that_do_not_fit_each_other_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "pool.npz"
    np.savez(path, x=np.ones((4, 2)), y=np.array([0, 1]))
    with pytest.raises(PoolError, match="column 'y' has 2 rows, but 'x' has 4"):
        read_arrays(PoolSettings(path=str(path), kind="arrays"))


def test_pickled_objects_are_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "pool.npz"
    np.savez(path, x=np.array([{"a": 1}], dtype=object))
    with pytest.raises(PoolError, match="arrays of Python objects are never opened"):
        read_arrays(PoolSettings(path=str(path), kind="arrays"))


def test_an_empty_archive_is_told(tmp_path: Path) -> None:
    (tmp_path / "pool.npz").touch()
    with pytest.raises(PoolError, match="the file is empty"):
        read_arrays(PoolSettings(path=str(tmp_path / "pool.npz"), kind="arrays"))
