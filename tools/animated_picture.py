#!/usr/bin/env python3
"""Make the animated picture of the page: docs/images/page/tour.LANGUAGE.webp, 90 seconds in the played demo house.

Run as `python -m tools.animated_picture [LANGUAGE ...]`; needs chromium and the development tools. A pointer and a line
of text are laid over the page; all else is the page itself, at its own pace. Each is below 3 MB.
"""

import io
import itertools
import json
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from PIL import Image
from playwright.sync_api import Browser, Locator, Page
from tests.browser.browsers import Visit, started
from tests.browser.played_house import PASSWORD, PlayedHouse

from sumika.schema import AlarmAnswer, AlarmState
from tools.screenshots import FOLDER

SEEN, KEPT = (1200, 750), (960, 600)
FRAME_S, LAST_S = 0.25, 2.5
SPEAKS_S = 2.0
"""After so long every part of the played house has said something."""

QUALITY, METHOD = 62, 4
LARGEST_BYTES = 3_000_000

SAYS = {
    "en": {
        "today": "Today in one card: what was saved, the air, who is at home",
        "house": "The house, live: people, their posture and breath, without a camera",
        "why": "Why? Every decision says its reason, and what it is worth",
        "room": "A room as its radar sees it: points, breath and heart, with their uncertainty",
        "plan": "The next two days: warmth with what is not known of it",
        "below": "Price, weather, who is expected, and what each device will do",
        "wish": "A bit warmer tonight? What it costs is there while you drag",
        "alarms": "A suspected fall: tried once, before it counts",
        "taken": "Somebody takes care: everybody is told, nobody else is called",
        "setup": "Set up by hand: rooms are drawn, radars are dragged to their wall",
        "undone": "Every change is checked, shown first, and can be taken back",
    },
    "ja": {
        "today": "今日のようすを 1 枚で。節約できた額、空気、家にいる人",
        "house": "いまの家。カメラなしで、人の位置・姿勢・呼吸までわかります",
        "why": "丸い「？」を押せば、なぜそうするのか、どれだけ得かを答えます",
        "room": "レーダーが見た部屋。点群、呼吸、心拍を誤差の幅つきで",
        "plan": "2 日先までの室温。わからない幅も隠さず描きます",
        "below": "電気料金、天気、在宅の見込み、機器ごとの予定",
        "wish": "今夜はもう少し暖かく。ドラッグすると、かかる費用がすぐ出ます",
        "alarms": "転倒の疑い。いざというときの前に、一度試せます",
        "taken": "誰かが対応すると全員に伝わり、次の連絡先は呼ばれません",
        "setup": "初期設定。間取りを描き、レーダーを壁までドラッグ",
        "undone": "変更は確かめてから反映。いつでも元に戻せます",
    },
}

LAID_OVER = """
addEventListener("DOMContentLoaded", () => {
  const laid = (styles) => {
    const one = document.createElement("div");
    one.setAttribute("aria-hidden", "true");
    Object.assign(one.style, { position: "fixed", zIndex: 9999, pointerEvents: "none" }, styles);
    document.body.append(one);
    return one;
  };
  const pointer = laid({ width: "22px", height: "22px", left: "-40px", transform: "translate(-50%, -50%)",
    borderRadius: "50%", border: "2px solid #fff", boxShadow: "0 1px 5px rgba(0, 0, 0, 0.5)",
    background: "rgba(20, 60, 90, 0.55)" });
  const line = laid({ left: "50%", bottom: "18px", transform: "translateX(-50%)", padding: "10px 20px",
    borderRadius: "22px", whiteSpace: "nowrap", font: "600 19px system-ui, sans-serif", color: "#fff",
    background: "rgba(18, 32, 44, 0.9)" });
  const move = ({ clientX: x, clientY: y }) => Object.assign(pointer.style, { left: `${x}px`, top: `${y}px` });
  addEventListener("pointermove", move, true);
  addEventListener("pointerdown", () => (pointer.style.background = "rgba(200, 90, 20, 0.8)"), true);
  addEventListener("pointerup", () => (pointer.style.background = "rgba(20, 60, 90, 0.55)"), true);
  globalThis.sayBelow = (text) => (line.textContent = text);
});
"""
"""Browsers draw no pointer into their pictures."""


