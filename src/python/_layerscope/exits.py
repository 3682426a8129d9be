"""What would end the interpreter under the run ends the run, at its line."""
import os
import signal


def install():
    kill = os.kill

    def exits(status):
        raise SystemExit(status)

    def aborts():
        raise SystemExit(128 + signal.SIGABRT)

    def kills(pid, sig):
        # What is only asked, and what the code listens for, goes its way.
        if pid in (0, os.getpid()) and sig != 0 and not callable(signal.getsignal(sig)):
            raise SystemExit(128 + sig)
        return kill(pid, sig)

    for name, function in (("_exit", exits), ("abort", aborts), ("kill", kills)):
        function.__name__ = function.__qualname__ = name
        setattr(os, name, function)
