"""Writes shown.json: what each cell of cells.py shows in IPython 9.17.1 with PyTorch 2.13.0: python shown.py. Addresses are left out."""
import contextlib
import io
import json
import os
import re

import torch
from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell

torch.set_num_threads(1)


class Hook(DisplayHook):
    """A notebook writes no prompt before what it shows."""

    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        print(format_dict["text/plain"])


class Shell(InteractiveShell):
    displayhook_class = Hook


folder = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(folder, "cells.py")) as file:
    cells = [cell.strip("\n") for cell in file.read().split("# %%\n")]
cells[0] = cells[0].split("\n", 1)[1]
shell = Shell.instance(colors="nocolor")
InteractiveShell._instance = shell
shell.autoindent = False
shown = []
for cell in cells:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        result = shell.run_cell(cell, store_history=True)
    assert result.success, (cell, printed.getvalue())
    shown.append({"cell": cell, "shows": re.sub("0x[0-9a-f]+", "0x...", printed.getvalue())})
with open(os.path.join(folder, "shown.json"), "w") as file:
    json.dump(shown, file, ensure_ascii=False, indent=2)
    file.write("\n")
print(len(shown))
