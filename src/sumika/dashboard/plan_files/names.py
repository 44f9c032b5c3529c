"""Names of rooms as plans have them, in Japanese and English, and the ids that the house knows such rooms by."""

import re
import unicodedata
from collections.abc import Collection

_IDS: tuple[tuple[str, str], ...] = (
    ("living", r"living|lounge|リビング|居間|茶の間|(?<![a-z])l\.?d\.?k?(?![a-z])"),
    ("kitchen", r"kitchen|キッチン|台所|厨房"),
    ("dining", r"dining|ダイニング|食堂"),
    ("children", r"child|kid|nursery|子供|子ども|こども"),
    ("bedroom", r"bed ?room|sleeping|寝室"),
    ("washroom", r"wash|laundry|utility|洗面|脱衣|洗濯"),
    ("toilet", r"toilet|(?<![a-z])wc(?![a-z])|restroom|トイレ|便所|手洗"),
    ("bathroom", r"bath|shower|浴室|風呂|バスルーム|ユニットバス|(?<![a-z])ub(?![a-z])"),
    ("entrance", r"entrance|foyer|vestibule|genkan|玄関"),
    ("hall", r"\bhall\b|hallway|corridor|廊下|ホール|通路"),
    ("study", r"study|office|library|書斎|ワークスペース"),
    ("tatami", r"tatami|japanese room|和室"),
    ("closet", r"closet|wardrobe|(?<![a-z])wic(?![a-z])|クローゼット|クロゼット|押入|納戸|収納"),
    ("pantry", r"pantry|パントリー"),
    ("stairs", r"stair|階段"),
    ("balcony", r"balcony|veranda|terrace|バルコニー|ベランダ|テラス"),
    ("garage", r"garage|ガレージ|車庫"),
)
_KNOWN = tuple((identifier, re.compile(pattern, re.IGNORECASE)) for identifier, pattern in _IDS)
_SIZE = re.compile(r"[\d.,\s×xX*約()]*\s*(m2|m²|㎡|平米|畳|帖|坪|J|jo|sqm|sq\.?\s?m|mm|cm|m)?\s*", re.IGNORECASE)
LONGEST_ID = 28


def is_size(text: str) -> bool:
    """Return whether a label tells how large a room is, not what it is called."""
    return _SIZE.fullmatch(text) is not None


def room_id(name: str, taken: Collection[str]) -> str:
    """Return an id for a room: that of its kind where its name tells it, else its name in plain letters.

    Args:
        name: As the plan has it; may be empty.
        taken: Ids that other rooms have.
    """
    name = unicodedata.normalize("NFKC", name).lower()  # plans have their letters wide, too
    plain = re.sub(r"^[^a-z]+", "", re.sub(r"[^a-z0-9_]+", "_", name))[:LONGEST_ID].strip("_")
    wanted = next((identifier for identifier, known in _KNOWN if known.search(name)), plain or "room")
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}_{number}" in taken:
        number += 1
    return f"{wanted}_{number}"
