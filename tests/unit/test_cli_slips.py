"""A slip on the command line is told with what was meant, and what is not there as not there."""

from pathlib import Path

import pytest

from sumika.cli import _distil_kinds
from sumika.desk.packs import load_packs, pack_of
from sumika.distil.sign import SignatureError, verify_folder
from sumika.models import StudentRefused, find_student
from sumika.runtime.restore import manifest_of
from sumika.schema import UsageError


def test_a_backup_a_recipe_and_a_model_that_are_not_there_are_told_as_that(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        manifest_of(tmp_path / "absent.sumika")
    with pytest.raises(UsageError, match="there is no such file"):
        _distil_kinds.load(str(tmp_path / "absent.yaml"))
    with pytest.raises(SignatureError, match="there is no such folder"):
        verify_folder(tmp_path / "absent")


def test_a_slip_in_a_name_is_told_with_the_one_that_is_meant() -> None:
    with pytest.raises(UsageError, match=r"no recipe 'reson-tiny'.*Did you mean 'reason-tiny'"):
        _distil_kinds.load("reson-tiny")
    with pytest.raises(StudentRefused, match=r"Did you mean 'posture-tiny'\? There are: "):
        find_student("posture-tin")
    with pytest.raises(UsageError, match=r"Did you mean 'care_day'\? There are: "):
        pack_of("care_dy", load_packs())
