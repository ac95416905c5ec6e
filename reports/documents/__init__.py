"""Documents for people: Word after GB/T 9704-2012 and Excel ledgers, from one small model of blocks."""