@dataclass
class Recording:
    """Pictures of a page, each with when it was taken.

    Attributes:
        page: That is seen.
        language: In which it speaks.
        frames: (seconds, picture).
    """

    page: Page
    language: str
    frames: list[tuple[float, bytes]] = field(default_factory=list)
    at: tuple[float, float] = (SEEN[0] * 0.6, SEEN[1] * 0.5)

    def take(self) -> None:
        """Take one."""
        self.frames.append((time.monotonic(), self.page.screenshot(caret="initial")))

    def hold(self, seconds: float, says: str = "") -> None:
        """Look on for a while."""
        if says:
            self.say(says)
        ends_s = time.monotonic() + seconds
        while (began_s := time.monotonic()) < ends_s:
            self.take()
            self.page.wait_for_timeout(max(1.0, 1e3 * (FRAME_S - (time.monotonic() - began_s))))

    def say(self, what: str) -> None:
        """Say something below."""
        self.page.evaluate("text => sayBelow(text)", SAYS[self.language][what])

    def scroll(self, down: float, steps: int = 4) -> None:
        """Turn the wheel by so many pixels."""
        for _ in range(steps):
            self.page.mouse.wheel(0.0, down / steps)
            self.take()

    def glide(self, x: float, y: float, steps: int = 4) -> None:
        """Move the pointer, and be seen to."""
        from_x, from_y = self.at
        for step in range(1, steps + 1):
            share = step / steps
            self.page.mouse.move(from_x + share * (x - from_x), from_y + share * (y - from_y))
            self.take()
        self.at = (x, y)

    def click(self, what: Locator) -> None:
        """Go to something and click it."""
        self.glide(*middle_of(what))
        self.page.mouse.down()
        self.take()
        self.page.mouse.up()

    def drag(self, what: Locator, right: float, down: float) -> None:
        """Drag something by so many pixels."""
        x, y = middle_of(what)
        self.glide(x, y)
        self.page.mouse.down()
        self.glide(x + right, y + down, steps=8)
        self.page.mouse.up()

    def go(self, view: str) -> None:
        """Go to a view by the menu."""
        self.click(self.page.locator(f"nav.side a[href='#/{view}']"))
        self.page.wait_for_selector(f"nav.side a[href='#/{view}'][aria-current=page]")


def middle_of(what: Locator) -> tuple[float, float]:
    """Return where to click on something, once it is there."""
    what.scroll_into_view_if_needed()
    box = what.bounding_box()
    if box is None:
        raise SystemExit(f"tools/animated_picture.py: {what} is not there")
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def look_round(tour: Recording) -> None:
    """Show what the house does and why, and a room as its radar sees it."""
    page = tour.page
    page.wait_for_selector("[data-part=today] [data-saved]")
    # The first picture is all that some readers see: it waits until the house has spoken.
    page.wait_for_selector("[data-part=today] [data-people]:not([data-people=unknown])")
    page.wait_for_timeout(1e3 * SPEAKS_S)
    tour.hold(7.0, "today")
    tour.go("house")
    page.wait_for_selector(".person .ring")
    tour.hold(7.0, "house")
    tour.click(page.locator("main .stack > section:nth-child(2) .why button").first)
    tour.hold(7.0, "why")
    tour.click(page.locator("a[href='#/room/bedroom']").first)
    page.wait_for_selector(".space[data-kind=space]")
    tour.hold(4.0, "room")
    tour.drag(page.locator(".space"), 150.0, -10.0)
    tour.hold(7.0)


def wish(tour: Recording) -> None:
    """Show the plan, and drag a wish."""
    page = tour.page
    tour.go("plan")
    page.wait_for_selector("[data-fan=living]")
    tour.hold(3.0, "plan")
    tour.scroll(560.0)
    tour.hold(4.0, "below")
    tour.scroll(-560.0)
    tour.say("wish")
    tour.drag(page.locator(".grip"), 0.0, -22.0)
    page.wait_for_selector("[data-what-if]")
    tour.hold(5.0)
    tour.click(page.locator("[data-fan] .button.main"))
    page.wait_for_selector("[data-fan] .done")
    tour.hold(3.0)


