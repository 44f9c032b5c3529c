"""What of a question the records can tell at all: questions about other matters are so like those that they can.

"How many steps did she walk" is two words from "how long did she sleep". So whoever reads a question has to find in it
a word of what it reads out of it; and of some matters it is known that no record of a house tells them.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.lexicon import is_japanese
from sumika.assistant.patterns import Patterns
from sumika.assistant.sentences_endings_ja import QUESTION_WORDS

_ASKS = Patterns(
    en=re.compile(
        r"^(?:(?:so|and|ok|okay|hey|hi|hello|please|well|um|now|but|sumika|house|sorry|excuse me"
        r"|(?:can|could|would) you|do you know|any idea|i(?:'d| would) like to know|i wonder|just)[, ]+)*"
        r"(?:is|are|am|was|were|did|does|do|has|have|had|who|whose|what|whats|what's|which|when|where|why|how|any"
        r"|tell me|show me|give me|let me know|i (?:want|need) to know|total|electricity|number of"
        r"|sum up|add up|work out|calculate|average|savings|cost of)\b"
    ),
    ja=re.compile(
        r"(?:[かねのは]|かな|かね|っけ|かいな?|かいのう?|かのう|かしら|だろう|でしょう"
        r"|じゃろう?|やろか?|だべ[かが]?|っぺ[かが]?|べ[かが])[。.!！ ]*$"
        r"|教え|まとめて|集計して|計算して|知りたい|聞かせ|いくら(?!い(?:[にがのだでよかしな、。]|$))|なんぼ|何[時回度件人日歩曜キ円を分%\uff05月か]|(?<![あこそど])いつ(?!も)|誰(?!も)|だれ|どなた|どれ|どの"
        r"|どう|どこ|なぜ|なんで"
        rf"|{QUESTION_WORDS}"
    ),
)


def is_question(text: str) -> bool:
    """Tell whether something is asked.

    Args:
        text: As it was said.
    """
    plain = text.casefold().replace("\u2019", "'").strip()
    if plain.rstrip(" !！\"'」").endswith(("?", "？")):
        return True
    return _ASKS.search(plain) is not None


_NOT_KEPT = Patterns(
    en=re.compile(
        r"\b(?:"
        r"steps|calories|pedometer|how far|kilomet(?:re|er)s?|miles|mileage|drive|drove|driven|driving"
        r"|what\b.*\b(?:eat|eating|ate|eaten|drink|drank|drunk|for (?:breakfast|lunch|dinner|supper|tea))"
        r"|what\b.*\b(?:have|had) for (?:her |his |their |our )?(?:breakfast|lunch|dinner|supper|tea)|recipe|appetite"
        r"|hungry for|(?:been|be|is|are) eating"
        r"|eat(?:s|ing|en)? (?:properly|well|enough|healthily|anything|something)|diet|snacks?"
        r"|(?:how much|how many|enough)\b.*\b(?:eat|ate|eaten|drink|drank|drunk|alcohol|coffee|wine|beer|cigarettes?)"
        r"|pills?|tablets?|medicines?|medications?|meds|insulin|dose|doses|vitamins?|doctor|dentist|appointments?"
        r"|blood|oxygen|saturation|sugar|glucose|cholesterol|fever|body temperature|(?:have|has|had|run|running"
        r"|ran) a temperature"
        r"|weigh|weighs|weight|height|how tall|how old|birthday|mood|happy|happier|unhappy|sad|lonely|bored|angry"
        r"|cheerful"
        r"|depressed|stress|stressed|anxious|pain|pains|hurt|hurts|ache|headache|sick|ill|flu|covid"
        r"|dream(?! sleep)|dreams|dreamt|dreamed|snore|snores|snored|snoring|cough|coughs|coughed|coughing|sneez\w+"
        r"|watch|watched|watching|programmes?|programs?|channels?|episodes?|films?|movies?|match|football|tennis|score"
        r"|scores"
        r"|doorbell|(?:did|has|have) \w+ (?:buy|bought|order|ordered)|phone|telephone|text messages?|e-?mails?|mail"
        r"|post|postman|letters?|parcels?|packages?|deliver\w*|newspaper"
        r"|internet|wi-?fi|broadband|router|websites?|gas|oil|kerosene|petrol|diesel|fuel|firewood|rent|mortgage"
        r"|insurance"
        r"|taxe?s?|salary|(?:bank|savings) accounts?|account balance|balance|shopping|groceries|lottery|stocks?"
        r"|exchange rate"
        r"|(?<!hot )water (?:bill|usage|use|consumption|meter|costs?|charges?|rates?)|(?:how much|of) (?:cold |tap "
        r"|drinking )?water(?! heater)"
        r"|litres?|liters?|sewage|rubbish|garbage|bins?|recycling"
        r"|neighbou?rs?'?s?|next door|people upstairs|people downstairs|homework|school|exams?|grades?|lessons?"
        r"|what (?:does|do|did) [\w ]*\b(?:think|believe|want|say)"
        r"|(?:think|thinks|thought|feel|feels|felt) (?:of|about)"
        r"|talk|talks|talked|talking|speak|spoke|said|saying|laugh|laughed|cry|cried|argu\w+"
        r"|names? of|(?:his|her|their|whose|visitors?'?s?|guests?'?s?) names?|who (?:was|were|is) (?:the|our"
        r"|that) (?:visitor|guest|caller|person)\w*"
        r"|favou?rite|opinion|joke|capital of|president|election|snow|snowed|pollen|uv|earthquakes?|thunder\w*"
        r"|lightning"
        r"|cats?|dogs?|pets?|hamsters?|plants?|flowers?|lawn|locked|unlocked|lock|keys?|wallet|glasses"
        r"|books?|exercis\w+|walked|jog\w*|gym|haircut|teeth|dressed|wearing|prayed|prayers?"
        r")\b"
    ),
    ja=re.compile(
        r"歩数|何歩|万歩|カロリー|何キロ(?:走|歩|メートル|痩|太|グラム)|走.{0,4}キロ|どこまで行|走行|何を?(?:食|飲"
        r"|召し)|食べ(?!洗)|食欲|飲ん[だで]|おかず|献立|レシピ|おやつ"
        r"|薬|くすり|服用|服薬|サプリ|インスリン|通院|病院|歯医者|予約|血圧|血糖|コレステ|酸素|体温|発熱|微熱"
        r"|熱[がは](?:あ|出|な|高)|体重|身長|何歳|誕生日"
        r"|痩せ|やせた|太った|機嫌|気分|寂し|さみし|悲し|嬉し|うれし|怒|ストレス|痛|頭痛|風邪|夢|いびき|咳|せき(?:は"
        r"|が|を)|くしゃみ"
        r"|見て(?:た|い|る)|見てました|見ました|番組|チャンネル|映画|ドラマ|試合|サッカー|野球|相撲|勝った|勝ちました"
        r"|負けた|得点"
        r"|インターホン|呼び鈴|チャイム|ピンポン|何を買|口座|リットル|食費|食材|外食|何の話|話を|電話|メール|手紙|郵便|荷物"
        r"|宅配|宅急便|配達|新聞|(?<!炭酸)ガス(?!センサー)"
        r"|水道|灯油|ガソリン|燃料|家賃|保険|税金|ローン|給料|貯金|買い物|株|為替|宝くじ"
        r"|通信費|インターネット|ネット代|ルーター|wi-?fi|ゴミ|ごみ|お?隣|近所|よその|宿題|学校|テスト|成績|勉強"
        r"|どう(?:思|考|感じ)|思って(?:い)?る|考えて(?:い)?る|気に入|好き|好み|話し(?:て|た|ま)|しゃべ"
        r"|言って(?:い)?[たる]|笑|泣|喧嘩|名前|お名前"
        r"|(?:客|訪問者|来た(?:の|人)|来客)(?:さん|様)?(?:は|って)(?:誰|だれ|どなた)|雪|花粉|地震|雷|紫外線|大統領"
        r"|総理|首都"
        r"|猫|犬|ペット|植木|植物|花(?!子)|庭|鍵|かぎ|カギ|施錠|戸締|財布|眼鏡|めがね|読書|本を|運動|体操|散歩|歯磨|着替|服を"
        r"|お?祈り"
    ),
)
_FUTURE = Patterns(
    en=re.compile(
        r"\bnext (?:year|month|week|winter|summer|spring|autumn)\b|\bin (?:two|three|five|ten|\d+) years\b"
        r"|\b(?:by|until|in) 20(?:2[7-9]|[3-9]\d)\b"
    ),
    ja=re.compile("来年|再来年|来月|来週|来冬|来夏|今度の(?:冬|夏)|年後|か月後|ヶ月後"),
)
_AHEAD = frozenset({"energy", "happened", "sleep", "vitals", "presence", "climate"})
"""Of what no record can tell what is to come; weather and plans can be foretold."""

_NEVER_DECLINED = frozenset({"help", "clock", "what_if", "plan"})


_FORETOLD = re.compile(
    r"\b(?:will|going to|tomorrow|tonight|forecast|next)\b"
    r"|明日|あした|あす|明後日|あさって|今夜|今晩|今日(?!.*[ただ](?:[?\uff1f。]|$))|これから|[にく]な(?:るか|り(?:そう|ますか|ますで))|(?:上が|晴れ|や|降|崩れ)[りみ]?そう|予報|来週|[降ふ](?:る|り(?:そう|ます))|[や止]む"
)


def is_foretold(call: Call, said: str) -> bool:
    """Tell whether a call asks for the weather that is to come: a forecast tells of snow what it can.

    Args:
        call: What was read out of a question.
        said: The question, in small letters.
    """
    return call.tool == "outside" and bool(_FORETOLD.search(said))


def is_unrecorded(said: str) -> bool:
    """Tell whether a question is about something that no record of a house tells: food, pills, gas, moods, names.

    Args:
        said: The question, in small letters, without the names of the house's things and people.
    """
    return _NOT_KEPT.search(said) is not None


def is_to_come(call: Call, said: str) -> bool:
    """Tell whether a question asks the records for what is yet to come.

    Args:
        call: What was read out of it.
        said: The question, in small letters.
    """
    return call.tool in _AHEAD and _FUTURE.search(said) is not None


def may_be_declined(call: Call) -> bool:
    """Tell whether a call asks the records for something: orders and talk about the house itself do not."""
    return not TOOLS[call.tool].acts and call.tool not in _NEVER_DECLINED


_OTHER_THINGS = re.compile(
    r"\b(?:fridge|refrigerator|freezer|oven|stove|hob|kettle|toaster|computer|laptop|pc|printer|microwave|iron|"
    r"hair ?dryer|vacuum(?: cleaner)?|console|playstation|dryer|tumble dryer|sauna|pool|jacuzzi|coffee machine|"
    r"rice cooker|aquarium|electric blanket|floor heating|dishwasher|washing machine|washer|television|telly|tv|"
    r"dehumidifier|humidifier|air purifier|car|heat pump|water heater|boiler|air con(?:ditioner|ditioning)?"
    r"|battery)\b"
    r"|冷蔵庫|冷凍庫|オーブン|コンロ|ポット|ケトル|トースター|パソコン|プリンター|電子レンジ|アイロン|ドライヤー"
    r"|掃除機|ゲーム機|乾燥機"
    r"|サウナ|プール|コーヒーメーカー|炊飯器|水槽|電気毛布|床暖房|食洗機|食器洗い|洗濯機|テレビ|除湿機|加湿器"
    r"|空気清浄機|こたつ|ストーブ"
    r"|エアコン|ヒートポンプ|給湯器|エコキュート|蓄電池|電気自動車"
)


def is_of_another_thing(call: Call, said: str) -> bool:
    """Tell whether a question about energy names a thing that this house does not have, and the call lost it.

    Args:
        call: What was read out of it.
        said: The question, in small letters, without the names of the house's things and people.
    """
    return call.tool == "energy" and "device" not in call.spans and bool(_OTHER_THINGS.search(said))


_SPENT_ELSEWHERE = re.compile(
    r"\b(?:spend|spent|pay|paid) (?:\w+ ){0,3}(?:on|for) (?:the |our |my )?"
    r"(?!electric|power|energy|heating|cooling|leccy|it\b|that|juice|current|bill|house|us\b|me\b|kwh|whole|month"
    r"|week|day"
    r"|total|running|us(?:e|ing)\b|average\b|avg\b|mean\b|what|last|this|each|the\b|our\b|my\b|at\b|in\b|from|grid|kilowatt|units)[a-z]{3,}"
    r"|(?<=[一-龠ァ-ヶー])(?<!電気)(?<!電力)(?<!光熱)(?<!エネルギー)(?<!暖房)(?<!冷房)代(?!金|わ|替|表|理)"
    r"|(?<=[一-龠ァ-ヶー])(?<!消)(?<!光熱)(?<!電気)(?<!電力)費(?!用|や)"
)
_WHY = re.compile(r"\b(?:why|how come)\b|なぜ|なんで|どうして|何のため")
_WHAT = re.compile(
    r"\bwhat (?:did|does|was|were|is|kind|sort|has|have)\b(?!.*\b(?:time|hour)\b)"
    r"|何[をの](?!回|時)|どんな(?!とき|時)|なにを|なんの"
)
_FELL = re.compile(r"\b(?:rain\w*|snow\w*|storm\w*|wind\w*|hail\w*)\b|雨|雪|風")
"""Of the weather that was, records keep temperature, humidity and light."""

_OF_SOMEBODY = re.compile(
    r"\b(?:sleep\w*|slept|asleep|awake|w[oa]ke\w*|heart|pulse|breath\w*|tired)\b|眠|寝|起き|脈|心拍|呼吸"
)
"""Why somebody slept badly is in no record; why a room is cold is."""

_DEAR = re.compile(r"\b(?:expensive|dear|cheap)\b|高[いくか]|安[いく]|たか[いく]")
_MEASURED = re.compile("度|温|湿|濃|値|co2|二酸化|ほこり|騒|音")
"""Why it is dear is in no record; why the temperature is high is."""
_SHUT = re.compile("閉|しま[っり]|開い|鍵|かぎ|カギ|施錠|ロック|戸締")
"""What is shut where no device is named is a door, of which no record tells."""

_KINDS = frozenset({"cooking", "bath", "window", "visit"})


_DEED = re.compile(
    r"\b(?:turn|switch|set|chang|adjust|touch|mess|fiddl|tweak|rais|lower|open|clos|shut|start|stop|put|did|do|done|told|tell"
    r"|ask|order|made|left|overr|program|request|want|press|push|decid)\w*\b"
    r"|つけ|付け|点け|消|けし|けす|入れ|いれ|切|止|とめ|開|あけ|閉|しめ|変え|かえ|触|さわ|いじ|操作|設定|上げ|あげ|下げ|さげ|動か|回"
    r"|決め|指示|頼|命|希望|やっ|した|せい|スイッチ|ボタン|押"
)
"""What somebody can have done to a house; who ate the cake is in no record."""


def is_beyond(call: Call, said: str) -> bool:
    """Tell whether a question asks for more than is kept of what it names: what was cooked, why somebody woke up.

    Args:
        call: What was read out of it.
        said: The question, in small letters, without the names of the house's things and people.
    """
    if call.tool == "outside":
        return "period" in call.spans and bool(_FELL.search(said)) and not _FORETOLD.search(said)
    if call.tool == "energy":
        return bool(_SPENT_ELSEWHERE.search(said) or _WHY.search(said))
    if call.tool in ("sleep", "vitals", "presence"):
        return bool(_WHY.search(said))
    if (call.tool, call.what) == ("why", "room"):
        of_money = _DEAR.search(said) is not None and _MEASURED.search(said) is None
        return ("room" not in call.spans and _OF_SOMEBODY.search(said) is not None) or of_money
    if (call.tool, call.what) == ("why", "who"):
        return {"device", "room"}.isdisjoint(call.spans) and _DEED.search(said) is None
    if call.tool == "state":
        return not call.spans or ("device" not in call.spans and _SHUT.search(said) is not None)
    is_kind = call.tool == "happened" and call.what in _KINDS
    return is_kind and bool(_WHY.search(said) or _WHAT.search(said))


_EN_EVIDENCE: Mapping[str, str] = MappingProxyType(
    {
        "energy": r"electric\w*|power\w*|energy|k?wh|kilo ?watts?\w*|watts?|costs?|costing|spen[dt]|spending|paid"
        r"|pay|paying|"
        r"bills?|expens\w+|cheap\w*|dear\w*|prices?|priced|rates?|tariff|money|charge\w*|solar|roof|panels?|sun"
        r"|sunshine|pv|"
        r"photovoltaic\w*|sav\w+|use|used|uses|using|usage|consum\w+|draw|drew|drawn|drawing|current|juice|leccy"
        r"|yen|euros?|"
        r"grid|meter|produc\w+|generat\w+|yield\w*|harvest\w*|damage|units|owe|bought|imported",
        "sleep": r"sleep\w*|slept|asleep|beds?|bedtime|nights?|nap\w*|doz\w+|awake|w[oa]ke\w*|waking|woken|up|rest"
        r"|rested|"
        r"kip|ris[ei]\w*|rose|turn(?:ed)? in|toilet|bathroom|loo|nod\w*|deep\w*|rem|stages|shut-?eye|retire\w*|lie"
        r"|lay|slumber",
        "vitals heart": r"heart\w*|pulse|bpm|beats?|beating",
        "vitals breath": r"breath\w*|respir\w*",
        "happened cooking": r"cook\w*|meals?|dinner|lunch|breakfast|kitchen|stove|supper|food|eat|eaten|ate",
        "happened bath": r"bath(?:e[sd]?|s|ed|ing)?|shower\w*|wash\w*|tub|soak\w*",
        "happened smoke": r"smok\w*|fire|burn\w*|smoulder\w*|scorch\w*",
        "happened window": r"windows?|air(?:ed|ing)?|ventilat\w+",
        "happened visit": r"visit\w*|guests?|caller\w*|came|come|comes|coming|call|called|company|drop\w*|stop\w*"
        r"|pop\w*|"
        r"here|helpers?|carers?|nurses?|around|round|over|by",
        "happened alarm": r"alarm\w*|alert\w*|warn\w*|emergenc\w+|siren",
        "happened fall": r"fall\w*|fell|tumbl\w*|trip\w*|collaps\w*|slip\w*|down",
        "happened fault": r"fault\w*|fail\w*|broke\w*|break\w*|wrong|problem\w*|error\w*|issue\w*|malfunction\w*"
        r"|trouble\w*|"
        r"defect\w*|work\w*|order|down|reported|ok|okay|fine|glitch\w*",
        "happened anything": r"happen\w*|going on|went on|events?|unusual|odd|strange|report|anything|something"
        r"|miss\w*|"
        r"news|new|log|summary|what\b.*\bup",
        "presence": r"home|in|inside|out|away|any(?:one|body)|some(?:one|body)|nobody|no one|where\w*|people"
        r"|person|occup\w+|"
        r"empty|back|left|here|there|who\w*|how many|every(?:one|body)",
        "climate": r"temperatures?|temp|warm\w*|cold\w*|hot\w*|cool\w*|degrees?|chill\w*|freez\w+|humid\w*|damp\w*"
        r"|dry\w*|"
        r"moist\w*|co2|carbon|air|stuff\w*|dust\w*|pm\w*|particl\w+|pollut\w*|fresh\w*|light\w*|bright\w*|dark\w*"
        r"|lux|"
        r"noise|noisy|loud\w*|quiet\w*|sound\w*|mugg\w+|comfort\w*|climate|heat",
        "outside": r"temperatures?|temp|warm\w*|cold\w*|hot\w*|cool\w*|degrees?|chill\w*|freez\w+|humid\w*|weather"
        r"|rain\w*|"
        r"sun\w*|outs\w+|outdoor\w*|wind\w*|forecast|frost\w*|mild\w*|wet|storm\w*|umbrella|washing",
        "why": r"why|how come|reason\w*|who\w*|caus\w+|what made|what makes|what for|explain|which of",
        "changes": r"chang\w+|differ\w+|slow\w*|wors\w+|better|walk\w*|doing|trend\w*|usual|improv\w+|declin\w+"
        r"|lately|"
        r"getting|recent\w*|been|habit\w*|routine",
        "maintenance": r"filters?|maint\w+|serv\w+|clean\w*|replac\w+|due|repair\w*|calibrat\w+|drift\w*|obey\w*"
        r"|check\w*|"
        r"attention|broken|work\w*|sensors?|respond\w*|look\w* after|upkeep|fix\w*|chang\w+",
    }
)
_JA_EVIDENCE: Mapping[str, str] = MappingProxyType(
    {
        "energy": r"電|でんき|代|料金|円|ユーロ|いくら|なんぼ|節|浮|得|安|高|発電|太陽|ソーラー|パネル|屋根|使"
        r"|つか|消費|食った|食う|食って"
        r"|キロワット|kwh|ワット|払|費|単価|値段|買|売|コスト|光熱|エネルギー|料|価格",
        "sleep": r"寝|ね[たてむる]|眠|睡眠|起|おき[たて]|床|布団|ふとん|ベッド|目[がを覚]|トイレ|お手洗|休|就寝"
        r"|熟睡|夜中|ぐっすり|うとうと|横にな|夜更",
        "vitals heart": r"心|脈|拍|ハート|しんぱく|みゃく|どきどき|ドキドキ",
        "vitals breath": r"呼吸|息|いき|こきゅう",
        "happened cooking": r"料理|調理|ごはん|ご飯|食事|夕飯|夕食|朝食|昼食|炊|台所|キッチン|火|作|煮|つくっ|りょうり",
        "happened bath": r"風呂|ふろ|入浴|シャワー|湯|浴",
        "happened smoke": r"煙|けむ|焦|燃|火|こげ|スモーク",
        "happened window": r"窓|まど|換気|サッシ",
        "happened visit": r"来|客|訪|ヘルパー|見え|人|いら[しっ]|きた|寄|きゃく",
        "happened alarm": r"警報|アラーム|通報|警告|アラート|鳴|通知|緊急",
        "happened fall": r"転|倒|こけ|落|ころ[んぶ]|つまず",
        "happened fault": r"故障|不具合|異常|エラー|トラブル|壊|調子|問題|障害|おかし|正常|こわれ|不調",
        "happened anything": r"何か|なにか|なんか|変|出来事|できごと|起き|起こ|何が|何を|様子|記録|異変|どんなこと"
        r"|報告",
        "presence": r"い[るたま]|居|寝|ね[てた]|在宅|留守|家|うち|人|誰|だれ|帰"
        r"|かえ[るっり]|もど[るっり]|でかけ|出かけ|外出|不在|お[るっ]|どこ|出て",
        "climate": r"温|度|寒|暑|暖|涼|冷|湿|乾|じめ"
        r"|あった[かけ]|あつ[いく]|さむ|つめた|ぬく|すずし|co2|二酸化炭素|空気|炭酸|pm"
        r"|ほこり|塵|汚|粉|明る|暗|照度|音"
        r"|うるさ|静か|騒|むし|蒸|快適",
        "outside": r"温|度|寒|暑|暖|涼|冷|湿|天気|雨|晴|あめ|はれ|てんき|ゆき|くもり|かさ|あつ|さむ|すずし|ぬく"
        r"|外(?!から|に|へ|を|が見|の人|の目|の視線|で)|風|予報|傘|洗濯|そと|曇|気候",
        "why": r"なぜ|なんで|どうして|何で|なして|理由|わけ|訳|誰(?![もか])"
        r"|だれ(?![もか])|どなた(?![もか])|原因|せい|どういう",
        "changes": r"変わ|変化|違|遅|悪|良く|よく|歩|様子|傾向|最近|いつも|衰|増え|減|調子|元気|どう",
        "maintenance": r"フィルタ|ふぃるた|そうじ|電池|でんち|手入れ|面倒|世話|寿命|点検"
        r"|掃除|交換|修理|メンテ|ずれ|指示|校正|替え|整備|調子"
        r"|センサー|直|保守|清掃|換え",
    }
)


def has_evidence(call: Call, said: str) -> bool:
    """Tell whether a word of what was read out of a question stands in it.

    Args:
        call: What was read.
        said: The question, in small letters, without the names of people and of times.
    """
    japanese = is_japanese(said)
    evidence = _JA_EVIDENCE if japanese else _EN_EVIDENCE
    pattern = evidence.get(f"{call.tool} {call.what}") or evidence.get(call.tool)
    if pattern is None:
        return True
    return bool(re.search(pattern if japanese else rf"\b(?:{pattern})\b", said))
