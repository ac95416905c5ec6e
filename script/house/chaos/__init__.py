"""`script/chaos`: kill workers, Redis and PostgreSQL under load, then prove from journals and SQL that nothing was lost."""
