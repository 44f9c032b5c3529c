"""What a look at the house says, in English: the empty room that is learned, and the walk that finds a radar."""

SURVEY: dict[str, str] = {
    "survey.mover": "mover {n} in {room}",
    "survey.busy": "another look at the house is under way",
    "survey.busy.remedy": "Wait until it is over, or stop it.",
    "survey.broken": "the look ended before it was done",
    "survey.broken.remedy": "Try again; `sumika doctor` says whether all nodes are well.",
    "survey.no_radar": "this house has no radar '{name}'",
    "survey.no_room": "this house has no room '{name}'",
    "survey.none": "nothing can be looked at here",
    "survey.short_way": "a way needs three marks at least",
    "survey.empty.unknown": "nobody knows whether somebody is there: radars that tell directions are silent",
    "survey.empty.unknown.remedy": "Look at Health whether the radars speak, and whether sensing is paused.",
    "survey.empty.not_left": "somebody is still there: {rooms}",
    "survey.empty.not_left.remedy": "Leave, and let it begin anew. If it is the fan itself that is taken for somebody, "
    "say that nobody is there.",
    "survey.empty.walks": "somebody walks about: {rooms}",
    "survey.empty.walks.remedy": "Leave, pets and robot vacuums too, and let it begin anew.",
    "survey.empty.back": "somebody came back: {rooms}. Nothing was learned",
    "survey.empty.back.remedy": "Begin anew when nobody is there. If nobody came, and the fan itself is taken for "
    "somebody, say that nobody is there.",
    "survey.empty.few_frames": "only {frames} frames with points; {least} are needed",
    "survey.empty.few_frames.remedy": "Let it look longer. Only radars that tell directions help.",
    "survey.walk.unseen": "the radar saw nobody walk",
    "survey.walk.unseen.remedy": "Look under Raw signals whether it speaks, and walk where it can see.",
    "survey.walk.too_few_common_seconds": "the radar saw only {seconds} s of the walk; 10 s are needed",
    "survey.walk.too_few_common_seconds.remedy": "Walk more slowly, twice round, where the radar can see; also near "
    "x = {x} m, y = {y} m.",
    "survey.walk.path_too_short": "the radar saw too short a way",
    "survey.walk.path_too_short.remedy": "Walk also near x = {x} m, y = {y} m in {room}.",
    "survey.walk.path_on_a_line": "all that the radar saw lies on one line: that tells no direction",
    "survey.walk.path_on_a_line.remedy": "Walk across it too, also near x = {x} m, y = {y} m in {room}.",
    "survey.walk.paths_do_not_fit": "what the radar saw does not fit the way ({left} cm off)",
    "survey.walk.paths_do_not_fit.remedy": "Walk from mark to mark in order, alone in {room}; move marks that you "
    "cannot reach, and check the floor plan's size.",
    "survey.walk.not_precise_enough": "the walk does not tell the place well enough",
    "survey.walk.not_precise_enough.remedy": "Walk twice round, also near x = {x} m, y = {y} m in {room}.",
    "survey.walk.far_off": "this is far from what is described. If the radar does hang there, take it over; else walk "
    "again from the first mark.",
    "survey.walk.odd_height": "as height and tilt are described, the middle of the one who walked would be {height} m "
    "above the floor: one of them is wrong.",
    "survey.walk.radars_differ": "another radar that saw the walk says another place: the floor plan or the other "
    "radar's own place may be wrong.",
}
