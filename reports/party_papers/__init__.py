"""Papers of party work after GB/T 9704: evaluation, card, minutes, joint project; as sheet and as Word file."""
