"""What Python says of files that are not there, or in the way."""
import torch
def t(fn):
    try:
        fn()
    except Exception as e:
        print(fn.__name__, type(e).__name__, e)
@t
def files():
    import os, tempfile
    d = tempfile.mkdtemp(dir=".") 
    for f in (lambda: open("nope.txt"), lambda: os.mkdir(d), lambda: open(d), lambda: os.listdir("nope"), lambda: os.remove("nope"), lambda: os.rmdir("nope"), lambda: os.rename("nope", "x"), lambda: torch.load("nope.pt"), lambda: os.stat("nope"), lambda: torch.save({}, d + "/no/x.pt"), lambda: os.makedirs(d)):
        try: f()
        except Exception as e: print(type(e).__name__, str(e).replace(d, "D"), getattr(e, 'errno', None), getattr(e, 'strerror', None))
    open(d + "/f", "w").close()
    for f in (lambda: os.listdir(d + "/f"), lambda: open(d + "/f/g"), lambda: os.mkdir(d + "/f"), lambda: open(d + "/f", "x")):
        try: f()
        except Exception as e: print(type(e).__name__, str(e).replace(d, "D"), e.errno)
    import shutil, errno
    print(errno.ENOENT, errno.EEXIST, errno.EACCES, errno.EISDIR, errno.ENOTDIR, os.strerror(2), errno.errorcode[2])
    from pathlib import Path
    print(Path("nope").exists(), Path(d).is_dir(), Path(d + "/f/g").exists(), os.path.exists("nope"))
    try: Path("nope").read_text()
    except FileNotFoundError as e: print(e)
    print(FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "q"))
    shutil.rmtree(d)
