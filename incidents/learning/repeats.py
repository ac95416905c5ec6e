"""Texts that repeat each other: many people report one thing, and one person reports it through two doors.

A reader that is tested with a text whose twin it has learned looks better than it is, so twins stay together.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

FEW: Final = 10
"""An n-gram in so few texts is a mark of a text; a common one is common language."""
SHARED: Final = 0.3
FEWEST: Final = 5


def groups_of(counts: Any) -> NDArray[np.intp]:
    """The number of the group of every row of a matrix of n-gram counts.

    Two texts are twins when they share at least five rare n-grams, and three tenths of those that the poorer one has.
    """
    present = (counts > 0).astype(np.float32).tocsc()
    spread = np.diff(present.indptr)
    rare = present[:, (spread > 1) & (spread <= FEW)].tocsr()
    shared = (rare @ rare.T).tocoo()
    own = np.diff(rare.indptr)
    poorer = np.minimum(own[shared.row], own[shared.col])
    alike = (shared.data >= FEWEST) & (shared.data >= SHARED * poorer)
    links = sparse.coo_matrix((shared.data[alike], (shared.row[alike], shared.col[alike])), shape=shared.shape)
    groups: NDArray[np.intp] = connected_components(links, directed=False)[1]
    return groups
