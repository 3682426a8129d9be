"""Writes beside each program of this folder what it prints in PyTorch: python expected.py [NAME]...

Computed by PyTorch 2.13.0 on Python 3.11, one thread, ATEN_CPU_CAPABILITY=avx2. Without names, for those that are newer than their output.
"""
import glob
import os
import runpy
import sys

import torch

torch.set_num_threads(1)
os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs"))
named = set(sys.argv[1:])
for path in sorted(glob.glob("*.py")):
    output = path[:-3] + ".txt"
    if path[:-3] not in named and (named or (os.path.exists(output) and os.path.getmtime(output) > os.path.getmtime(path))):
        continue
    child = os.fork()
    if child == 0:
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), 1)
        sys.argv = [path]
        status = 0
        try:
            runpy.run_path(path, run_name="__main__")
        except BaseException:
            sys.excepthook(*sys.exc_info())
            print("FAILED", path, file=sys.stderr)
            status = 1
        sys.stdout.flush()
        os._exit(status)
    os.waitpid(child, 0)
