def check(found, known):
    return {}
