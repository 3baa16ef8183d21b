"""gRPC's interoperability cases by stock grpcio, as a program.

Run from Tests: python -m Support.interop.client --port PORT --case NAME[,NAME...] [--ca FILE]
[--certificate FILE --key FILE] [--server-name NAME] [--skip-probe]; it prints a line per case and
ends with 0 when all cases pass. --skip-probe is for a server that cannot see compression.
"""

import argparse
import sys
import traceback

from Support.interop import negative_cases
from Support.interop.cases import CASES
from Support.interop.peer import Peer


def run_cases(peer, names: list[str]) -> list[str]:
    """Runs cases one after the other, says what became of each, and returns those that failed."""
    failed = []
    for name in names:
        try:
            (CASES | negative_cases.CASES)[name](peer)
            print(f"{name}: passed", flush=True)
        except Exception:  # noqa: BLE001  (whatever it is, the other cases are run too)
            failed.append(name)
            print(f"{name}: failed\n{traceback.format_exc()}", flush=True)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--case", default=",".join(CASES))
    parser.add_argument("--ca")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--server-name")
    parser.add_argument("--skip-probe", action="store_true")
    options = vars(parser.parse_args())
    names = options.pop("case").split(",")
    sees_compression = not options.pop("skip_probe")
    with Peer(**options, sees_compression=sees_compression) as peer:
        failed = run_cases(peer, names)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
