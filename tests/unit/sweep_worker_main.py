"""The process of a worker with cases that hang in C or crash, for test_sweep.py."""

import ctypes
import os

from nfpcell.sweeping import sweep_case, worker_main

compute = sweep_case.compute


def badly(sweep, case):
    thickness = case.varied["Separator thickness [m]"]
    if thickness == 3e-4:
        # a system call that holds the interpreter, as a solver in C would
        ctypes.PyDLL(None).sleep(3600)
    if thickness == 4e-4:
        os.abort()
    return compute(sweep, case)


if __name__ == "__main__":
    sweep_case.compute = badly
    worker_main.main()
