"""Typical cases (优秀案例): picked from closed incidents, written up without personal data, submitted, answered."""
