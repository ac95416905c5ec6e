"""What an address says of a door."""

import pytest

from incidents.addresses import Door, parse_door, same_door


@pytest.mark.parametrize(
    ("address", "door"),
    [
        ("汝河路12号院3号楼2单元", Door("汝河路", 12, 3, 2)),
        ("汝河路十二号院三号楼二单元", Door("汝河路", 12, 3, 2)),
        ("郑州市二七区建中街街道汝河路１２号", Door("汝河路", 12)),
        ("铁英小区3号楼一单元", Door("", 0, 3, 1)),
        ("建设街社区5栋", Door("", 0, 5)),
        ("嵩山南路与航海路交叉口", Door("航海路")),
        ("兴华南街45号", Door("兴华南街", 45)),
        ("路口的垃圾", Door()),
        ("", Door()),
    ],
)
def test_the_door_of_an_address(address: str, door: Door) -> None:
    assert parse_door(address) == door


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("汝河路12号", "二七区汝河路十二号", True),
        ("汝河路12号院3号楼", "汝河路12号院3号楼2单元", True),
        ("汝河路12号院3号楼", "汝河路12号院4号楼", False),
        ("汝河路12号", "棉纺路12号", False),
        ("汝河路", "汝河路", False),
        ("汝河路12号", "汝河路", False),
    ],
)
def test_two_addresses_name_the_same_door(one: str, other: str, same: bool) -> None:
    assert same_door(parse_door(one), parse_door(other)) is same
