"""Which days: as they are said in either language, by what they are good for."""

import calendar

from sumika.training.house_language.amounts import Amounts
from sumika.training.house_language.words import words

_JA_DAYS = tuple("月火水木金土日")
_EN_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = tuple(calendar.month_name)[1:]
_BEFORE = ("over ", "at ", "on ", "in ")


class Periods(Amounts):
    """Draws which days."""

    def past(self) -> tuple[str, str]:
        """Return days that were; what stands before the copied piece, and the piece."""
        if self.maybe(0.75):
            return self._parted(self.one(words(self.language, "past")))
        if self.language == "ja":
            day, number = self.one(_JA_DAYS), self.number(2, 10)
            found: tuple[str, ...] = (
                f"{day}曜日",
                f"{day}曜",
                f"先週の{day}曜日",
                f"{self.number(1, 12)}月",
                f"{self.number(1, 31)}日",
                f"過去{number}日間",
                f"ここ{self.figure(number)}日",
                f"{day}曜の夜",
                f"この{self.figure(number)}日間",
                f"{self.number(1, 12)}月{self.number(1, 28)}日",
                f"{self.figure(number)}日前",
            )
            return "", self.one(found)
        day, month, many = self.one(_EN_DAYS), self.one(_MONTHS), self.figure(self.number(2, 10))
        found = (
            f"on {day}",
            f"last {day}",
            f"in {month}",
            f"in the last {many} days",
            f"over the past {many} days",
            f"on {day} night",
            f"on {month} {self.number(1, 28)}",
            f"{many} days ago",
            f"the past {many} weeks",
        )
        return self._parted(self.one(found))

    def _parted(self, said: str) -> tuple[str, str]:
        """Return what stands before the piece, and the piece: without a preposition, and "the last" as "last"."""
        piece = said
        if self.language == "en":
            for before in _BEFORE:
                piece = piece.removeprefix(before)
            if piece.startswith(("the last ", "the past ")):
                piece = piece.removeprefix("the ")
        return said[: len(said) - len(piece)], piece

    def night(self) -> tuple[str, str]:
        """Return nights that were."""
        return self._of("nights")

    def morning(self) -> tuple[str, str]:
        """Return mornings that were."""
        return self._of("mornings")

    def future(self) -> tuple[str, str]:
        """Return days to come."""
        return self._of("future")

    def _of(self, name: str) -> tuple[str, str]:
        if self.maybe(0.15):
            if self.language == "ja":
                return "", f"{self.one(_JA_DAYS)}曜" + self.one(("日", "日の夜", "の夜", "日"))
            return "on ", self.one(_EN_DAYS)
        return self._parted(self.one(words(self.language, name)))
