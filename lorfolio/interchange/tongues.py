"""Languages as Europass codes them (ISO 639) and as people say them."""

from __future__ import annotations

from core.text import fold

# Three letters as Europass writes them, two letters, other three letters, French.
_TONGUES = """
fra fr fre français|deu de ger allemand|eng en - anglais|spa es - espagnol|ita it - italien|por pt - portugais
nld nl dut néerlandais|ara ar - arabe|tur tr - turc|rus ru - russe|ukr uk - ukrainien|pol pl - polonais
ron ro rum roumain|ell el gre grec|bul bg - bulgare|ces cs cze tchèque|slk sk slo slovaque|slv sl - slovène
hrv hr - croate|srp sr - serbe|bos bs - bosnien|sqi sq alb albanais|mkd mk mac macédonien|hun hu - hongrois
dan da - danois|swe sv - suédois|nor no nob norvégien|fin fi - finnois|isl is ice islandais|est et - estonien
lav lv - letton|lit lt - lituanien|mlt mt - maltais|gle ga - irlandais|ltz lb - luxembourgeois|cat ca - catalan
eus eu baq basque|bre br - breton|oci oc - occitan|cos co - corse|gsw gsw - alsacien|zho zh chi chinois
jpn ja - japonais|kor ko - coréen|vie vi - vietnamien|tha th - thaï|hin hi - hindi|ben bn - bengali|urd ur - ourdou
fas fa per persan|prs prs - dari|pus ps - pachto|kur ku - kurde|hye hy arm arménien|kat ka geo géorgien
heb he - hébreu|amh am - amharique|tir ti - tigrigna|som so - somali|swa sw - swahili|lin ln - lingala
wol wo - wolof|bam bm - bambara|ful ff - peul|kab kab - kabyle|ber ber - berbère|mlg mg - malgache|tam ta - tamoul
fsl fsl - langue des signes française|rom rom - romani|che ce - tchétchène|aze az - azéri|bel be - biélorusse
"""
_ROWS = [row.split(maxsplit=3) for row in _TONGUES.replace("\n", "|").split("|") if row.strip()]
_BY_CODE = {code: name for *codes, name in _ROWS for code in codes if code != "-"}
_BY_NAME = {fold(row[3]): row[0] for row in _ROWS}


def name_of(code: str) -> str:
    """« Allemand » of « deu », « ger » or « de »; the code itself when we do not know it."""
    found = _BY_CODE.get(code.strip().lower().split("-")[0], "")
    return found.capitalize() if found else code.strip()


def code_of(name: str) -> str:
    """« deu » of « Allemand »; empty when we do not know it."""
    return _BY_NAME.get(fold(name), "")
