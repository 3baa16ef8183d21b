"""Runs one attack: python -m Support.attacks NAME --port PORT [--connections COUNT]."""

import argparse

from Support.attacks import ATTACKS
from Support.attacks.siege import UNARY, attack


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=ATTACKS)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", default=UNARY)
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--lasting-seconds", type=float, default=0,
                        help="attack again and again for so long")
    for seen in attack(**vars(parser.parse_args())):
        print(seen, flush=True)


if __name__ == "__main__":
    main()
