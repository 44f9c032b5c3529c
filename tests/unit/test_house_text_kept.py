"""A text that was read before is not read again, and nobody sees what another did to what was read."""

from sumika.config._tree import parse_tree

TEXT = "name: Home\nrooms: [{id: living}]\n"


def test_what_is_done_to_one_tree_is_not_seen_in_the_next() -> None:
    one = parse_tree(TEXT)
    assert isinstance(one.data, dict)
    one.data.clear()
    one.nodes.clear()
    one.bad.add(("rooms",))
    again = parse_tree(TEXT)
    assert again.data == {"name": "Home", "rooms": [{"id": "living"}]}
    assert ("rooms",) in again.nodes
    assert not again.bad
