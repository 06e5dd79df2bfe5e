"""Small array pieces the synthetic council is built from."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

NEVER = 10**9
"""A day number later than any day: an end that has not come."""


def shares(weights: Sequence[float] | Floats) -> Floats:
    """Scale weights so that they add up to one."""
    array = np.asarray(weights, dtype=np.float64)
    scaled: Floats = array / array.sum()
    return scaled


def sigmoid(value: Floats) -> Floats:
    """Turn log-odds into a probability."""
    result: Floats = 1.0 / (1.0 + np.exp(-value))
    return result


def happens(rng: np.random.Generator, probability: Floats) -> Bools:
    """Draw yes or no for each probability."""
    result: Bools = rng.random(probability.shape) < probability
    return result


def pick(rng: np.random.Generator, weights: Floats) -> Ints:
    """Draw one column for each row of weights (rows need not add up to one)."""
    edges = np.cumsum(weights, axis=1)
    spot = rng.random(len(weights)) * edges[:, -1]
    result: Ints = (edges <= spot[:, None]).sum(axis=1).clip(0, weights.shape[1] - 1)
    return result


def pick_code(
    rng: np.random.Generator, codes: Sequence[str], weights: Floats, size: int
) -> Texts:
    """Draw codes with the same weights for every row."""
    values = np.array(codes, dtype=object)
    result: Texts = values[rng.choice(len(values), size=size, p=shares(weights))]
    return result


def between(
    rng: np.random.Generator, edges: Sequence[int], weights: Floats, size: int
) -> Floats:
    """Draw lengths from a published table of bands, even inside each band.

    `edges` has one number more than `weights`, or as many: then the first band is
    exactly its edge.
    """
    whole = np.asarray(edges, dtype=np.float64)
    if len(whole) == len(weights):
        whole = np.concatenate([whole[:1], whole])
    band = rng.choice(len(weights), size=size, p=shares(weights))
    result: Floats = whole[band] + rng.random(size) * (whole[band + 1] - whole[band])
    return result


def first_of(*keys: Ints) -> Ints:
    """Positions of the first row of each distinct key, in sorted order of the keys."""
    order = np.lexsort(keys[::-1])
    if not len(order):
        return order
    new = np.zeros(len(order), dtype=bool)
    new[0] = True
    for key in keys:
        held = key[order]
        new[1:] |= held[1:] != held[:-1]
    first: Ints = order[new]
    return first
