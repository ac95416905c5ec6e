"""Honours (表彰): titles as data, rounds with places, nominations, review, public showing, decision, certificates."""
