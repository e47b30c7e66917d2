"""How a P value is printed, wherever one stands in a sentence: report, notes of estimates, findings."""


def p_text(p: float) -> str:
    """A P value in journal style: no leading zero, two digits, three below .01, "< .001" as floor.

    A value below .05 is never rounded up to .05, and none is printed as 1. Source: AMA Manual of
    Style, 11th edition, 19.5. Raises ValueError outside (0, 1].
    """
    if not 0 < p <= 1:
        raise ValueError("a P value lies between 0 and 1")
    if p < 0.001:
        return "< .001"
    if p > 0.99:
        return "> .99"
    return f"{p:.{p_digits(p)}f}"[1:]


def p_sentence(p: float) -> str:
    """The same with its letter: "P = .04", "P < .001"."""
    text = p_text(p)
    return f"P {text}" if text[0] in "<>" else f"P = {text}"


def p_digits(p: float) -> int:
    """Digits after the point of a P value between .001 and .99."""
    if p < 0.00995:
        return 3
    digits = 2
    while p < 0.05 and float(f"{p:.{digits}f}") >= 0.05 and digits < 6:
        digits += 1
    return digits
