"""What a benchmark measured, beside what it should have."""

import dataclasses


@dataclasses.dataclass
class Figure:
    """One figure. The target is a bound: from above ("most") or from below ("least")."""

    name: str
    value: float
    unit: str
    target: float
    bound: str = "most"

    @property
    def met(self):
        return self.value <= self.target if self.bound == "most" else self.value >= self.target

    def as_dictionary(self):
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "target": self.target,
            "met": self.met,
        }


def print_table(figures):
    """Prints one line for each figure."""
    width = max([len(figure.name) for figure in figures], default=0)
    for figure in figures:
        sign = "≤" if figure.bound == "most" else "≥"
        value = f"{figure.value:,.2f}".rstrip("0").rstrip(".")
        target = f"{sign} {figure.target:g}"
        verdict = "met" if figure.met else "MISSED"
        print(f"{figure.name:<{width}}  {value:>10} {figure.unit:<12} {target:>8}  {verdict}")
