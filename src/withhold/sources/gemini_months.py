"""Names of months in the languages in which Google Takeout prints dates.

A word is taken only for what is written here: as an abbreviation, or as a beginning of a whole name that is
at least as long as its abbreviation. A name of another language is unknown, however it begins: ``mei`` is May
in Dutch, and ``Meitheamh`` is June in Irish.
"""

from typing import Final

ABBREVIATIONS: Final = {
    "en": "jan feb mar apr may jun jul aug sep oct nov dec",
    "de": "jan feb mär|mrz apr mai jun jul aug sep okt nov dez",
    "de-at": "jän feb mär apr mai jun jul aug sep okt nov dez",
    "fr": "janv févr|fevr mars avr mai juin juil août|aout sept oct nov déc|dec",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "nl": "jan feb mrt|maa apr mei jun jul aug sep okt nov dec",
    "ca": "gen febr març abr maig juny jul ag set oct nov des",
    "pl": "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "cs": "led úno bře dub kvě čvn|červn čvc|červenc srp zář říj lis pro",
    "sk": "jan feb mar apr máj jún júl aug sep okt nov dec",
    "hu": "jan febr márc|már ápr máj jún júl aug szept okt nov dec",
    "hr": "sij velj ožu tra svi lip srp kol ruj lis stu pro",
    "sl": "jan feb mar apr maj jun jul avg sep okt nov dec",
    "sr": "јан феб мар апр мај јун јул авг сеп окт нов дец",
    "ro": "ian feb mar apr mai iun iul aug sept oct noi|nov dec",
    "sv": "jan feb mars apr maj juni juli aug sep okt nov dec",
    "da": "jan feb mar apr maj jun jul aug sep okt nov dec",
    "nb": "jan feb mar apr mai jun jul aug sep okt nov des",
    "fi": "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
    "et": "jaan veebr märts apr mai juuni juuli aug sept okt nov dets",
    "lv": "janv febr marts apr maijs jūn jūl aug sept okt nov dec",
    "lt": "saus vas kov bal geg birž liep rugp rugs spal lapkr gruod",
    "tr": "oca şub mar nis may haz tem ağu eyl eki kas ara",
    "ru": "янв февр|фев мар апр май|мая июн июл авг сент|сен окт нояб|ноя дек",
    "uk": "січ лют бер квіт трав черв лип серп вер жовт лист груд",
    "bg": "яну фев мар апр май юни юли авг сеп окт ное дек",
    "el": "ιαν φεβ μαρ|μάρ απρ μαΐ|μαϊ|μάι ιουν|ιούν ιουλ|ιούλ αυγ|αύγ σεπ οκτ νοε|νοέ δεκ",
    "id": "jan feb mar apr mei jun jul agu|agt sep okt nov des",
    "he": "ינו פבר מרץ אפר מאי יונ יול אוג ספט אוק נוב דצמ",
    "hi": "जन फ़र|फर मार्च अप्र मई जून जुल अग सित अक्तू नव दिस",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}
"""The twelve months; ``|`` stands between spellings."""

NAMES: Final = {
    "en": "january february march april may june july august september october november december",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "de-at": "jänner feber|februar märz april mai juni juli august september oktober november dezember",
    "fr": "janvier février|fevrier mars avril mai juin juillet août|aout septembre octobre novembre"
    " décembre|decembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "ca": "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
    "pl": "styczeń|stycznia luty|lutego marzec|marca kwiecień|kwietnia maj|maja czerwiec|czerwca lipiec|lipca"
    " sierpień|sierpnia wrzesień|września październik|października listopad|listopada grudzień|grudnia",
    "cs": "leden|ledna únor|února březen|března duben|dubna květen|května červen|června července srpen|srpna"
    " září říjen|října listopad|listopadu prosinec|prosince",
    "sk": "január|januára február|februára marec|marca apríl|apríla máj|mája jún|júna júl|júla august|augusta"
    " september|septembra október|októbra november|novembra december|decembra",
    "hu": "január február március április május június július augusztus szeptember október november december",
    "hr": "siječanj|siječnja veljača|veljače ožujak|ožujka travanj|travnja svibanj|svibnja lipanj|lipnja"
    " srpanj|srpnja kolovoz|kolovoza rujan|rujna listopad|listopada studeni|studenoga prosinac|prosinca",
    "sl": "januar|januarja februar|februarja marec|marca april|aprila maj|maja junij|junija julij|julija"
    " avgust|avgusta september|septembra oktober|oktobra november|novembra december|decembra",
    "sr": "јануар|јануара фебруар|фебруара март|марта април|априла мај|маја јун|јуна јул|јула август|августа"
    " септембар|септембра октобар|октобра новембар|новембра децембар|децембра",
    "ro": "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "fi": "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta"
    " lokakuuta marraskuuta joulukuuta",
    "et": "jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember",
    "lv": "janvāris februāris marts aprīlis maijs jūnijs jūlijs augusts septembris oktobris novembris"
    " decembris",
    "lt": "sausis|sausio vasaris|vasario kovas|kovo balandis|balandžio gegužė|gegužės birželis|birželio"
    " liepa|liepos rugpjūtis|rugpjūčio rugsėjis|rugsėjo spalis|spalio lapkritis|lapkričio gruodis|gruodžio",
    "tr": "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    "ru": "январь|января февраль|февраля март|марта апрель|апреля май|мая июнь|июня июль|июля август|августа"
    " сентябрь|сентября октябрь|октября ноябрь|ноября декабрь|декабря",
    "uk": "січень|січня лютий|лютого березень|березня квітень|квітня травень|травня червень|червня"
    " липень|липня серпень|серпня вересень|вересня жовтень|жовтня листопад|листопада грудень|грудня",
    "bg": "януари февруари март април май юни юли август септември октомври ноември декември",
    "el": "ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου"
    " νοεμβρίου δεκεμβρίου",
    "id": "januari februari maret april mei juni juli agustus september oktober november desember",
    "he": "ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר",
    "hi": "जनवरी फ़रवरी|फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्तूबर नवंबर दिसंबर",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}
"""Whole names, in the form that stands in dates too."""


def month_of(language: str, word: str) -> int | None:
    """The month that a word in small letters means in a language; ``None`` if it is not known there."""
    short = ABBREVIATIONS[language].split()
    for number, (spellings, names) in enumerate(zip(short, NAMES[language].split(), strict=True), 1):
        beginnings = spellings.split("|")
        if word in beginnings:
            return number
        whole = any(name.startswith(word) for name in names.split("|"))
        if whole and word.startswith(tuple(beginnings)):
            return number
    return None
