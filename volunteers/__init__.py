"""Volunteers and micro-wishes (志愿服务, 微心愿): wishes, teams, hours, points, micro-projects (domain.md 5)."""
