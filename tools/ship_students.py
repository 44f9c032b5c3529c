#!/usr/bin/env python3
"""Takes finished students into the package, signed with the release key.

    python tools/ship_students.py --key ~/.config/sumika/release_key.pem MODEL_FOLDER...

Of each folder that `sumika distil run` has written go along the network in 8 bits, `about.json` and the card. The key
is made on first use and never lies in the repository; its public half is `src/sumika/models/release_key.txt`.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from sumika.distil.about import ABOUT, read_about
from sumika.distil.array_about import asked_of_students
from sumika.distil.sentence_asked import asked_of_readers
from sumika.distil.sign import load_or_make_key, public_key_of, sign_folder
from sumika.models import load_student
from sumika.schema import SumikaError, UsageError

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "sumika" / "models"
CARD = "README.md"


def ship(made: Path, key_file: Path, package: Path = PACKAGE) -> str:
    """Take one finished student into the package and return its name.

    Args:
        made: Its folder, as it was written.
        key_file: The private release key; made if it is not there.
        package: Folder of `sumika.models`.

    Raises:
        UsageError: if the folder is no finished student, or the key is another than that of what has shipped.
        SumikaError: if it could not be used afterwards; then nothing is changed.
    """
    if key_file.resolve().is_relative_to(ROOT):
        raise UsageError("the release key may not lie in the repository", where=str(key_file), remedy="Move it away.")
    key = load_or_make_key(key_file)
    public, told = public_key_of(key), package / "release_key.txt"
    if told.is_file() and told.read_text("ascii").strip() != public:
        raise UsageError(
            "this is another key than that of the students that ship",
            where=str(key_file),
            remedy=f"Take theirs; or delete {told} and ship every student anew.",
        )
    try:
        about = read_about(made)
    except (OSError, ValueError) as error:
        raise UsageError(f"no finished student: {error}", where=str(made), remedy="Run its recipe first.") from error
    with tempfile.TemporaryDirectory(prefix="sumika-ship-") as name:
        new = Path(name) / about.name
        new.mkdir()
        for file in (about.model.file, ABOUT, CARD):
            shutil.copyfile(made / file, new / file)
        sign_folder(new, key)
        load_student(new, public, name=about.name)
        place = package / "students" / about.name
        shutil.rmtree(place, ignore_errors=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(new, place)
    told.write_text(f"{public}\n", encoding="ascii")
    return about.name


def main(arguments: list[str] | None = None) -> int:
    """Ship what is named, and say of each what it lacks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--key", type=Path, required=True, help="the private release key, outside the repository")
    parser.add_argument("folders", type=Path, nargs="+", help="folders that `sumika distil run` has written")
    named = parser.parse_args(arguments)
    for folder in named.folders:
        try:
            name = ship(folder, named.key)
        except SumikaError as error:
            print(error, file=sys.stderr)
            return error.exit_code
        print(f"{name}: shipped")
        about = read_about(PACKAGE / "students" / name)
        asked = asked_of_students(about) if about.reading is None else asked_of_readers(about)
        for what, (value, enough) in asked.items():
            if not enough:
                print(f"  not enough: {value} {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
