"""What the demo is made of: divisions with official codes, outlines, numbers of cells.

Names and codes of communities are the public statistical codes (2023 edition);
the counts are those of the founding documents (domain.md 0.15, 0.35, 0.40, 1.12,
1.18, 1.19, 3.28). Outlines are drawn by hand near the real place, nothing more.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class CommunityPlan:
    """One community: code, name, how many grids and micro-grids, and what is known of it."""

    code: str
    name: str
    grids: int
    micros: int
    households: int | None = None
    population: int | None = None
    area_km2: str | None = None
    note: str = ""


@dataclass(frozen=True)
class StreetPlan:
    """One street with its outline (lon, lat in WGS-84) and communities."""

    code: str
    name: str
    outline: tuple[tuple[float, float], ...]
    communities: tuple[CommunityPlan, ...]
    dedicated: int = 0
    unmanaged: int = 0
    population: int | None = None
    whole: bool = True


CITIES: Final = (("4101", "郑州市"), ("5101", "成都市"))
DISTRICTS: Final = (("410103", "二七区"), ("510199", "示例区"))

JIANZHONG: Final = "410103008"
SONGSHAN: Final = "410103011"
MINGGONG: Final = "410103003"
ZHENGTONG: Final = "410103001007"
XISHU: Final = "510199999999"


def _split(total: int, parts: int) -> list[int]:
    """`total` in `parts` nearly equal whole numbers."""
    return [total // parts + (1 if i < total % parts else 0) for i in range(parts)]


def _communities(prefix: str, names: str, grids: int, micros: int) -> tuple[CommunityPlan, ...]:
    """Communities from "sequence name" words, sharing `grids` and `micros` out among them."""
    pairs = [word.split(":") for word in names.split()]
    grid_shares = _split(grids, len(pairs))
    micro_shares = _share_like(micros, grid_shares)
    return tuple(
        CommunityPlan(prefix + sequence, f"{name}社区", g, m, note="示例社区，编码非官方" if sequence == "601" else "")
        for (sequence, name), g, m in zip(pairs, grid_shares, micro_shares, strict=True)
    )


def _share_like(total: int, weights: list[int]) -> list[int]:
    """`total` shared in proportion to `weights`, exact in the sum."""
    bounds = [round(total * sum(weights[: i + 1]) / sum(weights)) for i in range(len(weights))]
    return [b - a for a, b in zip([0, *bounds], bounds, strict=False)]


_JIANZHONG_NAMES: Final = (
    "001:东福民 002:建华 003:保全 004:五彩 005:永安 006:庆丰 007:康复 008:铁英 009:幸福 010:西福民 "
    "011:淮南 012:小李庄 013:人和 014:铁道陇海家园 015:交通路"
)
_SONGSHAN_NAMES: Final = (
    "001:工人路 002:航海路 004:亚星 007:刘砦 008:黄岗寺 010:蔚蓝 011:珠江 014:嵩南 015:啟福 016:郦都 "
    "017:锦绣家园 018:玉晖园 019:星苑 020:望江居 021:雅居 022:环云 023:锦和 024:瑞民 601:嵩岳示例"
)
_MINGGONG_NAMES: Final = "003:西前街 004:西后街 005:二道街 006:西彩 007:华润悦府"

STREETS: Final = (
    StreetPlan(
        JIANZHONG,
        "建中街街道",
        (
            (113.6312, 34.7338),
            (113.6368, 34.7322),
            (113.6431, 34.7329),
            (113.6489, 34.7341),
            (113.6517, 34.7392),
            (113.6509, 34.7447),
            (113.6478, 34.7489),
            (113.6423, 34.7501),
            (113.6359, 34.7494),
            (113.6318, 34.7466),
            (113.6303, 34.7401),
            (113.6312, 34.7338),
        ),
        _communities(JIANZHONG, _JIANZHONG_NAMES, 126, 581),
        unmanaged=4,
    ),
    StreetPlan(
        SONGSHAN,
        "嵩山路街道",
        (
            (113.6128, 34.6932),
            (113.6241, 34.6905),
            (113.6366, 34.6921),
            (113.6449, 34.6987),
            (113.6462, 34.7094),
            (113.6438, 34.7203),
            (113.6397, 34.7291),
            (113.6282, 34.7302),
            (113.6173, 34.7286),
            (113.6124, 34.7189),
            (113.6109, 34.7051),
            (113.6128, 34.6932),
        ),
        _communities(SONGSHAN, _SONGSHAN_NAMES, 170, 940),
        dedicated=36,
        population=149_600,
    ),
    StreetPlan(
        MINGGONG,
        "铭功路街道",
        (
            (113.6448, 34.7532),
            (113.6521, 34.7524),
            (113.6588, 34.7541),
            (113.6601, 34.7602),
            (113.6572, 34.7648),
            (113.6504, 34.7659),
            (113.6457, 34.7634),
            (113.6439, 34.7581),
            (113.6448, 34.7532),
        ),
        _communities(MINGGONG, _MINGGONG_NAMES, 45, 190),
        unmanaged=57,
    ),
    StreetPlan(
        "410103001",
        "淮河路街道",
        (
            (113.6184, 34.7341),
            (113.6231, 34.7334),
            (113.6268, 34.7352),
            (113.6271, 34.7398),
            (113.6239, 34.7414),
            (113.6192, 34.7409),
            (113.6178, 34.7374),
            (113.6184, 34.7341),
        ),
        (CommunityPlan(ZHENGTONG, "政通路社区", 9, 33, households=2345, population=8028, note="2000年5月成立"),),
        whole=False,
    ),
    StreetPlan(
        "510199999",
        "示例街道",
        (
            (104.1021, 30.6892),
            (104.1057, 30.6884),
            (104.1089, 30.6897),
            (104.1093, 30.6930),
            (104.1064, 30.6944),
            (104.1030, 30.6937),
            (104.1021, 30.6892),
        ),
        (
            CommunityPlan(
                XISHU,
                "喜树路社区",
                6,
                30,
                population=33_000,
                area_km2="0.38",
                note="成都社区档案样例，编码为示例",
            ),
        ),
        whole=False,
    ),
)
