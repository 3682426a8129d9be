__version__ = "2.13.0"
cuda = None
git_version = None
debug = False
