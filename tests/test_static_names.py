"""Static files have names that carry their content; a missing one does not break a page."""

from config.staticfiles import HashedFiles


def storage_with(**names: str) -> HashedFiles:
    storage = HashedFiles()
    storage.hashed_files = names
    return storage


def test_a_collected_file_has_its_hashed_name() -> None:
    storage = storage_with(**{"css/app.css": "css/app.0123456789ab.css"})
    assert storage.stored_name("css/app.css") == "css/app.0123456789ab.css"


def test_a_file_that_was_not_collected_keeps_its_name() -> None:
    assert storage_with().stored_name("js/new.js") == "js/new.js"
