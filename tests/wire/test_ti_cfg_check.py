"""A .cfg is refused, with its line, before any of it is sent: what it asks for must be possible and wanted."""

import pytest

from sumika.schema import ARRAYS, SumikaError
from sumika.sensors.radar.ti.cfg_check import checked_cfg, command_lines
from tests.wire.ti_fakes import CFG


def test_a_sound_cfg_says_what_will_be_sent() -> None:
    chirp = checked_cfg(CFG, "radar.cfg", "iwr6843isk", capture=True)
    assert chirp.shape == (16, 8, 64)
    assert (chirp.transmitter_numbers, chirp.receiver_numbers) == ((1, 3), (1, 2, 3, 4))


def test_comments_and_blanks_are_not_sent() -> None:
    assert command_lines("% note\n\n  sensorStop % now\nframeCfg  0   1\r\n") == [
        (3, "sensorStop"),
        (4, "frameCfg 0 1"),
    ]


def test_the_array_has_the_order_in_which_the_chirps_are_sent() -> None:
    swapped = CFG.replace("channelCfg 15 5", "channelCfg 11 7").replace(
        "0 0 0 1\nchirpCfg 1 1", "0 0 0 4\nchirpCfg 1 1"
    )
    swapped = swapped.replace("chirpCfg 1 1 0 0 0 0 0 4", "chirpCfg 1 1 0 0 0 0 0 2")
    board = ARRAYS["iwr6843aop"]
    array = checked_cfg(swapped, "radar.cfg", "iwr6843aop", capture=True).array("iwr6843aop")
    assert array.transmitters == (board.transmitters[2], board.transmitters[1])
    assert array.receivers == tuple(board.receivers[number] for number in (0, 1, 3))
    assert array.receiver_signs == tuple(board.receiver_signs[number] for number in (0, 1, 3))


@pytest.mark.parametrize(
    ("change", "to", "complaint"),
    [
        (
            "profileCfg 0 60",
            "profileCfg 0 77",
            "radar.cfg:8: the ramp goes from 77 to 80.6 GHz; a iwr6843isk sends from",
        ),
        ("0 0 60 1 64", "0 0 80 1 64", "radar.cfg:8: the ramp goes from 60 to 64.8 GHz"),
        ("5.8 60 0", "50 60 0", "radar.cfg:8: the last sample is taken after 66.00 us, but the ramp ends after 60 us"),
        (
            "channelCfg 15 5",
            "channelCfg 15 1",
            r"radar.cfg:5: chirps use transmitters \[3\], which channelCfg leaves off",
        ),
        ("channelCfg 15 5", "channelCfg 31 5", "radar.cfg:5: a iwr6843isk has 4 receivers"),
        ("16 0 50 1 0", "16 100 50 1 0", "radar.cfg:11: the radar would stop after 100 frames"),
        ("16 0 50 1 0", "16 0 50 2 0", "radar.cfg:11: frames would wait for a trigger"),
        ("16 0 50 1 0", "16 0 1 1 0", "radar.cfg: 16 chirps take longer than frame_interval_s"),
        ("lvdsStreamCfg -1 0 1 0", "lvdsStreamCfg -1 0 0 0", "radar.cfg:12: no samples would be sent"),
        ("lvdsStreamCfg -1 0 1 0\n", "", "no samples would be sent"),
        ("sensorStart", "sensorStop", "sensorStart stands there 0 times"),
        ("sensorStart", "sensorStart\nflushCfg", "radar.cfg:13: sensorStart stands there 1 times"),
        ("flushCfg", "flushCfg \N{DEGREE SIGN}", "radar.cfg:3: the line is too long for the radar, or holds"),
        ("flushCfg", "flushCfg " + "1" * 300, "radar.cfg:3: the line is too long"),
        ("60 0 0 60 1 64", "60 0 0 sixty 1 64", "radar.cfg:8: profileCfg holds something that is no number"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(change: str, to: str, complaint: str) -> None:
    assert change in CFG
    with pytest.raises(SumikaError, match=complaint):
        checked_cfg(CFG.replace(change, to, 1), "radar.cfg", "iwr6843isk", capture=True)


def test_a_transmitter_that_the_board_lacks_is_refused() -> None:
    text = CFG.replace("60 7 5.8", "77 7 5.8")
    with pytest.raises(SumikaError, match=r"radar.cfg:10: a xwr1642 has 2 transmitters"):
        checked_cfg(text, "radar.cfg", "xwr1642", capture=True)


def test_without_a_capture_card_nothing_need_be_sent_to_one() -> None:
    checked_cfg(CFG.replace("lvdsStreamCfg -1 0 1 0\n", ""), "radar.cfg", "iwr6843isk", capture=False)
