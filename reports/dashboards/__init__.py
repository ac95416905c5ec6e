"""Dashboards: the analysis page and the wall screen. They read rollups; nothing here writes."""
