"""English as people say it, said again as the book of sentences has it: without courtesy, sighs, opinions, open ends.

Names and numbers stay letter for letter: what is copied out of a sentence that was said again stood in what was said.
"""

import re


def pattern_of(text: str) -> re.Pattern[str]:
    """Return a pattern in which either apostrophe stands for an apostrophe, and capitals for small letters.

    Args:
        text: The pattern, with straight apostrophes.
    """
    return re.compile(text.replace("'", "['\u2019]"), re.IGNORECASE)


_OPEN_END = pattern_of(
    r",?\s*\b(?:un)?til+ (?:(?:i|we) (?:say|tell|ask|call|shout|give)(?: (?:you|it|to|that'?s|the word|so|stop"
    r"|otherwise|enough|when|off|different(?:ly)?|not to))*|further notice|told otherwise|i change my mind)\b",
)
"""Who says until when in no measure of time wants it now, and ends it with a word of their own."""

_KEPT = pattern_of(r"\b(?:keep|leave)\b(?=.*\b(?:on|off|open|closed|shut)\b)")
_POLITE_IF = pattern_of(
    r"^(?:please |oh |well |so |hey )*if (?:you|we) (?:could|would|can|might|may)(?: please| just| kindly| possibly)? ",
)
_LOVELY = pattern_of(
    r",? (?:that|it|this)(?:'d| would| will|'ll) (?:really |just |also )?(?:be|help|make|do)\b[^,]*$"
    r"|,? (?:i|we)(?:'d| would) (?:really |much )?(?:be|appreciate|like)\b[^,]*$"
    r"|,? (?:much|greatly) appreciated[.! ]*$",
)
_SIGH = pattern_of(
    r"^(?:(?:oh|ah|ooh|oops|blast|bother|drat|damn|gosh|blimey|crikey|goodness|well|right|ok|okay|so|now|look|listen|hey"
    r"|god|hmm|um|uh|er)(?: (?:no|dear|bother|god|me|well|right|then|gracious)){0,2}[,!]+ )+",
)
_URGED = pattern_of(
    r"(?P<before>^|, )do (?=[a-z]+ )(?!(?:you|we|they|i|the|not|me|one|any|anyone|it|that|this|my|our|people|all"
    r"|some|a|an|lights?|blinds?)\b)(?!.*\?)",
)
"""Who says "do switch it off" only begs for it."""

_SEEN_TO = pattern_of(
    r"^(?P<before>.*?)\b(?:make sure|see to it|ensure|be sure|see)(?: that)? "
    r"(?P<thing>(?:the|my|our|all|every|both) .+?) (?:is|are|gets?|be|stays?) (?:turned |switched |all )?"
    r"(?P<how>on|off|open|closed|shut)\b(?P<after>.*)$",
)
"""Who wants it seen to that the blinds are shut wants them shut."""

_TROUBLE = pattern_of(
    r"^(?:(?:if (?:it'?s not|it isn'?t|that'?s not|it is not) (?:too much|any) (?:trouble|bother)"
    r"|(?:i'?m )?(?:so )?sorry to (?:be a (?:nuisance|pain|bother)|ask|(?:bother|trouble|disturb)(?: you)?)"
    r"|(?:i )?hate to (?:ask|bother(?: you)?|be a (?:nuisance|pain|bother))"
    r"|when you (?:have|get|'ve got) a (?:moment|minute|second)),? (?:but )?)",
)
_OPINION = pattern_of(
    r"^(?:well |so |oh )*(?:i (?:think|reckon|believe|suppose|guess|feel)|i'm afraid)(?: that)?,? "
    r"(?=(?:i|we|you)(?:'d| would| should| could| can't| cannot| can hardly| can barely)\b|it'?s |it is )",
)
_TRAILING = pattern_of(
    r",? (?:if (?:that'?s|it'?s|it is|that is) (?:ok|okay|alright|all right|not too much (?:trouble|bother)"
    r"|no (?:trouble|bother)|possible|fine)(?: with (?:you|everyone|everybody))?"
    r"|when you'?ve got a (?:sec|second|minute|moment|mo)|for the night|for tonight)[.!? ]*$",
)


_VERY = r"(?:ever so |so |very |most |really |terribly |awfully |extremely |eternally |much )*"
_KINDLY = r"(?: please| kindly| just| possibly)*"
_YOU = rf"(?:you|someone|somebody|anyone|we)(?:'d| would| could| can| might| may| will)?{_KINDLY}"
_YOU_COULD = rf"(?:you|someone|somebody|anyone|we)(?:'d| would| could| can| might){_KINDLY}"
_GLAD = "(?:grateful|obliged|glad|pleased|happy|delighted|thankful)"
_BEGS = (
    rf"(?:i|we)(?:'d| would) (?:really |much )?be {_VERY}{_GLAD} if {_YOU}",
    rf"(?:i|we)(?:'d| would) (?:really |much )?(?:appreciate|love|like) it if {_YOU}",
    rf"(?:could|can|may|might) (?:i|we){_KINDLY} (?:ask|trouble|bother|persuade|get|request) you{_KINDLY} to",
    rf"(?:do you|d'you|don't you) (?:think|suppose|reckon)(?: that)? {_YOU_COULD}",
    rf"(?:is there |would there be )?any chance(?: that)? {_YOU_COULD}",
    r"(?:would|might|could) it be possible(?: for (?:you|someone|somebody))? to",
    rf"i (?:was|am)(?: just)? (?:wondering|hoping)(?: if| whether| that)? {_YOU_COULD}",
    rf"i'm (?:wondering|hoping)(?: if| whether)? {_YOU_COULD}",
    rf"(?:could|would|can|will) you{_KINDLY} (?:be sure|make sure|remember|try|be (?:good|kind) enough)(?: and| to)",
)
"""What begs for an order before it, and is none itself."""

_WHENEVER = (
    r"when(?:ever)? (?:it suits(?: you)?|you (?:get (?:a chance|round to it|a minute|a moment|a second)|can|like"
    r"|have (?:a chance|a minute|a moment|a second|time))|you're (?:free|ready|passing|done)|possible|convenient)"
    r",?(?: please| could you| can you)*"
)
_PREAMBLE = pattern_of(
    r"^(?:(?:please|well|so|and|hey|hello|hi|sumika|house|excuse me),? )*"
    rf"(?:{'|'.join((*_BEGS, _WHENEVER))}),? (?=[a-z]+ )",
)
_DRAWLED = re.compile(r"([a-z])\1{2,}", re.IGNORECASE)


def plainly(sentence: str) -> str:
    """Return an English sentence without what is only courtesy, opinion, or an end in nobody's measure of time.

    Args:
        sentence: As it was said.
    """
    drawn = _PREAMBLE.sub("", _SIGH.sub("", _DRAWLED.sub(r"\1", sentence)))
    text = _URGED.sub(r"\g<before>", _OPINION.sub("", _TROUBLE.sub("", drawn)))
    if _POLITE_IF.search(text) and (end := _LOVELY.search(text)) is not None:
        text = _POLITE_IF.sub("", text[: end.start()])
    text = _SEEN_TO.sub(r"\g<before>put \g<thing> \g<how>\g<after>", _TRAILING.sub("", text))
    without_end = _OPEN_END.sub("", text)
    return text if without_end == text else _KEPT.sub("put", without_end, count=1)
