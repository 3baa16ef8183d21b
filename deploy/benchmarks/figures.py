"""What a benchmark measured, beside what it should have."""

import dataclasses

SIGNS = {"most": "≤", "least": "≥", "about": "≈"}


@dataclasses.dataclass
class Figure:
    """One figure. The target is a bound from above ("most") or from below ("least"), or only says
    what to expect ("about"): an absolute figure depends on the machine. None: nothing is expected.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    bound: str = "most"

    @property
    def is_judged(self):
        return self.target is not None and self.bound != "about"

    @property
    def met(self):
        if not self.is_judged:
            return True
        return self.value <= self.target if self.bound == "most" else self.value >= self.target

    def as_dictionary(self):
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "target": self.target,
            "met": self.met if self.is_judged else None,
        }


def print_table(figures):
    """Prints one line for each figure."""
    width = max([len(figure.name) for figure in figures], default=0)
    for figure in figures:
        value = shown(figure.value)
        target = "" if figure.target is None else f"{SIGNS[figure.bound]} {shown(figure.target)}"
        verdict = ("met" if figure.met else "MISSED") if figure.is_judged else ""
        line = f"{figure.name:<{width}}  {value:>10} {figure.unit:<12} {target:>8}  {verdict}"
        print(line.rstrip())


def shown(number):
    return f"{number:,.2f}".rstrip("0").rstrip(".")
