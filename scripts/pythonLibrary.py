"""Python's library as the extension carries it: run by pythonLibrary.mjs in the interpreter whose library it is, with `needed`, the modules that every start imports."""
import importlib
import importlib._bootstrap_external as bootstrap
import importlib.util
import io
import sys
import zipfile

LIBRARY = next(path for path in sys.path if path.endswith(".zip"))
for each in needed.split():
    importlib.import_module(each)
# `zipimport` looks for compiled code first.
loaded = {module.__file__ for module in list(sys.modules.values()) if type(getattr(module, "__loader__", None)).__name__ == "zipimporter"}

library = io.BytesIO()
with zipfile.ZipFile(LIBRARY) as source, zipfile.ZipFile(library, "w", zipfile.ZIP_STORED) as target:
    # Compiled code beside compiled code: the .vsix packs it better so.
    for name in sorted(source.namelist(), key=lambda name: (f"{LIBRARY}/{name}" in loaded, name)):
        content = source.read(name)
        if f"{LIBRARY}/{name}" in loaded:
            code = compile(content, f"{LIBRARY}/{name}", "exec", dont_inherit=True)
            # Held against no source: there is none beside it.
            content = bootstrap._code_to_hash_pyc(code, importlib.util.source_hash(content), False)
            name += "c"
        target.writestr(zipfile.ZipInfo(name), content)
library.getvalue()
