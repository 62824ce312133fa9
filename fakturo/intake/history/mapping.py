"""Which mapping reads another system's invoices: one made for invoices, else one made for orders."""

from functools import cache
from importlib import resources

from fakturo.errors import BadInput
from fakturo.intake.rows.mapping import Mapping, parsed
from fakturo.intake.rows.mapping import load as load_of_orders
from fakturo.intake.rows.mapping import ready as ready_for_orders


def load(name: str, *, prefix: str = "") -> Mapping:
    """A ready mapping by name, or one from a YAML file, as it reads invoices.

    A line without a price is no slip here: it was invoiced, for nothing.

    Args:
        prefix: put before each number, instead of what the mapping says.

    Raises:
        BadInput: no such mapping or file, or what stands in it is not allowed.
    """
    mapping = _one(name, ready(), "invoices")
    changes: dict[str, object] = {"free_lines": True}
    if prefix:
        changes["number_prefix"] = prefix
    return mapping.model_copy(update=changes)


@cache
def ready() -> dict[str, Mapping]:
    """All ready mappings by name; those made for invoices stand before those made for orders."""
    found = {**ready_for_orders(), **_in_folder("mappings")}
    return dict(sorted(found.items()))


@cache
def ready_for_customers() -> dict[str, Mapping]:
    """Ready mappings of customers by name."""
    return _in_folder("customers")


def load_for_customers(name: str) -> Mapping:
    """A ready mapping of customers by name, or one from a YAML file.

    Raises:
        BadInput: no such mapping or file, or what stands in it is not allowed.
    """
    return _one(name, ready_for_customers(), "customers")


def _one(name: str, known: dict[str, Mapping], what: str) -> Mapping:
    if name in known:
        return known[name]
    if not name.endswith((".yaml", ".yml")):
        raise BadInput(
            f"There is no mapping {name!r} of {what}; ready ones are {', '.join(known)}; or give FILE.yaml."
        )
    return load_of_orders(name)


def _in_folder(name: str) -> dict[str, Mapping]:
    folder = resources.files("fakturo.intake.history") / name
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda f: f.name)
    loaded = [parsed(file.read_text(encoding="utf-8"), file.name) for file in files]
    return {mapping.name: mapping for mapping in loaded}
