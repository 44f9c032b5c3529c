"""Tasks that are told to end do, though one swallows what it is told."""

import asyncio

from sumika.ending import end_tasks


async def _deaf(times: int, heard: list[int]) -> None:
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            heard.append(1)
            if len(heard) >= times:
                raise


async def _broken() -> None:
    raise ValueError("broken already")


def test_who_swallows_it_is_told_again() -> None:
    async def live() -> None:
        heard: list[int] = []
        deaf, broken = asyncio.create_task(_deaf(3, heard)), asyncio.create_task(_broken())
        await asyncio.wait({broken})
        await end_tasks((deaf, broken))
        assert len(heard) == 3
        assert deaf.cancelled()
        assert isinstance(broken.exception(), ValueError)
        await end_tasks(())

    asyncio.run(asyncio.wait_for(live(), 10.0))