def try_alarm(tour: Recording) -> None:
    """Try an alarm, and take care of it."""
    page = tour.page
    tour.go("alarms")
    tour.hold(3.0, "alarms")
    tour.click(page.locator("[data-open] .button.tiny").last)
    acknowledges = page.locator("[data-alarm] .button.main").first
    acknowledges.wait_for()
    tour.hold(5.0)
    tour.click(acknowledges)
    page.wait_for_selector("[data-stage=acknowledged]")
    tour.hold(5.0, "taken")


def set_up(tour: Recording) -> None:
    """Drag a radar, and take it back."""
    page = tour.page
    tour.go("setup")
    page.wait_for_selector(".editor")
    tour.hold(4.0, "setup")
    tour.click(page.locator("main .choices button").nth(1))
    radar = page.locator("[data-radar=living_radar]")
    radar.wait_for()
    tour.hold(2.0)
    tour.drag(radar, -70.0, 6.0)
    page.wait_for_selector("[data-edits]")
    tour.hold(7.0, "undone")


def record(browser: Browser, house: PlayedHouse, language: str) -> list[tuple[float, bytes]]:
    """Return the pictures of the whole tour, and when each was taken."""
    visit = Visit(browser, house, language=language, motion="no-preference")
    visit.page.set_viewport_size({"width": SEEN[0], "height": SEEN[1]})
    visit.page.add_init_script(LAID_OVER)
    tour = Recording(visit.enter("today", user="Aoi"), language)
    for part in (look_round, wish, try_alarm, set_up):
        part(tour)
    visit.close()
    return tour.frames


def written(frames: list[tuple[float, bytes]], path: Path) -> float:
    """Write the animated picture; return how many seconds it lasts."""
    begins_s, pngs = zip(*(next(same) for _, same in itertools.groupby(frames, lambda frame: frame[1])), strict=True)
    lasts_ms = [round(1e3 * (after_s - at_s)) for at_s, after_s in itertools.pairwise(begins_s)]
    lasts_ms.append(round(1e3 * LAST_S))
    pictures = (Image.open(io.BytesIO(png)).convert("RGB").resize(KEPT, Image.Resampling.LANCZOS) for png in pngs)
    first = next(pictures)
    how = {"save_all": True, "append_images": pictures, "loop": 0, "quality": QUALITY, "method": METHOD}
    first.save(path, "WEBP", duration=lasts_ms, **how)
    return 1e-3 * float(sum(lasts_ms))


def alarm_that_is_tried(house: PlayedHouse) -> None:
    """Let the played house raise an alarm where one is asked for as a test."""

    def answer(question: msgspec.Struct) -> AlarmAnswer:
        house.fall()
        alarm = house.alarm
        assert isinstance(alarm, AlarmState)
        house.alarm = msgspec.structs.replace(alarm, test=True)
        house.say(house.alarm)
        return AlarmAnswer(accepted=True, alarm=house.alarm)

    house.answers["alarm_test"] = answer


def main() -> None:
    """Make them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for language in sys.argv[1:] or list(SAYS):
        with tempfile.TemporaryDirectory() as folder, started() as browser:
            place = Path(folder) / "sumika"  # its last part is on the page
            place.mkdir()
            house = PlayedHouse(place)
            house.parts.accounts.set_up(house.parts.accounts.setup_token, "Aoi", PASSWORD)
            alarm_that_is_tried(house)
            house.begin()
            frames = record(browser, house, language)
            house.end()
        path = FOLDER / f"tour.{language}.webp"
        seconds = written(frames, path)
        size = path.stat().st_size
        print(path.name, json.dumps({"frames": len(frames), "seconds": round(seconds, 1), "bytes": size}))
        if size > LARGEST_BYTES:
            sys.exit(f"tools/animated_picture.py: {path.name} has {size} bytes, more than {LARGEST_BYTES}")


if __name__ == "__main__":
    main()
