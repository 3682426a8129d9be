"""What would end the interpreter under the run ends the run, at its line; what waits can be interrupted."""
import os
import signal
import time

# Seconds. The interpreter hears of nothing while it sleeps.
_NAP = 0.02


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

    sleep = time.sleep

    def naps(seconds, /):
        if not isinstance(seconds, (int, float)) or not _NAP < seconds < 1e9:
            return sleep(seconds)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            sleep(min(left, _NAP))

    naps.__name__ = naps.__qualname__ = "sleep"
    naps.__doc__ = sleep.__doc__
    time.sleep = naps

    for name, function in (("_exit", exits), ("abort", aborts), ("kill", kills)):
        function.__name__ = function.__qualname__ = name
        setattr(os, name, function)
