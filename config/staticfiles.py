"""Static files are sent compressed, under names that carry their content, so that a phone fetches each version once."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Names from the manifest that collectstatic wrote; a file that is not in it keeps its plain name.

    Django's own class answers a missing entry with a ValueError, and so a page with an error for want of a picture.
    """

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """Give the hashed name of `name`, else `name`."""
        known: dict[str, Any] = self.hashed_files
        return known.get(self.hash_key(self.clean_name(name)), name)
