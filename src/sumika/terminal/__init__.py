"""The live view of the house in a terminal, and as plain lines where there is none.

    view = HouseView(house, clock.now())
    view.take(message)                                     # every message of the bus
    console.print(view.render(clock.now(), 80, 24, "en"))  # at any time, in any size

`run_view` does that in a loop on a running house's bus.
"""

from sumika.terminal._loop import run_view
from sumika.terminal._memory import TOPICS_SHOWN
from sumika.terminal._pen import reader_gone
from sumika.terminal._view import HouseView, Picture

__all__ = ["TOPICS_SHOWN", "HouseView", "Picture", "reader_gone", "run_view"]
