"""`script/chaos`: break the platform under load, then prove from journals and SQL that nothing was lost."""
