"""Formulas as MathML, which browsers show without a script."""


def as_mathml(formula: str, display: str = "inline") -> str:
    """A formula in TeX as MathML; display: "inline" or "block".

    The converter knows no `aligned`, and would write its lines as one, with every & in it.
    """
    from latex2mathml.converter import convert

    return convert(formula.replace("{aligned}", "{align*}"), display=display)
