"""A value as YAML on one line, for the settings files that `stance new` writes."""

from collections.abc import Sequence


def yaml_value(value: object) -> str:
    """A number, text, yes/no value or list as YAML on one line. Errors: TypeError for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str):
        is_plain = value.replace("_", "").isalnum() and not value[0].isdigit()
        return value if is_plain else f'"{value}"'
    if isinstance(value, Sequence):
        return f"[{', '.join(yaml_value(item) for item in value)}]"
    raise TypeError(f"no way to write {type(value).__name__} in a settings file")
