def looks_like_ssda903(x):
    return False


def read_ssda903(x, progress):
    raise NotImplementedError
