"""Dictionaries of party work that the office writes itself (domain.md 4)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models.dictionary import DictionaryRow


def _once(name: str) -> list[models.BaseConstraint]:
    return [models.UniqueConstraint(fields=["name"], name=name)]


class Skill(DictionaryRow):
    """What a member can do for others, and what a duty post is for: the eight classes of W62 to begin with."""

    class Meta(DictionaryRow.Meta):
        verbose_name = _("skill of members")
        verbose_name_plural = _("skills of members")
        constraints: ClassVar[list[models.BaseConstraint]] = _once("party_skill_once")


class MemberTag(DictionaryRow):
    """Who somebody is for the grand committee: 两委员一代表, 优秀人才, 退休干部 (S0)."""

    class Meta(DictionaryRow.Meta):
        verbose_name = _("tag of members")
        verbose_name_plural = _("tags of members")
        constraints: ClassVar[list[models.BaseConstraint]] = _once("party_member_tag_once")


class PartnerKind(DictionaryRow):
    """What kind of partner a unit is: the six sides of 六方联动, the five of 五社联动, and others."""

    class Family(models.TextChoices):
        SIX = "six", _("Six sides")
        FIVE = "five", _("Five social forces")
        OTHER = "other", _("Others")

    family = models.CharField(_("family"), max_length=8, choices=Family.choices, default=Family.OTHER)

    class Meta(DictionaryRow.Meta):
        verbose_name = _("kind of partner")
        verbose_name_plural = _("kinds of partners")
        ordering: ClassVar[list[str]] = ["family", "position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["family", "name"], name="partner_kind_once")
        ]


class SupportKind(DictionaryRow):
    """What is needed and what is offered, in one dictionary, so that both lists meet (需求/资源 matching)."""

    is_service = models.BooleanField(_("residents may order it"), default=False)

    class Meta(DictionaryRow.Meta):
        verbose_name = _("kind of need and resource")
        verbose_name_plural = _("kinds of needs and resources")
        constraints: ClassVar[list[models.BaseConstraint]] = _once("support_kind_once")


class ProjectType(DictionaryRow):
    """What a joint project is: 民生微实事, 老旧小区改造, 创业就业平台 … with its usual steps, one per line."""

    steps = models.TextField(_("usual steps, one per line"), max_length=2000, blank=True, default="")

    class Meta(DictionaryRow.Meta):
        verbose_name = _("type of project")
        verbose_name_plural = _("types of projects")
        constraints: ClassVar[list[models.BaseConstraint]] = _once("project_type_once")


class ActivityKind(DictionaryRow):
    """What an activity is: 主题党日, 流动微党课, 红色宣讲, 义诊, 邻居节 …"""

    class Meta(DictionaryRow.Meta):
        verbose_name = _("kind of activity")
        verbose_name_plural = _("kinds of activities")
        constraints: ClassVar[list[models.BaseConstraint]] = _once("activity_kind_once")


class JointTaskKind(DictionaryRow):
    """What members are called to: 五联 (联访, 联排, 联调, 联管, 联帮) and what the office adds (S1)."""

    class Meta(DictionaryRow.Meta):
        verbose_name = _("kind of joint task")
        verbose_name_plural = _("kinds of joint tasks")
        constraints: ClassVar[list[models.BaseConstraint]] = _once("joint_task_kind_once")


class Star(DictionaryRow):
    """One of the stars of 五星支部, with its colour; names differ by place, so they are data (W50)."""

    nickname = models.CharField(_("short name"), max_length=20, blank=True, default="")
    colour = models.CharField(_("colour"), max_length=7, default="#d63939")

    class Meta(DictionaryRow.Meta):
        verbose_name = _("star")
        verbose_name_plural = _("stars")
        constraints: ClassVar[list[models.BaseConstraint]] = _once("party_star_once")


class Label(DictionaryRow):
    """Words by which a way of working is known (三联一创 五微共治, 党建+网格+X): put on projects and grids."""

    class Family(models.TextChoices):
        METHOD = "method", _("Way of working")
        THEME = "theme", _("Theme")
        MODE = "mode", _("Mode of governance")
        TRAIT = "trait", _("Trait of a community")
        SCENE = "scene", _("Place of service")
        PROGRAM = "program", _("Linked program")
        DOCUMENT = "document", _("Document")

    family = models.CharField(_("family"), max_length=10, choices=Family.choices)
    parts = models.TextField(_("parts, one per line"), max_length=2000, blank=True, default="")

    class Meta(DictionaryRow.Meta):
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering: ClassVar[list[str]] = ["family", "position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["family", "name"], name="party_label_once")
        ]
