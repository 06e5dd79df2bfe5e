def load_mapping(m):
    raise NotImplementedError


def read_feeds(a, b, c):
    raise NotImplementedError
